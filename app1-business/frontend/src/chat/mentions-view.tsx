"use client";

import { useTranslations } from "next-intl";

import { api } from "@/api";

import type { Go } from "./chat";
import type { Message } from "./client/model";
import { FoundList } from "./found-list";
import { FoundMessage } from "./found-message";
import { useChatState } from "./provider";
import { ViewHeader } from "./view-header";

const NOTHING = { items: [], next_cursor: null };

/** Where one was named. */
export function MentionsView({ go }: { go: Go }) {
  const t = useTranslations("chat");
  const changed = useChatState((state) => state.threadsChanged);
  return (
    <>
      <ViewHeader title={t("mentions")} go={go} />
      <FoundList<Message>
        queryKey={["get", "/chat/mentions", changed]}
        read={async (cursor) =>
          (await api.GET("/chat/mentions", { params: { query: { ...(cursor && { cursor }) } } })).data ??
          NOTHING
        }
        empty={t("noMentions")}
      >
        {(message) => <FoundMessage key={message.id} message={message} go={go} />}
      </FoundList>
    </>
  );
}
