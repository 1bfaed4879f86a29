import type { Locale } from "@fleet/web/i18n/locale";
import { webMessages } from "@fleet/web/i18n/messages";

import leaveDe from "../messages/de/leave.json";
import leaveSetupDe from "../messages/de/leave-setup.json";
import chatDe from "../messages/de/chat.json";
import organisationDe from "../messages/de/organisation.json";
import importsDe from "../messages/de/imports.json";
import dashboardDe from "../messages/de/dashboard.json";
import employeesDe from "../messages/de/employees.json";
import navDe from "../messages/de/nav.json";
import noticesHrmsDe from "../messages/de/notices-hrms.json";
import problemsHrmsDe from "../messages/de/problems-hrms.json";
import leave from "../messages/en/leave.json";
import leaveSetup from "../messages/en/leave-setup.json";
import chat from "../messages/en/chat.json";
import organisation from "../messages/en/organisation.json";
import imports from "../messages/en/imports.json";
import dashboard from "../messages/en/dashboard.json";
import employees from "../messages/en/employees.json";
import nav from "../messages/en/nav.json";
import noticesHrms from "../messages/en/notices-hrms.json";
import problemsHrms from "../messages/en/problems-hrms.json";

const en = {
  ...webMessages.en,
  chat,
  dashboard,
  employees,
  imports,
  organisation,
  leave,
  leaveSetup,
  nav,
  problems: { ...webMessages.en.problems, hrms: problemsHrms },
  shell: { ...webMessages.en.shell, kinds: { ...webMessages.en.shell.kinds, hrms: noticesHrms } },
};

/** A feature's words are a file in `messages/` for each language, entered here. */
export const messages: Record<Locale, typeof en> = {
  en,
  de: {
    ...webMessages.de,
    chat: chatDe,
    dashboard: dashboardDe,
    employees: employeesDe,
    imports: importsDe,
    organisation: organisationDe,
    leave: leaveDe,
    leaveSetup: leaveSetupDe,
    nav: navDe,
    problems: { ...webMessages.de.problems, hrms: problemsHrmsDe },
    shell: { ...webMessages.de.shell, kinds: { ...webMessages.de.shell.kinds, hrms: noticesHrmsDe } },
  },
};
