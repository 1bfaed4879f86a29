import { type NextRequest, NextResponse } from "next/server";

import type { Application } from "../application";
import { forgetSession, readSession, type Session, writeSession } from "./cookies";
import { ask, codeOf, problem } from "./gateway";
import { isFromHere } from "./origin";
import { type Renewal, renewed } from "./renewal";

const PREFIX = "/api/gateway";
const REPEATABLE = 1_048_576; // bytes of a body that are kept to be sent again with new tokens

/** Their answers hold tokens, which no script is to see: `/api/session/…` asks them. */
const NOT_FOR_SCRIPTS = new Set(["/user/login", "/user/mfa/challenge", "/user/refresh", "/user/token"]);

/** What a later request with newer tokens may mend. */
const RENEWABLE = new Set(["gateway.token_stale", "gateway.token_expired", "gateway.token_invalid"]);

const HOP = ["connection", "keep-alive", "transfer-encoding"];

type Handler = (request: NextRequest) => Promise<Response>;

/** The gateway's API at /api/gateway, with the session's token; a page that omits its cookies asks as nobody. */
export function gatewayHandlers(
  application: Application,
): Record<"GET" | "POST" | "PUT" | "PATCH" | "DELETE", Handler> {
  const handler: Handler = (request) => passedOn(application, request);
  return { GET: handler, POST: handler, PUT: handler, PATCH: handler, DELETE: handler };
}

async function passedOn(application: Application, request: NextRequest): Promise<Response> {
  if (!isFromHere(request))
    return problem(403, "frontend.origin_refused", "Another site's page asked for this.");
  const path = request.nextUrl.pathname.slice(PREFIX.length);
  if (NOT_FOR_SCRIPTS.has(decodeURIComponent(path)))
    return problem(404, "frontend.not_found", "There is no such page.");

  const kept = readSession(request.cookies, application);
  const length = Number(request.headers.get("content-length") ?? (request.body ? Infinity : 0));
  const body = length === 0 ? null : length <= REPEATABLE ? await request.arrayBuffer() : request.body;
  const tenant = request.headers.get("x-tenant-id") ?? undefined;
  const send = (session?: Required<Session>) =>
    ask(application, {
      method: request.method,
      path: path + request.nextUrl.search,
      headers: request.headers,
      session,
      tenant,
      body,
      signal: request.signal,
    });

  if (kept === undefined) return answered(await send());
  let renewal: Renewal | undefined;
  if (kept.access === undefined) renewal = await renewed(application, kept, request.headers);
  if (renewal && "refusal" in renewal) return refused(application, renewal.refusal);
  let answer = await send(renewal?.session ?? (kept as Required<Session>));
  if (answer.status === 401 && !renewal && RENEWABLE.has((await codeOf(answer)) ?? "")) {
    renewal = await renewed(application, kept, request.headers);
    if ("refusal" in renewal) return refused(application, renewal.refusal);
    if (!(body instanceof ReadableStream)) answer = await send(renewal.session);
  }
  const response = answered(answer);
  if (renewal) writeSession(response, application, renewal.session, renewal.expiresIn);
  else if (answer.status === 401) forgetSession(response, application);
  return response;
}

/** The session has ended, or whoever could say so is away: only the former is forgotten. */
export function refused(application: Application, refusal: Response): NextResponse {
  const response = answered(refusal.clone());
  if (refusal.status === 401) forgetSession(response, application);
  return response;
}

/** The gateway's answer as a browser may have it: a file among the answers must not run as a page of ours. */
function answered(answer: Response): NextResponse {
  const headers = new Headers(answer.headers);
  for (const name of HOP) headers.delete(name);
  if (headers.has("content-encoding")) {
    headers.delete("content-encoding"); // fetch has decoded it
    headers.delete("content-length");
  }
  headers.set("content-security-policy", "default-src 'none'; sandbox");
  if (!headers.has("cache-control")) headers.set("cache-control", "private, no-store");
  return new NextResponse(answer.body, { status: answer.status, headers });
}
