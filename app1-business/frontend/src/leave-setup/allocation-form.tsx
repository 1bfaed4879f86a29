"use client";

import { showInForm } from "@fleet/web/api/problem";
import { ActDialog } from "@fleet/web/ui/act-dialog";
import { useZodResolver } from "@fleet/web/ui/zod-resolver";
import { NativeSelect, Select, SimpleGrid, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useTranslations } from "next-intl";
import { Controller, useForm } from "react-hook-form";
import * as z from "zod";

import { $api } from "@/api";
import { useToday } from "@/day";
import { EmployeePicker } from "@/employees/pickers";
import { useLeaveTypes } from "@/leave/reading";

import { FREQUENCIES } from "./frequencies";

const schema = z.object({
  employee_id: z.string().min(1),
  leave_type_id: z.string().min(1),
  from: z.iso.date(),
  to: z.iso.date(),
  days: z.string().min(1),
  earned: z.enum(["", ...FREQUENCIES]),
});

/** Gives an employee days of a kind, at once or earned over the time. */
export function AllocationForm({ employeeId, onClose }: { employeeId: string; onClose: () => void }) {
  const t = useTranslations("leaveSetup");
  const kinds = useLeaveTypes();
  const year = useToday().slice(0, 4);
  const { control, formState, handleSubmit, register, setError } = useForm<z.infer<typeof schema>>({
    resolver: useZodResolver(schema),
    defaultValues: {
      employee_id: employeeId,
      leave_type_id: "",
      from: `${year}-01-01`,
      to: `${year}-12-31`,
      days: "",
      earned: "",
    },
  });
  const give = $api.useMutation("post", "/hrms/leave-allocations", {
    onSuccess: ({ carried, capped }) => {
      notifications.show({ message: t("given", { carried: Number(carried), capped: Number(capped) }) });
      onClose();
    },
    onError: (error) => {
      showInForm(error, setError, schema.keyof().options);
    },
  });
  const { errors } = formState;
  return (
    <ActDialog
      title={t("give")}
      act={t("give")}
      busy={give.isPending}
      error={errors.root && give.error}
      onSubmit={handleSubmit(({ days, earned, ...rest }) => {
        const amount = earned === "" ? { days } : { accrual: { per_year: days, frequency: earned } };
        give.mutate({ body: { ...rest, ...amount } });
      })}
      onClose={onClose}
    >
      <Controller
        name="employee_id"
        control={control}
        render={({ field, fieldState }) => (
          <EmployeePicker
            label={t("employee")}
            required
            {...field}
            value={field.value === "" ? null : field.value}
            onChange={(value) => {
              field.onChange(value ?? "");
            }}
            error={fieldState.error && t("employeeMissing")}
          />
        )}
      />
      <Controller
        name="leave_type_id"
        control={control}
        render={({ field, fieldState }) => (
          <Select
            label={t("kind")}
            required
            data={kinds.map(({ id, name }) => ({ value: id, label: name }))}
            nothingFoundMessage={t("noKinds")}
            {...field}
            onChange={(value) => {
              field.onChange(value ?? "");
            }}
            error={fieldState.error && t("kindMissing")}
          />
        )}
      />
      <SimpleGrid cols={2}>
        <TextInput
          label={t("from")}
          type="date"
          required
          {...register("from")}
          error={errors.from?.message}
        />
        <TextInput label={t("to")} type="date" required {...register("to")} error={errors.to?.message} />
        <TextInput
          label={t("days")}
          type="number"
          min={0}
          max={3660}
          step="any"
          required
          {...register("days")}
          error={errors.days?.message}
        />
        <NativeSelect
          label={t("how")}
          data={[
            { value: "", label: t("atOnce") },
            ...FREQUENCIES.map((value) => ({ value, label: t(`frequencies.${value}`) })),
          ]}
          {...register("earned")}
        />
      </SimpleGrid>
      <Text size="sm" c="dimmed">
        {t("howHint")}
      </Text>
    </ActDialog>
  );
}
