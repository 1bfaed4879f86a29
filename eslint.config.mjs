import next from "eslint-config-next/core-web-vitals";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig([
  globalIgnores(["**/.next/**", "**/next-env.d.ts", "shared-libs/web/src/api/*.d.ts"]),
  { settings: { next: { rootDir: ["app1-business/frontend", "app2-school-erp/frontend"] } } },
  ...next,
  { files: ["**/*.{ts,tsx}"], extends: [tseslint.configs.strictTypeChecked] },
  {
    files: ["**/*.{ts,tsx}"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      // A handler of a form or a button may be async: what it rejects with is shown by the error page.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Signing in and out loads the next page anew, so that nothing of the former session stays in memory.
      "@next/next/no-location-assign-relative-destination": "off",
      "@next/next/no-head-element": "off", // the rule is of the pages router
    },
  },
]);
