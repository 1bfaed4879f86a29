import commonDe from "../../messages/de/common.json";
import entryDe from "../../messages/de/entry.json";
import problemsDe from "../../messages/de/problems.json";
import shellDe from "../../messages/de/shell.json";
import common from "../../messages/en/common.json";
import entry from "../../messages/en/entry.json";
import problems from "../../messages/en/problems.json";
import shell from "../../messages/en/shell.json";
import type { Locale } from "./locale";

const en = { common, entry, problems, shell };

/** What the shared pages say; each namespace is a file. */
export const webMessages: Record<Locale, typeof en> = {
  en,
  de: { common: commonDe, entry: entryDe, problems: problemsDe, shell: shellDe },
};
