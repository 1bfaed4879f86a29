import type { Application } from "../application";
import type { Session } from "./cookies";
import { settings } from "./settings";

/** Of a browser's request, what the gateway gets to see. */
const PASSED_ON = [
  "accept",
  "accept-language",
  "content-type",
  "idempotency-key",
  "if-match",
  "if-none-match",
  "range",
  "user-agent", // names the device in the list of sessions
  "x-forwarded-for", // throttling counts by it
  "x-request-id",
];

export interface Ask {
  method: string;
  /** With its query, from the slash on. */
  path: string;
  /** The browser's. */
  headers: Headers;
  /** Whose request it is. Without one the tenant named is asked, if any. */
  session?: Required<Session> | undefined;
  tenant?: string | undefined;
  body?: BodyInit | null;
  signal?: AbortSignal | undefined;
}

/** Ask the gateway; a gateway that does not answer is a 503 like its own. */
export async function ask(
  application: Application,
  { method, path, session, tenant, body, ...rest }: Ask,
): Promise<Response> {
  const headers = new Headers({ "x-application": application });
  for (const name of PASSED_ON) {
    const value = rest.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  if (session !== undefined) headers.set("authorization", `Bearer ${session.access}`);
  const named = session?.tenant ?? tenant;
  if (named !== undefined) headers.set("x-tenant-id", named);
  try {
    return await fetch(settings.gateway + path, {
      method,
      headers,
      body: body ?? null,
      redirect: "manual",
      cache: "no-store",
      ...(rest.signal && { signal: rest.signal }),
      // Not in the DOM's types: a stream is sent while the answer is not awaited yet.
      ...(body instanceof ReadableStream && { duplex: "half" }),
    });
  } catch (error) {
    if (rest.signal?.aborted) throw error;
    return problem(503, "frontend.gateway_unreachable", "The service cannot be reached at the moment.");
  }
}

export function problem(status: number, code: string, detail: string): Response {
  const body = JSON.stringify({ type: "about:blank", title: detail, status, detail, code });
  return new Response(body, { status, headers: { "content-type": "application/problem+json" } });
}

/** The code of a problem; the response can still be read. */
export async function codeOf(response: Response): Promise<string | undefined> {
  if (response.headers.get("content-type")?.startsWith("application/problem+json") !== true) return undefined;
  const body = (await response.clone().json()) as { code?: string };
  return body.code;
}
