import "@mantine/core/styles.css";

import { ColorSchemeScript, type MantineColor, mantineHtmlProps } from "@mantine/core";
import { headers } from "next/headers";
import { getLocale } from "next-intl/server";
import type { ReactNode } from "react";

import { Theme } from "./theme";

/** Every page's <html>. */
export async function RootDocument({ color, children }: { color: MantineColor; children: ReactNode }) {
  const nonce = (await headers()).get("x-nonce") ?? "";
  return (
    <html lang={await getLocale()} {...mantineHtmlProps}>
      <head>
        <ColorSchemeScript defaultColorScheme="auto" nonce={nonce} />
      </head>
      <body>
        <Theme color={color} nonce={nonce}>
          {children}
        </Theme>
      </body>
    </html>
  );
}
