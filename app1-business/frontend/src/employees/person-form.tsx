"use client";

import { versioned } from "@fleet/web/api/client";
import { isConflict, showInForm } from "@fleet/web/api/problem";
import { ActDialog } from "@fleet/web/ui/act-dialog";
import { ConflictDialog } from "@fleet/web/ui/conflict-dialog";
import { useZodResolver } from "@fleet/web/ui/zod-resolver";
import { Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Controller, useForm } from "react-hook-form";
import * as z from "zod";

import { $api, api } from "@/api";

import { HolidayListPicker } from "./pickers";
import type { Employee } from "./types";

const schema = z.object({
  first_name: z.string().trim().min(1),
  last_name: z.string().trim().min(1),
  email: z.string().trim().min(1),
  employee_no: z.string().trim().min(1),
  holiday_list_id: z.string().nullable(),
});
const FIELDS = ["first_name", "last_name", "email", "employee_no"] as const; // to be typed
const LABELS = {
  first_name: "firstName",
  last_name: "lastName",
  email: "email",
  employee_no: "employeeNo",
} as const;

interface Versioned {
  data: Employee;
  etag: string;
}

/** Changes who somebody is; where somebody else was faster, both are shown and one is chosen. */
export function PersonForm({ start, onClose }: { start: Versioned; onClose: () => void }) {
  const t = useTranslations("employees");
  const common = useTranslations("common");
  const queries = useQueryClient();
  const [theirs, setTheirs] = useState<Versioned>();
  const [seen] = useState(start.etag); // of what the form began with, which stays while the page reads anew
  const { control, formState, getValues, handleSubmit, register, setError } = useForm({
    resolver: useZodResolver(schema),
    defaultValues: start.data,
  });
  const params = { path: { employee_id: start.data.id } };
  const amend = $api.useMutation("patch", "/hrms/employees/{employee_id}", {
    onSuccess: () => {
      notifications.show({ message: common("saved") });
      onClose();
    },
    onError: async (error) => {
      if (isConflict(error)) setTheirs(await versioned(api.GET("/hrms/employees/{employee_id}", { params })));
      else showInForm(error, setError, schema.keyof().options);
    },
  });
  const send = (etag: string) => {
    amend.mutate({ params: { ...params, header: { "if-match": etag } }, body: schema.parse(getValues()) });
  };

  return (
    <>
      <ActDialog
        title={t("edit")}
        act={common("save")}
        busy={amend.isPending}
        error={formState.errors.root && amend.error}
        onSubmit={handleSubmit(() => {
          send(seen);
        })}
        onClose={onClose}
      >
        {FIELDS.map((name) => (
          <TextInput
            key={name}
            label={t(LABELS[name])}
            required
            type={name === "email" ? "email" : "text"}
            {...register(name)}
            error={formState.errors[name]?.message}
          />
        ))}
        <Controller
          name="holiday_list_id"
          control={control}
          render={({ field, fieldState }) => (
            <HolidayListPicker
              label={t("holidayList")}
              placeholder={t("holidayListDefault")}
              {...field}
              error={fieldState.error?.message}
            />
          )}
        />
      </ActDialog>
      <ConflictDialog
        opened={theirs !== undefined}
        onTakeTheirs={() => {
          void queries.invalidateQueries();
          onClose();
        }}
        onKeepMine={() => {
          setTheirs(undefined);
          if (theirs) send(theirs.etag);
        }}
      >
        {theirs &&
          FIELDS.filter((name) => theirs.data[name] !== getValues(name)).map((name) => (
            <Text key={name} size="sm">
              {t(LABELS[name])}: <del>{getValues(name)}</del> {t("theirs", { value: theirs.data[name] })}
            </Text>
          ))}
      </ConflictDialog>
    </>
  );
}
