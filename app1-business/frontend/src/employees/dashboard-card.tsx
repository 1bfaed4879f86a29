"use client";

import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { Anchor, Group, Skeleton, Text } from "@mantine/core";
import Link from "next/link";
import { useTranslations } from "next-intl";

import { $api } from "@/api";
import { Tile } from "@/dashboard-tile";
import { useDay } from "@/day";

import { nameOf } from "./types";

/** Who joined last, and how many there are. */
export function Newest() {
  const t = useTranslations("employees");
  const day = useDay();
  const { data, error, refetch } = $api.useQuery("get", "/hrms/employees", {
    params: { query: { status: "active", sort: "-date_of_joining", limit: 5, total: true } },
  });
  return (
    <Tile
      title={t("newest")}
      href="/employees"
      link={data ? t("all", { count: data.total ?? 0 }) : t("title")}
    >
      {error && <ProblemAlert error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton h={122} />}
      {data?.items.length === 0 && <Text c="dimmed">{t("nobody")}</Text>}
      {data?.items.map((person) => (
        <Group key={person.id} justify="space-between" gap="xs">
          <Anchor component={Link} href={`/employees/${person.id}`}>
            {nameOf(person)}
          </Anchor>
          <Text size="sm" c="dimmed">
            {day(person.date_of_joining)}
          </Text>
        </Group>
      ))}
    </Tile>
  );
}
