import { Select, TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { Controller, useFormContext } from "react-hook-form";
import * as z from "zod";

import { DepartmentPicker, EmployeePicker } from "./pickers";
import { EMPLOYMENT_TYPES } from "./types";

export const jobSchema = z.object({
  position: z.string().trim(),
  department_id: z.string().nullable(),
  manager_id: z.string().nullable(),
  employment_type: z.enum(EMPLOYMENT_TYPES),
});

/** What a job is, as fields of the form around them; `manager` names the manager it begins with. */
export function JobFields({ manager = null }: { manager?: string | null }) {
  const t = useTranslations("employees");
  const { control, formState, register } = useFormContext<z.infer<typeof jobSchema>>();
  return (
    <>
      <TextInput label={t("position")} {...register("position")} error={formState.errors.position?.message} />
      <Controller
        name="department_id"
        control={control}
        render={({ field, fieldState }) => (
          <DepartmentPicker label={t("department")} {...field} error={fieldState.error?.message} />
        )}
      />
      <Controller
        name="manager_id"
        control={control}
        render={({ field, fieldState }) => (
          <EmployeePicker
            label={t("manager")}
            {...field}
            chosen={manager}
            error={fieldState.error?.message}
          />
        )}
      />
      <Controller
        name="employment_type"
        control={control}
        render={({ field }) => (
          <Select
            label={t("employmentType")}
            data={EMPLOYMENT_TYPES.map((value) => ({ value, label: t(`employmentTypes.${value}`) }))}
            allowDeselect={false}
            {...field}
          />
        )}
      />
    </>
  );
}
