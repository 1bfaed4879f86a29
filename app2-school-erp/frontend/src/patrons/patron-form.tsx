"use client";

import { showInForm } from "@fleet/web/api/problem";
import { ActDialog } from "@fleet/web/ui/act-dialog";
import { useZodResolver } from "@fleet/web/ui/zod-resolver";
import { TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { useForm } from "react-hook-form";
import * as z from "zod";

import type { Patron } from "@/library";

const schema = z.object({
  name: z.string().trim().min(1),
  category: z.string().trim().min(1),
  card: z.string().trim(),
  guardian_email: z.string().trim(),
  until: z.string(),
  blocked: z.string().trim(),
});
type Fields = z.infer<typeof schema>;
const FIELDS = Object.keys(schema.shape) as (keyof Fields)[];

export type PatronWish = Pick<Fields, "name" | "category" | "card"> &
  Record<"guardian_email" | "until" | "blocked", string | null>;

interface Props {
  title: string;
  /** Who is changed; none: a patron without an account is entered. */
  patron?: Patron;
  onClose: () => void;
  onSave: (wish: PatronWish) => void;
  busy: boolean;
  error: unknown;
}

export function PatronForm({ title, patron, onClose, onSave, busy, error }: Props) {
  const t = useTranslations("patrons");
  const common = useTranslations("common");
  const form = useForm({
    resolver: useZodResolver(schema),
    defaultValues: {
      name: patron?.name ?? "",
      category: patron?.category ?? "student",
      card: patron?.card ?? "",
      guardian_email: patron?.guardian_email ?? "",
      until: patron?.until ?? "",
      blocked: patron?.blocked ?? "",
    },
  });
  const { errors } = form.formState;
  const { setError } = form;

  useEffect(() => {
    if (error) showInForm(error, setError, FIELDS);
  }, [error, setError]);

  const submit = form.handleSubmit(({ guardian_email, until, blocked, ...fields }) => {
    onSave({
      ...fields,
      guardian_email: guardian_email || null,
      until: until || null,
      blocked: blocked || null,
    });
  });
  return (
    <ActDialog
      title={title}
      act={common("save")}
      onClose={onClose}
      onSubmit={submit}
      busy={busy}
      error={errors.root && error}
    >
      {!patron && (
        <TextInput
          label={t("name")}
          required
          data-autofocus
          error={errors.name?.message}
          {...form.register("name")}
        />
      )}
      <TextInput
        label={t("category")}
        description={t("categoryHint")}
        required
        error={errors.category?.message}
        {...form.register("category")}
      />
      <TextInput
        label={t("card")}
        description={patron ? undefined : t("cardHint")}
        required={patron !== undefined}
        error={errors.card?.message}
        {...form.register("card")}
      />
      <TextInput
        label={t("guardian")}
        description={t("guardianHint")}
        type="email"
        error={errors.guardian_email?.message}
        {...form.register("guardian_email")}
      />
      <TextInput
        label={t("until")}
        description={t("untilHint")}
        type="date"
        error={errors.until?.message}
        {...form.register("until")}
      />
      {patron && (
        <TextInput
          label={t("block")}
          description={t("blockHint")}
          error={errors.blocked?.message}
          {...form.register("blocked")}
        />
      )}
    </ActDialog>
  );
}
