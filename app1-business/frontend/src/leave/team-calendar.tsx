"use client";

import type { components } from "@fleet/web/api/business";
import { dataOf } from "@fleet/web/api/data-of";
import { PageHeader } from "@fleet/web/ui/page-header";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { listQuery, useView } from "@fleet/web/ui/use-view";
import { ActionIcon, Button, Group, Skeleton, Table, Text, VisuallyHidden } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "next-intl";

import { api } from "@/api";
import { plusDays, useToday } from "@/day";
import { DepartmentPicker } from "@/employees/pickers";
import { nameOf } from "@/employees/types";

import classes from "./team-calendar.module.css";

type Person = components["schemas"]["HrmsCalendarPerson"];
type Holidays = components["schemas"]["HrmsCalendarHolidays"];

const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;

/** A phone shows a week of the month: this one. */
function bringIntoView(today: HTMLElement | null) {
  today?.scrollIntoView({ inline: "center", block: "nearest" });
}

/** Who is away on which day of a month. */
export function TeamCalendar() {
  const t = useTranslations("leave");
  const common = useTranslations("common");
  const format = useFormatter();
  const today = useToday();
  const [{ month, department_id }, setView] = useView({ month: today.slice(0, 7), department_id: "" });
  const first = `${month}-01`;
  const next = plusDays(first, 31).slice(0, 7);
  const last = plusDays(`${next}-01`, -1);
  const query = useInfiniteQuery({
    queryKey: ["get", "/hrms/team-calendar", month, department_id],
    queryFn: ({ pageParam: cursor }) => {
      const asked = listQuery({ from: first, to: last, department_id, cursor, limit: 50 });
      return dataOf(
        api.GET("/hrms/team-calendar", { params: { query: { ...asked, from: first, to: last } } }),
      );
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  const people = query.data?.pages.flatMap(({ items }) => items);
  const holidays = query.data?.pages.flatMap((page) => page.holidays) ?? [];
  const days = Array.from({ length: Number(last.slice(8)) }, (_, n) => plusDays(first, n));
  const turn = (to: string) => {
    setView({ month: to });
  };

  return (
    <>
      <PageHeader title={t("calendar")} />
      <Group mb="sm" justify="space-between">
        <Group gap="xs">
          <ActionIcon
            variant="default"
            size="lg"
            aria-label={t("monthBefore")}
            onClick={() => {
              turn(plusDays(first, -1).slice(0, 7));
            }}
          >
            <IconChevronLeft size={18} aria-hidden />
          </ActionIcon>
          <Text fw={600} miw={150} ta="center" aria-live="polite">
            {format.dateTime(new Date(first), { month: "long", year: "numeric", timeZone: "UTC" })}
          </Text>
          <ActionIcon
            variant="default"
            size="lg"
            aria-label={t("monthAfter")}
            onClick={() => {
              turn(next);
            }}
          >
            <IconChevronRight size={18} aria-hidden />
          </ActionIcon>
        </Group>
        <DepartmentPicker
          aria-label={t("department")}
          placeholder={t("anyDepartment")}
          value={department_id === "" ? null : department_id}
          onChange={(value) => {
            setView({ department_id: value ?? "" });
          }}
        />
      </Group>
      {query.isPending && <Skeleton h={300} />}
      {query.error && <ProblemAlert error={query.error} retry={() => void query.refetch()} />}
      {people?.length === 0 && <Text c="dimmed">{t("nobody")}</Text>}
      {people && people.length > 0 && (
        <Table.ScrollContainer
          minWidth={900}
          aria-busy={query.isFetching}
          scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": t("calendar") } }}
        >
          <Table withColumnBorders className={classes.calendar} aria-label={t("calendar")}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th className={classes.person}>{t("person")}</Table.Th>
                {days.map((day) => (
                  <Table.Th
                    key={day}
                    className={classes.day}
                    aria-current={day === today ? "date" : undefined}
                    ref={day === today ? bringIntoView : undefined}
                  >
                    {Number(day.slice(8))}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {people.map((person) => (
                <Row key={person.employee_id} person={person} days={days} holidays={holidays} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {query.hasNextPage && (
        <Button
          mt="sm"
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {common("more")}
        </Button>
      )}
      <Group mt="sm" gap="md" aria-hidden>
        {(["approved", "pending", "free"] as const).map((kind) => (
          <Group key={kind} gap={6}>
            <span className={classes.swatch} data-kind={kind} />
            <Text size="sm">{t(kind === "free" ? "free" : `statuses.${kind}`)}</Text>
          </Group>
        ))}
      </Group>
    </>
  );
}

function Row({ person, days, holidays }: { person: Person; days: string[]; holidays: Holidays[] }) {
  const t = useTranslations("leave");
  const list = holidays.find(({ holiday_list_id }) => holiday_list_id === person.holiday_list_id);
  return (
    <Table.Tr>
      <Table.Th scope="row" className={classes.person} fw={400}>
        {nameOf(person)}
      </Table.Th>
      {days.map((day) => {
        const away = person.away.find((absence) => absence.days.includes(day));
        const free = list?.days.find(({ date }) => date === day);
        const off = list?.weekly_off.includes(WEEKDAYS[new Date(day).getUTCDay()] ?? "sunday") === true;
        const kind = away ? (away.status ?? "approved") : free || off ? "free" : undefined;
        const said = away
          ? [away.leave_type ?? t("away"), away.half_day && t(`halfDays.${away.half_day}`)]
              .filter(Boolean)
              .join(", ")
          : free?.name;
        return (
          <Table.Td key={day} className={classes.day} data-kind={kind} title={said}>
            {away && <span aria-hidden>{away.half_day ? "½" : "●"}</span>}
            {said !== undefined && <VisuallyHidden>{said}</VisuallyHidden>}
          </Table.Td>
        );
      })}
    </Table.Tr>
  );
}
