import type { Frame } from "../model";

/** Stands for the browser's WebSocket: what the page says is kept, what the server says is said by hand. */
export class FakeSocket {
  static readonly OPEN = 1;
  static opened: FakeSocket[] = [];

  readyState = FakeSocket.OPEN;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly heard: Record<string, unknown>[] = [];

  constructor(readonly url: string) {
    FakeSocket.opened.push(this);
  }

  /** From now on sockets of this page are such ones. */
  static install(): void {
    FakeSocket.opened = [];
    globalThis.WebSocket = FakeSocket as unknown as typeof WebSocket;
  }

  static get last(): FakeSocket {
    const last = FakeSocket.opened.at(-1);
    if (!last) throw new Error("No socket was opened");
    return last;
  }

  send(text: string): void {
    this.heard.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.readyState = 3;
  }

  says(frame: Frame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  /** The connection ends, and the page is told. */
  ends(): void {
    this.readyState = 3;
    this.onclose?.();
  }

  /** What the page said of one kind. */
  of(type: string): Record<string, unknown>[] {
    return this.heard.filter((frame) => frame.type === type);
  }
}
