import accountDe from "../../messages/de/account.json";
import commonDe from "../../messages/de/common.json";
import entryDe from "../../messages/de/entry.json";
import peopleDe from "../../messages/de/people.json";
import problemsDe from "../../messages/de/problems.json";
import shellDe from "../../messages/de/shell.json";
import tenantDe from "../../messages/de/tenant.json";
import account from "../../messages/en/account.json";
import common from "../../messages/en/common.json";
import entry from "../../messages/en/entry.json";
import people from "../../messages/en/people.json";
import problems from "../../messages/en/problems.json";
import shell from "../../messages/en/shell.json";
import tenant from "../../messages/en/tenant.json";
import type { Locale } from "./locale";

const en = { account, common, entry, people, problems, shell, tenant };

/** What the shared pages say; each namespace is a file. */
export const webMessages: Record<Locale, typeof en> = {
  en,
  de: {
    account: accountDe,
    common: commonDe,
    entry: entryDe,
    people: peopleDe,
    problems: problemsDe,
    shell: shellDe,
    tenant: tenantDe,
  },
};
