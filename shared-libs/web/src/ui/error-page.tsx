"use client";

import { useTranslations } from "next-intl";

import { AWAY } from "../session/away";
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

/** What Next.js shows where a page failed. `digest` is in this server's log, or says that the fleet is away. */
export function ErrorPage({ error: { digest } }: { error: Error & { digest?: string } }) {
  const t = useTranslations("shell");
  const common = useTranslations("common");
  const away = digest === AWAY;
  return (
    <Notice title={t(away ? "awayTitle" : "errorTitle")} text={t(away ? "awayText" : "errorText")}>
      <button
        type="button"
        onClick={() => {
          location.reload();
        }}
        style={BUTTON}
      >
        {common("tryAgain")}
      </button>
      {digest !== undefined && !away && <small>{digest}</small>}
    </Notice>
  );
}
