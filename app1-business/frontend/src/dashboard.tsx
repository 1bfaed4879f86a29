"use client";

import { useSession } from "@fleet/web/session/context";
import { Title } from "@mantine/core";
import { useTranslations } from "next-intl";

export function Dashboard() {
  const t = useTranslations("dashboard");
  const { user } = useSession();
  return <Title order={1}>{t("title", { name: user.name })}</Title>;
}
