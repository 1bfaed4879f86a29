import { cookies, headers } from "next/headers";
import type { AbstractIntlMessages } from "next-intl";
import { getRequestConfig } from "next-intl/server";

import { accepting, chosenLocale, type Locale, LOCALE_COOKIE, regional } from "./locale";

/** What an application's `src/i18n.ts` exports: no locale in the path, one language a browser. */
export function requestConfig(
  messages: Record<Locale, AbstractIntlMessages>,
): ReturnType<typeof getRequestConfig> {
  return getRequestConfig(async () => {
    const chosen = (await cookies()).get(LOCALE_COOKIE)?.value;
    const accepted = (await headers()).get("accept-language");
    const language = chosenLocale(chosen, accepted);
    return {
      locale: regional(language, ...accepting(accepted)),
      messages: messages[language],
      timeZone: "UTC",
    };
  });
}
