"use client";

import { useAllowed, useSession } from "@fleet/web/session/context";
import { PageHeader } from "@fleet/web/ui/page-header";
import { useTranslations } from "next-intl";

import { LeaveCards } from "./leave/dashboard-cards";

export function Dashboard() {
  const t = useTranslations("dashboard");
  const allowed = useAllowed();
  const { user } = useSession();
  return (
    <>
      <PageHeader title={t("title", { name: user.name })} />
      {allowed("hrms.leave.use") && <LeaveCards />}
    </>
  );
}
