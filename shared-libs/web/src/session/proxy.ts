import { type NextRequest, NextResponse } from "next/server";

import type { Application } from "../application";
import { forgetSession, readSession, withSession, writeSession } from "./cookies";
import { renewed } from "./renewal";
import { localPath } from "./local-path";
import { settings } from "./settings";

/** Pages that need nobody signed in. */
const PUBLIC = new Set([
  "/forgot-password",
  "/invitation",
  "/login",
  "/organisations",
  "/register",
  "/reset-password",
  "/verify-email",
]);

/** Before a page is rendered: who asks, with tokens that still hold; and what the page may load. */
export async function proxied(application: Application, request: NextRequest): Promise<NextResponse> {
  const nonce = Buffer.from(crypto.randomUUID()).toString("base64");
  const policy = contentSecurityPolicy(nonce);
  const { pathname, search } = request.nextUrl;
  const kept = readSession(request.cookies, application);

  let headers = new Headers(request.headers);
  const renewal =
    kept && kept.access === undefined ? await renewed(application, kept, request.headers) : undefined;
  const ended = renewal && "refusal" in renewal && renewal.refusal.status === 401;
  if (renewal && "session" in renewal) headers = withSession(request, application, renewal.session);

  let response: NextResponse;
  if ((kept === undefined || ended) && !PUBLIC.has(pathname)) {
    const query = new URLSearchParams({
      next: localPath(pathname + search),
      ...(kept && { tenant: kept.tenant }),
    });
    response = seeOther(request, `/login?${query.toString()}`);
  } else if (kept && !ended && pathname === "/login") {
    response = seeOther(request, localPath(request.nextUrl.searchParams.get("next")));
  } else {
    headers.set("x-nonce", nonce);
    headers.set("x-pathname", pathname + search);
    headers.set("content-security-policy", policy); // Next.js takes the nonce from it
    response = NextResponse.next({ request: { headers } });
  }
  response.headers.set("content-security-policy", policy);
  if (renewal && "session" in renewal)
    writeSession(response, application, renewal.session, renewal.expiresIn);
  if (ended) forgetSession(response, application);
  return response;
}

function seeOther(request: NextRequest, path: string): NextResponse {
  const url = request.nextUrl.clone();
  [url.pathname, url.search] = [path.split("?")[0] ?? "/", path.split("?").slice(1).join("?")];
  return NextResponse.redirect(url, 303);
}

function contentSecurityPolicy(nonce: string): string {
  const developing = process.env.NODE_ENV === "development"; // React's eval, and styles of Next.js' own tools
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${developing ? " 'unsafe-eval'" : ""}`,
    `style-src 'self' ${developing ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "style-src-attr 'unsafe-inline'", // Mantine's variables, which carry no rule of their own
    "img-src 'self' blob: data:",
    `connect-src 'self' ${settings.sockets}`,
    "font-src 'self'",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
