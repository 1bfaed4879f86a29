import type { paths } from "@fleet/web/api/business";
import { isConflict } from "@fleet/web/api/problem";
import type { Client } from "openapi-fetch";

import { Connection } from "./connection";
import { type Channel, type Frame, type Message, type Place, placeKey } from "./model";
import { Outbox } from "./outbox";
import { ChatStore } from "./store";

const IN_A_FRAME = 150; // channels that one resume names
const PAGE = 100; // messages
const TYPING_EVERY = 3_000; // milliseconds

export type Api = Client<paths>;

/**
 * Chat as one page of a browser has it: `store` is what the server has, a moment later.
 *
 * Nothing is lost or shown twice when connections end: another begins where the store ends.
 */
export class ChatClient {
  readonly store: ChatStore;
  readonly outbox: Outbox;
  private readonly connection: Connection;
  private followed = new Set<string>();
  private readonly wanted = new Set<string>(); // ids of people to ask for
  private wroteAt = 0;
  private active = false;

  constructor(
    private readonly api: Api,
    me: string,
    ticket: () => Promise<string>,
  ) {
    this.store = new ChatStore(me);
    this.outbox = new Outbox(api, this.store);
    this.connection = new Connection(ticket, { frame: this.take, lost: this.lost });
  }

  start(): void {
    this.connection.start();
    document.addEventListener("visibilitychange", this.attend);
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.attend);
    this.connection.stop();
  }

  // Messages

  /** The newest messages of a place. */
  async newest(place: Place): Promise<void> {
    await this.store.fetched(place, async () => {
      const { messages, more } = await this.page(place, {});
      return { messages: messages.reverse(), older: more, newer: false };
    });
  }

  /** The messages around one of a channel. */
  async around(place: Place, seq: number): Promise<void> {
    await this.store.fetched(place, async () => {
      const [before, after] = await Promise.all([
        this.page(place, { before_seq: seq + 1 }),
        this.page(place, { after_seq: seq, sort: "seq" }),
      ]);
      return {
        messages: [...before.messages.reverse(), ...after.messages],
        older: before.more,
        newer: after.more,
      };
    });
  }

  async older(place: Place): Promise<void> {
    const first = this.store.state.timelines[placeKey(place)]?.messages[0];
    if (!first) return;
    const fetch = async () => {
      const { messages, more } = await this.page(place, { before_seq: first.seq });
      return { messages: messages.reverse(), older: more, newer: false };
    };
    await this.store.fetched(place, fetch, "older");
  }

  async newer(place: Place): Promise<void> {
    const last = this.store.state.timelines[placeKey(place)]?.messages.at(-1);
    if (!last) return;
    const fetch = async () => {
      const { messages, more } = await this.page(place, { after_seq: last.seq, sort: "seq" });
      return { messages, older: false, newer: more };
    };
    await this.store.fetched(place, fetch, "newer");
  }

  private async page(
    { channelId, rootId }: Place,
    range: { before_seq?: number; after_seq?: number; sort?: "seq" },
  ): Promise<{ messages: Message[]; more: boolean }> {
    const query = { ...range, limit: PAGE };
    const { data } =
      rootId === null
        ? await this.api.GET("/chat/channels/{channel_id}/messages", {
            params: { path: { channel_id: channelId }, query },
          })
        : await this.api.GET("/chat/messages/{message_id}/thread", {
            params: { path: { message_id: rootId }, query },
          });
    const { items, next_cursor } = data ?? { items: [], next_cursor: null };
    const messages = items.filter((message) => rootId === null || message.deleted_at === null);
    return { messages, more: next_cursor !== null };
  }

  /** Count a channel or a thread as read, as far as it is known. */
  async read({ channelId, rootId }: Place): Promise<void> {
    if (rootId === null) {
      const followed = this.store.state.channels[channelId];
      if (!followed?.info.my_role || !(followed.info.unread || followed.info.mentions)) return;
      const seq = followed.lastSeq;
      this.store.read(channelId, seq);
      await this.api.POST("/chat/channels/{channel_id}/read", {
        params: { path: { channel_id: channelId } },
        body: { seq },
      });
    } else {
      const seq = this.store.state.timelines[rootId]?.messages.at(-1)?.seq;
      if (seq === undefined) return;
      await this.api.POST("/chat/messages/{message_id}/thread/read", {
        params: { path: { message_id: rootId } },
        body: { seq },
      });
    }
  }

  // Drafts

  /** Keep what is being written, over what another device may have written meanwhile. */
  async keepDraft(place: Place, text: string): Promise<void> {
    const put = async () => {
      const version = this.store.state.drafts[placeKey(place)]?.version ?? 0;
      const { data } = await this.api.PUT("/chat/drafts", {
        params: { header: { "if-match": `"${version}"` } },
        body: { channel_id: place.channelId, thread_root_id: place.rootId, text },
      });
      if (data) this.store.set({ drafts: { ...this.store.state.drafts, [placeKey(place)]: data } });
    };
    try {
      await put();
    } catch (error) {
      if (!isConflict(error)) throw error;
      await this.listDrafts();
      await put();
    }
  }

  private async listDrafts(): Promise<void> {
    const { data } = await this.api.GET("/chat/drafts", { params: { query: { limit: 100 } } });
    const drafts = (data?.items ?? []).map((draft) => [draft.thread_root_id ?? draft.channel_id, draft]);
    this.store.set({ drafts: Object.fromEntries(drafts) as ChatStore["state"]["drafts"] });
  }

  // People

  /** Have somebody's name be known. */
  meet(userId: string): void {
    if (this.store.state.people[userId] || this.wanted.has(userId)) return;
    this.wanted.add(userId);
    if (this.wanted.size === 1) setTimeout(() => void this.askNames(), 10);
  }

  private async askNames(): Promise<void> {
    const id = [...this.wanted].slice(0, 100);
    try {
      const { data } = await this.api.GET("/chat/people", { params: { query: { id, limit: 100 } } });
      const found = Object.fromEntries((data?.items ?? []).map((person) => [person.user_id, person]));
      this.store.set({ people: { ...this.store.state.people, ...found } });
    } finally {
      for (const each of id) this.wanted.delete(each);
      if (this.wanted.size > 0) setTimeout(() => void this.askNames(), 10);
    }
  }

  /** Be told of these people's presence, and of nobody else's. */
  watch(userIds: string[]): void {
    this.connection.say({ type: "watch", user_ids: userIds });
  }

  writes({ channelId, rootId }: Place): void {
    if (Date.now() - this.wroteAt < TYPING_EVERY) return;
    this.wroteAt = Date.now();
    const thread = rootId === null ? {} : { thread_root_id: rootId };
    this.connection.say({ type: "typing", channel_id: channelId, ...thread });
  }

  // Following

  /** Read a channel anew, and follow it if one is in it. */
  async refresh(channelId: string): Promise<void> {
    const { data } = await this.api.GET("/chat/channels/{channel_id}", {
      params: { path: { channel_id: channelId } },
    });
    if (data) this.follow([data]);
  }

  private readonly take = (frame: Frame): void => {
    switch (frame.type) {
      case "event":
        this.store.apply(frame);
        if (frame.kind === "message_deleted" || frame.kind === "message_edited")
          this.recount(frame.channel_id);
        break;
      case "hello":
        this.followed.clear();
        this.store.set({ connected: true, threadsChanged: this.store.state.threadsChanged + 1 });
        this.active = false;
        this.attend();
        this.tolerantly(this.list());
        this.tolerantly(this.listDrafts());
        this.outbox.retry();
        break;
      case "list_channels":
        this.tolerantly(this.list());
        break;
      case "resync_required":
        this.forget(frame.channel_id);
        this.tolerantly(this.refresh(frame.channel_id));
        break;
      case "channel_added":
        this.tolerantly(this.refresh(frame.channel_id));
        break;
      case "refused":
        this.forget(frame.channel_id);
        break;
      case "read":
        if (frame.channel_id === undefined) this.changed();
        else if (!this.store.read(frame.channel_id, frame.last_read_seq)) this.recount(frame.channel_id);
        break;
      case "draft": {
        const known = this.store.state.drafts[frame.thread_root_id ?? frame.channel_id]?.version;
        if (known !== frame.version) this.tolerantly(this.listDrafts());
        break;
      }
      case "notify":
        this.changed();
        break;
      case "presence":
        this.store.set({ presence: { ...this.store.state.presence, [frame.user_id]: frame } });
        break;
      case "typing":
        this.meet(frame.user_id);
        this.store.writes(
          { channelId: frame.channel_id, rootId: frame.thread_root_id ?? null },
          frame.user_id,
        );
        break;
    }
  };

  private readonly lost = (): void => {
    this.store.set({ connected: false, presence: {}, typing: {} });
  };

  /** Say whether somebody is at the device. */
  private readonly attend = (): void => {
    if (this.active === !document.hidden) return;
    this.active = !document.hidden;
    this.connection.say({ type: this.active ? "active" : "idle" });
  };

  private async list(): Promise<void> {
    const mine: Channel[] = [];
    let cursor: string | null | undefined;
    do {
      const query = { mine: true, limit: 100, ...(cursor && { cursor }) };
      const { data } = await this.api.GET("/chat/channels", { params: { query } });
      mine.push(...(data?.items ?? []));
      cursor = data?.next_cursor;
    } while (cursor);
    const ids = new Set(mine.map(({ id }) => id));
    const known = Object.values(this.store.state.channels);
    for (const { info } of known) if (info.my_role && !ids.has(info.id)) this.forget(info.id);
    this.follow(mine);
    this.store.set({ listed: true });
  }

  private follow(channels: Channel[]): void {
    for (const channel of channels) this.store.putChannel(channel);
    const fresh = channels.filter(({ id, my_role }) => my_role && !this.followed.has(id)).map(({ id }) => id);
    for (let first = 0; first < fresh.length; first += IN_A_FRAME) {
      const some = fresh.slice(first, first + IN_A_FRAME);
      for (const id of some) this.followed.add(id);
      const places = some.map((id) => [id, this.store.state.channels[id]?.lastSeq]);
      this.connection.say({ type: "resume", channels: Object.fromEntries(places) as Record<string, number> });
    }
  }

  private forget(channelId: string): void {
    this.followed.delete(channelId);
    this.store.forget(channelId);
  }

  private recount(channelId: string): void {
    if (this.store.state.channels[channelId]?.info.unread) this.tolerantly(this.refresh(channelId));
  }

  private changed(): void {
    this.store.set({ threadsChanged: this.store.state.threadsChanged + 1 });
  }

  /** What fails here is asked again after the next hello. */
  private tolerantly(asked: Promise<void>): void {
    asked.catch(() => undefined);
  }
}
