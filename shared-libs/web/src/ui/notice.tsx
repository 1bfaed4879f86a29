"use client";

import { Anchor, Stack, Text, Title } from "@mantine/core";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

/** A page that has nothing to show but why. */
export function Notice({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  const t = useTranslations("shell");
  return (
    <Stack align="center" gap="sm" py={80} px="md" ta="center">
      <Title order={1} size="h2">
        {title}
      </Title>
      <Text c="dimmed" maw={440}>
        {text}
      </Text>
      {children}
      <Anchor component={Link} href="/">
        {t("home")}
      </Anchor>
    </Stack>
  );
}
