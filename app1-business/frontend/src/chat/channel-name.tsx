import { useTranslations } from "next-intl";

import type { Channel } from "./client/model";
import { useChat, useChatState } from "./provider";
import { useEffect } from "react";

/** A channel's name; a direct conversation is called as who is in it. */
export function useChannelName(): (channel: Channel) => string {
  const t = useTranslations("chat");
  const people = useChatState((state) => state.people);
  const me = useChatState((state) => state.me);
  return ({ name, member_ids }) => {
    const others = (member_ids ?? []).filter((id) => id !== me);
    if (name !== null) return name;
    if (others.length === 0) return t("notes");
    return others.map((id) => people[id]?.display_name ?? "…").join(", ");
  };
}

/** Have these people's names be known, and their presence be told. */
export function useDirectPeople(channels: Channel[]): void {
  const client = useChat();
  const connected = useChatState((state) => state.connected);
  const ids = [...new Set(channels.flatMap(({ member_ids }) => member_ids ?? []))].sort().join(" ");
  useEffect(() => {
    const people = ids.split(" ").filter(Boolean);
    for (const id of people) client.meet(id);
    if (connected) client.watch(people);
  }, [client, connected, ids]);
}
