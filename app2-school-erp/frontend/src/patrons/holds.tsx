"use client";

import { dataOf } from "@fleet/web/api/data-of";
import { type Column, ResourceTable } from "@fleet/web/ui/resource-table";
import { Anchor, Title } from "@mantine/core";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useMemo } from "react";

import { api } from "@/api";
import { HoldActs, HoldState } from "@/lending/hold";
import type { Hold } from "@/library";

/** What a patron waits for. */
export function Holds({ patronId }: { patronId: string }) {
  const t = useTranslations("patrons");
  const columns = useMemo<Column<Hold>[]>(
    () => [
      {
        id: "title",
        header: t("book"),
        cell: (hold) => (
          <Anchor component={Link} href={`/catalogue/${hold.book_id}`} fw={600}>
            {hold.title}
          </Anchor>
        ),
      },
      { id: "state", header: t("state"), cell: (hold) => <HoldState hold={hold} /> },
      { id: "position", header: t("place"), cell: (hold) => hold.position },
      { id: "acts", header: t("acts"), cell: (hold) => <HoldActs hold={hold} /> },
    ],
    [t],
  );
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        {t("holds")}
      </Title>
      <ResourceTable
        label={t("holds")}
        queryKey={["get", "/libraries/holds", { patron: patronId }]}
        read={(cursor) => {
          const query = { patron_id: patronId, state: "open" as const, cursor: cursor ?? null };
          return dataOf(api.GET("/libraries/holds", { params: { query } }));
        }}
        columns={columns}
        rowKey={(hold) => hold.id}
        empty={t("noHolds")}
      />
    </section>
  );
}
