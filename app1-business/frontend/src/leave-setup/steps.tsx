"use client";

import { Anchor, Card, List, Text, Title } from "@mantine/core";
import { IconCircle, IconCircleCheck } from "@tabler/icons-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { $api } from "@/api";

import type { SetupTab } from "./leave-setup";

const ANY = { params: { query: { limit: 1 } } };

/** What there is of that; undefined while it is read, and what cannot be read counts as there. */
export function useSteps(): Record<"kinds" | "holidays" | "employees" | "allocations", boolean> | undefined {
  const kinds = $api.useQuery("get", "/hrms/leave-types", ANY);
  const holidays = $api.useQuery("get", "/hrms/holiday-lists", ANY);
  const employees = $api.useQuery("get", "/hrms/employees", ANY);
  const allocations = $api.useQuery("get", "/hrms/leave-allocations", ANY);
  if ([kinds, holidays, employees, allocations].some(({ isPending }) => isPending)) return undefined;
  return {
    kinds: kinds.data?.items.length !== 0,
    holidays: holidays.data?.items.length !== 0,
    employees: employees.data?.items.length !== 0,
    allocations: allocations.data?.items.length !== 0,
  };
}

interface Props {
  done: NonNullable<ReturnType<typeof useSteps>>;
  onFollow: (tab: SetupTab) => void;
}

/** What a new organisation has to do, in order, until somebody can ask for leave; gone once it is done. */
export function Steps({ done, onFollow }: Props) {
  const t = useTranslations("leaveSetup");
  if (Object.values(done).every(Boolean)) return null;
  return (
    <Card withBorder component="section" mb="md" maw={640}>
      <Title order={2} size="h4" mb="xs">
        {t("steps")}
      </Title>
      <List center type="ordered" listStyleType="none" spacing={4}>
        <Step done={done.kinds}>
          {t.rich("stepKinds", { to: (words) => <ToTab onFollow={() => onFollow("kinds")}>{words}</ToTab> })}
        </Step>
        <Step done={done.holidays}>
          {t.rich("stepHolidays", {
            to: (words) => <ToTab onFollow={() => onFollow("holidays")}>{words}</ToTab>,
          })}
        </Step>
        <Step done={done.employees}>
          {t.rich("stepEmployees", { to: (words) => <ToPage href="/employees">{words}</ToPage> })}
        </Step>
        <Step done={done.allocations}>
          {t.rich("stepAllocations", {
            to: (words) => <ToTab onFollow={() => onFollow("allocations")}>{words}</ToTab>,
          })}
        </Step>
      </List>
      <Text size="sm" c="dimmed" mt="xs">
        {t.rich("thenAsk", {
          leave: (words) => <ToPage href="/leave">{words}</ToPage>,
          approvals: (words) => <ToPage href="/leave-approvals">{words}</ToPage>,
        })}
      </Text>
    </Card>
  );
}

function Step({ done, children }: { done: boolean; children: ReactNode }) {
  const t = useTranslations("leaveSetup");
  const Icon = done ? IconCircleCheck : IconCircle;
  return (
    <List.Item icon={<Icon size={18} aria-label={t(done ? "done" : "toDo")} role="img" />}>
      {children}
    </List.Item>
  );
}

function ToTab({ onFollow, children }: { onFollow: () => void; children: ReactNode }) {
  return (
    <Anchor component="button" type="button" inherit underline="always" onClick={onFollow}>
      {children}
    </Anchor>
  );
}

function ToPage({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Anchor component={Link} href={href} inherit underline="always">
      {children}
    </Anchor>
  );
}
