"use client";

import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { Anchor, Card, SimpleGrid, Skeleton, Text, Title } from "@mantine/core";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { $api } from "@/api";
import { useToday } from "@/day";
import { nameOf } from "@/employees/types";

/** Who is away today, and what waits for one's decision. */
export function LeaveCards() {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <AwayToday />
      <Waiting />
    </SimpleGrid>
  );
}

function AwayToday() {
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

function Waiting() {
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

interface TileProps {
  title: string;
  href: string;
  link: string;
  children: ReactNode;
}

function Tile({ title, href, link, children }: TileProps) {
  return (
    <Card withBorder component="section">
      <Title order={2} size="h4" mb="xs">
        {title}
      </Title>
      {children}
      <Anchor component={Link} href={href} size="sm" mt="sm">
        {link}
      </Anchor>
    </Card>
  );
}
