"use client";

import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { Card, SimpleGrid, Skeleton, Text } from "@mantine/core";
import { useTranslations } from "next-intl";

import { $api } from "@/api";

/** How many days of each kind of leave somebody has today, and what they are made of. */
export function Balances({ employeeId }: { employeeId: string }) {
  const t = useTranslations("leave");
  const { data, error, isPending, refetch } = $api.useQuery("get", "/hrms/leave-balances", {
    params: { query: { employee_id: employeeId, limit: 100 } },
  });
  if (isPending) return <Skeleton h={120} />;
  if (error) return <ProblemAlert error={error} retry={() => void refetch()} />;
  if (data.items.length === 0) return <Text c="dimmed">{t("noBalances")}</Text>;
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
      {data.items.map((balance) => (
        <Card key={balance.allocation_id} withBorder>
          <Text size="sm" c="dimmed">
            {balance.leave_type}
          </Text>
          <Text size="xl" fw={700}>
            {t("days", { days: Number(balance.available) })}
          </Text>
          <Text size="sm">
            {t("balance", {
              given: Number(balance.allocated) + Number(balance.carried),
              taken: Number(balance.taken),
              pending: Number(balance.pending),
              expired: Number(balance.expired),
            })}
          </Text>
        </Card>
      ))}
    </SimpleGrid>
  );
}
