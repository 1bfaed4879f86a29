"use client";

import { versioned } from "@fleet/web/api/client";
import { ActDialog } from "@fleet/web/ui/act-dialog";
import { ConflictDialog } from "@fleet/web/ui/conflict-dialog";
import { useDialogSave } from "@fleet/web/ui/use-dialog-save";
import { etagOf } from "@fleet/web/ui/use-versioned-save";
import { Select, TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { $api, api } from "@/api";

import type { Department } from "./use-departments";

type Wish = Pick<Department, "name" | "parent_id">;

interface Props {
  department?: Department;
  all: Department[];
  onClose: () => void;
}

/** Adds a department, or renames one and moves it with all that is below it. */
export function DepartmentForm({ department, all, onClose }: Props) {
  const t = useTranslations("organisation");
  const common = useTranslations("common");
  const [wish, setWish] = useState<Wish>(department ?? { name: "", parent_id: null });
  const params = { path: { department_id: department?.id ?? "" } };
  const { save, busy, error, conflict } = useDialogSave<Wish>({
    etag: department ? etagOf(department) : "",
    read: () => versioned(api.GET("/hrms/departments/{department_id}", { params })),
    send: ({ name, parent_id }, etag) => {
      const body = { name, parent_id };
      if (!department) return api.POST("/hrms/departments", { body });
      return api.PATCH("/hrms/departments/{department_id}", {
        params: { ...params, header: { "if-match": etag } },
        body,
      });
    },
    onClose,
  });
  const remove = $api.useMutation("delete", "/hrms/departments/{department_id}", { onSuccess: onClose });
  return (
    <>
      <ActDialog
        title={department ? t("changeOf", { name: department.name }) : t("addDepartment")}
        act={common("save")}
        busy={busy}
        error={remove.error ?? error}
        onSubmit={() => {
          save(wish);
        }}
        onClose={onClose}
        onRemove={department && (() => remove.mutate({ params }))}
        removing={remove.isPending}
      >
        <TextInput
          label={t("name")}
          required
          maxLength={100}
          data-autofocus
          value={wish.name}
          onChange={(event) => {
            setWish({ ...wish, name: event.currentTarget.value });
          }}
        />
        <Select
          label={t("below")}
          placeholder={t("top")}
          clearable
          searchable
          data={all
            .filter(({ id }) => id !== department?.id)
            .map(({ id, name }) => ({ value: id, label: name }))}
          value={wish.parent_id}
          onChange={(parent_id) => {
            setWish({ ...wish, parent_id });
          }}
        />
      </ActDialog>
      <ConflictDialog {...conflict} />
    </>
  );
}
