import { inTurn } from "@fleet/web/testing/gateway";

import type { ChatEvent, Message } from "./model";
import { ChatStore, Gap } from "./store";
import { ChannelLog, ME } from "./testing/channel-log";
import type { Timeline } from "./timeline";

const GENERAL = { channelId: "general", rootId: null };

async function opened(log: ChannelLog, limit = 50): Promise<ChatStore> {
  const store = new ChatStore(ME);
  store.putChannel(log.channel());
  await store.fetched(GENERAL, () => Promise.resolve(log.newest(GENERAL, limit)));
  return store;
}

function texts(store: ChatStore, key = "general"): string[] | undefined {
  return store.state.timelines[key]?.messages.map(({ text }) => text);
}

function counts(store: ChatStore): [unread: number | null | undefined, mentions: number | null | undefined] {
  const info = store.state.channels.general?.info;
  return [info?.unread, info?.mentions];
}

/** An answer that is on its way until it is let through. */
function slow(found: Timeline): { fetch: () => Promise<Timeline>; arrive: () => void } {
  let arrive = (): void => undefined;
  const answer = new Promise<Timeline>((resolve) => {
    arrive = () => {
      resolve(found);
    };
  });
  return { fetch: () => answer, arrive: () => arrive() };
}

test("events are applied in their order", async () => {
  const log = new ChannelLog();
  const store = await opened(log);
  store.apply(log.create("ben", "one"));
  store.apply(log.create("ben", "two"));
  store.apply(log.edit("m1", "first"));
  expect(texts(store)).toEqual(["first", "two"]);
  expect(store.state.channels.general?.lastSeq).toBe(3);
});

test("an event that skips others is a gap, and changes nothing", async () => {
  const log = new ChannelLog();
  const store = await opened(log);
  log.create("ben", "missed");
  const later = log.create("ben", "later");
  const before = store.state;
  expect(() => store.apply(later)).toThrow(Gap);
  expect(store.state).toBe(before);
});

test("an event that is known already changes nothing", async () => {
  const log = new ChannelLog();
  const store = await opened(log);
  const event = log.create("ben", "one");
  store.apply(event);
  const before = store.state;
  store.apply(event);
  expect(store.state).toBe(before);
});

test("what an event told while messages were on their way stands over what they say", async () => {
  const log = new ChannelLog();
  log.create("ben", "as it was");
  const store = await opened(log);
  const answer = slow(log.newest(GENERAL, 50));
  const fetched = store.fetched(GENERAL, answer.fetch);
  store.apply(log.edit("m1", "as it is"));
  store.apply(log.create("ben", "new"));
  answer.arrive();
  await fetched;
  expect(texts(store)).toEqual(["as it is", "new"]);
});

test("older messages are put before those that are known", async () => {
  const log = new ChannelLog();
  for (const text of ["one", "two", "three"]) log.create("ben", text);
  const store = await opened(log, 2);
  expect(store.state.timelines.general).toMatchObject({ older: true });
  await store.fetched(GENERAL, () => Promise.resolve(log.newest(GENERAL, 2, 2)), "older");
  expect(texts(store)).toEqual(["one", "two", "three"]);
  expect(store.state.timelines.general).toMatchObject({ older: false });
});

test("a message before what was fetched stays out when it is edited", async () => {
  const log = new ChannelLog();
  for (const text of ["one", "two"]) log.create("ben", text);
  const store = await opened(log, 1);
  store.apply(log.edit("m1", "changed"));
  expect(texts(store)).toEqual(["two"]);
});

test("a deleted message stays as deleted, a deleted reply goes", async () => {
  const log = new ChannelLog();
  log.create("ben", "root");
  const store = await opened(log);
  const thread = { channelId: "general", rootId: "m1" };
  await store.fetched(thread, () => Promise.resolve(log.newest(thread, 50)));
  store.apply(log.create("ben", "reply", { thread_root_id: "m1" }));
  expect(texts(store, "m1")).toEqual(["reply"]);
  expect(store.state.timelines.general?.messages[0]).toMatchObject({ replies: 1, last_reply_seq: 2 });
  store.apply(log.remove("m2"));
  expect(texts(store, "m1")).toEqual([]);
  expect(store.state.timelines.general?.messages[0]).toMatchObject({ replies: 0, last_reply_seq: null });
  store.apply(log.remove("m1"));
  expect(store.state.timelines.general?.messages[0]?.deleted_at).not.toBeNull();
});

test("others' messages count as unread, and those that call one as mentions", async () => {
  const log = new ChannelLog();
  log.create("ben", "root");
  const store = await opened(log);
  store.apply(log.create("ben", "one"));
  store.apply(log.create("ben", "you", { mentions: [ME] }));
  store.apply(log.create("ben", "all", { mentions_channel: true }));
  store.apply(log.create(ME, "mine", { mentions_here: true }));
  store.apply(log.create("ben", "in a thread", { thread_root_id: "m1" }));
  expect(counts(store)).toEqual([3, 2]);
});

test("what the channel's counts include is not counted again", () => {
  const log = new ChannelLog();
  const store = new ChatStore(ME);
  store.putChannel(log.channel());
  const event = log.create("ben", "one");
  store.putChannel(log.channel({ unread: 1, my_last_read_seq: 0 }));
  store.apply(event);
  expect(counts(store)).toEqual([1, 0]);
});

test("reading all that is known takes the counts away; reading less has them asked for", async () => {
  const log = new ChannelLog();
  const store = await opened(log);
  store.apply(log.create("ben", "one"));
  store.apply(log.create("ben", "two", { mentions: [ME] }));
  expect(store.read("general", 1)).toBe(false);
  expect(store.read("general", 2)).toBe(true);
  expect(counts(store)).toEqual([0, 0]);
});

test("what one said is shown as sent once its event comes, before the answer to it", async () => {
  const log = new ChannelLog();
  const store = await opened(log);
  const said = { ...GENERAL, clientMsgId: "mine", text: "hello", at: "", confirmed: false };
  store.set({ outgoing: [said] });
  const event = log.create(ME, "hello", { client_msg_id: "mine" });
  store.apply(event);
  expect(store.state.outgoing).toEqual([]);
  store.putMessage(event.message as Message);
  expect(texts(store)).toEqual(["hello"]);
});

test("whoever is put out of a channel forgets it", async () => {
  const log = new ChannelLog();
  const store = await opened(log);
  store.apply(log.say("member_removed", { user_id: ME }));
  expect(store.state.channels).toEqual({});
  expect(store.state.timelines).toEqual({});
});

test("messages asked for before a channel was given up are asked for again", async () => {
  const log = new ChannelLog();
  const store = await opened(log);
  const old = slow(log.newest(GENERAL, 50));
  const asks = inTurn(old.fetch, () => Promise.resolve(log.newest(GENERAL, 50)));
  const fetched = store.fetched(GENERAL, () => asks()());
  log.create("ben", "no event will tell of this");
  store.forget("general");
  store.putChannel(log.channel());
  old.arrive();
  await fetched;
  expect(texts(store)).toEqual(["no event will tell of this"]);
});

test("older messages asked for before a channel was given up are not put before what was read since", async () => {
  const log = new ChannelLog();
  for (const text of ["one", "two"]) log.create("ben", text);
  const store = await opened(log, 1);
  const old = slow(log.newest(GENERAL, 1, 2));
  const fetched = store.fetched(GENERAL, old.fetch, "older");
  log.edit("m1", "no event will tell of this");
  store.forget("general");
  store.putChannel(log.channel());
  await store.fetched(GENERAL, () => Promise.resolve(log.newest(GENERAL, 1)));
  old.arrive();
  await fetched;
  expect(texts(store)).toEqual(["two"]);
});

test("in whatever order answers and events come, and connections end, a page ends as the server's log", async () => {
  for (let seed = 1; seed <= 200; seed += 1) await converges(seed);
});

/** Lives through some minutes of chat that the seed makes up, and compares what is shown at their end. */
async function converges(seed: number): Promise<void> {
  const chance = random(seed);
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(chance() * items.length)] as Item;
  const log = new ChannelLog();
  for (let n = 0; n < 5; n += 1) log.create("ben", `old ${n}`);
  const store = await opened(log, 3);
  const thread = { channelId: "general", rootId: "m5" };
  let coming: ChatEvent[] = [];
  const answers: { arrive: () => void; done: Promise<void> }[] = [];

  const ask = (place: typeof GENERAL | typeof thread, side?: "older") => {
    const key = place.rootId ?? "general";
    const before = side && store.state.timelines[key]?.messages[0]?.seq;
    const answer = slow(log.newest(place, 3, before));
    answers.push({ arrive: answer.arrive, done: store.fetched(place, once(answer, place), side) });
  };
  /** The answer as it is now the first time; asked again, the answer then. */
  const once = (answer: ReturnType<typeof slow>, place: typeof GENERAL | typeof thread) => {
    const asked = [answer.fetch];
    return () => asked.shift()?.() ?? Promise.resolve(log.newest(place, 3));
  };
  const steps: (() => void)[] = [
    () => coming.push(log.create(pick(["ben", ME]), "said")),
    () => coming.push(log.create("ben", "reply", { thread_root_id: "m5" })),
    () => coming.push(log.edit(`m${pick([1, 3, 4, 5])}`, `edited at ${log.lastSeq}`)),
    () => coming.push(log.react("m4", "👍")),
    () => {
      const replies = log.shown(thread);
      if (replies.length > 0) coming.push(log.remove(pick(replies).id));
    },
    () => {
      const event = coming.shift();
      if (event) store.apply(event);
    },
    () => {
      coming = log.events(store.state.channels.general?.lastSeq ?? 0); // another connection replays
    },
    () => ask(pick([GENERAL, thread])),
    () => ask(GENERAL, "older"),
    () => answers.shift()?.arrive(),
    () => {
      store.forget("general");
      store.putChannel(log.channel());
      coming = [];
      ask(GENERAL);
      ask(thread);
    },
  ];
  for (let step = 0; step < 60; step += 1) {
    pick(steps)();
    if (chance() < 0.5) await Promise.resolve();
  }
  for (const answer of answers) answer.arrive();
  await Promise.all(answers.map(({ done }) => done));
  for (const event of coming) store.apply(event);

  for (const place of [GENERAL, thread]) {
    const known = store.state.timelines[place.rootId ?? "general"];
    if (!known) continue;
    const from = known.older ? (known.messages[0]?.seq ?? Infinity) : 0;
    const there = log.shown(place).filter(({ seq }) => seq >= from);
    expect({ seed, messages: known.messages }).toEqual({ seed, messages: there });
  }
}

/** Numbers from 0 to 1, the same for a seed each time (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
