import type { Locale } from "./i18n/locale";
import type { webMessages } from "./i18n/messages";

declare module "next-intl" {
  interface AppConfig {
    Locale: Locale;
    Messages: (typeof webMessages)["en"];
  }
}
