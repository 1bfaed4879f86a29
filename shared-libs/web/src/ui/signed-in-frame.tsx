import { NextIntlClientProvider } from "next-intl";
import type { ReactNode } from "react";

import type { SignedIn } from "../session/signed-in";

/** All words, and moments told by the organisation's clock. */
export function SignedInFrame({ session, children }: { session: SignedIn; children: ReactNode }) {
  return <NextIntlClientProvider timeZone={session.tenant.time_zone}>{children}</NextIntlClientProvider>;
}
