import type { components } from "@fleet/web/api/business";

type Schemas = components["schemas"];

export type Channel = Schemas["ChatChannelRead"];
export type ChatEvent = Schemas["ChatEventRead"];
export type Draft = Schemas["ChatDraftRead"];
export type Message = Schemas["ChatMessageRead"];
export type Person = Schemas["ChatPersonRead"];
export type Thread = Schemas["ChatThreadRead"];

/** Where something is said: in a channel, or in a thread there. */
export interface Place {
  channelId: string;
  rootId: string | null;
}

export interface Presence {
  status: "active" | "idle" | "offline";
  at: string | null;
}

/** What the server says; docs/chat-protocol.md. Frames not listed here are passed over. */
export type Frame =
  | { type: "hello"; conn_id: string; user_id: string }
  | ({ type: "event" } & ChatEvent)
  | { type: "live"; channel_id: string; seq: number }
  | { type: "resync_required"; channel_id: string; last_seq: number }
  | { type: "refused"; channel_id: string }
  | { type: "channel_added"; channel_id: string }
  | { type: "read"; channel_id?: string; thread_root_id?: string; last_read_seq: number }
  | {
      type: "notify";
      kind: "mention" | "direct" | "reply";
      channel_id: string;
      thread_root_id: string | null;
    }
  | { type: "settings"; version: number }
  | { type: "draft"; channel_id: string; thread_root_id: string | null; version: number }
  | { type: "list_channels" }
  | ({ type: "presence"; user_id: string } & Presence)
  | { type: "typing"; channel_id: string; thread_root_id?: string | null; user_id: string }
  | { type: "pong" };

/** Whether a message calls somebody, alone or with others. */
export function calls(message: Message, userId: string): boolean {
  return (
    message.author_id !== userId &&
    (message.mentions.includes(userId) || message.mentions_channel || message.mentions_here)
  );
}

export function placeKey({ channelId, rootId }: Place): string {
  return rootId ?? channelId;
}
