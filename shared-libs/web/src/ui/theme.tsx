"use client";

import {
  colorsTuple,
  createTheme,
  type CSSVariablesResolver,
  DEFAULT_THEME,
  type MantineColor,
  MantineProvider,
  type MantineTheme,
} from "@mantine/core";
import type { ReactNode } from "react";

/** Mantine's own greys and reds are too pale to be read (WCAG AA) where text stands on the page. */
const readable: CSSVariablesResolver = (theme) => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "var(--mantine-color-gray-7)",
    "--mantine-color-placeholder": "var(--mantine-color-gray-7)",
    "--mantine-color-error": "var(--mantine-color-red-9)",
    ...darker(theme, "light-color", "35%"),
  },
  dark: {
    "--mantine-color-dimmed": "var(--mantine-color-dark-1)",
    "--mantine-color-placeholder": "var(--mantine-color-dark-1)",
    "--mantine-color-error": "var(--mantine-color-red-4)",
  },
});

function darker(theme: MantineTheme, use: string, black: string): Record<string, string> {
  const shades = Object.keys(theme.colors).map((name) => [
    `--mantine-color-${name}-${use}`,
    `color-mix(in srgb, var(--mantine-color-${name}-9), black ${black})`,
  ]);
  return Object.fromEntries(shades) as Record<string, string>;
}

/** Mantine's darkest green and orange are too pale for white words on them (WCAG AA). */
const colors = {
  green: colorsTuple([...DEFAULT_THEME.colors.green.slice(0, 9), "#237032"]),
  orange: colorsTuple([...DEFAULT_THEME.colors.orange.slice(0, 9), "#b53c0c"]),
};

/** react-remove-scroll, behind Mantine's dialogs, asks this name for the nonce of its style. */
declare global {
  interface Window {
    __webpack_nonce__?: string;
  }
}

export function Theme({
  color,
  nonce,
  children,
}: {
  color: MantineColor;
  nonce: string;
  children: ReactNode;
}) {
  if (typeof window !== "undefined") window.__webpack_nonce__ ??= nonce;
  const theme = createTheme({
    colors,
    primaryColor: color,
    primaryShade: { light: 9, dark: 9 },
    defaultRadius: "md",
    cursorType: "pointer",
    respectReducedMotion: true,
    fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  });
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      cssVariablesResolver={readable}
      getStyleNonce={() => nonce}
    >
      {children}
    </MantineProvider>
  );
}
