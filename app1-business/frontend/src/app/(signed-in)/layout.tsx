import { whoIsSignedIn } from "@fleet/web/session/signed-in";
import { SignedInFrame } from "@fleet/web/ui/signed-in-frame";
import type { ReactNode } from "react";

import { BusinessShell } from "@/shell";

export default async function Layout({ children }: { children: ReactNode }) {
  const session = await whoIsSignedIn("business");
  return (
    <SignedInFrame session={session}>
      <BusinessShell session={session}>{children}</BusinessShell>
    </SignedInFrame>
  );
}
