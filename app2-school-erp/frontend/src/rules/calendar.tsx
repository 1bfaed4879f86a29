"use client";

import { dataOf } from "@fleet/web/api/data-of";
import { ConflictDialog } from "@fleet/web/ui/conflict-dialog";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { Button, Checkbox, Group, NativeSelect, SimpleGrid, Skeleton, Stack, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";

import { $api, api } from "@/api";
import type { Calendar } from "@/library";

import { DayList } from "./day-list";
import { useUnversionedSave } from "./use-unversioned-save";

const WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
const A_MONDAY = Date.UTC(2024, 0, 1);
const DAY = 86_400_000; // milliseconds

/** When a branch is closed. */
export function CalendarSection() {
  const t = useTranslations("rules");
  const [branch, setBranch] = useState("");
  const branches = $api.useQuery("get", "/libraries/branches", { params: { query: { limit: 100 } } });
  const query = { branch: branch || null };
  const { data, error, refetch } = $api.useQuery("get", "/libraries/calendar", { params: { query } });
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        {t("calendar")}
      </Title>
      {branches.data && branches.data.items.length > 1 && (
        <NativeSelect
          label={t("branch")}
          value={branch}
          onChange={(event) => setBranch(event.currentTarget.value)}
          data={branches.data.items.map(({ id, name, is_default }) => ({
            value: is_default ? "" : id,
            label: name,
          }))}
          maw={320}
          mb="sm"
        />
      )}
      {error && <ProblemAlert error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton h={{ base: 640, sm: 260 }} />}
      {data && <CalendarForm key={JSON.stringify(data)} seen={data} branch={query.branch} />}
    </section>
  );
}

function CalendarForm({ seen, branch }: { seen: Calendar; branch: string | null }) {
  const t = useTranslations("rules");
  const common = useTranslations("common");
  const format = useFormatter();
  const [wish, setWish] = useState(seen);
  const [error, setError] = useState<unknown>();
  const params = { query: { branch } };
  const { save, busy, conflict } = useUnversionedSave<Calendar, Calendar>({
    seen,
    read: () => dataOf(api.GET("/libraries/calendar", { params })),
    send: ({ weekly_closed, yearly_closed, closed, open }) =>
      api.PUT("/libraries/calendar", { params, body: { weekly_closed, yearly_closed, closed, open } }),
    onSaved: () => {
      setError(undefined);
      notifications.show({ message: common("saved") });
    },
    onError: setError,
    onTakeTheirs: () => location.reload(),
  });
  const change = (changes: Partial<Calendar>) => setWish({ ...wish, ...changes });
  const day = (each: string) => format.dateTime(new Date(each), { dateStyle: "medium", timeZone: "UTC" });
  const dayOfYear = (each: string) =>
    format.dateTime(new Date(`2000-${each}`), { day: "numeric", month: "long", timeZone: "UTC" });

  return (
    <Stack>
      <Checkbox.Group
        label={t("weekly")}
        value={wish.weekly_closed}
        onChange={(days) => change({ weekly_closed: days })}
      >
        <Group mt={6} gap="md">
          {WEEK.map((each, index) => (
            <Checkbox
              key={each}
              value={each}
              label={format.dateTime(new Date(A_MONDAY + index * DAY), { weekday: "long", timeZone: "UTC" })}
            />
          ))}
        </Group>
      </Checkbox.Group>
      <SimpleGrid cols={{ base: 1, md: 3 }}>
        <DayList
          label={t("yearly")}
          days={wish.yearly_closed}
          show={dayOfYear}
          take={(picked) => picked.slice(5)}
          onChange={(yearly_closed) => change({ yearly_closed })}
        />
        <DayList
          label={t("closed")}
          days={wish.closed}
          show={day}
          onChange={(closed) => change({ closed, open: wish.open.filter((each) => !closed.includes(each)) })}
        />
        <DayList
          label={t("open")}
          days={wish.open}
          show={day}
          onChange={(open) => change({ open, closed: wish.closed.filter((each) => !open.includes(each)) })}
        />
      </SimpleGrid>
      {error !== undefined && <ProblemAlert error={error} />}
      <Group>
        <Button onClick={() => save(wish)} loading={busy} disabled={wish === seen}>
          {t("saveCalendar")}
        </Button>
      </Group>
      <ConflictDialog {...conflict} />
    </Stack>
  );
}
