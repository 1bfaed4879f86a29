import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

const CENTERED = {
  display: "grid",
  justifyItems: "center",
  gap: "var(--mantine-spacing-sm)",
  padding: "80px var(--mantine-spacing-md)",
  textAlign: "center",
} as const;

/** A page that has nothing to show but why. Every page loads it, for when it fails: so it is made of little. */
export function Notice({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  const t = useTranslations("shell");
  return (
    <div style={CENTERED}>
      <h1 style={{ margin: 0, fontSize: "var(--mantine-h2-font-size)" }}>{title}</h1>
      <p style={{ margin: 0, maxWidth: 440, color: "var(--mantine-color-dimmed)" }}>{text}</p>
      {children}
      {/* eslint-disable-next-line @next/next/no-html-link-for-pages -- what failed is loaded anew */}
      <a href="/" style={{ color: "var(--mantine-color-anchor)" }}>
        {t("home")}
      </a>
    </div>
  );
}
