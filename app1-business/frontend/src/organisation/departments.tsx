"use client";

import { useAllowed } from "@fleet/web/session/context";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { Button, Group, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { DepartmentForm } from "./department-form";
import { type Department, useDepartments } from "./use-departments";

/** The tree of departments; who may, adds, renames, moves and removes them. */
export function Departments() {
  const t = useTranslations("organisation");
  const allowed = useAllowed();
  const { data, error, refetch } = useDepartments();
  const [edited, setEdited] = useState<{ department?: Department }>();
  const mayWrite = allowed("hrms.structure.write");
  const add = () => {
    setEdited({});
  };
  return (
    <section>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          {t("departments")}
        </Title>
        {mayWrite && (
          <Button variant="default" onClick={add}>
            {t("addDepartment")}
          </Button>
        )}
      </Group>
      {error && <ProblemAlert error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton h={200} />}
      {data?.length === 0 && (
        <Stack align="start" gap="xs">
          <Text c="dimmed">{t("noDepartments")}</Text>
          {mayWrite && (
            <Button variant="light" onClick={add}>
              {t("firstDepartment")}
            </Button>
          )}
        </Stack>
      )}
      {data && data.length > 0 && (
        <Table verticalSpacing="xs" aria-label={t("departments")}>
          <Table.Tbody>
            {inTree(data).map(({ department, depth }) => (
              <Table.Tr key={department.id}>
                <Table.Td pl={`calc(${depth} * var(--mantine-spacing-lg) + var(--mantine-spacing-xs))`}>
                  {department.name}
                </Table.Td>
                <Table.Td ta="end">
                  {mayWrite && (
                    <Button
                      variant="default"
                      size="compact-sm"
                      aria-label={t("changeOf", { name: department.name })}
                      onClick={() => {
                        setEdited({ department });
                      }}
                    >
                      {t("change")}
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {edited && (
        <DepartmentForm
          {...edited}
          all={data ?? []}
          onClose={() => {
            setEdited(undefined);
          }}
        />
      )}
    </section>
  );
}

/** Each followed by those below it. */
function inTree(
  all: Department[],
  parent: string | null = null,
  depth = 0,
): { department: Department; depth: number }[] {
  return all
    .filter(({ parent_id }) => parent_id === parent)
    .flatMap((department) => [{ department, depth }, ...inTree(all, department.id, depth + 1)]);
}
