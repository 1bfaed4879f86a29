import type { Channel, ChatEvent, Message, Place } from "../model";
import type { Timeline } from "../timeline";

export const ME = "me";

/** A channel as the server keeps it: its messages as they are, and the log of how they became so. */
export class ChannelLog {
  readonly id: string;
  private readonly messages = new Map<string, Message>();
  private readonly log: ChatEvent[] = [];

  constructor(id = "general") {
    this.id = id;
  }

  get lastSeq(): number {
    return this.log.length;
  }

  create(author: string, text: string, more: Partial<Message> = {}): ChatEvent {
    const seq = this.lastSeq + 1;
    const message: Message = {
      id: `m${seq}`,
      channel_id: this.id,
      seq,
      author_id: author,
      client_msg_id: `c${this.id}${seq}`,
      text,
      thread_root_id: null,
      mentions: [],
      mentions_channel: false,
      mentions_here: false,
      reactions: [],
      replies: 0,
      last_reply_seq: null,
      created_at: new Date(seq * 1000).toISOString(),
      edited_at: null,
      deleted_at: null,
      version: 1,
      ...more,
    };
    this.messages.set(message.id, message);
    return this.tell("message_created", message, author);
  }

  edit(id: string, text: string): ChatEvent {
    return this.change("message_edited", id, { text, edited_at: "2026-01-01T00:00:00Z" });
  }

  remove(id: string): ChatEvent {
    return this.change("message_deleted", id, { text: "", deleted_at: "2026-01-01T00:00:00Z" });
  }

  react(id: string, emoji: string): ChatEvent {
    const { reactions } = this.message(id);
    return this.change("reaction_added", id, { reactions: [...reactions, { emoji, user_id: "ben" }] });
  }

  say(kind: ChatEvent["kind"], data: Record<string, unknown>): ChatEvent {
    return this.append({ kind, data, message: null, thread: null, actor_id: null });
  }

  message(id: string): Message {
    const message = this.messages.get(id);
    if (!message) throw new Error(`There is no message ${id}`);
    return message;
  }

  /** As `GET …/events` answers: each event with its message as that is now. */
  events(after: number): ChatEvent[] {
    return this.log.slice(after).map((event) => ({
      ...event,
      message: event.message && this.message(event.message.id),
      thread: event.thread && this.threadState(event.thread.root_id),
    }));
  }

  /** As the history answers; in order. */
  shown({ rootId }: Pick<Place, "rootId">): Message[] {
    return [...this.messages.values()].filter(
      ({ thread_root_id, deleted_at }) =>
        thread_root_id === rootId && (rootId === null || deleted_at === null),
    );
  }

  newest(place: Pick<Place, "rootId">, limit: number, before = Infinity): Timeline {
    const there = this.shown(place).filter(({ seq }) => seq < before);
    return { messages: there.slice(-limit), older: there.length > limit, newer: false };
  }

  channel(more: Partial<Channel> = {}): Channel {
    return {
      id: this.id,
      kind: "public",
      name: this.id,
      topic: "",
      is_default: false,
      version: 1,
      created_at: "2026-01-01T00:00:00Z",
      last_seq: this.lastSeq,
      my_role: "member",
      my_last_read_seq: this.lastSeq,
      my_notify: null,
      unread: 0,
      mentions: 0,
      member_ids: null,
      ...more,
    };
  }

  private change(kind: ChatEvent["kind"], id: string, changes: Partial<Message>): ChatEvent {
    const before = this.message(id);
    const message = { ...before, ...changes, version: before.version + 1 };
    this.messages.set(id, message);
    return this.tell(kind, message, message.author_id);
  }

  private tell(kind: ChatEvent["kind"], message: Message, actor_id: string): ChatEvent {
    const { thread_root_id: rootId } = message;
    const counts = rootId !== null && (kind === "message_created" || kind === "message_deleted");
    if (!counts) return this.append({ kind, data: {}, message, thread: null, actor_id });
    const replies = [...this.messages.values()].filter(
      (each) => each.thread_root_id === rootId && each.deleted_at === null,
    );
    const state = { replies: replies.length, last_reply_seq: replies.at(-1)?.seq ?? null };
    this.messages.set(rootId, { ...this.message(rootId), ...state });
    return this.append({ kind, data: {}, message, thread: this.threadState(rootId), actor_id });
  }

  private threadState(root_id: string): NonNullable<ChatEvent["thread"]> {
    const { replies, last_reply_seq } = this.message(root_id);
    return { root_id, replies, last_reply_seq };
  }

  private append(event: Omit<ChatEvent, "channel_id" | "seq" | "at">): ChatEvent {
    const at = "2026-01-01T00:00:00Z";
    const appended = { ...event, channel_id: this.id, seq: this.lastSeq + 1, at };
    this.log.push(appended);
    return appended;
  }
}
