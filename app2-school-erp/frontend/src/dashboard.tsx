"use client";

import { useAllowed, useSession } from "@fleet/web/session/context";
import { PageHeader } from "@fleet/web/ui/page-header";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { Card, SimpleGrid, Skeleton, Stack, Text, Title } from "@mantine/core";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";

import { $api } from "@/api";
import { Holds } from "@/patrons/holds";
import { Loans } from "@/patrons/loans";

export function Dashboard() {
  const t = useTranslations("dashboard");
  const { user } = useSession();
  const allowed = useAllowed();
  return (
    <>
      <PageHeader title={t("title", { name: user.name })} />
      <Stack gap="xl">
        {allowed("libraries.statistics.read") && <Numbers />}
        {allowed("libraries.loan.use") && !allowed("libraries.loan.manage") && (
          <>
            <Loans patronId={user.id} />
            <Holds patronId={user.id} />
          </>
        )}
      </Stack>
    </>
  );
}

/** The library today; each number leads to what it counts, where that may be seen. */
function Numbers() {
  const t = useTranslations("dashboard");
  const manages = useAllowed()("libraries.loan.manage");
  const { data, error, refetch } = $api.useQuery("get", "/libraries/statistics", {
    params: { query: { by: "branch" } },
  });
  const ready = $api.useQuery(
    "get",
    "/libraries/holds",
    { params: { query: { state: "ready", limit: 1, total: true } } },
    { enabled: manages },
  );
  const waiting = $api.useQuery(
    "get",
    "/libraries/holds",
    { params: { query: { state: "queued", limit: 1, total: true } } },
    { enabled: manages },
  );
  if (error) return <ProblemAlert error={error} retry={() => void refetch()} />;
  const sum = (name: "running" | "overdue" | "lost") =>
    data?.items.reduce((total, row) => total + row[name], 0);
  const tiles = [
    { name: "running", count: sum("running"), href: "/loans" },
    { name: "overdue", count: sum("overdue"), href: "/loans?state=overdue" },
    { name: "lost", count: sum("lost"), href: "/loans?state=lost" },
    ...(manages
      ? ([
          { name: "ready", count: ready.data?.total, href: undefined },
          { name: "waiting", count: waiting.data?.total, href: undefined },
        ] as const)
      : []),
  ] as const;
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        {t("library")}
      </Title>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }}>
        {tiles.map(({ name, count, href }) => (
          <Tile key={name} label={t(name)} count={count ?? undefined} href={manages ? href : undefined} />
        ))}
      </SimpleGrid>
    </section>
  );
}

function Tile({
  label,
  count,
  href,
}: {
  label: string;
  count: number | undefined;
  href: string | undefined;
}) {
  const format = useFormatter();
  const content = (
    <>
      {count === undefined ? (
        <Skeleton h={33} w={60} />
      ) : (
        <Text size="xl" fw={700}>
          {format.number(count)}
        </Text>
      )}
      <Text size="sm">{label}</Text>
    </>
  );
  return href === undefined ? (
    <Card withBorder>{content}</Card>
  ) : (
    <Card withBorder component={Link} href={href}>
      {content}
    </Card>
  );
}
