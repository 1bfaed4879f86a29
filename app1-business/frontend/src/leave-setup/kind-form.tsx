"use client";

import { versioned } from "@fleet/web/api/client";
import { showInForm } from "@fleet/web/api/problem";
import { ActDialog } from "@fleet/web/ui/act-dialog";
import { ConflictDialog } from "@fleet/web/ui/conflict-dialog";
import { useDialogSave } from "@fleet/web/ui/use-dialog-save";
import { etagOf } from "@fleet/web/ui/use-versioned-save";
import { useZodResolver } from "@fleet/web/ui/zod-resolver";
import { Checkbox, NativeSelect, SimpleGrid, Text, TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useForm, useWatch } from "react-hook-form";
import * as z from "zod";

import { $api, api } from "@/api";

import type { Kind } from "./kinds";

const PAYS = ["full", "part", "none"] as const;
const ROUNDINGS = ["", "0.25", "0.5", "1"] as const;
const LIMITS = [
  "max_consecutive_days",
  "carry_forward_cap",
  "carry_forward_expires_after_days",
  "max_balance",
] as const;

const schema = z.object({
  name: z.string().trim().min(1),
  pay: z.enum(PAYS),
  pay_share: z.string(), // percent
  includes_holidays: z.boolean(),
  allow_negative: z.boolean(),
  max_consecutive_days: z.string(),
  carry_forward_cap: z.string(),
  carry_forward_expires_after_days: z.string(),
  max_balance: z.string(),
  rounding: z.enum(ROUNDINGS),
});
type Fields = z.infer<typeof schema>;

/** A kind of leave's terms. What is left empty does not limit. */
export function KindForm({ kind, onClose }: { kind?: Kind; onClose: () => void }) {
  const t = useTranslations("leaveSetup");
  const common = useTranslations("common");
  const { control, formState, handleSubmit, register, setError, setValue } = useForm({
    resolver: useZodResolver(schema),
    defaultValues: fieldsOf(kind),
  });
  const pay = useWatch({ control, name: "pay" });
  const params = { path: { type_id: kind?.id ?? "" } };
  const { save, busy, error, conflict } = useDialogSave<Fields>({
    etag: kind ? etagOf(kind) : "",
    read: () => versioned(api.GET("/hrms/leave-types/{type_id}", { params })),
    send: (fields, etag) =>
      kind
        ? api.PATCH("/hrms/leave-types/{type_id}", {
            params: { ...params, header: { "if-match": etag } },
            body: termsOf(fields),
          })
        : api.POST("/hrms/leave-types", { body: { ...termsOf(fields), ...payOf(fields) } }),
    onError: (refusal) => {
      showInForm(refusal, setError, schema.keyof().options);
    },
    onClose,
  });
  const remove = $api.useMutation("delete", "/hrms/leave-types/{type_id}", { onSuccess: onClose });
  const { errors } = formState;

  return (
    <>
      <ActDialog
        title={kind ? t("editOf", { name: kind.name }) : t("addKind")}
        act={common("save")}
        size="lg"
        busy={busy}
        error={remove.error ?? (errors.root && error)}
        onSubmit={handleSubmit(save)}
        onClose={onClose}
        onRemove={kind && (() => remove.mutate({ params }))}
        removing={remove.isPending}
      >
        <TextInput
          label={t("name")}
          placeholder={t("nameExample")}
          required
          data-autofocus
          {...register("name")}
          error={errors.name?.message}
        />
        {kind ? (
          <Text size="sm" c="dimmed">
            {t("payStays")}
          </Text>
        ) : (
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <NativeSelect
              label={t("pay")}
              data={PAYS.map((value) => ({ value, label: t(`pays.${value}`) }))}
              {...register("pay", {
                onChange: (event: { target: { value: string } }) => {
                  setValue("allow_negative", event.target.value === "none");
                },
              })}
            />
            {pay === "part" && (
              <TextInput
                label={t("payShare")}
                type="number"
                min={1}
                max={99}
                required
                {...register("pay_share")}
                error={errors.pay_share?.message}
              />
            )}
          </SimpleGrid>
        )}
        <Checkbox
          label={t("allowNegative")}
          description={t("allowNegativeHint")}
          {...register("allow_negative")}
        />
        <Checkbox
          label={t("includesHolidays")}
          description={t("includesHolidaysHint")}
          {...register("includes_holidays")}
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {LIMITS.map((name) => (
            <TextInput
              key={name}
              label={t(`limits.${name}`)}
              description={t(`limitHints.${name}`)}
              type="number"
              min={name === "carry_forward_expires_after_days" ? 1 : 0}
              max={3660}
              step={name === "carry_forward_expires_after_days" ? 1 : "any"}
              {...register(name)}
              error={errors[name]?.message}
            />
          ))}
          <NativeSelect
            label={t("rounding")}
            description={t("roundingHint")}
            data={ROUNDINGS.map((value) => ({
              value,
              label: value === "" ? t("roundingNone") : t("roundingTo", { step: Number(value) }),
            }))}
            {...register("rounding")}
          />
        </SimpleGrid>
      </ActDialog>
      <ConflictDialog {...conflict} />
    </>
  );
}

function fieldsOf(kind: Kind | undefined): Fields {
  return {
    name: kind?.name ?? "",
    pay: "full",
    pay_share: "50",
    includes_holidays: kind?.includes_holidays ?? false,
    allow_negative: kind?.allow_negative ?? false,
    max_consecutive_days: kind?.max_consecutive_days ?? "",
    carry_forward_cap: kind?.carry_forward_cap ?? "",
    carry_forward_expires_after_days: String(kind?.carry_forward_expires_after_days ?? ""),
    max_balance: kind?.max_balance ?? "",
    rounding: ROUNDINGS.find((step) => step === kind?.rounding) ?? "",
  };
}

function termsOf(fields: Fields) {
  const given = (value: string) => (value === "" ? null : value);
  const days = given(fields.carry_forward_expires_after_days);
  return {
    name: fields.name,
    includes_holidays: fields.includes_holidays,
    allow_negative: fields.allow_negative,
    max_consecutive_days: given(fields.max_consecutive_days),
    carry_forward_cap: given(fields.carry_forward_cap),
    carry_forward_expires_after_days: days === null ? null : Number(days),
    max_balance: given(fields.max_balance),
    rounding: given(fields.rounding),
  };
}

function payOf({ pay, pay_share }: Fields) {
  return { paid: pay !== "none", pay_share: pay === "part" ? String(Number(pay_share) / 100) : null };
}
