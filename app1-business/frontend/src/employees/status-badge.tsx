import { Badge } from "@mantine/core";
import { useTranslations } from "next-intl";

import type { EmployeeStatus } from "./types";

const COLOURS = { onboarding: "blue.9", active: "green.9", notice: "orange.9", left: "gray.7" };

export function StatusBadge({ status }: { status: EmployeeStatus }) {
  const t = useTranslations("employees");
  return <Badge color={COLOURS[status]}>{t(`statuses.${status}`)}</Badge>;
}
