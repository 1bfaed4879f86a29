"use client";

import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { ActionIcon, Box, Button, Group, Skeleton, Title } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useEffect } from "react";

import { $api } from "@/api";

import type { Place } from "./client/model";
import { Composer } from "./composer";
import { MessageItem } from "./message-item";
import { MessageList } from "./message-list";
import { useChat, useChatState } from "./provider";

interface Props {
  place: Place & { rootId: string };
  at: number | undefined;
  onClose: () => void;
}

/** A message and what was said in reply to it. */
export function ThreadPanel({ place, at, onClose }: Props) {
  const t = useTranslations("chat");
  const common = useTranslations("common");
  const { store } = useChat();
  const known = useChatState((state) =>
    state.timelines[place.channelId]?.messages.find(({ id }) => id === place.rootId),
  );
  const path = { params: { path: { message_id: place.rootId } } };
  const asked = $api.useQuery("get", "/chat/messages/{message_id}", path, { enabled: known === undefined });
  const root = known ?? asked.data;
  const follow = $api.useMutation("put", "/chat/messages/{message_id}/thread/follow");
  const unfollow = $api.useMutation("delete", "/chat/messages/{message_id}/thread/follow");
  const threads = $api.useQuery("get", "/chat/threads", { params: { query: { limit: 100 } } });
  const changed = useChatState((state) => state.threadsChanged);
  const { refetch } = threads;
  useEffect(() => {
    if (changed > 0) void refetch();
  }, [changed, refetch]);
  const followed = threads.data?.items.find(({ id }) => id === place.rootId);

  return (
    <>
      <Group px="md" h={52} justify="space-between" wrap="nowrap">
        <Title order={2} size="h5">
          {t("thread")}
        </Title>
        <Group gap="xs" wrap="nowrap">
          {threads.data && (
            <Button
              size="compact-xs"
              variant="default"
              loading={follow.isPending || unfollow.isPending}
              onClick={() => (followed ? unfollow : follow).mutate(path)}
            >
              {followed ? t("unfollow") : t("follow")}
            </Button>
          )}
          <ActionIcon variant="subtle" color="gray" aria-label={common("close")} onClick={onClose}>
            <IconX size={18} aria-hidden />
          </ActionIcon>
        </Group>
      </Group>
      <Box
        style={{ borderBlock: "1px solid var(--mantine-color-default-border)", overflowY: "auto" }}
        mah="35%"
      >
        {asked.error && <ProblemAlert error={asked.error} />}
        {root ? <MessageItem message={root} follows={false} pointedAt={false} /> : <Skeleton h={48} m="md" />}
      </Box>
      <MessageList
        place={place}
        at={at}
        readUpTo={followed?.my_last_read_seq ?? null}
        label={t("thread")}
        empty={t("noReplies")}
        onNewest={() => undefined}
      />
      <Composer place={place} label={t("reply")} onEditLast={editLast} />
    </>
  );

  function editLast(): void {
    const mine = store.state.timelines[place.rootId]?.messages.findLast(
      ({ author_id }) => author_id === store.state.me,
    );
    if (mine) store.set({ editing: mine.id });
  }
}
