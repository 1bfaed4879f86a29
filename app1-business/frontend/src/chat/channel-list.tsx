"use client";

import {
  ActionIcon,
  Badge,
  Box,
  Group,
  Indicator,
  Menu,
  NavLink,
  ScrollArea,
  Skeleton,
  Stack,
  Text,
  Title,
} from "@mantine/core";
import {
  IconAt,
  IconHash,
  IconLock,
  IconMessages,
  IconPlus,
  IconSearch,
  IconSettings,
  IconUser,
  IconUsers,
} from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";

import type { Go } from "./chat";
import { useChannelName, useDirectPeople } from "./channel-name";
import type { Channel } from "./client/model";
import { BrowseChannels, NewChannel, NewDirect } from "./channel-dialogs";
import { ChatSettings } from "./chat-settings";
import { useChatState } from "./provider";

/** One's own channels and conversations, with what is new there. */
export function ChannelList({ current, show, go }: { current: string; show: string; go: Go }) {
  const t = useTranslations("chat");
  const nameOf = useChannelName();
  const followed = useChatState((state) => state.channels);
  const listed = useChatState((state) => state.listed);
  const connected = useChatState((state) => state.connected);
  const [dialog, setDialog] = useState<"new" | "browse" | "direct" | "settings">();
  const close = () => setDialog(undefined);
  const mine = Object.values(followed).flatMap(({ info }) => (info.my_role === null ? [] : [info]));
  const byName = (one: Channel, other: Channel) => nameOf(one).localeCompare(nameOf(other));
  const channels = mine.filter(({ kind }) => kind !== "direct").sort(byName);
  const directs = mine.filter(({ kind }) => kind === "direct").sort(byName);
  useDirectPeople(directs);

  const entry = (channel: Channel) => (
    <ChannelLink
      key={channel.id}
      channel={channel}
      label={nameOf(channel)}
      active={channel.id === current}
      onClick={() => go({ channel: channel.id })}
    />
  );
  return (
    <Stack h="100%" gap={0} component="nav" aria-label={t("title")}>
      <Group justify="space-between" px="sm" py="xs" wrap="nowrap">
        <Title order={1} size="h4">
          {t("title")}
        </Title>
        <Group gap={4} wrap="nowrap">
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t("settings")}
            onClick={() => setDialog("settings")}
          >
            <IconSettings size={18} aria-hidden />
          </ActionIcon>
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="light" aria-label={t("add")}>
                <IconPlus size={18} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => setDialog("direct")}>{t("newDirect")}</Menu.Item>
              <Menu.Item onClick={() => setDialog("browse")}>{t("browse")}</Menu.Item>
              <Menu.Item onClick={() => setDialog("new")}>{t("newChannel")}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      <Text size="xs" c="dimmed" px="sm" h={18} role="status">
        {listed && !connected && t("reconnecting")}
      </Text>
      <ScrollArea flex={1} px={4}>
        <View
          label={t("search")}
          icon={<IconSearch size={16} aria-hidden />}
          active={show === "search"}
          onClick={() => go({ show: "search" })}
        />
        <View
          label={t("threads")}
          icon={<IconMessages size={16} aria-hidden />}
          active={show === "threads"}
          onClick={() => go({ show: "threads" })}
        />
        <View
          label={t("mentions")}
          icon={<IconAt size={16} aria-hidden />}
          active={show === "mentions"}
          onClick={() => go({ show: "mentions" })}
        />
        {!listed && (
          <Stack p="sm" gap="xs" aria-busy>
            {[1, 2, 3, 4].map((row) => (
              <Skeleton key={row} h={28} />
            ))}
          </Stack>
        )}
        {listed && (
          <>
            <Text size="xs" c="dimmed" px="sm" pt="sm">
              {t("channels")}
            </Text>
            {channels.map(entry)}
            {channels.length === 0 && (
              <Text size="sm" px="sm" c="dimmed">
                {t("noChannels")}
              </Text>
            )}
            <Text size="xs" c="dimmed" px="sm" pt="sm">
              {t("directs")}
            </Text>
            {directs.map(entry)}
            {directs.length === 0 && (
              <Text size="sm" px="sm" c="dimmed">
                {t("noDirects")}
              </Text>
            )}
          </>
        )}
      </ScrollArea>
      <NewChannel opened={dialog === "new"} onClose={close} go={go} />
      <BrowseChannels opened={dialog === "browse"} onClose={close} go={go} />
      <NewDirect opened={dialog === "direct"} onClose={close} go={go} />
      <ChatSettings opened={dialog === "settings"} onClose={close} />
    </Stack>
  );
}

interface ViewProps {
  label: string;
  icon: React.ReactNode;
  active: boolean;
  onClick: () => void;
}

function View({ label, icon, active, onClick }: ViewProps) {
  return (
    <NavLink
      component="button"
      py={6}
      label={label}
      leftSection={icon}
      active={active}
      aria-current={active ? "page" : undefined}
      onClick={onClick}
    />
  );
}

interface LinkProps {
  channel: Channel;
  label: string;
  active: boolean;
  onClick: () => void;
}

function ChannelLink({ channel, label, active, onClick }: LinkProps) {
  const t = useTranslations("chat");
  const unread = channel.unread ?? 0;
  const mentions = channel.mentions ?? 0;
  const quiet = channel.my_notify === "nothing";
  return (
    <NavLink
      component="button"
      py={6}
      active={active}
      aria-current={active ? "page" : undefined}
      {...(quiet && { c: "dimmed" })}
      label={
        <Text component="span" display="block" size="sm" fw={unread > 0 && !quiet ? 700 : 400} truncate>
          {label}
        </Text>
      }
      leftSection={<ChannelIcon channel={channel} />}
      rightSection={
        unread > 0 ? (
          <Badge
            size="sm"
            variant={mentions > 0 ? "filled" : "default"}
            {...(mentions > 0 && { color: "red.9" })}
            aria-label={
              mentions > 0 ? t("unreadMentions", { unread, mentions }) : t("unreadCount", { unread })
            }
          >
            {mentions > 0 ? `@ ${mentions}` : unread}
          </Badge>
        ) : null
      }
      onClick={onClick}
    />
  );
}

export function ChannelIcon({ channel }: { channel: Channel }) {
  const t = useTranslations("chat");
  const me = useChatState((state) => state.me);
  const others = (channel.member_ids ?? []).filter((id) => id !== me);
  const status = useChatState((state) =>
    others[0] === undefined ? undefined : state.presence[others[0]]?.status,
  );
  if (channel.kind === "public") return <IconHash size={16} aria-hidden />;
  if (channel.kind === "private") return <IconLock size={16} role="img" aria-label={t("private")} />;
  if (others.length > 1) return <IconUsers size={16} aria-hidden />;
  const there = status === "active" || status === "idle";
  return (
    <Indicator
      disabled={!there}
      color={status === "active" ? "teal.7" : "yellow.7"}
      size={9}
      offset={2}
      position="bottom-end"
    >
      <Box {...(there && { role: "img", "aria-label": t(`presence.${status}`) })} h={16}>
        <IconUser size={16} aria-hidden />
      </Box>
    </Indicator>
  );
}
