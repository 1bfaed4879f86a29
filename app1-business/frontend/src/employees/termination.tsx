"use client";

import { useAllowed } from "@fleet/web/session/context";
import { ActDialog } from "@fleet/web/ui/act-dialog";
import { List, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { $api } from "@/api";
import { plusDays, useDay, useToday } from "@/day";

import { type Employee, nameOf } from "./types";

/** Sets or moves the last day, and says beforehand what comes of it. */
export function Termination({ employee, onClose }: { employee: Employee; onClose: () => void }) {
  const t = useTranslations("employees");
  const day = useDay();
  const today = useToday();
  const [lastDay, setLastDay] = useState(employee.last_day ?? today);
  const [reason, setReason] = useState("");
  const end = $api.useMutation("post", "/hrms/employees/{employee_id}/terminate", {
    onSuccess: () => {
      notifications.show({ message: t("terminated", { day: day(lastDay) }) });
      onClose();
    },
  });

  return (
    <ActDialog
      title={`${t("terminate")}: ${nameOf(employee)}`}
      act={t("terminate")}
      grave
      busy={end.isPending}
      error={end.error}
      onSubmit={() => {
        end.mutate({
          params: { path: { employee_id: employee.id } },
          body: { last_day: lastDay, ...(reason.trim() !== "" && { reason: reason.trim() }) },
        });
      }}
      onClose={onClose}
    >
      <TextInput
        label={t("lastDay")}
        type="date"
        required
        value={lastDay}
        min={employee.date_of_joining}
        onChange={(event) => {
          setLastDay(event.currentTarget.value);
        }}
      />
      <Textarea
        label={t("reason")}
        maxLength={1000}
        autosize
        minRows={2}
        value={reason}
        onChange={(event) => {
          setReason(event.currentTarget.value);
        }}
      />
      <Consequences employee={employee} lastDay={lastDay} />
    </ActDialog>
  );
}

function Consequences({ employee, lastDay }: { employee: Employee; lastDay: string }) {
  const t = useTranslations("employees");
  const day = useDay();
  const allowed = useAllowed();
  const reports = $api.useQuery("get", "/hrms/employees/{employee_id}/reports", {
    params: { path: { employee_id: employee.id } },
  });
  const known = lastDay !== "";
  const leave = $api.useQuery(
    "get",
    "/hrms/leave-requests",
    {
      params: {
        query: {
          employee_id: employee.id,
          limit: 100,
          sort: "from",
          ...(known && { from: plusDays(lastDay, 1) }),
        },
      },
    },
    { enabled: known && allowed("hrms.leave.manage") },
  );
  const lost = leave.data?.items.filter(({ status }) => status === "pending" || status === "approved");
  return (
    <Stack gap={4} aria-live="polite">
      <Text size="sm" fw={600}>
        {t("terminateCauses")}
      </Text>
      <List size="sm">
        {lost?.map((request) => {
          const period = { from: day(request.from), to: day(request.to), days: request.days };
          return (
            <List.Item key={request.id}>
              {t(request.from > lastDay ? "causesCancelled" : "causesShortened", period)}
            </List.Item>
          );
        })}
        {lost?.length === 0 && <List.Item>{t("causesNoLeave")}</List.Item>}
        {reports.data && <List.Item>{t("causesReports", { count: reports.data.items.length })}</List.Item>}
        {employee.user_id !== null && <List.Item>{t("causesAccount")}</List.Item>}
      </List>
    </Stack>
  );
}
