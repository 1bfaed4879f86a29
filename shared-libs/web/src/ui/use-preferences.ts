import { useMantineColorScheme } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useLocale } from "next-intl";

import { languageOf, type Locale, LOCALE_COOKIE } from "../i18n/locale";

export const THEMES = ["light", "dark", "auto"] as const;

/** Language and theme. Both are the browser's, not the account's. */
export function usePreferences() {
  const locale = languageOf(useLocale()) ?? "en";
  const router = useRouter();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const speak = (chosen: Locale) => {
    remember(chosen);
    router.refresh();
  };
  return { locale, speak, theme: colorScheme, setTheme: setColorScheme };
}

function remember(locale: Locale): void {
  document.cookie = `${LOCALE_COOKIE}=${locale}; path=/; max-age=31536000; samesite=lax`;
}
