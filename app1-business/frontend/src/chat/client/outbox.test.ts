import { answer, type Asked, Gateway, refusal } from "@fleet/web/testing/gateway";

import { api } from "@/api";

import { Outbox } from "./outbox";
import { ChatStore } from "./store";
import { ChannelLog, ME } from "./testing/channel-log";

const GENERAL = { channelId: "general", rootId: null };
const POST = "POST /chat/channels/general/messages";

let gateway: Gateway;
let store: ChatStore;
let outbox: Outbox;
const log = new ChannelLog();

beforeEach(() => {
  jest.useFakeTimers();
  gateway = new Gateway();
  store = new ChatStore(ME);
  outbox = new Outbox(api, store);
});

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

const settle = () => jest.advanceTimersByTimeAsync(0);
const bodies = () => gateway.asked(POST).map(({ body }) => body as { client_msg_id: string; text: string });
const said = ({ body }: Asked) => {
  const { client_msg_id, text } = body as { client_msg_id: string; text: string };
  return answer(log.create(ME, text, { client_msg_id }).message);
};

test("what is said is sent one after the other, in the order it was said", async () => {
  gateway.on(POST, said);
  for (const text of ["one", "two", "three"]) outbox.send(GENERAL, text);
  await settle();
  expect(bodies().map(({ text }) => text)).toEqual(["one", "two", "three"]);
  expect(store.state.outgoing).toEqual([]);
});

test("where nobody answers, it is sent again with the same id", async () => {
  jest.spyOn(Math, "random").mockReturnValue(0.5); // pauses of a second, then two
  outbox.send(GENERAL, "hello");
  await settle();
  gateway.on(POST, () => refusal(503, "gateway.service_unavailable"));
  await jest.advanceTimersByTimeAsync(1_000);
  gateway.on(POST, said);
  await jest.advanceTimersByTimeAsync(2_000);
  await settle();
  expect(bodies()).toHaveLength(3);
  expect(new Set(bodies().map(({ client_msg_id }) => client_msg_id)).size).toBe(1);
  expect(store.state.outgoing).toEqual([]);
});

test("what is refused waits for a decision, and the next is sent", async () => {
  gateway.on(POST, (asked) =>
    (asked.body as { text: string }).text === "bad" ? refusal(422, "chat.text_too_long") : said(asked),
  );
  outbox.send(GENERAL, "bad");
  outbox.send(GENERAL, "good");
  await settle();
  expect(bodies().map(({ text }) => text)).toEqual(["bad", "good"]);
  expect(store.state.outgoing).toMatchObject([{ text: "bad", refusal: { problem: { status: 422 } } }]);
});

test("what was refused is tried again with the same id, or dropped", async () => {
  gateway.on(POST, () => refusal(409, "chat.mention_unconfirmed"));
  outbox.send(GENERAL, "@channel hello");
  await settle();
  const id = store.state.outgoing[0]?.clientMsgId ?? "";
  outbox.again(id, true);
  await settle();
  expect(bodies()).toMatchObject([
    { client_msg_id: id, mention_confirmed: false },
    { client_msg_id: id, mention_confirmed: true },
  ]);
  outbox.drop(id);
  expect(store.state.outgoing).toEqual([]);
});
