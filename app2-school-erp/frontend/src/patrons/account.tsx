"use client";

import { dataOf } from "@fleet/web/api/data-of";
import { useAllowed } from "@fleet/web/session/context";
import { type Column, ResourceTable } from "@fleet/web/ui/resource-table";
import { Button, Group, Text, Title } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";

import { $api, api } from "@/api";
import { useFormats } from "@/lending/formats";
import type { Entry } from "@/library";

import { type Booking, BookingForm } from "./booking-form";

const CREDITS = new Set<string>(["payment", "waiver", "refund"]);

/** What a patron owes, and how it came about. */
export function Account({ patronId }: { patronId: string }) {
  const t = useTranslations("patrons");
  const { money, moment } = useFormats();
  const manages = useAllowed()("libraries.account.manage");
  const [booking, setBooking] = useState<Booking>();
  const params = { path: { patron_id: patronId }, query: { limit: 1 } };
  const { data } = $api.useQuery("get", "/libraries/patrons/{patron_id}/account", { params });
  const currency = data?.currency;
  const columns = useMemo<Column<Entry>[]>(
    () => [
      { id: "when", header: t("when"), cell: (entry) => moment(entry.created_at) },
      {
        id: "kind",
        header: t("what"),
        cell: (entry) => (
          <>
            {t(`kinds.${entry.kind}`)}
            {entry.note !== null && (
              <Text size="xs" c="dimmed">
                {entry.note}
              </Text>
            )}
          </>
        ),
      },
      {
        id: "amount",
        header: t("amount"),
        cell: (entry) => currency !== undefined && money(entry.amount, currency),
      },
      {
        id: "acts",
        header: t("acts"),
        cell: (entry) =>
          manages &&
          !CREDITS.has(entry.kind) && (
            <Button
              variant="default"
              size="compact-sm"
              onClick={() => setBooking({ kind: "waiver", chargeId: entry.id })}
            >
              {t("waive")}
            </Button>
          ),
      },
    ],
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the formats are new with each rendering, and the same
    [t, currency, manages],
  );

  return (
    <section>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          {t("account")}
        </Title>
        {manages && (
          <Group gap="xs">
            <Button variant="default" size="xs" onClick={() => setBooking({ kind: "charge" })}>
              {t("charge")}
            </Button>
            <Button
              size="xs"
              disabled={Number(data?.owed ?? 0) <= 0}
              onClick={() => data && setBooking({ kind: "payment", owed: data.owed })}
            >
              {t("pay")}
            </Button>
          </Group>
        )}
      </Group>
      <Text mb="xs" fw={600} mih="1lh" c={Number(data?.owed ?? 0) > 0 ? "red" : ""}>
        {data && t("owed", { amount: money(data.owed, data.currency) })}
      </Text>
      <ResourceTable
        label={t("account")}
        queryKey={["get", "/libraries/patrons/{patron_id}/account", patronId]}
        read={(cursor) =>
          dataOf(
            api.GET("/libraries/patrons/{patron_id}/account", {
              params: { path: { patron_id: patronId }, query: { cursor: cursor ?? null } },
            }),
          )
        }
        columns={columns}
        rowKey={(entry) => entry.id}
        empty={t("noEntries")}
      />
      {booking && <BookingForm patronId={patronId} booking={booking} onClose={() => setBooking(undefined)} />}
    </section>
  );
}
