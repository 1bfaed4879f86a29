"use client";

import { Menu } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useTranslations } from "next-intl";

import { LOCALES } from "../i18n/locale";
import { THEMES, usePreferences } from "./use-preferences";

/** Language and theme, as items of a menu. */
export function PreferenceItems() {
  const t = useTranslations("shell");
  const { locale, speak, theme, setTheme } = usePreferences();
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
          rightSection={mark(each === theme)}
          onClick={() => {
            setTheme(each);
          }}
        >
          {t(`themes.${each}`)}
        </Menu.Item>
      ))}
    </>
  );
}

function mark(chosen: boolean) {
  return chosen ? <IconCheck size={14} aria-hidden /> : null;
}
