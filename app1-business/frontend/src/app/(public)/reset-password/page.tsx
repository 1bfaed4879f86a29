export { ResetPassword as default } from "@fleet/web/pages/mailed-links";
