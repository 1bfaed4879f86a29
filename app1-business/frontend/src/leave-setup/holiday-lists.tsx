"use client";

import type { components } from "@fleet/web/api/business";
import { dataOf } from "@fleet/web/api/data-of";
import { type Column, ResourceTable } from "@fleet/web/ui/resource-table";
import { listQuery } from "@fleet/web/ui/use-view";
import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { api } from "@/api";

import { HolidayListDialog } from "./holiday-list-dialog";
import { useWeekdays } from "./use-weekdays";

type Item = components["schemas"]["HrmsHolidayListItem"];

/** Lists of the days on which nobody works; who has none of their own has the default one. */
export function HolidayLists() {
  const t = useTranslations("leaveSetup");
  const common = useTranslations("common");
  const weekdays = useWeekdays();
  const [edited, setEdited] = useState<{ id?: string; first?: boolean }>();
  const columns: Column<Item>[] = [
    {
      id: "name",
      header: t("name"),
      cell: ({ name, is_default }) => (
        <Group gap="xs">
          {name}
          {is_default && <Badge variant="default">{t("isDefault")}</Badge>}
        </Group>
      ),
    },
    {
      id: "weekly",
      header: t("weeklyOff"),
      cell: ({ weekly_off }) =>
        weekdays
          .filter(({ value }) => weekly_off.includes(value))
          .map(({ label }) => label)
          .join(", "),
    },
    {
      id: "edit",
      header: common("actions"),
      cell: ({ id, name }) => (
        <Button
          variant="default"
          size="compact-sm"
          aria-label={t("editOf", { name })}
          onClick={() => {
            setEdited({ id });
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
          {t("holidaysHint")}
        </Text>
        <Button
          onClick={() => {
            setEdited({});
          }}
          leftSection={<IconPlus size={16} aria-hidden />}
        >
          {t("addList")}
        </Button>
      </Group>
      <ResourceTable
        label={t("tabs.holidays")}
        queryKey={["get", "/hrms/holiday-lists", "all"]}
        read={(cursor) =>
          dataOf(api.GET("/hrms/holiday-lists", { params: { query: listQuery({ cursor, total: true }) } }))
        }
        columns={columns}
        rowKey={({ id }) => id}
        empty={
          <Stack align="center" gap="xs">
            <Text c="dimmed">{t("noLists")}</Text>
            <Button
              variant="light"
              onClick={() => {
                setEdited({ first: true });
              }}
            >
              {t("firstList")}
            </Button>
          </Stack>
        }
      />
      {edited && (
        <HolidayListDialog
          {...edited}
          onClose={() => {
            setEdited(undefined);
          }}
        />
      )}
    </>
  );
}
