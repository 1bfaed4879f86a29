"use client";

import { ApiError, type Problem } from "@fleet/web/api/problem";
import { useAllowed } from "@fleet/web/session/context";
import { useProblemText } from "@fleet/web/ui/use-problem-text";
import { Alert, Button, Group, List, Stack, Text, TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { type SubmitEvent, useState } from "react";

import { useFormats } from "./formats";

/** What stands against lending, renewing or reserving, as the fleet counts it up. */
export type Reason = { code: string } & Record<string, string | number>;

type ReasonKey = Parameters<ReturnType<typeof useTranslations<"lending.reasons">>>[0];
type HelpKey = Parameters<ReturnType<typeof useTranslations<"lending.help">>>[0];

const OVERRIDABLE = new Set([
  "libraries.loan_refused",
  "libraries.renewal_refused",
  "libraries.hold_refused",
]);

export function reasonsOf(error: unknown): Reason[] {
  if (!(error instanceof ApiError)) return [];
  return (error.problem as Problem & { reasons?: Reason[] }).reasons ?? [];
}

interface Props {
  error: unknown;
  /** Do it all the same; who may not is not asked. */
  onOverride?: ((why: string) => void) | undefined;
}

/** Why something was refused, and what can be done about it. */
export function Refusal({ error, onOverride }: Props) {
  const t = useTranslations("lending");
  const help = useTranslations("lending.help");
  const text = useProblemText();
  const allowed = useAllowed();
  const code = error instanceof ApiError ? error.problem.code : "";
  return (
    <Alert color="red" variant="outline" role="alert" title={text(error)} p="sm">
      <Stack gap="xs">
        {help.has(code as HelpKey) && <Text size="sm">{help(code as HelpKey)}</Text>}
        <Reasons reasons={reasonsOf(error)} />
        {onOverride && OVERRIDABLE.has(code) && allowed("libraries.loan.override") && (
          <Override label={t("override")} onOverride={onOverride} />
        )}
      </Stack>
    </Alert>
  );
}

/** Each reason with its numbers, and what to do. */
export function Reasons({ reasons }: { reasons: readonly Reason[] }) {
  const t = useTranslations("lending.reasons");
  const advice = useTranslations("lending.advice");
  const { day } = useFormats();
  if (reasons.length === 0) return null;
  return (
    <List size="sm" spacing={4}>
      {reasons.map(({ code, ...values }) => {
        const key = code as ReasonKey;
        const told = Object.fromEntries(
          Object.entries(values).map(([name, value]) => [
            name,
            typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) ? day(value) : value,
          ]),
        );
        return (
          <List.Item key={code}>
            {t.has(key) ? (
              <>
                {t(key, told as never)} {advice(key)}
              </>
            ) : (
              code
            )}
          </List.Item>
        );
      })}
    </List>
  );
}

function Override({ label, onOverride }: { label: string; onOverride: (why: string) => void }) {
  const t = useTranslations("lending");
  const [why, setWhy] = useState("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    onOverride(why.trim());
  };
  return (
    <form onSubmit={submit}>
      <Group align="end" gap="xs">
        <TextInput
          label={t("overrideWhy")}
          value={why}
          onChange={(event) => setWhy(event.currentTarget.value)}
          required
          maxLength={200}
          size="xs"
          style={{ flex: 1 }}
          miw={180}
        />
        <Button type="submit" size="xs" color="red" variant="light" disabled={why.trim() === ""}>
          {label}
        </Button>
      </Group>
    </form>
  );
}
