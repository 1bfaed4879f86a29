export { AcceptInvitation as default } from "@fleet/web/pages/mailed-links";
