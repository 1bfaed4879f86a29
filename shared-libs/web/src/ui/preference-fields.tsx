"use client";

import { Group, NativeSelect } from "@mantine/core";
import { useMounted } from "@mantine/hooks";
import { useTranslations } from "next-intl";

import { LOCALES } from "../i18n/locale";
import { THEMES, usePreferences } from "./use-preferences";

/** Language and theme where there is no menu yet: the browser's own fields, which cost next to no script. */
export function PreferenceFields() {
  const t = useTranslations("shell");
  const { locale, speak, theme, setTheme } = usePreferences();
  const mounted = useMounted(); // the server does not know the theme
  return (
    <Group component="footer" gap="xs" justify="center">
      <NativeSelect
        size="xs"
        aria-label={t("language")}
        data={LOCALES.map((value) => ({ value, label: t(`languages.${value}`) }))}
        value={locale}
        onChange={({ currentTarget: { value } }) => {
          speak(LOCALES.find((each) => each === value) ?? "en");
        }}
      />
      <NativeSelect
        size="xs"
        aria-label={t("theme")}
        data={THEMES.map((value) => ({ value, label: t(`themes.${value}`) }))}
        value={mounted ? theme : "auto"}
        onChange={({ currentTarget: { value } }) => {
          setTheme(THEMES.find((each) => each === value) ?? "auto");
        }}
      />
    </Group>
  );
}
