import { answer, Gateway, page, refusal } from "@fleet/web/testing/gateway";

import { api } from "@/api";

import { ChatClient } from "./client";
import type { ChatEvent } from "./model";
import { ChannelLog, ME } from "./testing/channel-log";
import { FakeSocket } from "./testing/fake-socket";

const GENERAL = { channelId: "general", rootId: null };

let gateway: Gateway;
let client: ChatClient;
let log: ChannelLog;

beforeEach(() => {
  jest.useFakeTimers();
  FakeSocket.install();
  log = new ChannelLog();
  log.create("ben", "before");
  gateway = new Gateway()
    .on("GET /chat/channels", () => page([log.channel()]))
    .on("GET /chat/channels/general", () => answer(log.channel()))
    .on("GET /chat/channels/general/messages", () => page(log.shown(GENERAL).toReversed()))
    .on("GET /chat/drafts", () => page([]));
  client = new ChatClient(api, ME, () => Promise.resolve("ws://gateway"));
});

afterEach(() => {
  client.stop();
  jest.useRealTimers();
});

const settle = () => jest.advanceTimersByTimeAsync(0);
const told = (event: ChatEvent) => FakeSocket.last.says({ type: "event", ...event });
const texts = () => client.store.state.timelines.general?.messages.map(({ text }) => text);

async function connected(): Promise<void> {
  await settle();
  FakeSocket.last.says({ type: "hello", conn_id: "1", user_id: ME });
  await settle();
}

async function opened(): Promise<void> {
  client.start();
  await connected();
  await client.newest(GENERAL);
}

function hide(hidden: boolean): void {
  Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}

test("it follows its channels from where their logs ended when they were listed", async () => {
  await opened();
  expect(FakeSocket.last.of("resume")).toEqual([{ type: "resume", channels: { general: 1 } }]);
  expect(texts()).toEqual(["before"]);
});

test("another connection goes on where the former ended", async () => {
  await opened();
  told(log.create("ben", "two"));
  FakeSocket.last.ends();
  expect(client.store.state.connected).toBe(false);
  log.create("ben", "missed");
  await jest.advanceTimersByTimeAsync(2_000);
  await connected();
  expect(FakeSocket.opened).toHaveLength(2);
  expect(FakeSocket.last.of("resume")).toEqual([{ type: "resume", channels: { general: 2 } }]);
  for (const event of log.events(2)) told(event);
  expect(texts()).toEqual(["before", "two", "missed"]);
});

test("a gap among events has it connect anew, and lose nothing", async () => {
  await opened();
  log.create("ben", "lost on its way");
  told(log.create("ben", "three"));
  expect(texts()).toEqual(["before"]);
  await jest.advanceTimersByTimeAsync(2_000);
  await connected();
  for (const event of log.events(1)) told(event);
  expect(texts()).toEqual(["before", "lost on its way", "three"]);
});

test("where the log does not go back far enough, the channel is read and followed anew", async () => {
  await opened();
  log.create("ben", "no event tells of this");
  FakeSocket.last.says({ type: "resync_required", channel_id: "general", last_seq: 2 });
  expect(texts()).toBeUndefined();
  await settle();
  expect(FakeSocket.last.of("resume").at(-1)).toEqual({ type: "resume", channels: { general: 2 } });
  await client.newest(GENERAL);
  expect(texts()).toEqual(["before", "no event tells of this"]);
});

test("a channel that is not one's own any more is forgotten", async () => {
  await opened();
  FakeSocket.last.says({ type: "refused", channel_id: "general" });
  expect(client.store.state.channels).toEqual({});
});

test("it says that somebody is there as soon as it may, and when they look away and come back", async () => {
  await opened();
  hide(true);
  hide(false);
  expect(
    FakeSocket.last.heard.map(({ type }) => type).filter((type) => type === "active" || type === "idle"),
  ).toEqual(["active", "idle", "active"]);
});

test("presence is shown as it was told last, and not at all without a connection", async () => {
  await opened();
  FakeSocket.last.says({ type: "presence", user_id: "ben", status: "idle", at: null });
  FakeSocket.last.says({ type: "presence", user_id: "ben", status: "active", at: "2026-01-01T00:00:00Z" });
  expect(client.store.state.presence.ben).toMatchObject({ status: "active" });
  FakeSocket.last.ends();
  expect(client.store.state.presence).toEqual({});
});

test("what could not be sent goes when the connection is back", async () => {
  await opened();
  client.outbox.send(GENERAL, "hello");
  FakeSocket.last.ends();
  await settle();
  expect(client.store.state.outgoing).toHaveLength(1);
  gateway.on("POST /chat/channels/general/messages", ({ body }) => {
    const { client_msg_id, text } = body as { client_msg_id: string; text: string };
    return answer(log.create(ME, text, { client_msg_id }).message);
  });
  await jest.advanceTimersByTimeAsync(2_000);
  await connected();
  expect(client.store.state.outgoing).toEqual([]);
  expect(texts()).toEqual(["before", "hello"]);
});

test("a draft that another device changed meanwhile is written over, with its version", async () => {
  await opened();
  const versions: (string | null)[] = [];
  const theirs = { id: "d", channel_id: "general", thread_root_id: null, text: "theirs", updated_at: "" };
  gateway.on("GET /chat/drafts", () => page([{ ...theirs, version: 4 }]));
  gateway.on("PUT /chat/drafts", ({ headers, body }) => {
    versions.push(headers.get("if-match"));
    if (versions.length === 1) return refusal(412, "stale");
    return answer({ ...theirs, ...(body as object), version: 5 });
  });
  await client.keepDraft(GENERAL, "mine");
  expect(versions).toEqual(['"0"', '"4"']);
  expect(client.store.state.drafts.general).toMatchObject({ text: "mine", version: 5 });
});
