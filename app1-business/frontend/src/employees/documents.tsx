"use client";

import type { components } from "@fleet/web/api/business";
import { dataOf } from "@fleet/web/api/data-of";
import { type Column, ResourceTable } from "@fleet/web/ui/resource-table";
import { listQuery } from "@fleet/web/ui/use-view";
import { Anchor, Text } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useMemo } from "react";

import { api } from "@/api";
import { useDay } from "@/day";

type Document = components["schemas"]["HrmsDocumentRead"];

/** Somebody's documents, as far as the reader may see them, to download. */
export function Documents({ employeeId }: { employeeId: string }) {
  const t = useTranslations("employees");
  const day = useDay();
  const columns = useMemo<Column<Document>[]>(
    () => [
      {
        id: "name",
        header: t("document"),
        cell: ({ id, name }) => (
          <Anchor href={`/api/gateway/hrms/documents/${id}/content`} download={name} inherit>
            {name}
          </Anchor>
        ),
      },
      { id: "type", header: t("documentKind"), cell: ({ type }) => type },
      {
        id: "expires_on",
        header: t("documentExpires"),
        cell: ({ expires_on }) => expires_on && day(expires_on),
      },
    ],
    [t, day],
  );
  return (
    <ResourceTable
      label={t("documents")}
      queryKey={["get", "/hrms/documents", employeeId]}
      read={async (cursor) => {
        const query = listQuery({ employee_id: employeeId, cursor });
        return await dataOf(api.GET("/hrms/documents", { params: { query } }));
      }}
      columns={columns}
      rowKey={({ id }) => id}
      empty={
        <Text size="sm" c="dimmed">
          {t("noDocuments")}
        </Text>
      }
    />
  );
}
