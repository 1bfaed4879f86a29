"use client";

import { showInForm } from "@fleet/web/api/problem";
import { ActDialog } from "@fleet/web/ui/act-dialog";
import { useZodResolver } from "@fleet/web/ui/zod-resolver";
import { NativeSelect, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useTranslations } from "next-intl";
import { useForm } from "react-hook-form";
import * as z from "zod";

import { $api } from "@/api";

const schema = z.object({
  barcode: z.string().trim().min(1),
  branch_id: z.string(),
  item_type: z.string().trim().min(1),
  shelf_mark: z.string().trim(),
  price: z.string().trim(),
  status: z.enum(["available", "on_order"]),
});

export function CopyForm({ bookId, onClose }: { bookId: string; onClose: () => void }) {
  const t = useTranslations("catalogue");
  const states = useTranslations("lending.copyStatus");
  const common = useTranslations("common");
  const branches = $api.useQuery("get", "/libraries/branches", { params: { query: { limit: 100 } } });
  const form = useForm({
    resolver: useZodResolver(schema),
    defaultValues: {
      barcode: "",
      branch_id: "",
      item_type: "book",
      shelf_mark: "",
      price: "",
      status: "available" as const,
    },
  });
  const { errors } = form.formState;
  const add = $api.useMutation("post", "/libraries/books/{book_id}/copies", {
    onSuccess: ({ barcode, status }) => {
      notifications.show({ message: t("copyAdded", { barcode, status: states(status) }) });
      onClose();
    },
    onError: (error) => {
      showInForm(error, form.setError, ["barcode", "item_type", "shelf_mark", "price"]);
    },
  });
  const submit = form.handleSubmit((fields) =>
    add.mutate({
      params: { path: { book_id: bookId } },
      body: {
        ...fields,
        branch_id: fields.branch_id || null,
        shelf_mark: fields.shelf_mark || null,
        price: fields.price || null,
      },
    }),
  );

  return (
    <ActDialog
      title={t("addCopy")}
      act={common("save")}
      onClose={onClose}
      onSubmit={submit}
      busy={add.isPending}
      error={errors.root && add.error}
    >
      <TextInput
        label={t("barcode")}
        required
        data-autofocus
        autoComplete="off"
        error={errors.barcode?.message}
        {...form.register("barcode")}
      />
      {branches.data && branches.data.items.length > 1 && (
        <NativeSelect
          label={t("branch")}
          data={branches.data.items.map(({ id, name, is_default }) => ({
            value: is_default ? "" : id,
            label: name,
          }))}
          {...form.register("branch_id")}
        />
      )}
      <TextInput
        label={t("itemType")}
        description={t("itemTypeHint")}
        required
        error={errors.item_type?.message}
        {...form.register("item_type")}
      />
      <TextInput label={t("shelf")} error={errors.shelf_mark?.message} {...form.register("shelf_mark")} />
      <TextInput
        label={t("price")}
        inputMode="decimal"
        error={errors.price?.message}
        {...form.register("price")}
      />
      <NativeSelect
        label={t("status")}
        data={(["available", "on_order"] as const).map((value) => ({ value, label: states(value) }))}
        {...form.register("status")}
      />
    </ActDialog>
  );
}
