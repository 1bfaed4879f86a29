import type { Locale } from "@fleet/web/i18n/locale";
import { webMessages } from "@fleet/web/i18n/messages";

import catalogueDe from "../messages/de/catalogue.json";
import dashboardDe from "../messages/de/dashboard.json";
import deskDe from "../messages/de/desk.json";
import importsDe from "../messages/de/imports.json";
import lendingDe from "../messages/de/lending.json";
import librariesDe from "../messages/de/library-problems.json";
import noticesDe from "../messages/de/notices-libraries.json";
import loansDe from "../messages/de/loans.json";
import navDe from "../messages/de/nav.json";
import patronsDe from "../messages/de/patrons.json";
import rulesDe from "../messages/de/rules.json";
import catalogue from "../messages/en/catalogue.json";
import dashboard from "../messages/en/dashboard.json";
import desk from "../messages/en/desk.json";
import imports from "../messages/en/imports.json";
import lending from "../messages/en/lending.json";
import libraries from "../messages/en/library-problems.json";
import notices from "../messages/en/notices-libraries.json";
import loans from "../messages/en/loans.json";
import nav from "../messages/en/nav.json";
import patrons from "../messages/en/patrons.json";
import rules from "../messages/en/rules.json";

const en = {
  ...webMessages.en,
  problems: { ...webMessages.en.problems, libraries },
  shell: { ...webMessages.en.shell, kinds: { ...webMessages.en.shell.kinds, libraries: notices } },
  catalogue,
  dashboard,
  desk,
  imports,
  lending,
  loans,
  nav,
  patrons,
  rules,
};

/** A feature's words are a file in `messages/` for each language, entered here. */
export const messages: Record<Locale, typeof en> = {
  en,
  de: {
    ...webMessages.de,
    problems: { ...webMessages.de.problems, libraries: librariesDe },
    shell: { ...webMessages.de.shell, kinds: { ...webMessages.de.shell.kinds, libraries: noticesDe } },
    catalogue: catalogueDe,
    dashboard: dashboardDe,
    desk: deskDe,
    imports: importsDe,
    lending: lendingDe,
    loans: loansDe,
    nav: navDe,
    patrons: patronsDe,
    rules: rulesDe,
  },
};
