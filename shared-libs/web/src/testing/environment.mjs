import { TestEnvironment } from "jest-environment-jsdom";

/** Node's, which does not take jsdom's signals: in a test nothing is broken off. */
const RequestWithoutSignal = new Proxy(Request, {
  construct: (request, [input, init]) => new request(input, { ...init, signal: null }),
});

/** jsdom with what every browser has and jsdom lacks, as Node has it. */
export default class Browser extends TestEnvironment {
  /** @override */
  async setup() {
    await super.setup();
    Object.assign(this.global, {
      Headers,
      ReadableStream,
      Request: RequestWithoutSignal,
      Response,
      TextDecoder,
      TextEncoder,
      structuredClone,
    });
  }
}
