import { ApiError } from "@fleet/web/api/problem";

import type { Api } from "./client";
import { pause } from "./connection";
import type { Place } from "./model";
import type { ChatStore, Outgoing } from "./store";

/** What is being said: sent one after the other, each again with the same id until somebody answers. */
export class Outbox {
  private sending = false;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly api: Api,
    private readonly store: ChatStore,
  ) {}

  send(place: Place, text: string): void {
    const at = new Date().toISOString();
    const added = { ...place, text, at, clientMsgId: newId(), confirmed: false };
    this.store.set({ outgoing: [...this.store.state.outgoing, added] });
    this.retry();
  }

  /** Try one again that was refused; `confirmed`: it is meant for many. */
  again(clientMsgId: string, confirmed: boolean): void {
    this.change(clientMsgId, (one) => ({
      ...one,
      refusal: undefined,
      confirmed: one.confirmed || confirmed,
    }));
    this.retry();
  }

  drop(clientMsgId: string): void {
    const outgoing = this.store.state.outgoing.filter((one) => one.clientMsgId !== clientMsgId);
    this.store.set({ outgoing });
  }

  /** Go on sending at once. */
  retry(): void {
    clearTimeout(this.timer);
    if (!this.sending) void this.sendAll();
  }

  private async sendAll(): Promise<void> {
    this.sending = true;
    try {
      for (let one = this.next(); one; one = this.next()) {
        try {
          await this.post(one);
          this.failures = 0;
        } catch (error) {
          if (mayDoBetter(error)) {
            this.failures += 1;
            this.timer = setTimeout(() => {
              this.retry();
            }, pause(this.failures));
            return;
          }
          this.change(one.clientMsgId, (refused) => ({ ...refused, refusal: error }));
        }
      }
    } finally {
      this.sending = false;
    }
  }

  private async post({ clientMsgId, channelId, rootId, text, confirmed }: Outgoing): Promise<void> {
    await this.store.during(async () => {
      const { data } = await this.api.POST("/chat/channels/{channel_id}/messages", {
        params: { path: { channel_id: channelId } },
        body: { client_msg_id: clientMsgId, text, thread_root_id: rootId, mention_confirmed: confirmed },
      });
      if (data) this.store.putMessage(data);
    });
  }

  private next(): Outgoing | undefined {
    return this.store.state.outgoing.find(({ refusal }) => refusal === undefined);
  }

  private change(clientMsgId: string, changed: (one: Outgoing) => Outgoing): void {
    const outgoing = this.store.state.outgoing.map((one) =>
      one.clientMsgId === clientMsgId ? changed(one) : one,
    );
    this.store.set({ outgoing });
  }
}

const LATER = new Set([408, 429, 500, 502, 503, 504]); // answers after which the same request may do better

function mayDoBetter(error: unknown): boolean {
  return !(error instanceof ApiError) || LATER.has(error.problem.status);
}

/** crypto.randomUUID is there in secure contexts alone; this is, wherever a page is served. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
