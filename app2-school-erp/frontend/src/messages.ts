import type { Locale } from "@fleet/web/i18n/locale";
import { webMessages } from "@fleet/web/i18n/messages";

import dashboardDe from "../messages/de/dashboard.json";
import deskDe from "../messages/de/desk.json";
import lendingDe from "../messages/de/lending.json";
import librariesDe from "../messages/de/library-problems.json";
import navDe from "../messages/de/nav.json";
import dashboard from "../messages/en/dashboard.json";
import desk from "../messages/en/desk.json";
import lending from "../messages/en/lending.json";
import libraries from "../messages/en/library-problems.json";
import nav from "../messages/en/nav.json";

const en = {
  ...webMessages.en,
  problems: { ...webMessages.en.problems, libraries },
  dashboard,
  desk,
  lending,
  nav,
};

/** A feature's words are a file in `messages/` for each language, entered here. */
export const messages: Record<Locale, typeof en> = {
  en,
  de: {
    ...webMessages.de,
    problems: { ...webMessages.de.problems, libraries: librariesDe },
    dashboard: dashboardDe,
    desk: deskDe,
    lending: lendingDe,
    nav: navDe,
  },
};
