"use client";

import { dataOf } from "@fleet/web/api/data-of";
import { useAllowed } from "@fleet/web/session/context";
import { ActDialog } from "@fleet/web/ui/act-dialog";
import { PageHeader } from "@fleet/web/ui/page-header";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { type Column, ResourceTable } from "@fleet/web/ui/resource-table";
import { listQuery, useView } from "@fleet/web/ui/use-view";
import { Button, Group, Select, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconPlus } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";

import { $api, api } from "@/api";
import { useToday } from "@/day";

import { AskForm } from "./ask-form";
import { Balances } from "./balances";
import { LeaveStatusBadge } from "./leave-status";
import { type LeaveItem, type LeaveStatus, useLeaveTypes, useOwnEmployee } from "./reading";
import { usePeriod } from "./use-period";

const STATUSES: LeaveStatus[] = ["pending", "approved", "rejected", "cancelled"];

const ALL = { status: "" as LeaveStatus | "", sort: "-from" as "from" | "-from" };

/** One's own leave: what there is, what was asked for, and asking for more. */
export function MyLeave() {
  const t = useTranslations("leave");
  const allowed = useAllowed();
  const { me, error } = useOwnEmployee();
  const [asking, { open: ask, close: done }] = useDisclosure();
  return (
    <>
      <PageHeader title={t("title")}>
        {(me || allowed("hrms.leave.manage")) && (
          <Button onClick={ask} leftSection={<IconPlus size={16} aria-hidden />}>
            {t("ask")}
          </Button>
        )}
      </PageHeader>
      {error != null && <ProblemAlert error={error} />}
      {me === undefined && error == null && <Skeleton h={300} />}
      {me === null && <Text c="dimmed">{t("noEmployee")}</Text>}
      {me && (
        <Stack>
          <Balances employeeId={me.id} />
          <Requests employeeId={me.id} />
        </Stack>
      )}
      {asking && <AskForm onClose={done} />}
    </>
  );
}

function Requests({ employeeId }: { employeeId: string }) {
  const t = useTranslations("leave");
  const [view, setView] = useView(ALL);
  const [withdrawn, setWithdrawn] = useState<LeaveItem>();
  const columns = useColumns(setWithdrawn);
  return (
    <section>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          {t("requests")}
        </Title>
        <Select
          aria-label={t("status")}
          placeholder={t("anyStatus")}
          clearable
          data={STATUSES.map((value) => ({ value, label: t(`statuses.${value}`) }))}
          value={view.status === "" ? null : view.status}
          onChange={(status) => {
            setView({ status: status ?? "" });
          }}
        />
      </Group>
      <ResourceTable
        label={t("requests")}
        queryKey={["get", "/hrms/leave-requests", employeeId, view]}
        read={(cursor) => {
          const query = listQuery({ ...view, employee_id: employeeId, cursor, total: true });
          return dataOf(api.GET("/hrms/leave-requests", { params: { query } }));
        }}
        columns={columns}
        rowKey={({ id }) => id}
        sort={view.sort}
        onSort={(sort) => {
          setView({ sort: sort as "from" | "-from" });
        }}
        empty={<Text c="dimmed">{t("noRequests")}</Text>}
      />
      {withdrawn && (
        <Withdraw
          request={withdrawn}
          onClose={() => {
            setWithdrawn(undefined);
          }}
        />
      )}
    </section>
  );
}

function useColumns(onWithdraw: (request: LeaveItem) => void): Column<LeaveItem>[] {
  const t = useTranslations("leave");
  const period = usePeriod();
  const today = useToday();
  const types = useLeaveTypes();
  return useMemo(
    () => [
      { id: "period", header: t("when"), sort: "from", cell: (row) => period(row) },
      { id: "days", header: t("count"), cell: (row) => Number(row.days) },
      {
        id: "type",
        header: t("type"),
        cell: (row) => types.find(({ id }) => id === row.leave_type_id)?.name,
      },
      { id: "status", header: t("status"), cell: (row) => <LeaveStatusBadge status={row.status} /> },
      {
        id: "cancel",
        header: "",
        cell: (row) =>
          (row.status === "pending" || (row.status === "approved" && row.from > today)) && (
            <Button
              size="compact-sm"
              variant="default"
              aria-label={t("takeBackOf", { period: period(row) })}
              onClick={() => {
                onWithdraw(row);
              }}
            >
              {t("takeBack")}
            </Button>
          ),
      },
    ],
    [t, period, today, types, onWithdraw],
  );
}

function Withdraw({ request, onClose }: { request: LeaveItem; onClose: () => void }) {
  const t = useTranslations("leave");
  const period = usePeriod();
  const cancel = $api.useMutation("post", "/hrms/leave-requests/{request_id}/cancel", {
    onSuccess: () => {
      notifications.show({ message: t("takenBack") });
      onClose();
    },
  });
  return (
    <ActDialog
      title={t("takeBackOf", { period: period(request) })}
      act={t("takeBack")}
      busy={cancel.isPending}
      error={cancel.error}
      onSubmit={() => {
        cancel.mutate({ params: { path: { request_id: request.id } } });
      }}
      onClose={onClose}
    >
      <Text size="sm">{t("takeBackText", { days: Number(request.days) })}</Text>
    </ActDialog>
  );
}
