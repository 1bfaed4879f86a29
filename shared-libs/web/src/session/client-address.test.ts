/** @jest-environment node */
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";

import { noteClientAddresses } from "./client-address";

test("the address a request came from stands at the end, whatever it says of itself", async () => {
  noteClientAddresses();
  const seen = new Promise((resolve) => {
    const server = createServer((request, response) => {
      resolve(request.headers["x-forwarded-for"]);
      response.end();
      server.close();
    });
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      get({ port, host: "127.0.0.1", agent: false, headers: { "x-forwarded-for": "10.9.8.7" } }).end();
    });
  });
  expect(await seen).toBe("10.9.8.7, 127.0.0.1");
});
