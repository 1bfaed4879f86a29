import { Button, Card, Container, Group, Menu, MenuDropdown, MenuTarget, Stack, Text } from "@mantine/core";
import { IconLanguage } from "@tabler/icons-react";
import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";

import { PreferenceItems } from "./preferences";

/** Pages for people who are not signed in: a card, and few words to load. */
export async function PublicFrame({ product, children }: { product: string; children: ReactNode }) {
  const { common, entry, problems, shell } = await getMessages();
  const t = await getTranslations("shell");
  return (
    <NextIntlClientProvider messages={{ common, entry, problems, shell }}>
      <Container size={460} px="md" py={{ base: "md", sm: 64 }} component="main">
        <Group justify="space-between" mb="md">
          <Text fw={700} size="lg">
            {product}
          </Text>
          <Menu position="bottom-end">
            <MenuTarget>
              <Button variant="default" size="xs" leftSection={<IconLanguage size={16} aria-hidden />}>
                {t("language")}
              </Button>
            </MenuTarget>
            <MenuDropdown>
              <PreferenceItems />
            </MenuDropdown>
          </Menu>
        </Group>
        <Card withBorder shadow="sm" padding="lg">
          <Stack>{children}</Stack>
        </Card>
      </Container>
    </NextIntlClientProvider>
  );
}
