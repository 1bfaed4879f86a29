"use client";

import { ActionIcon, Menu, Text } from "@mantine/core";
import { IconLogout, IconUser } from "@tabler/icons-react";
import Link from "next/link";
import { useTranslations } from "next-intl";

import { useSession } from "../session/context";
import { signOut } from "../session/sign-out";
import { PreferenceItems } from "./preference-items";

export function AccountMenu() {
  const t = useTranslations("shell");
  const { user } = useSession();

  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={t("accountOf", { name: user.name })}>
          <IconUser size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Text px="sm" pt={4} fw={600} truncate>
          {user.name}
        </Text>
        <Text px="sm" pb={4} size="sm" c="dimmed" truncate>
          {user.email}
        </Text>
        <Menu.Item component={Link} href="/account" leftSection={<IconUser size={16} aria-hidden />}>
          {t("account")}
        </Menu.Item>
        <PreferenceItems />
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={signOut}>
          {t("signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
