"use client";

import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { Skeleton, Text } from "@mantine/core";
import { useTranslations } from "next-intl";

import { $api } from "@/api";
import { Tile } from "@/dashboard-tile";
import { useToday } from "@/day";
import { nameOf } from "@/employees/types";

/** Who is away today. */
export function AwayToday() {
  const t = useTranslations("leave");
  const today = useToday();
  const { data, error, refetch } = $api.useQuery("get", "/hrms/team-calendar", {
    params: { query: { from: today, to: today, limit: 100 } },
  });
  const away = data?.items.filter((person) => person.away.some(({ days }) => days.includes(today)));
  return (
    <Tile title={t("awayToday")} href="/team-calendar" link={t("calendar")}>
      {error && <ProblemAlert error={error} retry={() => void refetch()} />}
      {!away && !error && <Skeleton h={22} />}
      {away?.length === 0 && <Text c="dimmed">{t("allHere")}</Text>}
      {away?.map((person) => (
        <Text key={person.employee_id}>{nameOf(person)}</Text>
      ))}
    </Tile>
  );
}

/** What waits for one's decision. */
export function Waiting() {
  const t = useTranslations("leave");
  const { data, error, refetch } = $api.useQuery("get", "/hrms/leave-requests", {
    params: { query: { awaits_me: true, limit: 1, total: true } },
  });
  return (
    <Tile title={t("approvals")} href="/leave-approvals" link={t("decide")}>
      {error && <ProblemAlert error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton h={22} />}
      {data && <Text>{t("waiting", { count: data.total ?? 0 })}</Text>}
    </Tile>
  );
}
