export { People as default } from "@fleet/web/pages/people";
