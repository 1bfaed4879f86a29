"use client";

import { dataOf } from "@fleet/web/api/data-of";
import { useAllowed } from "@fleet/web/session/context";
import { type Column, ResourceTable } from "@fleet/web/ui/resource-table";
import { Anchor, Title } from "@mantine/core";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useMemo } from "react";

import { api } from "@/api";
import { HoldActs, HoldState } from "@/lending/hold";
import type { Hold } from "@/library";

/** Who waits for a book, in order: all to staff, to others themselves. */
export function HoldQueue({ bookId }: { bookId: string }) {
  const t = useTranslations("catalogue");
  const manages = useAllowed()("libraries.loan.manage");
  const columns = useMemo<Column<Hold>[]>(
    () => [
      { id: "position", header: t("place"), cell: (hold) => hold.position },
      {
        id: "patron",
        header: t("patron"),
        cell: (hold) =>
          manages ? (
            <Anchor component={Link} href={`/patrons/${hold.patron_id}`}>
              {hold.patron}
            </Anchor>
          ) : (
            hold.patron
          ),
      },
      { id: "state", header: t("status"), cell: (hold) => <HoldState hold={hold} /> },
      { id: "acts", header: t("acts"), cell: (hold) => <HoldActs hold={hold} /> },
    ],
    [t, manages],
  );
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        {t("holds")}
      </Title>
      <ResourceTable
        label={t("holds")}
        queryKey={["get", "/libraries/holds", { book: bookId }]}
        read={(cursor) => {
          const query = { book_id: bookId, state: "open" as const, cursor: cursor ?? null };
          return dataOf(api.GET("/libraries/holds", { params: { query } }));
        }}
        columns={columns}
        rowKey={(hold) => hold.id}
        empty={t("noHolds")}
      />
    </section>
  );
}
