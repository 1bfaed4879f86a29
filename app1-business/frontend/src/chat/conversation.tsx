"use client";

import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { ActionIcon, Box, Button, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconArrowLeft, IconInfoCircle } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";

import { api } from "@/api";

import { ChannelDetails } from "./channel-details";
import { ChannelIcon } from "./channel-list";
import { useChannelName } from "./channel-name";
import type { Go } from "./chat";
import { Composer } from "./composer";
import type { Channel } from "./client/model";
import { MessageList } from "./message-list";
import { useChat, useChatState } from "./provider";

interface Props {
  channelId: string;
  at: number | undefined;
  onNewest: () => void;
  onThread: (rootId: string) => void;
  go: Go;
}

/** A channel: who and what it is, what was said, and where to say something. */
export function Conversation({ channelId, at, onNewest, onThread, go }: Props) {
  const client = useChat();
  const info = useChatState((state) => state.channels[channelId]?.info);
  const listed = useChatState((state) => state.listed);
  const [error, setError] = useState<unknown>();
  const missing = listed && info === undefined;
  useEffect(() => {
    if (missing) client.refresh(channelId).catch(setError);
  }, [client, missing, channelId]);

  if (error !== undefined && missing)
    return (
      <Stack p="md">
        <ProblemAlert error={error} />
        <BackToList go={go} />
      </Stack>
    );
  if (!listed || !info)
    return (
      <Stack p="md" aria-busy>
        <Skeleton h={32} w={220} />
        <Skeleton h={240} />
      </Stack>
    );
  return <Opened channel={info} at={at} onNewest={onNewest} onThread={onThread} go={go} />;
}

function Opened({ channel, at, onNewest, onThread, go }: Omit<Props, "channelId"> & { channel: Channel }) {
  const t = useTranslations("chat");
  const client = useChat();
  const name = useChannelName()(channel);
  const [details, setDetails] = useState(false);
  const place = { channelId: channel.id, rootId: null };

  const join = async () => {
    await api.POST("/chat/channels/{channel_id}/join", { params: { path: { channel_id: channel.id } } });
    await client.refresh(channel.id);
  };
  return (
    <>
      <Group
        px="md"
        h={52}
        wrap="nowrap"
        gap="sm"
        style={{ borderBottom: "1px solid var(--mantine-color-default-border)" }}
      >
        <BackToList go={go} />
        <ChannelIcon channel={channel} />
        <Box flex={1} miw={0}>
          <Title order={2} size="h5" lineClamp={1}>
            {name}
          </Title>
          {channel.topic !== "" && (
            <Text size="xs" c="dimmed" truncate>
              {channel.topic}
            </Text>
          )}
        </Box>
        <ActionIcon variant="subtle" color="gray" aria-label={t("details")} onClick={() => setDetails(true)}>
          <IconInfoCircle size={18} aria-hidden />
        </ActionIcon>
      </Group>
      <MessageList
        place={place}
        at={at}
        readUpTo={channel.my_last_read_seq}
        label={t("messagesOf", { name })}
        empty={t("empty")}
        onThread={onThread}
        onNewest={onNewest}
      />
      {channel.my_role === null ? (
        <Group p="md" justify="space-between">
          <Text size="sm">{t("notJoined")}</Text>
          <Button onClick={join}>{t("join")}</Button>
        </Group>
      ) : (
        <Composer
          place={place}
          label={t("writeTo", { name })}
          onEditLast={() => editLast(client.store.state.me)}
        />
      )}
      <ChannelDetails
        channel={channel}
        name={name}
        opened={details}
        onClose={() => setDetails(false)}
        go={go}
      />
    </>
  );

  function editLast(me: string): void {
    const mine = client.store.state.timelines[channel.id]?.messages.findLast(
      ({ author_id, deleted_at }) => author_id === me && deleted_at === null,
    );
    if (mine) client.store.set({ editing: mine.id });
  }
}

/** On a phone, where the list is a page of its own. */
export function BackToList({ go }: { go: Go }) {
  const t = useTranslations("chat");
  return (
    <ActionIcon variant="subtle" color="gray" hiddenFrom="sm" aria-label={t("toList")} onClick={() => go({})}>
      <IconArrowLeft size={18} aria-hidden />
    </ActionIcon>
  );
}
