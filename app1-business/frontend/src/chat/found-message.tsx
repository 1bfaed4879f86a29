"use client";

import { Box, Group, Text, UnstyledButton } from "@mantine/core";
import { useFormatter } from "next-intl";
import { useEffect } from "react";
import type { ReactNode } from "react";

import { useChannelName } from "./channel-name";
import type { Go } from "./chat";
import type { Message } from "./client/model";
import { useChat, useChatState, useName } from "./provider";

/** A message away from its channel, leading there. */
export function FoundMessage({ message, go, children }: { message: Message; go: Go; children?: ReactNode }) {
  const format = useFormatter();
  const client = useChat();
  const name = useName(message.author_id);
  const nameOf = useChannelName();
  const channel = useChatState((state) => state.channels[message.channel_id]?.info);
  const unknown = channel === undefined;
  useEffect(() => {
    if (unknown) client.refresh(message.channel_id).catch(() => undefined);
  }, [client, unknown, message.channel_id]);
  const target =
    message.thread_root_id === null
      ? { channel: message.channel_id, at: String(message.seq) }
      : { channel: message.channel_id, thread: message.thread_root_id, at: String(message.seq) };
  return (
    <UnstyledButton
      component="button"
      w="100%"
      px="md"
      py="sm"
      onClick={() => go(target)}
      style={{ borderBottom: "1px solid var(--mantine-color-default-border)" }}
    >
      <Group gap="xs">
        <Text size="sm" fw={600}>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {channel && `${nameOf(channel)} · `}
          {format.dateTime(new Date(message.created_at), { dateStyle: "medium", timeStyle: "short" })}
        </Text>
      </Group>
      <Text size="sm" lineClamp={3}>
        {message.text}
      </Text>
      <Box>{children}</Box>
    </UnstyledButton>
  );
}
