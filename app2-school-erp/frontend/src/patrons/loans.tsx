"use client";

import { dataOf } from "@fleet/web/api/data-of";
import { type Column, ResourceTable } from "@fleet/web/ui/resource-table";
import { Button, Group, Modal, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";

import { api } from "@/api";
import { ExplainLoan } from "@/lending/explain";
import { useFormats } from "@/lending/formats";
import { DueDay, LoanedBook } from "@/lending/loan";
import { Refusal } from "@/lending/refusal";
import type { Loan } from "@/library";

/** What a patron has, each to be renewed, with the days that led to its due date. */
export function Loans({ patronId }: { patronId: string }) {
  const t = useTranslations("patrons");
  const [explained, setExplained] = useState<Loan>();
  const common = useTranslations("common");
  const columns = useMemo<Column<Loan>[]>(
    () => [
      { id: "title", header: t("book"), cell: (loan) => <LoanedBook loan={loan} /> },
      { id: "due", header: t("due"), sort: "due_on", cell: (loan) => <DueDay loan={loan} /> },
      { id: "renewals", header: t("renewals"), cell: (loan) => loan.renewals },
      { id: "acts", header: t("acts"), cell: (loan) => <LoanActs loan={loan} onExplain={setExplained} /> },
    ],
    [t],
  );
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        {t("loans")}
      </Title>
      <ResourceTable
        label={t("loans")}
        queryKey={["get", "/libraries/loans", { patron: patronId }]}
        read={(cursor) => {
          const query = { patron_id: patronId, state: "running" as const, sort: "due_on" as const };
          return dataOf(
            api.GET("/libraries/loans", { params: { query: { ...query, cursor: cursor ?? null } } }),
          );
        }}
        columns={columns}
        rowKey={(loan) => loan.id}
        empty={t("noLoans")}
      />
      <Modal
        opened={explained !== undefined}
        onClose={() => setExplained(undefined)}
        title={explained?.title}
        size="lg"
        closeButtonProps={{ "aria-label": common("close") }}
      >
        {explained && <ExplainLoan id={explained.id} />}
      </Modal>
    </section>
  );
}

function LoanActs({ loan, onExplain }: { loan: Loan; onExplain: (loan: Loan) => void }) {
  const t = useTranslations("patrons");
  const common = useTranslations("common");
  const { day } = useFormats();
  const renew = useMutation({
    mutationFn: (override: string | null) =>
      dataOf(api.POST("/libraries/renew", { body: { loan_id: loan.id, override } })),
    onSuccess: ({ loan: { title, due_on } }) =>
      notifications.show({ message: t("renewed", { title, due: day(due_on) }) }),
  });
  return (
    <Group gap={6}>
      {loan.lost_at === null && (
        <Button
          variant="default"
          size="compact-sm"
          loading={renew.isPending}
          onClick={() => renew.mutate(null)}
          aria-label={t("renewOf", { title: loan.title })}
        >
          {t("renew")}
        </Button>
      )}
      <Button
        variant="default"
        size="compact-sm"
        onClick={() => onExplain(loan)}
        aria-label={t("whyOf", { title: loan.title })}
      >
        {t("why")}
      </Button>
      <Modal
        opened={renew.isError}
        onClose={renew.reset}
        title={loan.title}
        closeButtonProps={{ "aria-label": common("close") }}
      >
        <Refusal error={renew.error} onOverride={(why) => renew.mutate(why)} />
      </Modal>
    </Group>
  );
}
