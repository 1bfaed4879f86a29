import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { parse, TYPE } from "@formatjs/icu-messageformat-parser";

import { accepting, chosenLocale, regional } from "./locale";

const WORKSPACE = path.join(__dirname, "../../../..");
const FOLDERS = ["shared-libs/web", "app1-business/frontend", "app2-school-erp/frontend"];

type Words = { [key: string]: string | Words };

function read(folder: string, locale: string, file: string): Map<string, string> {
  const text = readFileSync(path.join(WORKSPACE, folder, "messages", locale, file), "utf8");
  return flat(JSON.parse(text) as Words);
}

function flat(words: Words, before = ""): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([key, value]) =>
      typeof value === "string" ? [[before + key, value]] : [...flat(value, `${before}${key}.`)],
    ),
  );
}

/** What a message is filled in with: `name`, `count: plural`, `<link>`; a choice's cases are the language's own. */
function slots(message: string): string[] {
  const found = new Set<string>();
  const collect = (elements: ReturnType<typeof parse>) => {
    for (const element of elements) {
      if ("value" in element && element.type !== TYPE.literal)
        found.add(`${element.value} (${element.type})`);
      if ("options" in element) for (const option of Object.values(element.options)) collect(option.value);
      if ("children" in element) collect(element.children);
    }
  };
  collect(parse(message));
  return [...found].sort();
}

const files = FOLDERS.flatMap((folder) =>
  readdirSync(path.join(WORKSPACE, folder, "messages/en")).map((file) => [folder, file] as const),
);

test.each(files)("%s: %s says in German what it says in English, with the same slots", (folder, file) => {
  const [en, de] = [read(folder, "en", file), read(folder, "de", file)];
  const shape = (words: Map<string, string>) =>
    Object.fromEntries([...words].map(([key, message]) => [key, slots(message)]));
  expect(shape(de)).toEqual(shape(en));
});

test("no language has a file that the other lacks", () => {
  const names = (locale: string) =>
    FOLDERS.map((folder) => readdirSync(path.join(WORKSPACE, folder, "messages", locale)));
  expect(names("de")).toEqual(names("en"));
});

test("the language is the one chosen, else the browser's first that we speak, else English", () => {
  expect(chosenLocale("de", "en-GB")).toBe("de");
  expect(chosenLocale(undefined, "fr, de-AT;q=0.8, en;q=0.5")).toBe("de");
  expect(chosenLocale("xx", null)).toBe("en");
});

test("days are told as where the organisation is, else as the browser asks, else as at our home", () => {
  expect(regional("en", "en-AU", "en-US")).toBe("en-AU");
  expect(regional("en", "de-DE", ...accepting("en-US,en;q=0.9"))).toBe("en-US");
  expect(regional("en", ...accepting("en;q=0.9, *;q=0.5"))).toBe("en-GB");
  expect(regional("de", "en-GB")).toBe("de-DE");
});
