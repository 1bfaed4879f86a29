"use client";

import type { components } from "@fleet/web/api/business";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import {
  Button,
  CloseButton,
  Group,
  Modal,
  Select,
  Skeleton,
  Stack,
  Table,
  Text,
  TextInput,
} from "@mantine/core";
import { useTranslations } from "next-intl";
import { type SubmitEvent, useState } from "react";

import { $api } from "@/api";
import { useDay, useToday } from "@/day";
import { EMPLOYMENT_TYPES, type EmploymentType } from "@/employees/types";
import { useDepartments } from "@/organisation/use-departments";

import type { Policy } from "./policies";

type Assignment = components["schemas"]["HrmsAssignmentRead"];

/** Whom a policy is for: everybody, a department and those below it, or a type of employment. */
export function Assignments({ policy, onClose }: { policy: Policy; onClose: () => void }) {
  const t = useTranslations("leaveSetup");
  const common = useTranslations("common");
  const day = useDay();
  const nameOf = useNames();
  const params = { path: { policy_id: policy.id } };
  const { data, error, refetch } = $api.useQuery("get", "/hrms/leave-policies/{policy_id}/assignments", {
    params: { ...params, query: { limit: 100 } },
  });
  const withdraw = $api.useMutation("delete", "/hrms/leave-policies/{policy_id}/assignments/{assignment_id}");
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("forWhomOf", { name: policy.name })}
      size="lg"
      closeButtonProps={{ "aria-label": common("close") }}
    >
      <Stack>
        {error && <ProblemAlert error={error} retry={() => void refetch()} />}
        {!data && !error && <Skeleton h={80} />}
        {data?.items.length === 0 && <Text c="dimmed">{t("forNobody")}</Text>}
        {data && data.items.length > 0 && (
          <Table aria-label={t("forWhom")}>
            <Table.Tbody>
              {data.items.map((assignment) => (
                <Table.Tr key={assignment.id}>
                  <Table.Td>{nameOf(assignment)}</Table.Td>
                  <Table.Td>{t("since", { day: day(assignment.from) })}</Table.Td>
                  <Table.Td w={40}>
                    <CloseButton
                      aria-label={t("withdrawFrom", { name: nameOf(assignment) })}
                      onClick={() => {
                        withdraw.mutate({
                          params: { path: { ...params.path, assignment_id: assignment.id } },
                        });
                      }}
                    />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        {withdraw.isError && <ProblemAlert error={withdraw.error} />}
        <Assign policy={policy} />
      </Stack>
    </Modal>
  );
}

function Assign({ policy }: { policy: Policy }) {
  const t = useTranslations("leaveSetup");
  const employment = useTranslations("employees.employmentTypes");
  const departments = useDepartments().data ?? [];
  const [whom, setWhom] = useState("everybody");
  const [from, setFrom] = useState(`${useToday().slice(0, 4)}-01-01`);
  const assign = $api.useMutation("post", "/hrms/leave-policies/{policy_id}/assignments");
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const type = EMPLOYMENT_TYPES.find((each) => each === whom);
    const target = type ? { employment_type: type } : whom === "everybody" ? {} : { department_id: whom };
    assign.mutate({ params: { path: { policy_id: policy.id } }, body: { from, ...target } });
  };
  return (
    <form onSubmit={submit}>
      <Group align="end" gap="xs">
        <Select
          label={t("forWhom")}
          allowDeselect={false}
          searchable
          data={[
            { value: "everybody", label: t("anyEmployee") },
            {
              group: t("employment"),
              items: EMPLOYMENT_TYPES.map((value) => ({ value, label: employment(value) })),
            },
            {
              group: t("department"),
              items: departments.map(({ id, name }) => ({ value: id, label: name })),
            },
          ]}
          value={whom}
          onChange={(value) => {
            setWhom(value ?? whom);
          }}
          flex={1}
          miw={180}
        />
        <TextInput
          type="date"
          label={t("sinceWhen")}
          required
          value={from}
          onChange={(event) => {
            setFrom(event.currentTarget.value);
          }}
        />
        <Button type="submit" loading={assign.isPending}>
          {t("assign")}
        </Button>
      </Group>
      {assign.isError && <ProblemAlert error={assign.error} />}
    </form>
  );
}

function useNames(): (assignment: Assignment) => string {
  const t = useTranslations("leaveSetup");
  const employment = useTranslations("employees.employmentTypes");
  const departments = useDepartments().data;
  return ({ employee_id, department_id, employment_type }) => {
    if (employment_type !== null) return employment(employment_type satisfies EmploymentType);
    if (department_id !== null) return departments?.find(({ id }) => id === department_id)?.name ?? "…";
    return t(employee_id === null ? "anyEmployee" : "oneEmployee");
  };
}
