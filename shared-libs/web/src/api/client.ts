import createFetchClient, { type Client } from "openapi-fetch";
import createQueryClient, { type OpenapiQueryClient } from "openapi-react-query";

import { fetchPublic, fetchSignedIn } from "./fetch";

const BASE = "/api/gateway";

/** Typed by an application's OpenAPI document, as who is signed in. Refusals throw an ApiError. */
export function apiClient<Paths extends object>(): Client<Paths> {
  return createFetchClient<Paths>({ baseUrl: origin() + BASE, fetch: fetchSignedIn });
}

/** The same as nobody: for what needs no sign-in, whoever may be signed in at the moment. */
export function publicClient<Paths extends object>(): Client<Paths> {
  return createFetchClient<Paths>({ baseUrl: origin() + BASE, fetch: fetchPublic, credentials: "omit" });
}

/** Hooks for TanStack Query. Keys are `[method, path, init]`, so `invalidateQueries({queryKey: ["get", path]})`. */
export function apiHooks<Paths extends object>(client: Client<Paths>): OpenapiQueryClient<Paths> {
  return createQueryClient(client);
}

/** What is edited, with the version to send back as `If-Match`. */
export async function versioned<Data>(
  answer: Promise<{ data?: Data; response: Response }>,
): Promise<{ data: Data; etag: string }> {
  const { data, response } = await answer;
  return { data: data as Data, etag: response.headers.get("etag") ?? "" };
}

/** Request needs a whole address, also where a page is rendered on the server; nothing is fetched there. */
function origin(): string {
  return typeof window === "undefined" ? "http://localhost" : window.location.origin;
}
