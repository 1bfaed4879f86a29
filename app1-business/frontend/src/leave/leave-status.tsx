import { Badge } from "@mantine/core";
import { useTranslations } from "next-intl";

import type { LeaveStatus } from "./reading";

const COLOURS = { pending: "orange.9", approved: "green.9", rejected: "red.9", cancelled: "gray.7" };

export function LeaveStatusBadge({ status }: { status: LeaveStatus }) {
  const t = useTranslations("leave");
  return <Badge color={COLOURS[status]}>{t(`statuses.${status}`)}</Badge>;
}
