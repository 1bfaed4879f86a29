import { headers } from "next/headers";

import { localPath } from "../session/local-path";
import { tenantOf } from "../session/settings";
import { SignIn } from "./sign-in";

/** /login?tenant=…&next=… */
export async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<{ tenant?: string; next?: string }>;
}) {
  const { tenant, next } = await searchParams;
  return <SignIn host={tenantOf((await headers()).get("host"))} tenant={tenant} next={localPath(next)} />;
}
