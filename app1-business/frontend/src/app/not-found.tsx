export { NotFound as default } from "@fleet/web/ui/not-found";
