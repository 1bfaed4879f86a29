"use client";

import { Box, Button, Divider, Loader, Skeleton, Stack, Text } from "@mantine/core";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { IconArrowDown } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useFormatter, useTimeZone, useTranslations } from "next-intl";
import { useEffect, useMemo, useRef, useState } from "react";

import { type Place, placeKey } from "./client/model";
import { MessageItem } from "./message-item";
import { OutgoingItem } from "./outgoing-item";
import { useChat, useChatState } from "./provider";
import { rowsOf } from "./rows";

interface Props {
  place: Place;
  /** The place in the log of a message to show and to point at. */
  at?: number | undefined;
  /** What was read when this was opened; the line of what is new stands behind it. */
  readUpTo: number | null;
  label: string;
  empty: string;
  onThread?: ((rootId: string) => void) | undefined;
  onNewest: () => void;
}

/** The messages of a channel or a thread: only those in view are in the page, however many there are. */
export function MessageList({ place, at, readUpTo, label, empty, onThread, onNewest }: Props) {
  "use no memo"; // the virtualizer is changed in place
  const t = useTranslations("chat");
  const format = useFormatter();
  const timeZone = useTimeZone() ?? "UTC";
  const client = useChat();
  const key = placeKey(place);
  const timeline = useChatState((state) => state.timelines[key]);
  const outgoing = useChatState((state) => state.outgoing);
  const me = useChatState((state) => state.me);
  const frame = useRef<HTMLDivElement>(null);
  const busy = useRef(false);
  const [error, setError] = useState<unknown>();
  const [line] = useState(readUpTo);
  const { channelId, rootId } = place;

  const load = async (what: Promise<void>) => {
    if (busy.current) return;
    busy.current = true;
    try {
      await what;
      setError(undefined);
    } catch (failure) {
      setError(failure);
    } finally {
      busy.current = false;
    }
  };
  const first = () => {
    const here = { channelId, rootId };
    void load(at === undefined ? client.newest(here) : client.around(here, at));
  };
  const missing = timeline === undefined;
  const unseen = at !== undefined && timeline?.messages.every(({ seq }) => seq !== at) === true;
  useEffect(() => {
    if (missing || unseen) first();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- again only where what is to be shown is not there
  }, [missing, at, channelId, rootId]);

  const messages = timeline?.messages;
  const rows = useMemo(() => {
    const waiting = outgoing.filter((one) => placeKey(one) === key);
    return rowsOf(messages ?? [], waiting, line, me, timeZone);
  }, [messages, outgoing, key, line, me, timeZone]);
  // eslint-disable-next-line react-hooks/incompatible-library -- what it returns goes into no memoized part
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    getItemKey: (index) => rows[index]?.key ?? index,
    estimateSize: () => 64,
    overscan: 12,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: 80,
  });
  const loaded = !missing;
  useEffect(() => {
    if (!loaded) return;
    const target = rows.findIndex((row) => row.kind === "message" && row.message.seq === at);
    if (target >= 0) list.scrollToIndex(target, { align: "center" });
    else if (at === undefined) list.scrollToEnd();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once where one begins, not with every message
  }, [loaded, at, unseen]);

  const items = list.getVirtualItems();
  const [firstShown, lastShown] = [items[0]?.index, items.at(-1)?.index];
  const atEnd = loaded && list.isAtEnd(80) && !timeline.newer;
  useEffect(() => {
    if (!timeline || firstShown === undefined || lastShown === undefined) return;
    if (firstShown < 10 && timeline.older) void load(client.older({ channelId, rootId }));
    else if (lastShown > rows.length - 10 && timeline.newer) void load(client.newer({ channelId, rootId }));
  });
  const newest = timeline?.messages.at(-1)?.seq;
  useEffect(() => {
    const read = () => {
      if (atEnd && !document.hidden) client.read({ channelId, rootId }).catch(() => undefined);
    };
    read();
    document.addEventListener("visibilitychange", read);
    return () => {
      document.removeEventListener("visibilitychange", read);
    };
  }, [client, atEnd, newest, channelId, rootId]);

  if (!timeline) {
    if (error !== undefined) return <ProblemAlert error={error} retry={first} />;
    return (
      <Stack flex={1} p="md" aria-busy>
        {[70, 40, 90, 55].map((width) => (
          <Skeleton key={width} h={42} w={`${width}%`} />
        ))}
      </Stack>
    );
  }
  return (
    <Box pos="relative" flex={1} mih={0}>
      <Box
        ref={frame}
        h="100%"
        tabIndex={0}
        role="log"
        aria-label={label}
        aria-live="polite"
        style={{ overflowY: "auto", overflowX: "hidden", overflowAnchor: "none" }}
      >
        {rows.length === 0 && (
          <Text c="dimmed" ta="center" py="xl">
            {empty}
          </Text>
        )}
        <Box h={list.getTotalSize()} pos="relative">
          {items.map(({ index, key: rowKey, start }) => {
            const row = rows[index];
            if (!row) return null;
            return (
              <Box
                key={rowKey}
                ref={list.measureElement}
                data-index={index}
                pos="absolute"
                top={0}
                left={0}
                w="100%"
                style={{ transform: `translateY(${start}px)` }}
              >
                {row.kind === "day" && (
                  <Divider
                    my={4}
                    mx="md"
                    label={format.dateTime(new Date(row.at), { dateStyle: "full" })}
                    labelPosition="center"
                  />
                )}
                {row.kind === "new" && (
                  <Divider my={4} mx="md" color="red" label={t("newMessages")} labelPosition="right" />
                )}
                {row.kind === "message" && (
                  <MessageItem
                    message={row.message}
                    follows={row.follows}
                    pointedAt={row.message.seq === at}
                    onThread={onThread}
                  />
                )}
                {row.kind === "outgoing" && <OutgoingItem outgoing={row.outgoing} />}
              </Box>
            );
          })}
        </Box>
      </Box>
      {error !== undefined && <ProblemAlert error={error} retry={() => setError(undefined)} />}
      {busy.current && timeline.older && firstShown === 0 && (
        <Loader size="xs" pos="absolute" top={8} left="50%" aria-label={t("loadingOlder")} />
      )}
      {!atEnd && rows.length > 0 && (
        <Button
          pos="absolute"
          bottom={12}
          right={20}
          size="xs"
          radius="xl"
          leftSection={<IconArrowDown size={14} aria-hidden />}
          onClick={() => {
            onNewest();
            if (timeline.newer) void load(client.newest(place)).then(() => list.scrollToEnd());
            else list.scrollToEnd();
          }}
        >
          {t("toNewest")}
        </Button>
      )}
    </Box>
  );
}
