"use client";

import { ActionIcon, Anchor, Button, Indicator, Popover, ScrollArea, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBell } from "@tabler/icons-react";
import Link from "next/link";
import { useFormatter, useNow, useTranslations } from "next-intl";

import { $user } from "../api/user";

const EVERY = 60_000; // milliseconds
const DAY = /^\d{4}-\d{2}-\d{2}$/;

const OF_THE_ACCOUNT: Places = { "user.device_added": "/account/sessions" };

/** By kind of notification the page that shows more of it. */
export type Places = Record<string, string>;

/** What the fleet has to tell, and how much of it is new. */
export function NotificationBell({ places }: { places: Places }) {
  const t = useTranslations("shell");
  const [opened, { toggle, close }] = useDisclosure();
  const format = useFormatter();
  const now = useNow({ updateInterval: EVERY });
  const query = { params: { query: { unread: true, limit: 20, total: true } } };
  const { data } = $user.useQuery("get", "/user/notifications", query, { refetchInterval: EVERY });
  const read = $user.useMutation("post", "/user/notifications/read");
  const count = data?.total ?? 0;
  const told = (kind: string, about: Record<string, string>) => {
    const key = `kinds.${kind}` as "kinds.user.roles_changed";
    const said = Object.entries({ employee: "none", ...about }).map(([name, value]) => [
      name,
      DAY.test(value) ? format.dateTime(new Date(value), { dateStyle: "medium", timeZone: "UTC" }) : value,
    ]);
    return t.has(key) ? t(key, Object.fromEntries(said) as { roles: string }) : kind;
  };

  return (
    <Popover position="bottom-end" width={320} withArrow trapFocus opened={opened} onDismiss={close}>
      <Indicator disabled={count === 0} label={count} size={16} color="red.9">
        <Popover.Target>
          <ActionIcon
            variant="default"
            size="lg"
            onClick={toggle}
            aria-label={`${t("notifications")}: ${t("unread", { count })}`}
          >
            <IconBell size={18} aria-hidden />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown>
        {data === undefined || data.items.length === 0 ? (
          <Text size="sm">{t("noNotifications")}</Text>
        ) : (
          <Stack gap="xs">
            <ScrollArea.Autosize mah={320}>
              {data.items.map(({ id, kind, data: about, created_at }) => {
                const place = { ...OF_THE_ACCOUNT, ...places }[kind];
                return (
                  <Stack key={id} gap={0} py={6}>
                    {place === undefined ? (
                      <Text size="sm">{told(kind, about)}</Text>
                    ) : (
                      <Anchor
                        component={Link}
                        href={place}
                        size="sm"
                        onClick={() => {
                          read.mutate({ body: { ids: [id] } });
                          close();
                        }}
                      >
                        {told(kind, about)}
                      </Anchor>
                    )}
                    <Text size="xs" c="dimmed">
                      {format.relativeTime(new Date(created_at), now)}
                    </Text>
                  </Stack>
                );
              })}
            </ScrollArea.Autosize>
            <Button
              variant="default"
              size="xs"
              loading={read.isPending}
              onClick={() => {
                read.mutate({ body: {} });
              }}
            >
              {t("markAllRead")}
            </Button>
          </Stack>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
