// npm installs the package beside this one, where the applications do not find it.
export { zodResolver } from "@hookform/resolvers/zod";
