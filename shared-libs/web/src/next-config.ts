import path from "node:path";
import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

import { LOCALES } from "./i18n/locale";

/** What both applications' next.config.ts say. `folder` is the frontend's own. */
export function nextConfig(folder: string): NextConfig {
  const workspace = path.join(folder, "../..");
  const withMessages = createNextIntlPlugin({
    requestConfig: "./src/i18n.ts",
    experimental: {
      // Words are parsed when they are built, so that no browser loads a parser.
      messages: {
        path: ["./messages", "../../shared-libs/web/messages"],
        format: "json",
        locales: LOCALES,
        precompile: true,
      },
    },
  });
  return withMessages({
    output: "standalone",
    outputFileTracingRoot: workspace,
    turbopack: { root: workspace },
    typescript: { ignoreBuildErrors: true }, // `make check` has looked
    poweredByHeader: false,
    reactStrictMode: true,
    agentRules: false,
    experimental: { cpus: 1, useOffline: true },
    // Asked for by browsers while one page's <head> gives way to another's.
    rewrites: () => Promise.resolve([{ source: "/favicon.ico", destination: "/icon.svg" }]),
    headers: () =>
      Promise.resolve([
        {
          source: "/:path*",
          headers: [
            { key: "X-Content-Type-Options", value: "nosniff" },
            { key: "X-Frame-Options", value: "DENY" },
            { key: "Referrer-Policy", value: "same-origin" }, // links in mails carry the tenant in their query
            { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
            { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
            { key: "Permissions-Policy", value: "camera=(), geolocation=(), microphone=(), payment=()" },
            { key: "Strict-Transport-Security", value: "max-age=31536000; includeSubDomains" }, // ignored over http
          ],
        },
      ]),
  });
}
