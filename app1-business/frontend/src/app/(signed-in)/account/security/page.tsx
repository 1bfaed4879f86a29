export { Account as default } from "@fleet/web/pages/account";
