import type { Application } from "../application";
import type { Session } from "./cookies";
import { ask } from "./gateway";

export interface Tokens {
  access_token: string;
  refresh_token: string;
  expires_in: number;
}

/** New tokens; or the answer that says why there are none: 401 where the session has ended. */
export type Renewal = { session: Required<Session>; expiresIn: number } | { refusal: Response };

const GRACE = 10_000; // milliseconds in which the user-service, too, gives the same successor

/** By refresh token. Of the process, because pages and route handlers are bundled apart. */
const shared = globalThis as typeof globalThis & { fleetRenewals?: Map<string, Promise<Renewal>> };
const renewals = (shared.fleetRenewals ??= new Map<string, Promise<Renewal>>());

/**
 * Exchange a session's refresh token.
 *
 * However many requests of a browser ask at once, the user-service is asked once; who comes
 * with the former token within the grace gets the same tokens. Instances need not agree:
 * the successor is derived from the token, so each gets the same one.
 */
export async function renewed(
  application: Application,
  session: Session,
  headers: Headers,
): Promise<Renewal> {
  const running = renewals.get(session.refresh);
  if (running) return await running;
  const started = renew(application, session, headers);
  renewals.set(session.refresh, started);
  const renewal = await started;
  if ("refusal" in renewal) renewals.delete(session.refresh);
  else setTimeout(() => renewals.delete(session.refresh), GRACE).unref();
  return renewal;
}

async function renew(application: Application, session: Session, headers: Headers): Promise<Renewal> {
  const answer = await ask(application, {
    method: "POST",
    path: "/user/refresh",
    headers: new Headers({
      "content-type": "application/json",
      "user-agent": headers.get("user-agent") ?? "",
      "x-forwarded-for": headers.get("x-forwarded-for") ?? "",
    }),
    tenant: session.tenant,
    body: JSON.stringify({ refresh_token: session.refresh }),
  });
  return answer.ok ? accepted(session.tenant, (await answer.json()) as Tokens) : { refusal: answer };
}

export function accepted(tenant: string, tokens: Tokens): { session: Required<Session>; expiresIn: number } {
  const session = { tenant, refresh: tokens.refresh_token, access: tokens.access_token };
  return { session, expiresIn: tokens.expires_in };
}
