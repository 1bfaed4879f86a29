export { SignInPage as default } from "@fleet/web/pages/sign-in-page";
