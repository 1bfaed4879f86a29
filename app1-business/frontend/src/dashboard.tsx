"use client";

import { useAllowed, useSession } from "@fleet/web/session/context";
import { PageHeader } from "@fleet/web/ui/page-header";
import { SimpleGrid } from "@mantine/core";
import { useTranslations } from "next-intl";

import { Newest } from "./employees/dashboard-card";
import { AwayToday, Waiting } from "./leave/dashboard-cards";

export function Dashboard() {
  const t = useTranslations("dashboard");
  const allowed = useAllowed();
  const { user } = useSession();
  return (
    <>
      <PageHeader title={t("title", { name: user.name })} />
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {allowed("hrms.leave.use") && (
          <>
            <AwayToday />
            <Waiting />
          </>
        )}
        {allowed("hrms.employee.read") && <Newest />}
      </SimpleGrid>
    </>
  );
}
