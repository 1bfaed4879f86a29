"use client";

import type { components } from "@fleet/web/api/business";
import { dataOf } from "@fleet/web/api/data-of";
import { type Column, ResourceTable } from "@fleet/web/ui/resource-table";
import { listQuery } from "@fleet/web/ui/use-view";
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { api } from "@/api";

import { Assignments } from "./assignments";
import { PolicyDialog } from "./policy-dialog";
import { RunPolicies } from "./run-policies";

export type Policy = components["schemas"]["HrmsPolicyItem"];

/** The leave that people have every year, by themselves. */
export function Policies() {
  const t = useTranslations("leaveSetup");
  const common = useTranslations("common");
  const [edited, setEdited] = useState<{ id?: string }>();
  const [assigned, setAssigned] = useState<Policy>();
  const add = () => {
    setEdited({});
  };
  const columns: Column<Policy>[] = [
    { id: "name", header: t("name"), cell: ({ name }) => name },
    {
      id: "edit",
      header: common("actions"),
      cell: (policy) => (
        <Group gap="xs">
          <Button
            variant="default"
            size="compact-sm"
            aria-label={t("editOf", { name: policy.name })}
            onClick={() => {
              setEdited({ id: policy.id });
            }}
          >
            {t("edit")}
          </Button>
          <Button
            variant="default"
            size="compact-sm"
            aria-label={t("forWhomOf", { name: policy.name })}
            onClick={() => {
              setAssigned(policy);
            }}
          >
            {t("forWhom")}
          </Button>
        </Group>
      ),
    },
  ];
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text size="sm" c="dimmed" maw={640}>
          {t("policiesHint")}
        </Text>
        <Button onClick={add} leftSection={<IconPlus size={16} aria-hidden />}>
          {t("addPolicy")}
        </Button>
      </Group>
      <ResourceTable
        label={t("tabs.policies")}
        queryKey={["get", "/hrms/leave-policies", "all"]}
        read={(cursor) =>
          dataOf(api.GET("/hrms/leave-policies", { params: { query: listQuery({ cursor, total: true }) } }))
        }
        columns={columns}
        rowKey={({ id }) => id}
        empty={
          <Stack align="center" gap="xs">
            <Text c="dimmed">{t("noPolicies")}</Text>
            <Button variant="light" onClick={add}>
              {t("firstPolicy")}
            </Button>
          </Stack>
        }
      />
      <RunPolicies />
      {edited && (
        <PolicyDialog
          {...edited}
          onClose={() => {
            setEdited(undefined);
          }}
        />
      )}
      {assigned && (
        <Assignments
          policy={assigned}
          onClose={() => {
            setAssigned(undefined);
          }}
        />
      )}
    </>
  );
}
