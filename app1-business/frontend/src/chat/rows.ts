import type { Message } from "./client/model";
import type { Outgoing } from "./client/store";

export type Row = { key: string } & (
  | { kind: "day"; at: string }
  | { kind: "new" }
  | { kind: "message"; message: Message; follows: boolean }
  | { kind: "outgoing"; outgoing: Outgoing }
);

const TOGETHER = 5 * 60_000; // milliseconds within which messages of one person stand under one name

/** Messages with the days between them, the line behind what was read, and what is being sent at the end. */
export function rowsOf(
  messages: readonly Message[],
  outgoing: readonly Outgoing[],
  readUpTo: number | null,
  me: string,
  timeZone: string,
): Row[] {
  const days = new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" });
  const rows: Row[] = [];
  let day = "";
  let before: Message | undefined;
  let isNew = readUpTo === null;
  for (const message of messages) {
    const at = new Date(message.created_at);
    const today = days.format(at);
    if (today !== day) rows.push({ key: `day ${today}`, kind: "day", at: message.created_at });
    const news = !isNew && message.seq > (readUpTo ?? 0) && message.author_id !== me;
    if (news) rows.push({ key: "new", kind: "new" });
    isNew ||= news;
    const follows =
      today === day &&
      !news &&
      before?.author_id === message.author_id &&
      before.deleted_at === null &&
      at.getTime() - new Date(before.created_at).getTime() < TOGETHER;
    rows.push({ key: message.id, kind: "message", message, follows });
    [day, before] = [today, message];
  }
  for (const one of outgoing) rows.push({ key: one.clientMsgId, kind: "outgoing", outgoing: one });
  return rows;
}
