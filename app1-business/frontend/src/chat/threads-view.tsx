"use client";

import { Badge, Group, Text } from "@mantine/core";
import { useTranslations } from "next-intl";

import { api } from "@/api";

import type { Go } from "./chat";
import type { Thread } from "./client/model";
import { FoundList } from "./found-list";
import { FoundMessage } from "./found-message";
import { useChatState } from "./provider";
import { ViewHeader } from "./view-header";

const NOTHING = { items: [], next_cursor: null };

/** The threads that one follows, with what is new in them. */
export function ThreadsView({ go }: { go: Go }) {
  const t = useTranslations("chat");
  const changed = useChatState((state) => state.threadsChanged);
  return (
    <>
      <ViewHeader title={t("threads")} go={go} />
      <FoundList<Thread>
        queryKey={["get", "/chat/threads", changed]}
        read={async (cursor) =>
          (await api.GET("/chat/threads", { params: { query: { ...(cursor && { cursor }) } } })).data ??
          NOTHING
        }
        empty={t("noThreads")}
      >
        {(thread) => (
          <FoundMessage
            key={thread.id}
            message={thread}
            go={({ channel }) => go({ ...(channel && { channel }), thread: thread.id })}
          >
            <Group gap="xs" mt={4}>
              <Text size="xs" c="dimmed">
                {t("replies", { count: thread.replies })}
              </Text>
              {thread.unread > 0 && (
                <Badge size="sm" {...(thread.unread_mentions > 0 && { color: "red.9" })}>
                  {t("unreadCount", { unread: thread.unread })}
                </Badge>
              )}
            </Group>
          </FoundMessage>
        )}
      </FoundList>
    </>
  );
}
