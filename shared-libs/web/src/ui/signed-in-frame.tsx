import { NextIntlClientProvider } from "next-intl";
import { getLocale } from "next-intl/server";
import type { ReactNode } from "react";

import { languageOf, regional } from "../i18n/locale";
import type { SignedIn } from "../session/signed-in";

/** All words; moments told by the organisation's clock and, in its language, as is usual where it is. */
export async function SignedInFrame({ session, children }: { session: SignedIn; children: ReactNode }) {
  const asked = await getLocale();
  const { locale, time_zone } = session.tenant;
  return (
    <NextIntlClientProvider locale={regional(languageOf(asked) ?? "en", locale, asked)} timeZone={time_zone}>
      {children}
    </NextIntlClientProvider>
  );
}
