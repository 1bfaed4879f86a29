import type { webMessages } from "./i18n/messages";

declare module "next-intl" {
  interface AppConfig {
    Messages: (typeof webMessages)["en"];
  }
}
