import type { Locale } from "@fleet/web/i18n/locale";
import { webMessages } from "@fleet/web/i18n/messages";

import dashboardDe from "../messages/de/dashboard.json";
import navDe from "../messages/de/nav.json";
import dashboard from "../messages/en/dashboard.json";
import nav from "../messages/en/nav.json";

const en = { ...webMessages.en, dashboard, nav };

/** A feature's words are a file in `messages/` for each language, entered here. */
export const messages: Record<Locale, typeof en> = {
  en,
  de: { ...webMessages.de, dashboard: dashboardDe, nav: navDe },
};
