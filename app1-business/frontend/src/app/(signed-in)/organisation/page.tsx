export { Organisation as default } from "@fleet/web/pages/organisation";
