export { VerifyEmail as default } from "@fleet/web/pages/mailed-links";
