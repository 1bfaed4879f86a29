"use client";

import { dataOf } from "@fleet/web/api/data-of";
import { ConflictDialog } from "@fleet/web/ui/conflict-dialog";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { Button, Group, Skeleton, Table, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { $api, api } from "@/api";
import { useFormats } from "@/lending/formats";
import type { Rule, RuleWish } from "@/library";

import { RuleForm } from "./rule-form";
import { useScope } from "./use-scope";
import { useUnversionedSave } from "./use-unversioned-save";

/** The loan rules; the most specific one that applies counts. */
export function Rules() {
  const { data, error, refetch } = $api.useQuery("get", "/libraries/rules");
  const t = useTranslations("rules");
  return (
    <section>
      <Title order={2} size="h4">
        {t("rules")}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {t("rulesHint")}
      </Text>
      {error && <ProblemAlert error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton h={200} />}
      {data && <RuleTable rules={data.items} currency={data.currency} />}
    </section>
  );
}

function RuleTable({ rules, currency }: { rules: Rule[]; currency: string }) {
  const t = useTranslations("rules");
  const common = useTranslations("common");
  const scope = useScope();
  const { money } = useFormats();
  const [edited, setEdited] = useState<{ rule?: Rule; seen: Rule[] }>();

  return (
    <>
      <Table.ScrollContainer
        minWidth={640}
        scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": t("rules") } }}
      >
        <Table verticalSpacing="xs" aria-label={t("rules")}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("for")}</Table.Th>
              <Table.Th>{t("period")}</Table.Th>
              <Table.Th>{t("fields.max_loans")}</Table.Th>
              <Table.Th>{t("fields.renewals")}</Table.Th>
              <Table.Th>{t("fields.fine")}</Table.Th>
              <Table.Th>{common("actions")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rules.map((rule) => (
              <Table.Tr key={rule.id}>
                <Table.Td fw={600}>{scope(rule)}</Table.Td>
                <Table.Td>
                  {t("days", { count: rule.days })}
                  <Text size="xs" c="dimmed">
                    {t(`modes.${rule.mode}`)}
                  </Text>
                </Table.Td>
                <Table.Td>{rule.max_loans}</Table.Td>
                <Table.Td>{rule.renewals}</Table.Td>
                <Table.Td>{money(rule.fine, currency)}</Table.Td>
                <Table.Td>
                  <Button
                    variant="default"
                    size="compact-sm"
                    onClick={() => setEdited({ rule, seen: rules })}
                    aria-label={t("editRule", { scope: scope(rule) })}
                  >
                    {t("edit")}
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Group mt="sm">
        <Button variant="default" onClick={() => setEdited({ seen: rules })}>
          {t("addRule")}
        </Button>
      </Group>
      {edited && <Editor {...edited} onClose={() => setEdited(undefined)} />}
    </>
  );
}

/** Rules are saved all at once: those `seen` with one changed, added or left out. */
function Editor({ rule, seen, onClose }: { rule?: Rule; seen: Rule[]; onClose: () => void }) {
  const common = useTranslations("common");
  const [error, setError] = useState<unknown>();
  const { save, busy, conflict } = useUnversionedSave<Rule[], RuleWish[]>({
    seen,
    read: async () => (await dataOf(api.GET("/libraries/rules"))).items,
    send: (body) => api.PUT("/libraries/rules", { body }),
    onSaved: () => {
      onClose();
      notifications.show({ message: common("saved") });
    },
    onError: setError,
    onTakeTheirs: onClose,
  });
  const others = seen.filter((each) => each !== rule).map(wishOf);
  return (
    <>
      <RuleForm
        rule={rule}
        onClose={onClose}
        onSave={(wish) => save([...others, wish])}
        onRemove={() => save(others)}
        busy={busy}
        error={error}
      />
      <ConflictDialog {...conflict} />
    </>
  );
}

function wishOf(rule: Rule): RuleWish {
  const wish: Partial<Rule> & RuleWish = { ...rule };
  delete wish.id; // given by the server
  return wish;
}
