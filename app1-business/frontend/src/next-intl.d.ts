import type { Locale } from "@fleet/web/i18n/locale";

import type { messages } from "./messages";

declare module "next-intl" {
  interface AppConfig {
    Locale: Locale;
    Messages: (typeof messages)["en"];
  }
}
