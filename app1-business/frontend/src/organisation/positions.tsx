"use client";

import type { components } from "@fleet/web/api/business";
import { dataOf } from "@fleet/web/api/data-of";
import { useAllowed } from "@fleet/web/session/context";
import { type Column, ResourceTable } from "@fleet/web/ui/resource-table";
import { listQuery } from "@fleet/web/ui/use-view";
import { Button, Group, Text, Title } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { api } from "@/api";

import { PositionForm } from "./position-form";

export type Position = components["schemas"]["HrmsPositionRead"];

/** What people are called in their jobs. */
export function Positions() {
  const t = useTranslations("organisation");
  const common = useTranslations("common");
  const allowed = useAllowed();
  const [edited, setEdited] = useState<{ position?: Position }>();
  const mayWrite = allowed("hrms.structure.write");
  const columns: Column<Position>[] = [
    { id: "name", header: t("name"), cell: ({ name }) => name },
    {
      id: "change",
      header: common("actions"),
      cell: (position) =>
        mayWrite && (
          <Button
            variant="default"
            size="compact-sm"
            aria-label={t("changeOf", { name: position.name })}
            onClick={() => {
              setEdited({ position });
            }}
          >
            {t("change")}
          </Button>
        ),
    },
  ];
  return (
    <section>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          {t("positions")}
        </Title>
        {mayWrite && (
          <Button
            variant="default"
            onClick={() => {
              setEdited({});
            }}
          >
            {t("addPosition")}
          </Button>
        )}
      </Group>
      <ResourceTable
        label={t("positions")}
        queryKey={["get", "/hrms/positions", "all"]}
        read={(cursor) =>
          dataOf(api.GET("/hrms/positions", { params: { query: listQuery({ cursor, total: true }) } }))
        }
        columns={columns}
        rowKey={({ id }) => id}
        empty={<Text c="dimmed">{t("noPositions")}</Text>}
      />
      {edited && (
        <PositionForm
          {...edited}
          onClose={() => {
            setEdited(undefined);
          }}
        />
      )}
    </section>
  );
}
