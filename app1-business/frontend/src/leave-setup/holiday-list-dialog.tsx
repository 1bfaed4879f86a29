"use client";

import type { components } from "@fleet/web/api/business";
import { versioned } from "@fleet/web/api/client";
import { ActDialog } from "@fleet/web/ui/act-dialog";
import { ConflictDialog } from "@fleet/web/ui/conflict-dialog";
import { ReadingDialog } from "@fleet/web/ui/reading-dialog";
import { useDialogSave } from "@fleet/web/ui/use-dialog-save";
import { Checkbox, Group, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { $api, api } from "@/api";

import { HolidayDays } from "./holiday-days";
import { useWeekdays } from "./use-weekdays";

type HolidayList = components["schemas"]["HrmsHolidayListRead"];
type Wish = Pick<HolidayList, "name" | "weekly_off" | "is_default" | "days">;

interface Props {
  id?: string;
  /** There is none yet, so that it becomes the default one. */
  first?: boolean;
  onClose: () => void;
}

/** Makes a list, or changes the one with this id. */
export function HolidayListDialog({ id, first = false, onClose }: Props) {
  const t = useTranslations("leaveSetup");
  const { data, error } = useQuery({
    queryKey: ["get", "/hrms/holiday-lists/{list_id}", id, "versioned"],
    queryFn: () => read(id ?? ""),
    enabled: id !== undefined,
    gcTime: 0, // what is edited is read anew each time
  });
  if (id === undefined) return <Form first={first} onClose={onClose} />;
  if (data) return <Form list={data} first={false} onClose={onClose} />;
  return <ReadingDialog title={t("edit")} error={error} onClose={onClose} />;
}

function read(id: string) {
  return versioned(api.GET("/hrms/holiday-lists/{list_id}", { params: { path: { list_id: id } } }));
}

interface FormProps {
  list?: { data: HolidayList; etag: string };
  first: boolean;
  onClose: () => void;
}

function Form({ list, first, onClose }: FormProps) {
  const t = useTranslations("leaveSetup");
  const common = useTranslations("common");
  const weekdays = useWeekdays();
  const [wish, setWish] = useState<Wish>(
    list?.data ?? {
      name: "",
      weekly_off: ["saturday", "sunday"],
      is_default: first,
      days: [],
    },
  );
  const change = (changes: Partial<Wish>) => {
    setWish({ ...wish, ...changes });
  };
  const params = { path: { list_id: list?.data.id ?? "" } };
  const { save, busy, error, conflict } = useDialogSave<Wish>({
    etag: list?.etag ?? "",
    read: () => read(params.path.list_id),
    send: ({ name, weekly_off, is_default, days }, etag) => {
      const body = { name, weekly_off, is_default, days };
      if (!list) return api.POST("/hrms/holiday-lists", { body });
      return api.PATCH("/hrms/holiday-lists/{list_id}", {
        params: { ...params, header: { "if-match": etag } },
        body,
      });
    },
    onClose,
  });
  const remove = $api.useMutation("delete", "/hrms/holiday-lists/{list_id}", { onSuccess: onClose });

  return (
    <>
      <ActDialog
        title={list ? t("editOf", { name: list.data.name }) : t("addList")}
        act={common("save")}
        size="lg"
        busy={busy}
        error={remove.error ?? error}
        onSubmit={() => {
          save(wish);
        }}
        onClose={onClose}
        onRemove={list && (() => remove.mutate({ params }))}
        removing={remove.isPending}
      >
        <TextInput
          label={t("name")}
          placeholder={t("listExample")}
          required
          maxLength={100}
          data-autofocus
          value={wish.name}
          onChange={(event) => {
            change({ name: event.currentTarget.value });
          }}
        />
        <Checkbox
          label={t("beDefault")}
          description={t("beDefaultHint")}
          checked={wish.is_default}
          onChange={(event) => {
            change({ is_default: event.currentTarget.checked });
          }}
        />
        <Checkbox.Group
          label={t("weeklyOff")}
          value={wish.weekly_off}
          onChange={(days) => {
            change({ weekly_off: days });
          }}
        >
          <Group mt={6} gap="md">
            {weekdays.map((day) => (
              <Checkbox key={day.value} {...day} />
            ))}
          </Group>
        </Checkbox.Group>
        <HolidayDays
          days={wish.days}
          onChange={(days) => {
            change({ days });
          }}
        />
      </ActDialog>
      <ConflictDialog {...conflict} />
    </>
  );
}
