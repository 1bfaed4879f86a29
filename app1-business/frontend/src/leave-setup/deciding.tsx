"use client";

import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { Button, Group, List, Skeleton, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";

import { useDepartments } from "@/organisation/use-departments";

import { DecidingForm } from "./deciding-form";
import { readSettings } from "./leave-settings";
import { useMonths } from "./use-months";

/** Who decides on leave, level by level, and when leave years begin. */
export function Deciding() {
  const t = useTranslations("leaveSetup");
  const months = useMonths();
  const departments = useDepartments().data;
  const [changing, { open: change, close: changed }] = useDisclosure();
  const { data, error, refetch } = useQuery({
    queryKey: ["get", "/hrms/leave-settings", "versioned"],
    queryFn: readSettings,
  });
  if (error) return <ProblemAlert error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton h={160} />;
  const { approval, year_starts_in } = data.data;
  return (
    <Stack align="start" maw={640}>
      <Text size="sm" c="dimmed">
        {t("decidingHint")}
      </Text>
      <List type="ordered">
        {approval.map(({ approver, from_days, department_id }, index) => (
          <List.Item key={index}>
            {[
              t(`approvers.${approver}`),
              Number(from_days) > 0 && t("fromDays", { days: Number(from_days) }),
              department_id !== null && departments?.find(({ id }) => id === department_id)?.name,
            ]
              .filter(Boolean)
              .join(" · ")}
          </List.Item>
        ))}
      </List>
      <Text>{t("yearStarts", { month: months[year_starts_in - 1] ?? "" })}</Text>
      <Group>
        <Button variant="default" onClick={change}>
          {t("edit")}
        </Button>
      </Group>
      {changing && <DecidingForm start={data} onClose={changed} />}
    </Stack>
  );
}
