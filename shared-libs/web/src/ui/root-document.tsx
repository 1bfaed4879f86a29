import "@mantine/core/styles.css";

import { ColorSchemeScript, type MantineColor, mantineHtmlProps } from "@mantine/core";
import { headers } from "next/headers";
import { NextIntlClientProvider } from "next-intl";
import { getLocale, getMessages } from "next-intl/server";
import type { ReactNode } from "react";

import { Theme } from "./theme";

/** Every page's <html>. */
export async function RootDocument({ color, children }: { color: MantineColor; children: ReactNode }) {
  const nonce = (await headers()).get("x-nonce") ?? "";
  const { common, shell } = await getMessages(); // for what is shown where a frame within fails
  return (
    <html lang={await getLocale()} {...mantineHtmlProps}>
      <head>
        <ColorSchemeScript defaultColorScheme="auto" nonce={nonce} />
      </head>
      <body>
        <Theme color={color} nonce={nonce}>
          <NextIntlClientProvider messages={{ common, shell }}>{children}</NextIntlClientProvider>
        </Theme>
      </body>
    </html>
  );
}
