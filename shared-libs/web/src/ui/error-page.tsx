"use client";

import { useTranslations } from "next-intl";

import { Notice } from "./notice";

const BUTTON = {
  padding: "8px 16px",
  border: 0,
  borderRadius: "var(--mantine-radius-md)",
  background: "var(--mantine-primary-color-filled)",
  color: "white",
  font: "inherit",
  cursor: "pointer",
} as const;

/** What Next.js shows where a page failed. `digest` is in this server's log. */
export function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const t = useTranslations("shell");
  const common = useTranslations("common");
  return (
    <Notice title={t("errorTitle")} text={t("errorText")}>
      <button type="button" onClick={reset} style={BUTTON}>
        {common("tryAgain")}
      </button>
      {error.digest !== undefined && <small>{error.digest}</small>}
    </Notice>
  );
}
