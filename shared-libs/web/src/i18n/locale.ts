export const LOCALES = ["en", "de"] as const;
export type Locale = (typeof LOCALES)[number];

export const LOCALE_COOKIE = "locale";

/** Whose way of telling days and numbers a language has where nothing says another. */
const HOME: Record<Locale, string> = { en: "en-GB", de: "de-DE" };

/** Of a tag like `de-AT`; undefined where we do not speak it. */
export function languageOf(tag: string): Locale | undefined {
  return LOCALES.find((locale) => locale === tag.slice(0, 2).toLowerCase());
}

/** The language chosen, else the first of the browser's that we speak, else English. */
export function chosenLocale(cookie: string | undefined, accepted: string | null): Locale {
  const wanted = [cookie, ...accepting(accepted)];
  return wanted.flatMap((tag) => languageOf(tag ?? "") ?? [])[0] ?? "en";
}

/** A language as it is told in the first region of it that is named, be it by an organisation or by a browser. */
export function regional(language: Locale, ...named: string[]): string {
  const inRegion = (tag: string) => languageOf(tag) === language && /^[a-z]{2}-[a-z]{2}$/i.test(tag);
  return named.find(inRegion) ?? HOME[language];
}

/** The tags of an `Accept-Language`, the dearest first. */
export function accepting(header: string | null): string[] {
  return (header ?? "").split(",").map((one) => one.split(";")[0]?.trim() ?? "");
}
