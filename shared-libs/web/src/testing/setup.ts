import { configure } from "@testing-library/react";
import { toHaveNoViolations } from "jest-axe";

expect.extend(toHaveNoViolations);

// A busy machine is no failure.
jest.setTimeout(60_000);
configure({ asyncUtilTimeout: 20_000 });

// What jsdom lacks, as far as Mantine asks for it: a wide, light screen on which nothing changes its size.
if (typeof window !== "undefined") {
  window.matchMedia = (media) =>
    Object.assign(new EventTarget(), {
      media,
      matches: false,
      onchange: null,
      addListener: () => undefined,
      removeListener: () => undefined,
    });
  const nothing = () => undefined;
  window.ResizeObserver = class {
    observe = nothing;
    unobserve = nothing;
    disconnect = nothing;
  };
  window.IntersectionObserver = class {
    root = null;
    rootMargin = "";
    thresholds = [];
    observe = nothing;
    unobserve = nothing;
    disconnect = nothing;
    takeRecords = () => [];
  };
  Element.prototype.scrollIntoView = () => undefined;
}
