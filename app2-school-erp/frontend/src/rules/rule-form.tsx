"use client";

import { ActDialog } from "@fleet/web/ui/act-dialog";
import { Button, Checkbox, NativeSelect, SimpleGrid, TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useForm } from "react-hook-form";

import type { Rule, RuleWish } from "@/library";

const MODES = ["datedue", "calendar", "days", "dayweek"] as const;
const FOUND = ["price", "all", "nothing"] as const;
const COUNTS = ["days", "max_loans", "renewals", "max_holds", "pickup_days", "every", "grace"] as const;
const OPTIONAL_COUNTS = ["no_renew_before", "lost_after"] as const;
const AMOUNTS = ["fine", "processing_fee"] as const;
const OPTIONAL_AMOUNTS = ["cap", "max_debt"] as const;

const DEFAULTS: RuleWish = {
  days: 14,
  mode: "datedue",
  max_loans: 5,
  renewals: 2,
  max_holds: 5,
  pickup_days: 7,
  fine: "0.00",
  every: 1,
  grace: 0,
  cap_at_price: true,
  processing_fee: "0.00",
  found: "price",
};

interface Props {
  rule: Rule | undefined;
  onClose: () => void;
  onSave: (wish: RuleWish) => void;
  onRemove: () => void;
  busy: boolean;
  error: unknown;
}

/** A rule's terms. What is left empty does not limit. */
export function RuleForm({ rule, onClose, onSave, onRemove, busy, error }: Props) {
  const common = useTranslations("common");
  const t = useTranslations("rules");
  const form = useForm({ defaultValues: fieldsOf(rule ?? DEFAULTS) });
  const general = rule && !rule.branch_id && !rule.patron_category && !rule.item_type;
  const text = (name: keyof ReturnType<typeof fieldsOf>, required: boolean, numeric = true) => (
    <TextInput
      key={name}
      label={t(`fields.${name}`)}
      inputMode={numeric ? "decimal" : "text"}
      required={required}
      {...form.register(name)}
    />
  );
  return (
    <ActDialog
      title={t(rule ? "edit" : "addRule")}
      act={common("save")}
      onClose={onClose}
      busy={busy}
      error={error}
      onSubmit={form.handleSubmit((fields) => onSave(wishOf(fields, rule)))}
    >
      <SimpleGrid cols={2} verticalSpacing="sm">
        {!general && text("patron_category", false, false)}
        {!general && text("item_type", false, false)}
        <NativeSelect
          label={t("fields.mode")}
          data={MODES.map((value) => ({ value, label: t(`modes.${value}`) }))}
          {...form.register("mode")}
        />
        {COUNTS.map((name) => text(name, true))}
        {OPTIONAL_COUNTS.map((name) => text(name, false))}
        {AMOUNTS.map((name) => text(name, true))}
        {OPTIONAL_AMOUNTS.map((name) => text(name, false))}
        <NativeSelect
          label={t("fields.found")}
          data={FOUND.map((value) => ({ value, label: t(`found.${value}`) }))}
          {...form.register("found")}
        />
      </SimpleGrid>
      <Checkbox label={t("fields.cap_at_price")} {...form.register("cap_at_price")} />
      {rule && !general && (
        <Button variant="light" color="red" onClick={onRemove}>
          {t("removeRule")}
        </Button>
      )}
    </ActDialog>
  );
}

function fieldsOf(rule: RuleWish) {
  const text = (value: string | number | null | undefined) => String(value ?? "");
  return {
    patron_category: text(rule.patron_category),
    item_type: text(rule.item_type),
    days: text(rule.days),
    mode: rule.mode,
    max_loans: text(rule.max_loans),
    renewals: text(rule.renewals),
    no_renew_before: text(rule.no_renew_before),
    max_holds: text(rule.max_holds),
    pickup_days: text(rule.pickup_days),
    fine: text(rule.fine),
    every: text(rule.every),
    grace: text(rule.grace),
    cap: text(rule.cap),
    cap_at_price: rule.cap_at_price,
    processing_fee: text(rule.processing_fee),
    lost_after: text(rule.lost_after),
    found: rule.found,
    max_debt: text(rule.max_debt),
  };
}

function wishOf(fields: ReturnType<typeof fieldsOf>, rule: Rule | undefined): RuleWish {
  const optional = (value: string) => (value.trim() === "" ? null : Number(value));
  const amount = (value: string) => value.trim().replace(",", ".");
  return {
    branch_id: rule?.branch_id ?? null,
    patron_category: fields.patron_category.trim() || null,
    item_type: fields.item_type.trim() || null,
    days: Number(fields.days),
    mode: fields.mode,
    max_loans: Number(fields.max_loans),
    renewals: Number(fields.renewals),
    no_renew_before: optional(fields.no_renew_before),
    max_holds: Number(fields.max_holds),
    pickup_days: Number(fields.pickup_days),
    fine: amount(fields.fine),
    every: Number(fields.every),
    grace: Number(fields.grace),
    cap: amount(fields.cap) || null,
    cap_at_price: fields.cap_at_price,
    processing_fee: amount(fields.processing_fee),
    lost_after: optional(fields.lost_after),
    found: fields.found,
    max_debt: amount(fields.max_debt) || null,
  };
}
