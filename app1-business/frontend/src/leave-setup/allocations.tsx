"use client";

import type { components } from "@fleet/web/api/business";
import { dataOf } from "@fleet/web/api/data-of";
import { type Column, ResourceTable } from "@fleet/web/ui/resource-table";
import { listQuery } from "@fleet/web/ui/use-view";
import { Button, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { api } from "@/api";
import { useDay } from "@/day";
import { EmployeePicker } from "@/employees/pickers";
import { useLeaveTypes } from "@/leave/reading";

import { AllocationForm } from "./allocation-form";
import { Ledger } from "./ledger";

export type Allocation = components["schemas"]["HrmsAllocationRead"];

interface Props {
  /** Whose are shown; empty for everybody's. */
  employeeId: string;
  onEmployee: (id: string) => void;
}

/** Who was given how many days of what, and from when to when. */
export function Allocations({ employeeId, onEmployee }: Props) {
  const t = useTranslations("leaveSetup");
  const common = useTranslations("common");
  const day = useDay();
  const kinds = useLeaveTypes();
  const [giving, { open: give, close: given }] = useDisclosure();
  const [looked, setLooked] = useState<Allocation>();
  const columns: Column<Allocation>[] = [
    { id: "employee", header: t("employee"), cell: ({ employee }) => employee },
    { id: "kind", header: t("kind"), cell: (row) => kinds.find(({ id }) => id === row.leave_type_id)?.name },
    { id: "period", header: t("period"), cell: ({ from, to }) => `${day(from)} – ${day(to)}` },
    {
      id: "days",
      header: t("days"),
      cell: ({ days, per_year, frequency }) =>
        frequency === null
          ? t("dayCount", { days: Number(days) })
          : t("earned", { days: Number(per_year), frequency: t(`frequencies.${frequency}`) }),
    },
    {
      id: "carried",
      header: t("carriedOver"),
      cell: ({ carried }) => t("dayCount", { days: Number(carried) }),
    },
    {
      id: "ledger",
      header: common("actions"),
      cell: (row) => (
        <Button
          variant="default"
          size="compact-sm"
          aria-label={t("ledgerOf", { name: row.employee, period: day(row.from) })}
          onClick={() => {
            setLooked(row);
          }}
        >
          {t("ledger")}
        </Button>
      ),
    },
  ];
  return (
    <>
      <Text size="sm" c="dimmed" maw={640} mb="sm">
        {t("allocationsHint")}
      </Text>
      <Group justify="space-between" mb="sm">
        <EmployeePicker
          aria-label={t("employee")}
          placeholder={t("anyEmployee")}
          value={employeeId === "" ? null : employeeId}
          onChange={(id) => {
            onEmployee(id ?? "");
          }}
        />
        <Button onClick={give} leftSection={<IconPlus size={16} aria-hidden />}>
          {t("give")}
        </Button>
      </Group>
      <ResourceTable
        label={t("tabs.allocations")}
        queryKey={["get", "/hrms/leave-allocations", "all", employeeId]}
        read={(cursor) => {
          const query = listQuery({ employee_id: employeeId, cursor, total: true });
          return dataOf(api.GET("/hrms/leave-allocations", { params: { query } }));
        }}
        columns={columns}
        rowKey={({ id }) => id}
        empty={
          <Stack align="center" gap="xs">
            <Text c="dimmed">{t("noAllocations")}</Text>
            <Button variant="light" onClick={give}>
              {t("firstAllocation")}
            </Button>
          </Stack>
        }
      />
      {giving && <AllocationForm employeeId={employeeId} onClose={given} />}
      {looked && (
        <Ledger
          allocation={looked}
          onClose={() => {
            setLooked(undefined);
          }}
        />
      )}
    </>
  );
}
