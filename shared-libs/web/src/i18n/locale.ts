export const LOCALES = ["en", "de"] as const;
export type Locale = (typeof LOCALES)[number];

export const LOCALE_COOKIE = "locale";

/** The language chosen, else the first of the browser's that we speak, else English. */
export function chosenLocale(cookie: string | undefined, accepted: string | null): Locale {
  const wanted = [cookie, ...(accepted ?? "").split(",")].map((tag) => tag?.trim().slice(0, 2).toLowerCase());
  return wanted.flatMap((tag) => LOCALES.find((locale) => locale === tag) ?? [])[0] ?? "en";
}
