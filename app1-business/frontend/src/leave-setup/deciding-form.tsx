"use client";

import { ActDialog } from "@fleet/web/ui/act-dialog";
import { ConflictDialog } from "@fleet/web/ui/conflict-dialog";
import { useDialogSave } from "@fleet/web/ui/use-dialog-save";
import { Button, CloseButton, Fieldset, Group, NativeSelect, TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { api } from "@/api";
import { DepartmentPicker } from "@/employees/pickers";

import { type LeaveSettings, readSettings } from "./leave-settings";
import { useMonths } from "./use-months";

type Level = LeaveSettings["approval"][number];

const APPROVERS = ["manager", "second_manager", "hr"] as const satisfies Level["approver"][];

interface Props {
  start: { data: LeaveSettings; etag: string };
  onClose: () => void;
}

/** Changes who decides on leave, level by level, and when leave years begin. */
export function DecidingForm({ start, onClose }: Props) {
  const t = useTranslations("leaveSetup");
  const common = useTranslations("common");
  const months = useMonths();
  const [wish, setWish] = useState(start.data);
  const { save, busy, error, conflict } = useDialogSave<LeaveSettings>({
    etag: start.etag,
    read: readSettings,
    send: ({ approval, year_starts_in }, etag) =>
      api.PUT("/hrms/leave-settings", {
        params: { header: { "if-match": etag } },
        body: { approval, year_starts_in },
      }),
    onClose,
  });
  return (
    <>
      <ActDialog
        title={t("tabs.deciding")}
        act={common("save")}
        size="lg"
        busy={busy}
        error={error}
        onSubmit={() => {
          save(wish);
        }}
        onClose={onClose}
      >
        <Levels
          levels={wish.approval}
          onChange={(approval) => {
            setWish({ ...wish, approval });
          }}
        />
        <NativeSelect
          label={t("yearStartsIn")}
          data={months.map((label, index) => ({ value: String(index + 1), label }))}
          value={String(wish.year_starts_in)}
          onChange={(event) => {
            setWish({ ...wish, year_starts_in: Number(event.currentTarget.value) });
          }}
        />
      </ActDialog>
      <ConflictDialog {...conflict} />
    </>
  );
}

function Levels({ levels, onChange }: { levels: Level[]; onChange: (levels: Level[]) => void }) {
  const t = useTranslations("leaveSetup");
  const change = (changed: number, changes: Partial<Level>) => {
    onChange(levels.map((level, index) => (index === changed ? { ...level, ...changes } : level)));
  };
  return (
    <Fieldset legend={t("levels")}>
      {levels.map((level, index) => (
        <Group key={index} align="end" gap="xs" mb="xs">
          <NativeSelect
            label={t("level", { number: index + 1 })}
            data={APPROVERS.map((value) => ({ value, label: t(`approvers.${value}`) }))}
            value={level.approver}
            onChange={(event) => {
              change(index, { approver: event.currentTarget.value as Level["approver"] });
            }}
            flex={1}
            miw={220}
          />
          <TextInput
            label={t("fromDaysOn")}
            type="number"
            min={0}
            max={3660}
            step="any"
            required
            w={110}
            value={level.from_days}
            onChange={(event) => {
              change(index, { from_days: event.currentTarget.value });
            }}
          />
          <DepartmentPicker
            label={t("department")}
            placeholder={t("anyDepartment")}
            value={level.department_id}
            onChange={(department_id) => {
              change(index, { department_id });
            }}
            w={140}
          />
          <CloseButton
            size="lg"
            disabled={levels.length === 1}
            aria-label={t("removeLevel", { number: index + 1 })}
            onClick={() => {
              onChange(levels.filter((_, other) => other !== index));
            }}
          />
        </Group>
      ))}
      <Button
        variant="default"
        size="compact-sm"
        disabled={levels.length === 10}
        onClick={() => {
          onChange([...levels, { approver: "hr", from_days: "0", department_id: null }]);
        }}
      >
        {t("addLevel")}
      </Button>
    </Fieldset>
  );
}
