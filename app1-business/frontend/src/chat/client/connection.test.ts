import { Connection, pause } from "./connection";
import type { Frame } from "./model";
import { FakeSocket } from "./testing/fake-socket";

const HELLO: Frame = { type: "hello", conn_id: "1", user_id: "me" };

let connection: Connection;
let lost: number;
let frames: Frame[];
let ticket: () => Promise<string>;

beforeEach(() => {
  jest.useFakeTimers();
  FakeSocket.install();
  [lost, frames, ticket] = [0, [], () => Promise.resolve("ws://gateway/chat/ws?ticket=1")];
  const heard = { frame: (frame: Frame) => void frames.push(frame), lost: () => void (lost += 1) };
  connection = new Connection(() => ticket(), heard);
});

afterEach(() => {
  connection.stop();
  jest.useRealTimers();
  jest.restoreAllMocks();
});

const settle = () => jest.advanceTimersByTimeAsync(0);

test("a connection that ends is followed by another", async () => {
  connection.start();
  await settle();
  FakeSocket.last.says(HELLO);
  FakeSocket.last.ends();
  expect(lost).toBe(1);
  await jest.advanceTimersByTimeAsync(2_000);
  expect(FakeSocket.opened).toHaveLength(2);
});

test("a connection that is silent for a minute counts as lost", async () => {
  connection.start();
  await settle();
  FakeSocket.last.says(HELLO);
  await jest.advanceTimersByTimeAsync(50_000);
  expect(FakeSocket.last.of("ping")).toHaveLength(2);
  expect(lost).toBe(0);
  await jest.advanceTimersByTimeAsync(25_000);
  expect(lost).toBe(1);
});

test("an answered ping keeps a connection", async () => {
  connection.start();
  await settle();
  for (let minute = 0; minute < 4; minute += 1) {
    await jest.advanceTimersByTimeAsync(30_000);
    FakeSocket.last.says({ type: "pong" });
  }
  expect(lost).toBe(0);
});

test("where the browser says that the network is gone, the connection is given up at once", async () => {
  connection.start();
  await settle();
  window.dispatchEvent(new Event("offline"));
  expect(lost).toBe(1);
  window.dispatchEvent(new Event("online"));
  await settle();
  expect(FakeSocket.opened).toHaveLength(2);
});

test("a frame that its hearer throws at ends the connection", async () => {
  const gap = {
    frame: () => {
      throw new Error("gap");
    },
    lost: () => void (lost += 1),
  };
  connection = new Connection(() => ticket(), gap);
  connection.start();
  await settle();
  FakeSocket.last.says(HELLO);
  expect(lost).toBe(1);
  expect(FakeSocket.last.readyState).toBe(3);
});

test("a refused ticket is asked for again, later each time", async () => {
  jest.spyOn(Math, "random").mockReturnValue(0.5);
  let asked = 0;
  ticket = () => Promise.reject(new Error(`refused ${(asked += 1)}`));
  connection.start();
  await settle();
  expect(asked).toBe(1);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(asked).toBe(2);
  await jest.advanceTimersByTimeAsync(1_999);
  expect(asked).toBe(2);
  await jest.advanceTimersByTimeAsync(1);
  expect(asked).toBe(3);
});

test("nothing is opened any more once it is stopped, not even by a ticket on its way", async () => {
  connection.start();
  connection.stop();
  await settle();
  window.dispatchEvent(new Event("online"));
  await jest.advanceTimersByTimeAsync(600_000);
  expect(FakeSocket.opened).toEqual([]);
});

test("a pause is 0 to 2 seconds at first, and never longer than five minutes", () => {
  const random = jest.spyOn(Math, "random");
  random.mockReturnValue(0);
  expect(pause(1)).toBe(0);
  random.mockReturnValue(1);
  expect([1, 2, 3, 1_000].map(pause)).toEqual([2_000, 4_000, 8_000, 300_000]);
});
