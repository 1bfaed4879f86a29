/** @jest-environment node */
import { NextRequest } from "next/server";

import { inTurn } from "../testing/gateway";
import { gatewayHandlers } from "./gateway-handler";
import { proxied } from "./proxy";
import { sessionHandlers } from "./session-handler";

const HOST = "https://acme.example.org";

interface Sent {
  path: string;
  headers: Headers;
  body: string;
}

let sent: Sent[];
let answers: Record<string, () => Response | Promise<Response>>;
let token = 0;

beforeEach(() => {
  sent = [];
  answers = {};
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const path = request.url.replace("http://127.0.0.1:8080", "");
    sent.push({ path, headers: request.headers, body: await request.text() });
    return (await answers[`${request.method} ${path}`]?.()) ?? Response.json({});
  };
});

/** A session whose access token is used up, with a refresh token of its own, as each is renewed once. */
function expired(): string {
  return `__Host-business=acme.refresh-${(token += 1)}`;
}

function signedIn(): string {
  return `${expired()}; __Host-business-access-0=access`;
}

function request(path: string, { method = "GET", headers = {}, body }: RequestOptions = {}): NextRequest {
  const text = JSON.stringify(body ?? null);
  return new NextRequest(HOST + path, {
    method,
    headers: { host: "acme.example.org", "content-length": body ? `${text.length}` : "0", ...headers },
    ...(body !== undefined && { body: text }),
  });
}

interface RequestOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

const here = { origin: HOST };

function tokens(access: string, refresh = "next"): Response {
  return Response.json({ access_token: access, refresh_token: refresh, expires_in: 600 });
}

function problem(status: number, code: string): Response {
  return new Response(JSON.stringify({ status, code, title: code }), {
    status,
    headers: { "content-type": "application/problem+json" },
  });
}

function cookies(response: Response): Map<string, string> {
  return new Map(
    response.headers.getSetCookie().map((line) => {
      const [, name = "", rest = ""] = /^([^=]+)=(.*)$/.exec(line) ?? [];
      return [name, rest];
    }),
  );
}

const passOn = gatewayHandlers("business");
const session = sessionHandlers("business");

test("signing in keeps tokens in cookies that no script sees, a long one in pieces", async () => {
  const access = "a".repeat(5_000);
  answers["POST /user/login"] = () => tokens(access, "first");
  const body = { tenant: "acme", email: "ada@acme.test", password: "secret" };
  const answer = await session.POST(request("/api/session/login", { method: "POST", headers: here, body }));
  expect(await answer.text()).not.toContain("aaa");
  const set = cookies(answer);
  expect(set.get("__Host-business")).toMatch(/^acme\.first;/);
  const pieces = [0, 1, 2].map((n) => set.get(`__Host-business-access-${n}`)?.split(";")[0]);
  expect(pieces.join("")).toBe(access);
  for (const cookie of set.values()) expect(cookie).toMatch(/Secure; HttpOnly; SameSite=lax/);
  expect(sent[0]?.headers.get("x-tenant-id")).toBe("acme");
  expect(JSON.parse(sent[0]?.body ?? "")).toEqual({ email: "ada@acme.test", password: "secret" });
});

test("an access token in pieces is put together for the gateway", async () => {
  const cookie = `${expired()}; __Host-business-access-0=one; __Host-business-access-1=two`;
  await passOn.GET(request("/api/gateway/user/me?x=1", { headers: { cookie } }));
  expect(sent[0]?.path).toBe("/user/me?x=1");
  expect(sent[0]?.headers.get("authorization")).toBe("Bearer onetwo");
  expect(sent[0]?.headers.get("cookie")).toBeNull();
});

test("however many requests find their token expired, it is renewed once, and all get the new one", async () => {
  const cookie = expired();
  answers["POST /user/refresh"] = () => tokens("fresh");
  const asked = () => passOn.GET(request("/api/gateway/user/me", { headers: { cookie } }));
  const responses = await Promise.all([asked(), asked(), asked()]);
  expect(sent.filter(({ path }) => path === "/user/refresh")).toHaveLength(1);
  expect(
    sent.filter(({ path }) => path === "/user/me").map(({ headers }) => headers.get("authorization")),
  ).toEqual(["Bearer fresh", "Bearer fresh", "Bearer fresh"]);
  for (const response of responses) expect(cookies(response).get("__Host-business")).toMatch(/^acme\.next;/);
});

test("a request refused for a stale token is sent again, with its body, with a new one", async () => {
  answers["POST /hrms/employees"] = inTurn(problem(401, "gateway.token_stale"), Response.json({ ok: true }));
  answers["POST /user/refresh"] = () => tokens("fresh");
  const answer = await passOn.POST(
    request("/api/gateway/hrms/employees", {
      method: "POST",
      headers: { ...here, cookie: signedIn() },
      body: { name: "Ben" },
    }),
  );
  expect(await answer.json()).toEqual({ ok: true });
  const tries = sent.filter(({ path }) => path === "/hrms/employees");
  expect(tries.map(({ body }) => body)).toEqual(['{"name":"Ben"}', '{"name":"Ben"}']);
  expect(tries.at(-1)?.headers.get("authorization")).toBe("Bearer fresh");
});

test("a session that has ended is forgotten; one that cannot be renewed just now is not", async () => {
  const asked = () => passOn.GET(request("/api/gateway/user/me", { headers: { cookie: expired() } }));
  answers["POST /user/refresh"] = () => problem(503, "gateway.service_unavailable");
  expect(cookies(await asked()).size).toBe(0);
  answers["POST /user/refresh"] = () => problem(401, "user.session_ended");
  expect(cookies(await asked()).get("__Host-business")).toMatch(/^;.*Max-Age=0/);
});

test.each([
  ["another site's", { origin: "https://evil.example" }],
  ["a sibling's", { origin: "https://other.example.org" }],
  ["an unknown page's", {}],
  ["a sandboxed page's", { origin: "null" }],
  ["one that the browser calls cross-site", { ...here, "sec-fetch-site": "cross-site" }],
])("%s request for a change is refused before the gateway hears of it", async (_, headers) => {
  const options = { method: "POST", headers: { cookie: signedIn(), ...headers }, body: {} };
  for (const answer of [
    await passOn.POST(request("/api/gateway/hrms/employees", options)),
    await session.POST(request("/api/session/logout", options)),
  ]) {
    expect(answer.status).toBe(403);
  }
  expect(sent).toEqual([]);
});

test.each(["/user/login", "/user/mfa/challenge", "/user/refresh", "/user/token", "/user/%6Cogin"])(
  "%s, whose answer holds tokens, is not passed on",
  async (path) => {
    const answer = await passOn.POST(
      request(`/api/gateway${path}`, { method: "POST", headers: here, body: {} }),
    );
    expect(answer.status).toBe(404);
    expect(sent).toEqual([]);
  },
);

test("a file that the gateway answers with cannot run as a page of ours", async () => {
  answers["GET /hrms/documents/1"] = () =>
    new Response("<script>", { headers: { "content-type": "text/html" } });
  const answer = await passOn.GET(
    request("/api/gateway/hrms/documents/1", { headers: { cookie: signedIn() } }),
  );
  expect(answer.headers.get("content-security-policy")).toBe("default-src 'none'; sandbox");
});

test("signing out forgets the session even where the gateway cannot be reached", async () => {
  answers["POST /user/logout"] = () => Promise.reject(new TypeError("gone"));
  const answer = await session.POST(
    request("/api/session/logout", { method: "POST", headers: { ...here, cookie: signedIn() } }),
  );
  expect(answer.status).toBe(204);
  expect(cookies(answer).get("__Host-business")).toMatch(/^;.*Max-Age=0/);
});

test("after renewing, nobody is led to another site", async () => {
  answers["POST /user/refresh"] = () => tokens("fresh");
  const to = async (next: string) => {
    const query = new URLSearchParams({ next }).toString();
    const headers = { cookie: expired() };
    const answer = await session.GET(request(`/api/session/renew?${query}`, { headers }));
    return answer.headers.get("location");
  };
  expect(await to("/leave?year=2026")).toBe("/leave?year=2026");
  for (const elsewhere of ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example"])
    expect(await to(elsewhere)).toBe("/");
});

test("each page gets a nonce of its own, which the policy for its scripts names", async () => {
  const pages = [await proxied("business", request("/login")), await proxied("business", request("/login"))];
  const nonces = pages.map((page) => {
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(page.headers.get("x-middleware-request-content-security-policy")).toBe(policy);
    expect(policy).toContain("frame-ancestors 'none'");
    return /script-src 'self' 'nonce-([^']+)' 'strict-dynamic';/.exec(policy)?.[1];
  });
  expect(nonces[0]).toBeTruthy();
  expect(nonces[0]).not.toBe(nonces[1]);
});

test("whoever is not signed in is led to sign in, and from there back", async () => {
  const page = await proxied("business", request("/employees?q=ada"));
  expect(page.headers.get("location")).toBe(`${HOST}/login?next=%2Femployees%3Fq%3Dada`);
  const headers = { cookie: signedIn() };
  const back = await proxied("business", request("/login?next=%2Femployees%3Fq%3Dada", { headers }));
  expect(back.headers.get("location")).toBe(`${HOST}/employees?q=ada`);
});

test("a page is rendered with the tokens that were renewed for it", async () => {
  answers["POST /user/refresh"] = () => tokens("fresh");
  const headers = { cookie: `${expired()}; locale=de` };
  const page = await proxied("business", request("/", { headers }));
  const seen = page.headers.get("x-middleware-request-cookie") ?? "";
  expect(seen).toContain("locale=de");
  expect(seen).toContain("__Host-business=acme.next");
  expect(seen).toContain("__Host-business-access-0=fresh");
  expect(cookies(page).get("__Host-business")).toMatch(/^acme\.next;/);
});
