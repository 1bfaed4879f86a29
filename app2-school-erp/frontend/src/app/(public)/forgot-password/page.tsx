export { ForgotPassword as default } from "@fleet/web/pages/asking-for-mail";
