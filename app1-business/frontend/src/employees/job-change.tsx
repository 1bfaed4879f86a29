"use client";

import { showInForm } from "@fleet/web/api/problem";
import { ActDialog } from "@fleet/web/ui/act-dialog";
import { useZodResolver } from "@fleet/web/ui/zod-resolver";
import { Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useTranslations } from "next-intl";
import { FormProvider, useForm } from "react-hook-form";
import * as z from "zod";

import { $api } from "@/api";
import { useToday } from "@/day";

import { JobFields, jobSchema } from "./job-fields";
import type { Employee } from "./types";

const schema = jobSchema.extend({ valid_from: z.iso.date() });

/** Gives another job from a day on. Only what is changed is sent: the rest stays as it is on that day. */
export function JobChange({ employee, onClose }: { employee: Employee; onClose: () => void }) {
  const t = useTranslations("employees");
  const common = useTranslations("common");
  const form = useForm({
    resolver: useZodResolver(schema),
    defaultValues: {
      valid_from: useToday(),
      position: employee.position ?? "",
      department_id: employee.department_id,
      manager_id: employee.manager_id,
      employment_type: employee.employment_type,
    },
  });
  const { dirtyFields, errors } = form.formState;
  const change = $api.useMutation("post", "/hrms/employees/{employee_id}/job-changes", {
    onSuccess: () => {
      notifications.show({ message: common("saved") });
      onClose();
    },
    onError: (error) => {
      showInForm(error, form.setError, schema.keyof().options);
    },
  });

  return (
    <ActDialog
      title={t("changeJob")}
      act={common("save")}
      busy={change.isPending}
      error={errors.root && change.error}
      onSubmit={form.handleSubmit((values) => {
        change.mutate({
          params: { path: { employee_id: employee.id } },
          body: {
            valid_from: values.valid_from,
            ...(dirtyFields.position && { position: values.position === "" ? null : values.position }),
            ...(dirtyFields.department_id && { department_id: values.department_id }),
            ...(dirtyFields.manager_id && { manager_id: values.manager_id }),
            ...(dirtyFields.employment_type && { employment_type: values.employment_type }),
          },
        });
      })}
      onClose={onClose}
    >
      <Text size="sm" c="dimmed">
        {t("changeJobText")}
      </Text>
      <TextInput
        label={t("validFrom")}
        type="date"
        required
        {...form.register("valid_from")}
        error={errors.valid_from?.message}
      />
      <FormProvider {...form}>
        <JobFields manager={employee.manager} />
      </FormProvider>
    </ActDialog>
  );
}
