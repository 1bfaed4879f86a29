"use client";

import type { components } from "@fleet/web/api/business";
import { versioned } from "@fleet/web/api/client";
import { ActDialog } from "@fleet/web/ui/act-dialog";
import { ConflictDialog } from "@fleet/web/ui/conflict-dialog";
import { ReadingDialog } from "@fleet/web/ui/reading-dialog";
import { useDialogSave } from "@fleet/web/ui/use-dialog-save";
import { Button, CloseButton, Fieldset, Group, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { $api, api } from "@/api";
import { useLeaveTypes } from "@/leave/reading";

import { FREQUENCIES } from "./frequencies";

type Policy = components["schemas"]["HrmsPolicyRead"];
type Line = Policy["lines"][number];

const LINE: Line = { leave_type_id: "", days: "", frequency: null };

/** Makes a policy, or changes the one with this id. */
export function PolicyDialog({ id, onClose }: { id?: string; onClose: () => void }) {
  const t = useTranslations("leaveSetup");
  const { data, error } = useQuery({
    queryKey: ["get", "/hrms/leave-policies/{policy_id}", id, "versioned"],
    queryFn: () => read(id ?? ""),
    enabled: id !== undefined,
    gcTime: 0, // what is edited is read anew each time
  });
  if (id === undefined) return <Form onClose={onClose} />;
  if (data) return <Form policy={data} onClose={onClose} />;
  return <ReadingDialog title={t("edit")} error={error} onClose={onClose} />;
}

function read(id: string) {
  return versioned(api.GET("/hrms/leave-policies/{policy_id}", { params: { path: { policy_id: id } } }));
}

function Form({ policy, onClose }: { policy?: { data: Policy; etag: string }; onClose: () => void }) {
  const t = useTranslations("leaveSetup");
  const common = useTranslations("common");
  const [wish, setWish] = useState<Pick<Policy, "name" | "lines">>(
    policy?.data ?? { name: "", lines: [LINE] },
  );
  const params = { path: { policy_id: policy?.data.id ?? "" } };
  const { save, busy, error, conflict } = useDialogSave<typeof wish>({
    etag: policy?.etag ?? "",
    read: () => read(params.path.policy_id),
    send: ({ name, lines }, etag) => {
      const body = { name, lines };
      if (!policy) return api.POST("/hrms/leave-policies", { body });
      return api.PATCH("/hrms/leave-policies/{policy_id}", {
        params: { ...params, header: { "if-match": etag } },
        body,
      });
    },
    onClose,
  });
  const remove = $api.useMutation("delete", "/hrms/leave-policies/{policy_id}", { onSuccess: onClose });
  return (
    <>
      <ActDialog
        title={policy ? t("editOf", { name: policy.data.name }) : t("addPolicy")}
        act={common("save")}
        size="lg"
        busy={busy}
        error={remove.error ?? error}
        onSubmit={() => {
          save(wish);
        }}
        onClose={onClose}
        onRemove={policy && (() => remove.mutate({ params }))}
        removing={remove.isPending}
      >
        <TextInput
          label={t("name")}
          placeholder={t("policyExample")}
          required
          maxLength={100}
          data-autofocus
          value={wish.name}
          onChange={(event) => {
            setWish({ ...wish, name: event.currentTarget.value });
          }}
        />
        <Lines
          lines={wish.lines}
          onChange={(lines) => {
            setWish({ ...wish, lines });
          }}
        />
      </ActDialog>
      <ConflictDialog {...conflict} />
    </>
  );
}

function Lines({ lines, onChange }: { lines: Line[]; onChange: (lines: Line[]) => void }) {
  const t = useTranslations("leaveSetup");
  const kinds = useLeaveTypes();
  const change = (changed: number, changes: Partial<Line>) => {
    onChange(lines.map((line, index) => (index === changed ? { ...line, ...changes } : line)));
  };
  return (
    <Fieldset legend={t("everyYear")}>
      {lines.map((line, index) => (
        <Group key={index} align="end" gap="xs" mb="xs">
          <Select
            label={t("kind")}
            required
            data={kinds.map(({ id, name }) => ({ value: id, label: name }))}
            nothingFoundMessage={t("noKinds")}
            value={line.leave_type_id === "" ? null : line.leave_type_id}
            onChange={(id) => {
              change(index, { leave_type_id: id ?? "" });
            }}
            flex={1}
            miw={160}
          />
          <TextInput
            label={t("days")}
            type="number"
            min={0}
            max={3660}
            step="any"
            required
            w={90}
            value={line.days}
            onChange={(event) => {
              change(index, { days: event.currentTarget.value });
            }}
          />
          <Select
            label={t("how")}
            allowDeselect={false}
            w={190}
            data={[
              { value: "", label: t("atOnce") },
              ...FREQUENCIES.map((value) => ({ value, label: t(`frequencies.${value}`) })),
            ]}
            value={line.frequency ?? ""}
            onChange={(value) => {
              change(index, { frequency: FREQUENCIES.find((each) => each === value) ?? null });
            }}
          />
          <CloseButton
            size="lg"
            disabled={lines.length === 1}
            aria-label={t("removeLine", { number: index + 1 })}
            onClick={() => {
              onChange(lines.filter((_, other) => other !== index));
            }}
          />
        </Group>
      ))}
      <Button
        variant="default"
        size="compact-sm"
        onClick={() => {
          onChange([...lines, LINE]);
        }}
      >
        {t("addLine")}
      </Button>
    </Fieldset>
  );
}
