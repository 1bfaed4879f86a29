"use client";

import { showInForm } from "@fleet/web/api/problem";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { listQuery } from "@fleet/web/ui/use-view";
import { useZodResolver } from "@fleet/web/ui/zod-resolver";
import { Button, Group, Modal, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { FormProvider, useForm } from "react-hook-form";
import * as z from "zod";

import { $api } from "@/api";
import { useToday } from "@/day";

import { JobFields, jobSchema } from "./job-fields";

const schema = jobSchema.extend({
  first_name: z.string().trim().min(1),
  last_name: z.string().trim().min(1),
  email: z.string().trim().min(1),
  date_of_joining: z.iso.date(),
  employee_no: z.string().trim(),
});
const FIELDS = schema.keyof().options;

/** Enters a new employee, and goes to their page. */
export function HireForm({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useTranslations("employees");
  const common = useTranslations("common");
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("hire")}
      size="lg"
      closeButtonProps={{ "aria-label": common("close") }}
    >
      <Fields onClose={onClose} />
    </Modal>
  );
}

function Fields({ onClose }: { onClose: () => void }) {
  const t = useTranslations("employees");
  const common = useTranslations("common");
  const router = useRouter();
  const form = useForm({
    resolver: useZodResolver(schema),
    defaultValues: {
      first_name: "",
      last_name: "",
      email: "",
      date_of_joining: useToday(),
      employment_type: "full_time",
      department_id: null,
      manager_id: null,
      position: "",
      employee_no: "",
    },
  });
  const hire = $api.useMutation("post", "/hrms/employees", {
    onSuccess: (employee) => {
      notifications.show({ message: t("hired", { name: employee.first_name }) });
      router.push(`/employees/${employee.id}`);
    },
    onError: (error) => {
      showInForm(error, form.setError, FIELDS);
    },
  });
  const { formState, handleSubmit, register } = form;
  const { errors } = formState;

  return (
    <form
      onSubmit={handleSubmit((values) => {
        const { position, employee_no, ...rest } = values;
        hire.mutate({ body: { ...rest, ...listQuery({ position, employee_no }) } });
      })}
    >
      <Stack>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput
            label={t("firstName")}
            required
            data-autofocus
            {...register("first_name")}
            error={errors.first_name?.message}
          />
          <TextInput
            label={t("lastName")}
            required
            {...register("last_name")}
            error={errors.last_name?.message}
          />
          <TextInput
            label={t("email")}
            type="email"
            required
            {...register("email")}
            error={errors.email?.message}
          />
          <TextInput
            label={t("joined")}
            type="date"
            required
            {...register("date_of_joining")}
            error={errors.date_of_joining?.message}
          />
          <FormProvider {...form}>
            <JobFields />
          </FormProvider>
          <TextInput
            label={t("employeeNo")}
            description={t("employeeNoHint")}
            {...register("employee_no")}
            error={errors.employee_no?.message}
          />
        </SimpleGrid>
        {errors.root && <ProblemAlert error={hire.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {common("cancel")}
          </Button>
          <Button type="submit" loading={hire.isPending}>
            {t("hire")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
