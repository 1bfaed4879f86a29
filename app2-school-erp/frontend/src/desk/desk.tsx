"use client";

import { PageHeader } from "@fleet/web/ui/page-header";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { ApiError } from "@fleet/web/api/problem";
import { Alert, Anchor, Button, Grid, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconBarcode, IconId } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";

import type { Patron } from "@/library";

import { type Mode, MODES, patronOf } from "./acts";
import { LogList } from "./log-list";
import { PatronCard } from "./patron-card";
import { ScanField } from "./scan-field";
import { useLog } from "./use-log";

/** Two inputs, a card and a book, that a scanner goes through by itself; returning and renewing need the book alone. */
export function Desk() {
  const t = useTranslations("desk");
  const [mode, setMode] = useState<Mode>("issue");
  const card = useRef<HTMLInputElement>(null);
  const book = useRef<HTMLInputElement>(null);
  const { log, scan, undo, override } = useLog();
  const found = useMutation({ mutationFn: patronOf });
  const lookup = useRef<Promise<Patron>>(undefined);
  const patron = found.data;
  const issuing = mode === "issue";
  const needsCard = issuing && (found.isIdle || found.isError);
  const field = needsCard ? card : book;

  useEffect(() => {
    field.current?.focus();
  }, [field, mode]);

  const identify = (number: string) => {
    lookup.current = found.mutateAsync(number);
    lookup.current.catch(() => undefined); // said at the field
  };
  /** A scanner is faster than the fleet: a book waits for its card to be known. */
  const scanBook = (barcode: string) => {
    if (mode !== "issue") void scan({ mode, barcode });
    else lookup.current?.then((borrower) => scan({ mode, barcode, patron: borrower })).catch(() => undefined);
  };
  const next = () => {
    found.reset();
    card.current?.focus();
  };
  useHotkeys([["Escape", next]], []);

  return (
    <>
      <PageHeader title={t("title")} />
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack>
            <SegmentedControl
              aria-label={t("mode")}
              value={mode}
              onChange={setMode}
              data={MODES.map((value) => ({ value, label: t(`modes.${value}`) }))}
              fullWidth
              size="md"
            />
            {issuing && (
              <>
                <ScanField
                  ref={card}
                  label={t("scanCard")}
                  description={t("scanCardHint")}
                  icon={<IconId size={22} aria-hidden />}
                  onScan={identify}
                />
                {found.isError && <CardRefused error={found.error} card={found.variables} />}
                {patron ? (
                  <>
                    <PatronCard patron={patron} />
                    <Button
                      variant="default"
                      onClick={next}
                      rightSection={<Hint text={t("nextPatronHint")} />}
                    >
                      {t("nextPatron")}
                    </Button>
                  </>
                ) : (
                  <Text size="sm" c="dimmed">
                    {t("nobody")}
                  </Text>
                )}
              </>
            )}
            <ScanField
              ref={book}
              label={t("scanBook")}
              description={t(needsCard ? "scanBookFirst" : "scanBookHint")}
              icon={<IconBarcode size={22} aria-hidden />}
              disabled={needsCard}
              onScan={scanBook}
            />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Title order={2} size="h4" mb="xs">
            {t("log")}
          </Title>
          <LogList
            log={log}
            onUndo={(entry, loan) => void undo(entry, loan)}
            onOverride={(entry, why) => void override(entry, why)}
          />
        </Grid.Col>
      </Grid>
    </>
  );
}

function CardRefused({ error, card }: { error: unknown; card: string }) {
  const t = useTranslations("desk");
  if (!(error instanceof ApiError && error.problem.code === "libraries.patron_unknown")) {
    return <ProblemAlert error={error} />;
  }
  return (
    <Alert color="red" variant="outline" role="alert" title={t("cardUnknown", { card })}>
      <Text size="sm">
        {t("cardUnknownHelp")}{" "}
        <Anchor
          component={Link}
          href={`/patrons?${new URLSearchParams({ q: card }).toString()}`}
          inherit
          underline="always"
        >
          {t("toPatrons")}
        </Anchor>
      </Text>
    </Alert>
  );
}

function Hint({ text }: { text: string }) {
  return (
    <Text size="xs" c="dimmed">
      {text}
    </Text>
  );
}
