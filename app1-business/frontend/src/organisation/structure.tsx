"use client";

import { PageHeader } from "@fleet/web/ui/page-header";
import { SimpleGrid } from "@mantine/core";
import { useTranslations } from "next-intl";

import { Departments } from "./departments";
import { Positions } from "./positions";

/** What jobs are made of. */
export function Structure() {
  const t = useTranslations("organisation");
  return (
    <>
      <PageHeader title={t("structure")} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <Departments />
        <Positions />
      </SimpleGrid>
    </>
  );
}
