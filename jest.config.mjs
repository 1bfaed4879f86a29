import nextJest from "next/jest.js";

const FOLDERS = ["shared-libs/web", "app1-business/frontend", "app2-school-erp/frontend"];

/** Packages that are ES modules alone, which Jest takes only when they are transformed. */
const MODULES = [
  "@formatjs",
  "@schummar",
  "@tanstack/react-table",
  "@tanstack/table-core",
  "icu-minify",
  "intl-messageformat",
  "next-intl",
  "use-intl",
];

async function project(folder) {
  const config = await nextJest()({
    displayName: folder,
    rootDir: `<rootDir>/${folder}`,
    testMatch: ["<rootDir>/src/**/*.test.{ts,tsx}"],
    testEnvironment: "<rootDir>/../../shared-libs/web/src/testing/environment.mjs",
    setupFilesAfterEnv: ["<rootDir>/../../shared-libs/web/src/testing/setup.ts"],
    moduleNameMapper: {
      "^@fleet/web/(.*)$": "<rootDir>/../../shared-libs/web/src/$1",
      "^@/(.*)$": "<rootDir>/src/$1",
    },
  })();
  return { ...config, transformIgnorePatterns: [`/node_modules/(?!(${MODULES.join("|")})/)`] };
}

/** @type {import("jest").Config} */
const config = { projects: await Promise.all(FOLDERS.map(project)) };

export default config;
