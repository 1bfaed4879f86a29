import type { ChatEvent, Message } from "./model";

/** A stretch of a channel's or a thread's messages, in order. */
export interface Timeline {
  messages: readonly Message[];
  /** Whether there are more before, and after, that were not fetched. */
  older: boolean;
  newer: boolean;
}

/** With a message as it is now. One beyond what was fetched stays out; of a deleted reply nothing is kept. */
export function withMessage(timeline: Timeline, message: Message): Timeline {
  const { messages, older, newer } = timeline;
  const at = place(messages, message.seq);
  const known = messages[at]?.id === message.id;
  const gone = message.deleted_at !== null && message.thread_root_id !== null;
  if (!known && (gone || (at === 0 && older) || (at === messages.length && newer))) return timeline;
  return { ...timeline, messages: messages.toSpliced(at, known ? 1 : 0, ...(gone ? [] : [message])) };
}

/** With what was fetched next to it. */
export function joined(known: Timeline, fetched: Timeline, side: "older" | "newer"): Timeline {
  return side === "older"
    ? { ...known, messages: [...fetched.messages, ...known.messages], older: fetched.older }
    : { ...known, messages: [...known.messages, ...fetched.messages], newer: fetched.newer };
}

/** With the new count of a thread at its root. */
export function withThread(timeline: Timeline, thread: NonNullable<ChatEvent["thread"]>): Timeline {
  const { root_id, ...counts } = thread;
  const at = timeline.messages.findIndex(({ id }) => id === root_id);
  const root = timeline.messages[at];
  return root ? { ...timeline, messages: timeline.messages.with(at, { ...root, ...counts }) } : timeline;
}

/** Where a place in the log is, or would be, among messages in its order. */
function place(messages: readonly Message[], seq: number): number {
  let [from, to] = [0, messages.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((messages[middle]?.seq ?? 0) < seq) from = middle + 1;
    else to = middle;
  }
  return from;
}
