"use client";

import { Menu, useMantineColorScheme } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";

import { type Locale, LOCALE_COOKIE, LOCALES } from "../i18n/locale";

const THEMES = ["light", "dark", "auto"] as const;

/** Language and theme, as items of a menu. Both are the browser's, not the account's. */
export function PreferenceItems() {
  const t = useTranslations("shell");
  const locale = useLocale();
  const router = useRouter();
  const { colorScheme, setColorScheme } = useMantineColorScheme();

  const speak = (chosen: Locale) => {
    remember(chosen);
    router.refresh();
  };

  return (
    <>
      <Menu.Label>{t("language")}</Menu.Label>
      {LOCALES.map((each) => (
        <Menu.Item
          key={each}
          lang={each}
          rightSection={mark(each === locale)}
          onClick={() => {
            speak(each);
          }}
        >
          {t(`languages.${each}`)}
        </Menu.Item>
      ))}
      <Menu.Label>{t("theme")}</Menu.Label>
      {THEMES.map((each) => (
        <Menu.Item
          key={each}
          rightSection={mark(each === colorScheme)}
          onClick={() => {
            setColorScheme(each);
          }}
        >
          {t(`themes.${each}`)}
        </Menu.Item>
      ))}
    </>
  );
}

function remember(locale: Locale): void {
  document.cookie = `${LOCALE_COOKIE}=${locale}; path=/; max-age=31536000; samesite=lax`;
}

function mark(chosen: boolean) {
  return chosen ? <IconCheck size={14} aria-hidden /> : null;
}
