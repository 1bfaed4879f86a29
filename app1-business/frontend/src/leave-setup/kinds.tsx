"use client";

import type { components } from "@fleet/web/api/business";
import { dataOf } from "@fleet/web/api/data-of";
import { type Column, ResourceTable } from "@fleet/web/ui/resource-table";
import { listQuery } from "@fleet/web/ui/use-view";
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";

import { api } from "@/api";

import { KindForm } from "./kind-form";

export type Kind = components["schemas"]["HrmsLeaveTypeRead"];

/** The kinds of leave that there are. */
export function Kinds() {
  const t = useTranslations("leaveSetup");
  const common = useTranslations("common");
  const format = useFormatter();
  const [edited, setEdited] = useState<{ kind?: Kind }>();
  const add = () => {
    setEdited({});
  };
  const columns: Column<Kind>[] = [
    { id: "name", header: t("name"), cell: ({ name }) => name },
    {
      id: "pay",
      header: t("pay"),
      cell: ({ paid, pay_share }) =>
        paid
          ? format.number(Number(pay_share), { style: "percent", maximumFractionDigits: 2 })
          : t("pays.none"),
    },
    {
      id: "carried",
      header: t("carried"),
      cell: ({ carry_forward_cap, max_balance }) => {
        if (carry_forward_cap !== null) return t("upTo", { days: Number(carry_forward_cap) });
        return max_balance === null ? t("carriedNone") : t("upToBalance", { days: Number(max_balance) });
      },
    },
    {
      id: "needs",
      header: t("needs"),
      cell: (kind) => t(kind.allow_negative ? "needsNothing" : "needsDays"),
    },
    {
      id: "edit",
      header: common("actions"),
      cell: (kind) => (
        <Button
          variant="default"
          size="compact-sm"
          aria-label={t("editOf", { name: kind.name })}
          onClick={() => {
            setEdited({ kind });
          }}
        >
          {t("edit")}
        </Button>
      ),
    },
  ];
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text size="sm" c="dimmed" maw={640}>
          {t("kindsHint")}
        </Text>
        <Button onClick={add} leftSection={<IconPlus size={16} aria-hidden />}>
          {t("addKind")}
        </Button>
      </Group>
      <ResourceTable
        label={t("tabs.kinds")}
        queryKey={["get", "/hrms/leave-types", "all"]}
        read={(cursor) =>
          dataOf(api.GET("/hrms/leave-types", { params: { query: listQuery({ cursor, total: true }) } }))
        }
        columns={columns}
        rowKey={({ id }) => id}
        empty={
          <Stack align="center" gap="xs">
            <Text c="dimmed">{t("noKinds")}</Text>
            <Button variant="light" onClick={add}>
              {t("firstKind")}
            </Button>
          </Stack>
        }
      />
      {edited && (
        <KindForm
          {...edited}
          onClose={() => {
            setEdited(undefined);
          }}
        />
      )}
    </>
  );
}
