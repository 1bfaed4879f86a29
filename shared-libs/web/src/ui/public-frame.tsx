import { Card, Container, Stack, Text } from "@mantine/core";
import { NextIntlClientProvider } from "next-intl";
import { getMessages } from "next-intl/server";
import type { ReactNode } from "react";

import { PreferenceFields } from "./preference-fields";

/**
 * Pages for people who are not signed in: a card, and little to load.
 *
 * What opens over a page (menus, dialogs, popovers) is heavy, and stays out of them.
 */
export async function PublicFrame({ product, children }: { product: string; children: ReactNode }) {
  const { common, entry, problems, shell } = await getMessages();
  return (
    <NextIntlClientProvider messages={{ common, entry, problems, shell }}>
      <Container size={460} px="md" py={{ base: "md", sm: 64 }}>
        <main>
          <Text fw={700} size="lg" mb="md">
            {product}
          </Text>
          <Card withBorder shadow="sm" padding="lg" mb="md">
            <Stack>{children}</Stack>
          </Card>
        </main>
        <PreferenceFields />
      </Container>
    </NextIntlClientProvider>
  );
}
