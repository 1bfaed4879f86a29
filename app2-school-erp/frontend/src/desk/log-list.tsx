"use client";

import { Anchor, Badge, Button, Card, Group, Loader, Stack, Text } from "@mantine/core";
import Link from "next/link";
import { useTranslations } from "next-intl";

import { useFormats } from "@/lending/formats";
import { Refusal } from "@/lending/refusal";
import type { Loan } from "@/library";

import type { LogEntry } from "./use-log";

interface Props {
  log: LogEntry[];
  onUndo: (entry: LogEntry, loan: Loan) => void;
  onOverride: (entry: LogEntry, why: string) => void;
}

export function LogList({ log, onUndo, onOverride }: Props) {
  const t = useTranslations("desk");
  /** What happened to a copy last, if that was an issue. */
  const undoOf = (entry: LogEntry) => {
    const last = log.find(({ barcode, state }) => barcode === entry.barcode && state !== "refused");
    const loan = entry.mode === "issue" && entry.state === "done" && last === entry && entry.done?.loan;
    return loan ? () => onUndo(entry, loan) : undefined;
  };
  if (log.length === 0) return <Text c="dimmed">{t("logEmpty")}</Text>;
  return (
    <Stack gap="xs" role="log" aria-label={t("log")}>
      {log.map((entry) => (
        <LogCard
          key={entry.id}
          entry={entry}
          onUndo={undoOf(entry)}
          onOverride={(why) => onOverride(entry, why)}
        />
      ))}
    </Stack>
  );
}

interface CardProps {
  entry: LogEntry;
  onUndo: (() => void) | undefined;
  onOverride: (why: string) => void;
}

function LogCard({ entry, onUndo, onOverride }: CardProps) {
  const t = useTranslations("desk");
  const { clock } = useFormats();
  const { mode, barcode, state, done, error } = entry;
  const book = done?.loan ?? done?.item;
  const title = book?.title ?? barcode;
  return (
    <Card withBorder padding="sm" data-state={state}>
      <Group justify="space-between" wrap="nowrap" align="start" gap="xs">
        <Stack gap={2} miw={0}>
          <Group gap="xs">
            <Badge
              variant={state === "refused" ? "filled" : "light"}
              color={state === "refused" ? "red" : "gray"}
            >
              {t(`modes.${mode}`)}
            </Badge>
            <Text size="xs" c="dimmed">
              {clock(entry.at)} · {barcode}
            </Text>
          </Group>
          {book ? (
            <Anchor
              component={Link}
              href={`/catalogue/${book.book_id}`}
              fw={600}
              c="var(--mantine-color-text)"
            >
              {title}
            </Anchor>
          ) : (
            <Text fw={600}>{title}</Text>
          )}
          <Outcome entry={entry} />
        </Stack>
        {state === "working" && <Loader size="sm" aria-label={t("working")} />}
        {onUndo && (
          <Button variant="default" size="compact-sm" onClick={onUndo} aria-label={t("undoOf", { title })}>
            {t("undo")}
          </Button>
        )}
      </Group>
      {error !== undefined && state !== "working" && (
        <div style={{ marginTop: 8 }}>
          <Refusal error={error} onOverride={onOverride} />
        </div>
      )}
    </Card>
  );
}

function Outcome({ entry: { mode, state, done } }: { entry: LogEntry }) {
  const t = useTranslations("desk");
  const { day, money } = useFormats();
  if (!done) return null;
  const { loan, item, fine, refunded, hold } = done;
  const told = loan && { patron: loan.patron, due: day(loan.due_on) };
  const said = [
    state === "undone"
      ? told && t("undone", told)
      : mode === "return"
        ? told
          ? t("returned", told)
          : t("returnedOnly")
        : told && t(mode === "issue" ? "issued" : "renewed", told),
    fine && Number(fine.amount) > 0 && t("fine", { amount: money(fine.amount, fine.currency) }),
    refunded !== undefined && Number(refunded) > 0 && t("refunded", { amount: refunded }),
    hold &&
      t("forHold", { patron: hold.patron, until: hold.expires_on === null ? "" : day(hold.expires_on) }),
    item?.status === "in_transit" && t("inTransit"),
    done.overridden === true && t("overridden"),
  ];
  return said
    .filter((line) => typeof line === "string")
    .map((line) => (
      <Text key={line} size="sm">
        {line}
      </Text>
    ));
}
