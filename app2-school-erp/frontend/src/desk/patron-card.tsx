"use client";

import { Alert, Anchor, Badge, Card, Group, Skeleton, Text } from "@mantine/core";
import Link from "next/link";
import { useTranslations } from "next-intl";

import { $api } from "@/api";
import { useFormats } from "@/lending/formats";
import { useKinds } from "@/lending/use-kinds";
import type { Patron } from "@/library";

/** Who stands at the desk: what they have, owe, and what lies ready for them. */
export function PatronCard({ patron }: { patron: Patron }) {
  const t = useTranslations("desk");
  const { money } = useFormats();
  const kind = useKinds();
  const of = { patron_id: patron.id, limit: 100 };
  const loans = $api.useQuery("get", "/libraries/loans", { params: { query: { ...of, state: "running" } } });
  const holds = $api.useQuery("get", "/libraries/holds", { params: { query: { ...of, state: "ready" } } });
  const path = { patron_id: patron.id };
  const account = $api.useQuery("get", "/libraries/patrons/{patron_id}/account", {
    params: { path, query: { limit: 1 } },
  });
  const overdue = loans.data?.items.filter((loan) => loan.overdue).length ?? 0;
  const ready = holds.data?.items ?? [];

  return (
    <Card withBorder padding="sm" component="section" aria-label={patron.name}>
      <Group justify="space-between" gap="xs">
        <div>
          <Anchor component={Link} href={`/patrons/${patron.id}`} fw={600}>
            {patron.name}
          </Anchor>
          <Text size="sm" c="dimmed">
            {kind(patron.category)} · {t("card", { card: patron.card })}
          </Text>
        </div>
        {loans.isPending || account.isPending ? (
          <Skeleton h={22} w={160} />
        ) : (
          <Group gap={6}>
            <Badge variant="default">{t("onLoan", { count: loans.data?.items.length ?? 0 })}</Badge>
            {overdue > 0 && <Badge color="red">{t("overdue", { count: overdue })}</Badge>}
            {account.data && Number(account.data.owed) > 0 && (
              <Badge color="red">
                {t("owes", { amount: money(account.data.owed, account.data.currency) })}
              </Badge>
            )}
          </Group>
        )}
      </Group>
      {(patron.blocked !== null || !patron.active) && (
        <Alert color="red" variant="outline" mt="xs" p="xs">
          {patron.blocked === null ? t("inactive") : t("blocked", { why: patron.blocked })}
        </Alert>
      )}
      {ready.length > 0 && (
        <Alert variant="outline" mt="xs" p="xs">
          {t("ready", { count: ready.length, titles: ready.map((hold) => hold.title).join(", ") })}
        </Alert>
      )}
    </Card>
  );
}
