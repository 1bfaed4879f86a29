/** A request as the gateway got it. */
export interface Asked {
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: unknown;
}

type Answer = (asked: Asked) => Response | Promise<Response>;

/**
 * Stands where the network begins: what a page asks for is answered here, by `GET /hrms/employees` and the like.
 *
 * What nobody answers fails like a network that is gone.
 */
export class Gateway {
  private readonly answers = new Map<string, Answer>();
  private readonly requests = new Map<string, Asked[]>();

  constructor() {
    globalThis.fetch = async (input, init) => {
      const request = input instanceof Request ? input : new Request(new URL(input, location.href), init);
      const { pathname, searchParams } = new URL(request.url);
      const path = pathname.replace("/api/gateway", "");
      const text = await request.text();
      const asked = {
        path,
        query: searchParams,
        headers: request.headers,
        body:
          request.headers.get("content-type") === "application/json" ? (JSON.parse(text) as unknown) : text,
      };
      const name = `${request.method} ${path}`;
      this.requests.set(name, [...this.asked(name), asked]);
      const answer = this.answers.get(name);
      if (!answer) throw new TypeError(`Nobody answers ${name}`);
      return await answer(asked);
    };
  }

  /** Answer a request from now on. */
  on(name: string, answer: Answer): this {
    this.answers.set(name, answer);
    return this;
  }

  /** What was asked of one route, the oldest first. */
  asked(name: string): Asked[] {
    return this.requests.get(name) ?? [];
  }
}

/** One after the other, each once. */
export function inTurn<Item>(...items: Item[]): () => Item {
  return () => {
    const next = items.shift();
    if (next === undefined) throw new Error("Asked once more than was foreseen");
    return next;
  };
}

export function answer(body: unknown, headers: Record<string, string> = {}, status = 200): Response {
  return new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

export function page(items: unknown[], next_cursor: string | null = null, total: number | null = null) {
  return answer({ items, next_cursor, total });
}

export function refusal(status: number, code: string, more: Record<string, unknown> = {}): Response {
  const problem = { status, code, title: code, detail: `Refused: ${code}`, ...more };
  return answer(problem, { "content-type": "application/problem+json" }, status);
}
