import {
  calls,
  type Channel,
  type ChatEvent,
  type Draft,
  type Message,
  type Person,
  type Place,
  placeKey,
  type Presence,
} from "./model";
import { joined, type Timeline, withMessage, withThread } from "./timeline";

/** An event came without those before it. */
export class Gap extends Error {}

/** A channel, the place in its log up to which it is known, and the one up to which `info` counts. */
export interface Followed {
  info: Channel;
  lastSeq: number;
  countedTo: number;
}

/** What was said here and is not in the log yet. */
export interface Outgoing extends Place {
  clientMsgId: string;
  text: string;
  at: string;
  confirmed: boolean;
  /** Why it was refused; none: it is being sent. */
  refusal?: unknown;
}

export interface ChatState {
  me: string;
  connected: boolean;
  /** Whether the list of channels was read. */
  listed: boolean;
  channels: Readonly<Record<string, Followed>>;
  /** By `placeKey`: a channel's roots, or a thread's replies. */
  timelines: Readonly<Record<string, Timeline>>;
  drafts: Readonly<Record<string, Draft>>;
  outgoing: readonly Outgoing[];
  people: Readonly<Record<string, Person>>;
  presence: Readonly<Record<string, Presence>>;
  /** By `placeKey`: who writes there, and until when to say so (milliseconds). */
  typing: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Raised when what one follows or was told of may have changed. */
  threadsChanged: number;
  /** The message that is being edited here. */
  editing: string | undefined;
}

const TYPING = 5_000; // milliseconds for which somebody is said to be writing

/** What a page knows of chat. Each change makes a new state, of which what did not change is the same. */
export class ChatStore {
  state: ChatState;
  private readonly listeners = new Set<() => void>();
  private fetching = 0;
  /** What events told while something was being fetched, which may be older than they. */
  private told: ChatEvent[] = [];
  private forgets = 0;

  constructor(me: string) {
    const empty = {
      channels: {},
      timelines: {},
      drafts: {},
      outgoing: [],
      people: {},
      presence: {},
      typing: {},
    };
    this.state = { me, connected: false, listed: false, threadsChanged: 0, editing: undefined, ...empty };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(changes: Partial<ChatState>): void {
    this.state = { ...this.state, ...changes };
    for (const listener of this.listeners) listener();
  }

  /** Know a channel. What was known of its log stays known: the events in between are still to come. */
  putChannel(info: Channel): void {
    const known = this.state.channels[info.id];
    const followed = { info, lastSeq: known?.lastSeq ?? info.last_seq, countedTo: info.last_seq };
    this.set({ channels: { ...this.state.channels, [info.id]: followed } });
  }

  forget(channelId: string): void {
    this.forgets += 1;
    this.told = this.told.filter(({ channel_id }) => channel_id !== channelId);
    const channels = Object.fromEntries(
      Object.entries(this.state.channels).filter(([id]) => id !== channelId),
    );
    const timelines = Object.entries(this.state.timelines).filter(
      ([key, { messages }]) => key !== channelId && messages[0]?.channel_id !== channelId,
    );
    this.set({ channels, timelines: Object.fromEntries(timelines) });
  }

  /**
   * Know what an event says; one that is known already changes nothing.
   *
   * Throws Gap where events before it are missing.
   */
  apply(event: ChatEvent): void {
    const channel = this.state.channels[event.channel_id];
    if (!channel || event.seq <= channel.lastSeq) return;
    if (event.seq !== channel.lastSeq + 1) throw new Gap();
    if (this.fetching > 0) this.told.push(event);
    if (event.kind === "member_removed" && event.data.user_id === this.state.me) {
      this.forget(event.channel_id);
      return;
    }
    const info = { ...channel.info, ...(event.seq > channel.countedTo && this.counted(channel.info, event)) };
    if (event.kind === "channel_changed") Object.assign(info, event.data);
    const channels = { ...this.state.channels, [event.channel_id]: { ...channel, info, lastSeq: event.seq } };
    const timelines = withEvent(this.state.timelines, event);
    const sent = event.message?.client_msg_id;
    const outgoing = this.state.outgoing.filter(({ clientMsgId }) => clientMsgId !== sent);
    const reply = event.thread !== null || event.message?.thread_root_id != null;
    this.set({
      channels,
      timelines,
      ...(outgoing.length < this.state.outgoing.length && { outgoing }),
      ...(reply && { threadsChanged: this.state.threadsChanged + 1 }),
    });
    if (event.kind === "message_created" && event.actor_id) this.typed(event);
  }

  /** Know a message that a request was answered with. Its event may come before or after. */
  putMessage(message: Message): void {
    const told = this.told.findLast((event) => event.message?.id === message.id)?.message;
    const key = message.thread_root_id ?? message.channel_id;
    const timeline = this.state.timelines[key];
    const outgoing = this.state.outgoing.filter(({ clientMsgId }) => clientMsgId !== message.client_msg_id);
    const shown = timeline && { ...this.state.timelines, [key]: withMessage(timeline, told ?? message) };
    this.set({ outgoing, ...(shown && { timelines: shown }) });
  }

  /**
   * Fetch messages of a place, and know them as the events that came meanwhile left them.
   *
   * `side`: beyond which end of what is known they are; none: in place of what is known.
   */
  async fetched(place: Place, fetch: () => Promise<Timeline>, side?: "older" | "newer"): Promise<void> {
    await this.during(async () => {
      const key = placeKey(place);
      const before = this.state.timelines[key]?.messages;
      let forgets = this.forgets;
      let found = await fetch();
      while (!side && forgets !== this.forgets) {
        forgets = this.forgets; // no event will tell what the answer may lack
        found = await fetch();
      }
      const known = this.state.timelines[key];
      const end = side === "older" ? 0 : -1;
      const same = known?.messages.at(end)?.id === before?.at(end)?.id;
      if (side && !(known && same && forgets === this.forgets)) return; // it was given up meanwhile
      const whole = side && known ? joined(known, found, side) : found;
      const mine = { [key]: whole };
      for (const event of this.told) Object.assign(mine, withEvent(mine, event));
      this.set({ timelines: { ...this.state.timelines, ...mine } });
    });
  }

  /** While something is asked whose answer may be older than events that come before it. */
  async during<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    this.fetching += 1;
    try {
      return await ask();
    } finally {
      this.fetching -= 1;
      if (this.fetching === 0) this.told = [];
    }
  }

  /** A pointer was moved, here or on another device. False: the counts have to be asked for. */
  read(channelId: string, seq: number): boolean {
    const channel = this.state.channels[channelId];
    if (!channel) return true;
    const { info, lastSeq } = channel;
    const all = seq >= Math.max(lastSeq, info.last_seq);
    const counts = all ? { unread: 0, mentions: 0 } : {};
    const moved = { ...channel, info: { ...info, my_last_read_seq: seq, ...counts } };
    this.set({ channels: { ...this.state.channels, [channelId]: moved } });
    return all;
  }

  writes(place: Place, userId: string): void {
    if (userId === this.state.me) return;
    const key = placeKey(place);
    const there = { ...this.state.typing[key], [userId]: Date.now() + TYPING };
    this.set({ typing: { ...this.state.typing, [key]: there } });
  }

  private typed({ actor_id, channel_id, message }: ChatEvent): void {
    const key = message?.thread_root_id ?? channel_id;
    const { [actor_id ?? ""]: was, ...others } = this.state.typing[key] ?? {};
    if (was !== undefined) this.set({ typing: { ...this.state.typing, [key]: others } });
  }

  /** What a new message adds to the counts. Of later changes to it, the channel's counts are asked for. */
  private counted(info: Channel, { kind, message }: ChatEvent): Partial<Channel> {
    if (kind !== "message_created" || !message || message.author_id === this.state.me) return {};
    if (message.thread_root_id !== null || message.deleted_at !== null) return {};
    if (message.seq <= (info.my_last_read_seq ?? 0)) return {};
    const called = calls(message, this.state.me) ? 1 : 0;
    return { unread: (info.unread ?? 0) + 1, mentions: (info.mentions ?? 0) + called };
  }
}

function withEvent(
  timelines: Readonly<Record<string, Timeline>>,
  { channel_id, message, thread }: ChatEvent,
): Record<string, Timeline> {
  const changed = { ...timelines };
  if (message) {
    const key = message.thread_root_id ?? message.channel_id;
    if (changed[key]) changed[key] = withMessage(changed[key], message);
  }
  if (thread && changed[channel_id]) changed[channel_id] = withThread(changed[channel_id], thread);
  return changed;
}
