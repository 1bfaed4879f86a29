import { type NextRequest, NextResponse } from "next/server";

import type { Application } from "../application";
import { localPath } from "./local-path";
import { forgetSession, readSession, type Session, writeSession } from "./cookies";
import { ask, problem } from "./gateway";
import { refused } from "./gateway-handler";
import { isFromHere } from "./origin";
import { accepted, type Renewal, renewed, type Tokens } from "./renewal";
import { settings } from "./settings";

type Action = (application: Application, request: NextRequest) => Promise<Response>;

const ACTIONS: Record<string, Action> = {
  "POST login": (application, request) => signIn(application, request, "/user/login"),
  "POST code": (application, request) => signIn(application, request, "/user/mfa/challenge"),
  "POST logout": logOut,
  "POST ws-ticket": ticket,
  "GET renew": renewAndReturn,
};

/** What becomes of a session, at /api/session/…: login, code, logout, ws-ticket, renew. */
export function sessionHandlers(
  application: Application,
): Record<"GET" | "POST", (request: NextRequest) => Promise<Response>> {
  const handler = async (request: NextRequest): Promise<Response> => {
    const action = ACTIONS[`${request.method} ${request.nextUrl.pathname.split("/").at(-1) ?? ""}`];
    if (!action) return problem(404, "frontend.not_found", "There is no such page.");
    if (!isFromHere(request))
      return problem(403, "frontend.origin_refused", "Another site's page asked for this.");
    return await action(application, request);
  };
  return { GET: handler, POST: handler };
}

/** The body is the gateway's own, with the tenant besides. The answer says who it is, and holds no token. */
async function signIn(application: Application, request: NextRequest, path: string): Promise<Response> {
  const { tenant, ...body } = (await request.json()) as { tenant: string } & Record<string, unknown>;
  const answer = await ask(application, {
    method: "POST",
    path,
    headers: request.headers,
    tenant,
    body: JSON.stringify(body),
  });
  if (!answer.ok) return refused(application, answer);
  const tokens = (await answer.json()) as Tokens & { user: unknown; second_factor_required: boolean };
  const { session, expiresIn } = accepted(tenant, tokens);
  const response = NextResponse.json({
    user: tokens.user,
    second_factor_required: tokens.second_factor_required,
  });
  writeSession(response, application, session, expiresIn);
  return response;
}

/** The browser is signed out whatever the gateway says: it forgets its tokens. */
async function logOut(application: Application, request: NextRequest): Promise<Response> {
  const current = await currentSession(application, request);
  if (current && "session" in current) {
    await ask(application, {
      method: "POST",
      path: "/user/logout",
      headers: request.headers,
      session: current.session,
    });
  }
  const response = new NextResponse(null, { status: 204 });
  forgetSession(response, application);
  return response;
}

/** A ticket for a WebSocket, and where to go with it: `{ticket, url}`. */
async function ticket(application: Application, request: NextRequest): Promise<Response> {
  const current = await currentSession(application, request);
  if (!current) return problem(401, "frontend.signed_out", "Sign in first.");
  if ("refusal" in current) return refused(application, current.refusal);
  const answer = await ask(application, {
    method: "POST",
    path: "/user/ws-ticket",
    headers: request.headers,
    session: current.session,
  });
  if (!answer.ok) return refused(application, answer);
  const { ticket: fresh } = (await answer.json()) as { ticket: string };
  const response = NextResponse.json({ ticket: fresh, url: settings.sockets });
  if (current.expiresIn) writeSession(response, application, current.session, current.expiresIn);
  return response;
}

/** For a page whose tokens turned out stale while it was rendered, when no cookie could be set any more. */
async function renewAndReturn(application: Application, request: NextRequest): Promise<Response> {
  const next = localPath(request.nextUrl.searchParams.get("next"));
  const kept = readSession(request.cookies, application);
  const renewal = kept && (await renewed(application, kept, request.headers));
  if (renewal && "session" in renewal) {
    const back = new NextResponse(null, { status: 303, headers: { location: next } });
    writeSession(back, application, renewal.session, renewal.expiresIn);
    return back;
  }
  if (renewal && renewal.refusal.status !== 401) return refused(application, renewal.refusal);
  const query = new URLSearchParams({ next, ...(kept && { tenant: kept.tenant }) });
  const out = new NextResponse(null, { status: 303, headers: { location: `/login?${query.toString()}` } });
  forgetSession(out, application);
  return out;
}

async function currentSession(
  application: Application,
  request: NextRequest,
): Promise<
  { session: Required<Session>; expiresIn?: number } | Extract<Renewal, { refusal: Response }> | undefined
> {
  const kept = readSession(request.cookies, application);
  if (kept?.access !== undefined) return { session: { ...kept, access: kept.access } };
  return kept && (await renewed(application, kept, request.headers));
}
