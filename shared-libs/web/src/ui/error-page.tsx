"use client";

import { Button, Text } from "@mantine/core";
import { useTranslations } from "next-intl";

import { Notice } from "./notice";

/** What Next.js shows where a page failed. `digest` is in this server's log. */
export function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const t = useTranslations("shell");
  const common = useTranslations("common");
  return (
    <Notice title={t("errorTitle")} text={t("errorText")}>
      <Button onClick={reset}>{common("tryAgain")}</Button>
      {error.digest !== undefined && (
        <Text size="xs" c="dimmed">
          {error.digest}
        </Text>
      )}
    </Notice>
  );
}
