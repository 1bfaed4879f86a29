const SAFE = new Set(["GET", "HEAD"]);

/**
 * Whether a request comes from a page of this host: cookies come along whoever asks.
 *
 * Browsers name the origin of every request that may change something; what has none is no browser's page.
 */
export function isFromHere(request: Request): boolean {
  if (SAFE.has(request.method)) return true;
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  if ((site !== null && site !== "same-origin") || origin === null || origin === "null") return false;
  return URL.canParse(origin) && new URL(origin).host === request.headers.get("host");
}
