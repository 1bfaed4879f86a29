/**
 * A session lives in the browser's cookies and nowhere else, so any instance can serve it:
 *
 *   __Host-business           tenant.refresh-token
 *   __Host-business-access-n  expiry.access-token, in pieces: a browser drops a cookie of more than 4 kB
 *
 * All httpOnly: no script sees a token.
 */
import type { NextRequest, NextResponse } from "next/server";

import type { Application } from "../application";

export interface Session {
  tenant: string;
  refresh: string;
  /** Left out once it has expired: the browser forgets its cookie. */
  access?: string;
}

const LIFETIME = 90 * 24 * 3600; // seconds; the user-service ends a session no later
const MARGIN = 20; // seconds before its end at which an access token is no longer used
const PIECE = 3_500; // characters
const PIECES = 3;

const OPTIONS = { path: "/", httpOnly: true, secure: true, sameSite: "lax" } as const;

/** What both a request and `await cookies()` have. */
interface Jar {
  get(name: string): { value: string } | undefined;
}

export function readSession(jar: Jar, application: Application): Session | undefined {
  const kept = jar.get(`__Host-${application}`)?.value;
  const dot = kept?.indexOf(".") ?? -1;
  if (kept === undefined || dot < 1) return undefined;
  const access = accessNames(application)
    .map((name) => jar.get(name)?.value ?? "")
    .join("");
  const session = { tenant: kept.slice(0, dot), refresh: kept.slice(dot + 1) };
  return access === "" ? session : { ...session, access };
}

export function writeSession(
  response: NextResponse,
  application: Application,
  session: Required<Session>,
  expiresIn: number,
): void {
  response.cookies.set(`__Host-${application}`, `${session.tenant}.${session.refresh}`, {
    ...OPTIONS,
    maxAge: LIFETIME,
  });
  accessNames(application).forEach((name, index) => {
    const piece = session.access.slice(index * PIECE, (index + 1) * PIECE);
    response.cookies.set(name, piece, { ...OPTIONS, maxAge: piece ? Math.max(expiresIn - MARGIN, 1) : 0 });
  });
}

export function forgetSession(response: NextResponse, application: Application): void {
  for (const name of [`__Host-${application}`, ...accessNames(application)]) {
    response.cookies.set(name, "", { ...OPTIONS, maxAge: 0 });
  }
}

/** The request's Cookie header with the session's tokens replaced, for what is rendered next. */
export function withSession(
  request: NextRequest,
  application: Application,
  session: Required<Session>,
): Headers {
  const names = new Set([`__Host-${application}`, ...accessNames(application)]);
  const others = request.cookies.getAll().filter(({ name }) => !names.has(name));
  const own = [
    { name: `__Host-${application}`, value: `${session.tenant}.${session.refresh}` },
    ...accessNames(application).map((name, index) => ({
      name,
      value: session.access.slice(index * PIECE, (index + 1) * PIECE),
    })),
  ];
  const headers = new Headers(request.headers);
  headers.set("cookie", [...others, ...own].map(({ name, value }) => `${name}=${value}`).join("; "));
  return headers;
}

function accessNames(application: Application): string[] {
  return Array.from({ length: PIECES }, (_, index) => `__Host-${application}-access-${index}`);
}
