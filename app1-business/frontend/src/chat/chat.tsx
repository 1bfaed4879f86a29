"use client";

import { useView } from "@fleet/web/ui/use-view";
import { Box, Center, Flex, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useTranslations } from "next-intl";

import { ChannelList } from "./channel-list";
import { Conversation } from "./conversation";
import { MentionsView } from "./mentions-view";
import { ChatProvider } from "./provider";
import { SearchView } from "./search-view";
import { ThreadPanel } from "./thread-panel";
import { ThreadsView } from "./threads-view";

/** Where one is in chat, as the address says it. Nothing chosen: the list, which is a page of its own on a phone. */
export const START = { channel: "", thread: "", at: "", show: "", q: "" };
export type Go = (to: Partial<typeof START>) => void;

export function Chat() {
  return (
    <ChatProvider>
      <Panes />
    </ChatProvider>
  );
}

function Panes() {
  const t = useTranslations("chat");
  const phone = useMediaQuery("(max-width: 48em)");
  const [view, change] = useView(START);
  const go: Go = (to) => change({ ...START, ...to });
  const chosen = view.channel !== "" || view.show !== "";
  const at = view.at === "" ? undefined : Number(view.at);
  const closeThread = () => change({ thread: "" });

  return (
    <Flex h="calc(100dvh - 56px)" m="calc(var(--mantine-spacing-md) * -1)">
      {/* By the style sheet, which knows a phone before any script does. */}
      <Box w={{ base: "100%", sm: 260 }} style={{ flexShrink: 0 }} {...(chosen && { visibleFrom: "sm" })}>
        <ChannelList current={view.channel} show={view.show} go={go} />
      </Box>
      {chosen && !(phone && view.thread !== "") && (
        <Flex
          direction="column"
          flex={1}
          miw={0}
          style={{ borderInline: "1px solid var(--mantine-color-default-border)" }}
        >
          {view.show === "threads" && <ThreadsView go={go} />}
          {view.show === "mentions" && <MentionsView go={go} />}
          {view.show === "search" && <SearchView q={view.q} onSearch={(q) => change({ q })} go={go} />}
          {view.channel !== "" && (
            <Conversation
              key={`${view.channel} ${view.thread === "" ? view.at : ""}`}
              channelId={view.channel}
              at={view.thread === "" ? at : undefined}
              onNewest={() => at !== undefined && change({ at: "" })}
              onThread={(thread) => change({ thread, at: "" })}
              go={go}
            />
          )}
        </Flex>
      )}
      {!chosen && (
        <Center flex={1} visibleFrom="sm">
          <Text c="dimmed">{t("chooseChannel")}</Text>
        </Center>
      )}
      {view.thread !== "" && view.channel !== "" && (
        <Flex direction="column" w={phone ? "100%" : 380} style={{ flexShrink: 0 }}>
          <ThreadPanel
            key={view.thread}
            place={{ channelId: view.channel, rootId: view.thread }}
            at={at}
            onClose={closeThread}
          />
        </Flex>
      )}
    </Flex>
  );
}
