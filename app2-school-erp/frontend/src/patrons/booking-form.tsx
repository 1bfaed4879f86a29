"use client";

import { showInForm } from "@fleet/web/api/problem";
import { ActDialog } from "@fleet/web/ui/act-dialog";
import { useZodResolver } from "@fleet/web/ui/zod-resolver";
import { NativeSelect, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useForm } from "react-hook-form";
import * as z from "zod";

import { dataOf } from "@fleet/web/api/data-of";
import { api } from "@/api";
import { useFormats } from "@/lending/formats";

/** What is to be entered in an account. */
export type Booking =
  { kind: "charge" } | { kind: "payment"; owed: string } | { kind: "waiver"; chargeId: string };

const schema = z.object({
  amount: z
    .string()
    .trim()
    .regex(/^(\d+([.,]\d{1,2})?)?$/),
  note: z.string().trim(),
  reason: z.enum(["damage", "other"]),
});
type Fields = z.infer<typeof schema>;

interface Props {
  patronId: string;
  booking: Booking;
  onClose: () => void;
}

export function BookingForm({ patronId, booking, onClose }: Props) {
  const t = useTranslations("patrons");
  const common = useTranslations("common");
  const { money } = useFormats();
  const { kind } = booking;
  const form = useForm({
    resolver: useZodResolver(schema),
    defaultValues: {
      amount: kind === "payment" ? booking.owed : "",
      note: "",
      reason: "damage" as const satisfies Fields["reason"] as Fields["reason"],
    },
  });
  const { errors } = form.formState;
  const book = useMutation({
    mutationFn: (fields: Fields) => send(patronId, booking, fields),
    onSuccess: ({ owed, currency }) => {
      notifications.show({ message: t("booked", { amount: money(owed, currency) }) });
      onClose();
    },
    onError: (error) => {
      showInForm(error, form.setError, ["amount", "note"]);
    },
  });
  return (
    <ActDialog
      title={t(`booking.${kind}`)}
      act={common("save")}
      onClose={onClose}
      onSubmit={form.handleSubmit((fields) => book.mutate(fields))}
      busy={book.isPending}
      error={errors.root && book.error}
    >
      {kind === "charge" && (
        <NativeSelect
          label={t("what")}
          data={(["damage", "other"] as const).map((value) => ({ value, label: t(`kinds.${value}`) }))}
          {...form.register("reason")}
        />
      )}
      <TextInput
        label={t("amount")}
        description={kind === "waiver" ? t("waiveHint") : undefined}
        inputMode="decimal"
        required={kind !== "waiver"}
        data-autofocus
        error={errors.amount && (errors.amount.type === "server" ? errors.amount.message : t("amountWrong"))}
        {...form.register("amount")}
      />
      <TextInput
        label={t("note")}
        required={kind !== "payment"}
        error={errors.note?.message}
        {...form.register("note")}
      />
    </ActDialog>
  );
}

async function send(patronId: string, booking: Booking, { amount: typed, note, reason }: Fields) {
  const params = { path: { patron_id: patronId } };
  const amount = typed.replace(",", ".");
  switch (booking.kind) {
    case "charge":
      return await dataOf(
        api.POST("/libraries/patrons/{patron_id}/charges", { params, body: { kind: reason, amount, note } }),
      );
    case "payment":
      return await dataOf(
        api.POST("/libraries/patrons/{patron_id}/payments", { params, body: { amount, note: note || null } }),
      );
    case "waiver":
      return await dataOf(
        api.POST("/libraries/patrons/{patron_id}/waivers", {
          params,
          body: { charge_id: booking.chargeId, amount: amount || null, note },
        }),
      );
  }
}
