"use client";

import { dataOf } from "@fleet/web/api/data-of";
import { useSession } from "@fleet/web/session/context";
import { Alert, Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type SubmitEvent, useState } from "react";

import { api } from "@/api";
import { patronOf } from "@/desk/acts";
import { Days } from "@/lending/explain";
import { useFormats } from "@/lending/formats";
import { type Reason, Reasons, Refusal } from "@/lending/refusal";

import { useScope } from "./use-scope";

/** When a loan would be due, and why, without lending. */
export function Preview() {
  const t = useTranslations("rules");
  const scope = useScope();
  const { day } = useFormats();
  const { tenant } = useSession();
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: tenant.time_zone }).format(new Date());
  const [from, setFrom] = useState(today);
  const preview = useMutation({
    mutationFn: async ({ card, barcode }: { card: string; barcode: string }) => {
      const { id } = await patronOf(card);
      return await dataOf(api.POST("/libraries/rules/preview", { body: { barcode, patron_id: id, from } }));
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget) as unknown as Map<"card" | "barcode", string>;
    preview.mutate({ card: fields.get("card") ?? "", barcode: fields.get("barcode") ?? "" });
  };
  const { data } = preview;
  return (
    <section>
      <Title order={2} size="h4">
        {t("preview")}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {t("previewHint")}
      </Text>
      <form onSubmit={submit}>
        <Group align="end" gap="sm">
          <TextInput name="card" label={t("card")} required autoComplete="off" />
          <TextInput name="barcode" label={t("barcode")} required autoComplete="off" />
          <TextInput
            type="date"
            label={t("from")}
            required
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <Button type="submit" loading={preview.isPending}>
            {t("show")}
          </Button>
        </Group>
      </form>
      <Stack mt="md" maw={640} aria-live="polite">
        {preview.isError && <Refusal error={preview.error} />}
        {data && (
          <>
            <Text fw={600}>{t("dueUnder", { day: day(data.due_on), rule: scope(data.rule) })}</Text>
            {data.reasons.length > 0 && (
              <Alert color="red" variant="outline" title={t("inTheWay")}>
                <Reasons reasons={data.reasons as Reason[]} />
              </Alert>
            )}
            <Days title={t("dayByDay")} days={data.explain} dueOn={data.due_on} />
          </>
        )}
      </Stack>
    </section>
  );
}
