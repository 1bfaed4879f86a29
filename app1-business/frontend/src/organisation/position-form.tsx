"use client";

import { versioned } from "@fleet/web/api/client";
import { ActDialog } from "@fleet/web/ui/act-dialog";
import { ConflictDialog } from "@fleet/web/ui/conflict-dialog";
import { useDialogSave } from "@fleet/web/ui/use-dialog-save";
import { etagOf } from "@fleet/web/ui/use-versioned-save";
import { TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";

import { $api, api } from "@/api";

import type { Position } from "./positions";

/** Adds a position, or renames one, in past jobs too. */
export function PositionForm({ position, onClose }: { position?: Position; onClose: () => void }) {
  const t = useTranslations("organisation");
  const common = useTranslations("common");
  const params = { path: { position_id: position?.id ?? "" } };
  const { save, busy, error, conflict } = useDialogSave<string>({
    etag: position ? etagOf(position) : "",
    read: () => versioned(api.GET("/hrms/positions/{position_id}", { params })),
    send: (name, etag) =>
      position
        ? api.PATCH("/hrms/positions/{position_id}", {
            params: { ...params, header: { "if-match": etag } },
            body: { name },
          })
        : api.POST("/hrms/positions", { body: { name } }),
    onClose,
  });
  const remove = $api.useMutation("delete", "/hrms/positions/{position_id}", { onSuccess: onClose });
  return (
    <>
      <ActDialog
        title={position ? t("changeOf", { name: position.name }) : t("addPosition")}
        act={common("save")}
        busy={busy}
        error={remove.error ?? error}
        onSubmit={(event) => {
          save(new FormData(event.currentTarget).get("name") as string);
        }}
        onClose={onClose}
        onRemove={position && (() => remove.mutate({ params }))}
        removing={remove.isPending}
      >
        <TextInput
          name="name"
          label={t("name")}
          required
          maxLength={100}
          data-autofocus
          defaultValue={position?.name}
        />
      </ActDialog>
      <ConflictDialog {...conflict} />
    </>
  );
}
