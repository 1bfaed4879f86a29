import { TestEnvironment } from "jest-environment-jsdom";

/** jsdom with what every browser has and jsdom lacks, as Node has it. */
export default class Browser extends TestEnvironment {
  /** @override */
  async setup() {
    await super.setup();
    Object.assign(this.global, {
      AbortController,
      AbortSignal,
      Headers,
      ReadableStream,
      Request,
      Response,
      TextDecoder,
      TextEncoder,
      structuredClone,
    });
  }
}
