import { whoIsSignedIn } from "@fleet/web/session/signed-in";
import { SignedInFrame } from "@fleet/web/ui/signed-in-frame";
import type { ReactNode } from "react";

import { SchoolShell } from "@/shell";

export default async function Layout({ children }: { children: ReactNode }) {
  const session = await whoIsSignedIn("school");
  return (
    <SignedInFrame session={session}>
      <SchoolShell session={session}>{children}</SchoolShell>
    </SignedInFrame>
  );
}
