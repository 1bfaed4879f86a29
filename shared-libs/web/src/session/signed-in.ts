import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";

import type { components } from "../api/business";
import type { Application } from "../application";
import { AWAY } from "./away";
import { readSession, type Session } from "./cookies";
import { ask, codeOf } from "./gateway";

export type User = components["schemas"]["UserOwnUserRead"];
export type Tenant = components["schemas"]["UserOwnTenantRead"];

export interface SignedIn {
  user: User;
  tenant: Tenant;
}

/** Of a token: a new one will do, or signing in again. */
const RENEWABLE = new Set(["token_expired", "token_stale", "session_revoked", "tenant_shut"]);

/** Who a page is rendered for; whoever is signed in no more is sent to sign in. */
export async function whoIsSignedIn(application: Application): Promise<SignedIn> {
  const session = readSession(await cookies(), application);
  const asked = await headers();
  const renew = `/api/session/renew?${new URLSearchParams({ next: asked.get("x-pathname") ?? "/" }).toString()}`;
  if (session?.access === undefined) redirect(renew);

  const read = async (path: string): Promise<unknown> => {
    const answer = await ask(application, {
      method: "GET",
      path,
      headers: asked,
      session: session as Required<Session>,
    });
    if (answer.ok) return await answer.json();
    const code = (await codeOf(answer)) ?? "";
    if (RENEWABLE.has(code.replace("gateway.", ""))) redirect(renew);
    const failure = new Error(`${path} was answered ${answer.status} ${code}`);
    throw answer.status >= 500 ? Object.assign(failure, { digest: AWAY }) : failure;
  };
  const [user, tenant] = await Promise.all([read("/user/me"), read("/user/tenant")]);
  return { user: user as User, tenant: tenant as Tenant };
}
