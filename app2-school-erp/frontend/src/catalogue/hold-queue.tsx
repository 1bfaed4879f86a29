"use client";

import { useAllowed } from "@fleet/web/session/context";
import type { Column } from "@fleet/web/ui/resource-table";
import { Anchor } from "@mantine/core";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useMemo } from "react";

import { HoldActs, HoldState } from "@/lending/hold";
import { HoldList } from "@/lending/hold-list";
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
  return <HoldList title={t("holds")} empty={t("noHolds")} of={{ book_id: bookId }} columns={columns} />;
}
