"use client";

import { PageHeader } from "@fleet/web/ui/page-header";
import { Stack } from "@mantine/core";
import { useTranslations } from "next-intl";

import { CalendarSection } from "./calendar";
import { Preview } from "./preview";
import { Rules } from "./rules";

/** What lending goes by, and what it comes to. */
export function LibraryRules() {
  const t = useTranslations("rules");
  return (
    <>
      <PageHeader title={t("title")} />
      <Stack gap="xl">
        <CalendarSection />
        <Rules />
        <Preview />
      </Stack>
    </>
  );
}
