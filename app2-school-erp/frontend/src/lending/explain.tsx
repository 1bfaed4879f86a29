"use client";

import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { Badge, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { useTranslations } from "next-intl";

import { $api } from "@/api";
import type { Day } from "@/library";

import { useFormats } from "./formats";

/** How a loan's due date came about, and what being late costs. */
export function ExplainLoan({ id }: { id: string }) {
  const t = useTranslations("lending");
  const { day, money } = useFormats();
  const { data, error } = $api.useQuery("get", "/libraries/loans/{loan_id}/explain", {
    params: { path: { loan_id: id } },
  });
  if (error) return <ProblemAlert error={error} />;
  if (!data) return <Skeleton h={300} />;
  return (
    <Stack>
      <Text>{t("dueOn", { day: day(data.due_on) })}</Text>
      <Days title={t("explainDue")} days={data.explain} dueOn={data.due_on} />
      {data.fine.explain.length > 0 && (
        <>
          <Text>{t("owedToday", { amount: money(data.fine.amount, data.fine.currency) })}</Text>
          <Days title={t("explainFine")} days={data.fine.explain} />
        </>
      )}
    </Stack>
  );
}

/** Each day, whether the library is open, why, and whether it counts. */
export function Days({ title, days, dueOn }: { title: string; days: Day[]; dueOn?: string }) {
  const t = useTranslations("lending");
  const { weekday } = useFormats();
  return (
    <section>
      <Title order={3} size="h5" mb={4}>
        {title}
      </Title>
      <Table verticalSpacing={4} aria-label={title}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("day")}</Table.Th>
            <Table.Th>{t("because")}</Table.Th>
            <Table.Th>{t("counts")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {days.map((each) => (
            <Table.Tr key={each.day} fw={each.day === dueOn ? 700 : undefined}>
              <Table.Td>{weekday(each.day)}</Table.Td>
              <Table.Td>{t(`opening.${each.because}`)}</Table.Td>
              <Table.Td>
                {each.day === dueOn ? (
                  <Badge>{t("dueDay")}</Badge>
                ) : each.verdict === "grace" || each.verdict === "charged" ? (
                  t(`verdict.${each.verdict}`)
                ) : (
                  t(each.counted ? "counted" : "notCounted")
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
