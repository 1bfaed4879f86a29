"use client";

import { showInForm } from "@fleet/web/api/problem";
import { useAllowed } from "@fleet/web/session/context";
import { ActDialog } from "@fleet/web/ui/act-dialog";
import { useZodResolver } from "@fleet/web/ui/zod-resolver";
import { Button, Group, Modal, Select, SimpleGrid, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Controller, useForm, useWatch } from "react-hook-form";
import * as z from "zod";

import { $api } from "@/api";
import { useToday } from "@/day";
import { EmployeePicker } from "@/employees/pickers";

import { type LeaveRead, useLeaveTypes } from "./reading";
import { usePeriod } from "./use-period";

const schema = z.object({
  employee_id: z.string().nullable(),
  leave_type_id: z.string().min(1),
  from: z.iso.date(),
  to: z.iso.date(),
  half_day: z.enum(["", "morning", "afternoon"]),
  reason: z.string().trim(),
});

/** Asks for leave; the server counts the days, and what it counted is shown to be kept or taken back. */
export function AskForm({ onClose }: { onClose: () => void }) {
  const [asked, setAsked] = useState<LeaveRead>();
  return asked ? (
    <Counted leave={asked} onClose={onClose} />
  ) : (
    <Fields onAsked={setAsked} onClose={onClose} />
  );
}

function Fields({ onAsked, onClose }: { onAsked: (leave: LeaveRead) => void; onClose: () => void }) {
  const t = useTranslations("leave");
  const types = useLeaveTypes();
  const allowed = useAllowed();
  const today = useToday();
  const { control, formState, handleSubmit, register, setError, setValue } = useForm({
    resolver: useZodResolver(schema),
    defaultValues: { employee_id: null, leave_type_id: "", from: today, to: today, half_day: "", reason: "" },
  });
  const [from, to] = useWatch({ control, name: ["from", "to"] });
  const ask = $api.useMutation("post", "/hrms/leave-requests", {
    onSuccess: onAsked,
    onError: (error) => {
      showInForm(error, setError, schema.keyof().options);
    },
  });
  const { errors } = formState;
  return (
    <ActDialog
      title={t("ask")}
      act={t("send")}
      busy={ask.isPending}
      error={errors.root && ask.error}
      onSubmit={handleSubmit(({ employee_id, half_day, reason, ...rest }) => {
        ask.mutate({
          body: {
            ...rest,
            ...(employee_id !== null && { employee_id }),
            ...(half_day !== "" && from === to && { half_day }),
            ...(reason !== "" && { reason }),
          },
        });
      })}
      onClose={onClose}
    >
      {allowed("hrms.leave.manage") && (
        <Controller
          name="employee_id"
          control={control}
          render={({ field }) => <EmployeePicker label={t("for")} placeholder={t("forMyself")} {...field} />}
        />
      )}
      <Controller
        name="leave_type_id"
        control={control}
        render={({ field, fieldState }) => (
          <Select
            label={t("type")}
            required
            data={types.map(({ id, name }) => ({ value: id, label: name }))}
            nothingFoundMessage={t("noTypes")}
            {...field}
            onChange={(value) => {
              field.onChange(value ?? "");
            }}
            error={fieldState.error && t("typeMissing")}
          />
        )}
      />
      <SimpleGrid cols={2}>
        <TextInput
          label={t("from")}
          type="date"
          required
          {...register("from", {
            onChange: (event: { target: { value: string } }) => {
              if (event.target.value > to) setValue("to", event.target.value);
            },
          })}
          error={errors.from?.message}
        />
        <TextInput
          label={t("to")}
          type="date"
          required
          min={from}
          {...register("to")}
          error={errors.to?.message}
        />
      </SimpleGrid>
      {from === to && (
        <Controller
          name="half_day"
          control={control}
          render={({ field }) => (
            <Select
              label={t("partOfDay")}
              allowDeselect={false}
              data={[
                { value: "", label: t("wholeDay") },
                { value: "morning", label: t("halfDays.morning") },
                { value: "afternoon", label: t("halfDays.afternoon") },
              ]}
              {...field}
            />
          )}
        />
      )}
      <Textarea label={t("reason")} maxLength={1000} autosize minRows={2} {...register("reason")} />
      <Text size="sm" c="dimmed">
        {t("countedBySending")}
      </Text>
    </ActDialog>
  );
}

function Counted({ leave, onClose }: { leave: LeaveRead; onClose: () => void }) {
  const t = useTranslations("leave");
  const common = useTranslations("common");
  const period = usePeriod();
  const cancel = $api.useMutation("post", "/hrms/leave-requests/{request_id}/cancel", { onSuccess: onClose });
  return (
    <Modal opened onClose={onClose} title={t("asked")} closeButtonProps={{ "aria-label": common("close") }}>
      <Stack>
        <Text>{t("costs", { period: period(leave), days: Number(leave.days) })}</Text>
        <Text size="sm" c="dimmed">
          {leave.asked ? t("askedOf", { name: leave.asked.name }) : t("askedOfHr")}
        </Text>
        <Group justify="flex-end">
          <Button
            variant="default"
            loading={cancel.isPending}
            onClick={() => {
              cancel.mutate({ params: { path: { request_id: leave.id } } });
            }}
          >
            {t("takeBack")}
          </Button>
          <Button onClick={onClose} data-autofocus>
            {t("keep")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
