import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

/**
 * Have each request carry the address it came from at the end of X-Forwarded-For.
 *
 * Next.js takes a client's own X-Forwarded-For for the truth and shows no route handler the socket.
 * The gateway reads the list from its end, as far as it trusts who wrote it.
 */
export function noteClientAddresses(): void {
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    const address = request.socket.remoteAddress?.replace(/^::ffff:/, "");
    const said = request.headers["x-forwarded-for"];
    request.headers["x-forwarded-for"] = [said, address].flat().filter(Boolean).join(", ");
  });
}
