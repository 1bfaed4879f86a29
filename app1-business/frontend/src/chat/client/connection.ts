import type { Frame } from "./model";

const LONGEST_PAUSE = 300_000; // milliseconds
const SILENCE = 60_000; // milliseconds without a word, after which a connection counts as lost
const PING = 25_000; // milliseconds

/** Milliseconds to wait after so many failures in a row: 0 to 2,000, then twice as long each time. */
export function pause(failures: number): number {
  return Math.min(LONGEST_PAUSE, Math.random() * 2_000 * 2 ** Math.min(failures - 1, 20));
}

interface Heard {
  /** A frame came. What it throws ends the connection; another begins. */
  frame: (frame: Frame) => void;
  /** The connection is lost. */
  lost: () => void;
}

/**
 * One WebSocket after another, until stopped.
 *
 * A computer that slept, and a network that went, do not say so: what is silent for too long is given
 * up, and where the browser says that it is back, nothing is waited for.
 */
export class Connection {
  private socket: WebSocket | undefined;
  private failures = 0;
  private heardAt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private pings: ReturnType<typeof setInterval> | undefined;
  private opening = false;
  private stopped = true;

  constructor(
    private readonly ticket: () => Promise<string>,
    private readonly heard: Heard,
  ) {}

  start(): void {
    this.stopped = false;
    this.pings = setInterval(this.ping, PING);
    window.addEventListener("online", this.awake);
    window.addEventListener("offline", this.asleep);
    document.addEventListener("visibilitychange", this.awake);
    void this.open();
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.pings);
    clearTimeout(this.retry);
    window.removeEventListener("online", this.awake);
    window.removeEventListener("offline", this.asleep);
    document.removeEventListener("visibilitychange", this.awake);
    this.drop();
  }

  /** Send a frame, if there is a connection: what it says is of the moment. */
  say(frame: Record<string, unknown>): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  private async open(): Promise<void> {
    if (this.stopped || this.opening || this.socket) return;
    this.opening = true;
    clearTimeout(this.retry);
    try {
      const url = await this.ticket();
      if (!this.isStopped()) this.attach(new WebSocket(url));
    } catch {
      this.later();
    } finally {
      this.opening = false;
    }
  }

  private attach(socket: WebSocket): void {
    this.socket = socket;
    this.heardAt = Date.now();
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      this.heardAt = Date.now();
      const frame = JSON.parse(data) as Frame;
      if (frame.type === "hello") this.failures = 0;
      try {
        this.heard.frame(frame);
      } catch {
        this.lose();
      }
    };
    socket.onclose = () => {
      this.lose();
    };
  }

  private lose(): void {
    if (!this.socket) return;
    this.drop();
    this.heard.lost();
    this.later();
  }

  private drop(): void {
    const { socket } = this;
    this.socket = undefined;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private later(): void {
    if (this.stopped) return;
    this.failures += 1;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.open(), pause(this.failures));
  }

  private readonly ping = (): void => {
    if (this.socket && Date.now() - this.heardAt > SILENCE) this.lose();
    else this.say({ type: "ping" });
  };

  private readonly awake = (): void => {
    if (document.hidden) return;
    if (this.socket) this.ping();
    else void this.open();
  };

  private readonly asleep = (): void => {
    this.lose();
  };

  private isStopped(): boolean {
    return this.stopped;
  }
}
