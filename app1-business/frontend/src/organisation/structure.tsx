"use client";

import { PageHeader } from "@fleet/web/ui/page-header";
import { PageSkeleton } from "@fleet/web/ui/page-skeleton";
import { SimpleGrid } from "@mantine/core";
import { useTranslations } from "next-intl";

import { Departments } from "./departments";
import { Positions } from "./positions";
import { useDepartments } from "./use-departments";

/** What jobs are made of. */
export function Structure() {
  const t = useTranslations("organisation");
  const { isPending } = useDepartments();
  if (isPending) return <PageSkeleton />; // what is below them on a phone begins where they end
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
