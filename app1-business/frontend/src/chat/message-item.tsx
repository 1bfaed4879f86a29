"use client";

import { ActionIcon, Avatar, Box, Button, Group, Menu, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useProblemText } from "@fleet/web/ui/use-problem-text";
import { IconDots, IconMessageReply, IconMoodPlus } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "next-intl";
import { memo } from "react";

import { api } from "@/api";

import type { Message } from "./client/model";
import { EditMessage } from "./edit-message";
import { Markdown } from "./markdown";
import css from "./message-item.module.css";
import { useChat, useChatState, useName } from "./provider";

const EMOJI = ["👍", "❤️", "😂", "🎉", "👀", "✅"];

interface Props {
  message: Message;
  /** The one before is by the same person: the name is not said again. */
  follows: boolean;
  pointedAt: boolean;
  onThread?: ((rootId: string) => void) | undefined;
}

/** It stays as it is while the list around it moves. */
export const MessageItem = memo(function MessageItem({ message, follows, pointedAt, onThread }: Props) {
  const t = useTranslations("chat");
  const format = useFormatter();
  const me = useChatState((state) => state.me);
  const handle = useChatState((state) => state.people[state.me]?.handle);
  const governs = useChatState((state) => state.channels[message.channel_id]?.info.my_role === "owner");
  const name = useName(message.author_id);
  const problemText = useProblemText();
  const { store } = useChat();
  const editing = useChatState((state) => state.editing === message.id);
  const at = new Date(message.created_at);
  const mine = message.author_id === me;
  const path = { message_id: message.id };

  const tell = (acted: Promise<unknown>) => {
    acted.catch((error: unknown) => notifications.show({ color: "red", message: problemText(error) }));
  };
  const react = (emoji: string) => {
    const has = message.reactions.some((one) => one.emoji === emoji && one.user_id === me);
    tell(
      has
        ? api.DELETE("/chat/messages/{message_id}/reactions/{emoji}", {
            params: { path: { ...path, emoji } },
          })
        : api.POST("/chat/messages/{message_id}/reactions", { params: { path }, body: { emoji } }),
    );
  };

  return (
    <Group
      component="article"
      className={css.message}
      aria-label={t("messageOf", { name })}
      wrap="nowrap"
      align="flex-start"
      gap="sm"
      px="md"
      py={follows ? 1 : 4}
      {...(pointedAt && { bg: "var(--mantine-color-yellow-light)" })}
    >
      <Box w={32} style={{ flexShrink: 0 }}>
        {!follows && <Avatar size={32} name={name} color="initials" alt="" />}
      </Box>
      <Box flex={1} miw={0}>
        {!follows && (
          <Group gap="xs">
            <Text fw={600} size="sm">
              {name}
            </Text>
            <Text size="xs" c="dimmed" component="time" dateTime={message.created_at}>
              {format.dateTime(at, { timeStyle: "short" })}
            </Text>
          </Group>
        )}
        {message.deleted_at !== null ? (
          <Text size="sm" c="dimmed" fs="italic">
            {t("deleted")}
          </Text>
        ) : editing ? (
          <EditMessage message={message} onDone={() => store.set({ editing: undefined })} />
        ) : (
          <Markdown text={message.text} handle={handle} />
        )}
        {message.edited_at !== null && message.deleted_at === null && (
          <Text size="xs" c="dimmed">
            {t("edited")}
          </Text>
        )}
        <Reactions message={message} me={me} onToggle={react} />
        {onThread && message.replies > 0 && (
          <Button variant="subtle" size="compact-xs" onClick={() => onThread(message.id)}>
            {t("replies", { count: message.replies })}
          </Button>
        )}
      </Box>
      {message.deleted_at === null && !editing && (
        <Group gap={2} wrap="nowrap" className={css.acts}>
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" size="sm" aria-label={t("react")}>
                <IconMoodPlus size={16} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Group gap={0}>
                {EMOJI.map((emoji) => (
                  <Menu.Item key={emoji} w={44} aria-label={emoji} onClick={() => react(emoji)}>
                    {emoji}
                  </Menu.Item>
                ))}
              </Group>
            </Menu.Dropdown>
          </Menu>
          {onThread && (
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={t("reply")}
              onClick={() => onThread(message.id)}
            >
              <IconMessageReply size={16} aria-hidden />
            </ActionIcon>
          )}
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" size="sm" aria-label={t("moreActions")}>
                <IconDots size={16} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                onClick={() => tell(api.POST("/chat/messages/{message_id}/unread", { params: { path } }))}
              >
                {t("markUnread")}
              </Menu.Item>
              {mine && <Menu.Item onClick={() => store.set({ editing: message.id })}>{t("edit")}</Menu.Item>}
              {(mine || governs) && (
                <Menu.Item
                  color="red"
                  onClick={() => tell(api.DELETE("/chat/messages/{message_id}", { params: { path } }))}
                >
                  {t("delete")}
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        </Group>
      )}
    </Group>
  );
});

function Reactions({
  message,
  me,
  onToggle,
}: {
  message: Message;
  me: string;
  onToggle: (emoji: string) => void;
}) {
  const t = useTranslations("chat");
  const people = useChatState((state) => state.people);
  const byEmoji = Map.groupBy(message.reactions, ({ emoji }) => emoji);
  if (byEmoji.size === 0) return null;
  return (
    <Group gap={4} mt={2}>
      {[...byEmoji].map(([emoji, given]) => {
        const mine = given.some(({ user_id }) => user_id === me);
        const who = given.map(({ user_id }) => people[user_id]?.display_name ?? "…").join(", ");
        return (
          <Tooltip key={emoji} label={who}>
            <UnstyledButton
              px={8}
              fz="sm"
              bdrs="xl"
              bd={`1px solid ${mine ? "var(--mantine-primary-color-filled)" : "var(--mantine-color-default-border)"}`}
              aria-pressed={mine}
              aria-label={t("reaction", { emoji, count: given.length })}
              onClick={() => onToggle(emoji)}
            >
              {emoji} {given.length}
            </UnstyledButton>
          </Tooltip>
        );
      })}
    </Group>
  );
}
