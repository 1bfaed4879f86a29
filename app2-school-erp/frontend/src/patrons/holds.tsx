"use client";

import type { Column } from "@fleet/web/ui/resource-table";
import { Anchor } from "@mantine/core";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useMemo } from "react";

import { HoldActs, HoldState } from "@/lending/hold";
import { HoldList } from "@/lending/hold-list";
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
  return <HoldList title={t("holds")} empty={t("noHolds")} of={{ patron_id: patronId }} columns={columns} />;
}
