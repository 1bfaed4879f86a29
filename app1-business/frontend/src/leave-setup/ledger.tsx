"use client";

import type { components } from "@fleet/web/api/business";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { Button, Fieldset, Group, Modal, Skeleton, Stack, Table, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useFormatter, useTranslations } from "next-intl";
import { type SubmitEvent, useRef } from "react";

import { $api } from "@/api";
import { useDay } from "@/day";

import type { Allocation } from "./allocations";

/** Why somebody has as many days of a kind as they have at the end of an allocation, and putting it right. */
export function Ledger({ allocation, onClose }: { allocation: Allocation; onClose: () => void }) {
  const t = useTranslations("leaveSetup");
  const common = useTranslations("common");
  const day = useDay();
  const { employee_id, leave_type_id, to: as_of } = allocation;
  const { data, error, refetch } = $api.useQuery("get", "/hrms/leave-ledger", {
    params: { query: { employee_id, leave_type_id, as_of } },
  });
  const remove = $api.useMutation("delete", "/hrms/leave-allocations/{allocation_id}", {
    onSuccess: onClose,
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("ledgerOf", { name: allocation.employee, period: day(allocation.from) })}
      size="lg"
      closeButtonProps={{ "aria-label": common("close") }}
    >
      <Stack>
        {error && <ProblemAlert error={error} retry={() => void refetch()} />}
        {!data && !error && <Skeleton h={160} />}
        {data && <Entries entries={data.items} />}
        <Adjust allocation={allocation} />
        {remove.isError && <ProblemAlert error={remove.error} />}
        <Group>
          <Button
            variant="light"
            color="red"
            loading={remove.isPending}
            onClick={() => {
              remove.mutate({ params: { path: { allocation_id: allocation.id } } });
            }}
          >
            {t("takeBack")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Entries({ entries }: { entries: components["schemas"]["HrmsEntryRead"][] }) {
  const t = useTranslations("leaveSetup");
  const format = useFormatter();
  const day = useDay();
  const left = entries.reduce((sum, { days }) => sum + Number(days), 0);
  const signed = (days: number) => format.number(days, { signDisplay: "exceptZero" });
  return (
    <Table.ScrollContainer
      minWidth={0}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": t("ledger") } }}
    >
      <Table aria-label={t("ledger")} verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("date")}</Table.Th>
            <Table.Th>{t("what")}</Table.Th>
            <Table.Th ta="end">{t("days")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry) => (
            <Table.Tr key={entry.id}>
              <Table.Td>{day(entry.day)}</Table.Td>
              <Table.Td>
                {t(`entries.${entry.kind}`)}
                {entry.note !== null && (
                  <Text size="xs" c="dimmed">
                    {entry.note}
                  </Text>
                )}
              </Table.Td>
              <Table.Td ta="end">{signed(Number(entry.days))}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Tfoot>
          <Table.Tr>
            <Table.Th colSpan={2}>{t("left")}</Table.Th>
            <Table.Th ta="end">{format.number(left)}</Table.Th>
          </Table.Tr>
        </Table.Tfoot>
      </Table>
    </Table.ScrollContainer>
  );
}

function Adjust({ allocation }: { allocation: Allocation }) {
  const t = useTranslations("leaveSetup");
  const common = useTranslations("common");
  const form = useRef<HTMLFormElement>(null);
  const adjust = $api.useMutation("post", "/hrms/leave-allocations/{allocation_id}/adjustments", {
    onSuccess: () => {
      form.current?.reset();
      notifications.show({ message: common("saved") });
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    adjust.mutate({
      params: { path: { allocation_id: allocation.id } },
      body: { days: fields.get("days") as string, note: fields.get("note") as string },
    });
  };
  return (
    <form onSubmit={submit} ref={form}>
      <Fieldset legend={t("adjust")}>
        <Group align="end" gap="xs">
          <TextInput name="days" label={t("moreOrLess")} type="number" step="any" required w={130} />
          <TextInput name="note" label={t("why")} required maxLength={1000} flex={1} miw={140} />
          <Button type="submit" variant="default" loading={adjust.isPending}>
            {common("save")}
          </Button>
        </Group>
        {adjust.isError && <ProblemAlert error={adjust.error} />}
      </Fieldset>
    </form>
  );
}
