"use client";

import { dataOf } from "@fleet/web/api/data-of";
import { PageHeader } from "@fleet/web/ui/page-header";
import { type Column, ResourceTable } from "@fleet/web/ui/resource-table";
import { listQuery, useView } from "@fleet/web/ui/use-view";
import { Anchor, NativeSelect } from "@mantine/core";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useMemo } from "react";

import { api } from "@/api";
import { DueDay, LoanedBook } from "@/lending/loan";
import type { Loan } from "@/library";

const STATES = ["running", "overdue", "lost", "returned"] as const;
const SORTS = ["due_on", "-due_on"] as const;

/** Who has what, of the whole library. */
export function LoanList() {
  const t = useTranslations("loans");
  const [view, setView] = useView({ state: "running", sort: "due_on" });
  const columns = useMemo<Column<Loan>[]>(
    () => [
      { id: "title", header: t("book"), cell: (loan) => <LoanedBook loan={loan} /> },
      {
        id: "patron",
        header: t("patron"),
        cell: (loan) => (
          <Anchor component={Link} href={`/patrons/${loan.patron_id}`}>
            {loan.patron}
          </Anchor>
        ),
      },
      { id: "due", header: t("due"), sort: "due_on", cell: (loan) => <DueDay loan={loan} /> },
    ],
    [t],
  );
  return (
    <>
      <PageHeader title={t("title")} />
      <NativeSelect
        label={t("state")}
        value={view.state}
        onChange={(event) => setView({ state: event.currentTarget.value })}
        data={STATES.map((value) => ({ value, label: t(`states.${value}`) }))}
        maw={240}
        mb="md"
      />
      <ResourceTable
        label={t("title")}
        queryKey={["get", "/libraries/loans", view]}
        read={(cursor) => {
          const state = STATES.find((each) => each === view.state);
          const sort = SORTS.find((each) => each === view.sort);
          const query = listQuery({ state, sort, cursor, total: true });
          return dataOf(api.GET("/libraries/loans", { params: { query } }));
        }}
        columns={columns}
        rowKey={(loan) => loan.id}
        sort={view.sort}
        onSort={(sort) => setView({ sort })}
      />
    </>
  );
}
