const BROWSERS = { "Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari" };
const SYSTEMS = {
  Android: "Android",
  iPhone: "iPhone",
  iPad: "iPad",
  Windows: "Windows",
  "Mac OS": "macOS",
  Linux: "Linux",
};

/** A browser by the name people know it by, as far as its `User-Agent` gives it away; programs keep theirs. */
export function deviceName(userAgent: string): string {
  const [browser, system] = [BROWSERS, SYSTEMS].map(
    (names) => Object.entries(names).find(([mark]) => userAgent.includes(mark))?.[1],
  );
  return browser && system ? `${browser}, ${system}` : userAgent;
}
