/** The digest of an error whose reason is that the fleet does not answer; Next.js passes nothing else on to a page. */
export const AWAY = "away";
