"use client";

import { ActDialog } from "@fleet/web/ui/act-dialog";
import { useAllowed } from "@fleet/web/session/context";
import { Button, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type SubmitEvent, useState } from "react";

import { dataOf } from "@fleet/web/api/data-of";
import { api } from "@/api";
import { patronOf } from "@/desk/acts";
import { useFormats } from "@/lending/formats";
import { Refusal } from "@/lending/refusal";
import type { Book } from "@/library";

/** Wait for a book: oneself, or whom staff names by card. */
export function Reserve({ book }: { book: Book }) {
  const t = useTranslations("catalogue");
  const allowed = useAllowed();
  const [opened, { open, close }] = useDisclosure();
  if (!allowed("libraries.loan.use")) return null;
  return (
    <>
      <Button onClick={open}>{t("reserve")}</Button>
      {opened && <ReserveForm book={book} serves={allowed("libraries.loan.manage")} onClose={close} />}
    </>
  );
}

interface Props {
  book: Book;
  serves: boolean;
  onClose: () => void;
}

function ReserveForm({ book, serves, onClose }: Props) {
  const t = useTranslations("catalogue");
  const { day } = useFormats();
  const [card, setCard] = useState("");
  const place = useMutation({
    mutationFn: async (override: string | null) => {
      const patron_id = card.trim() === "" ? null : (await patronOf(card.trim())).id;
      return await dataOf(api.POST("/libraries/holds", { body: { book_id: book.id, patron_id, override } }));
    },
    onSuccess: ({ state, position, expires_on }) => {
      const message =
        state === "ready" && expires_on !== null
          ? t("reservedReady", { until: day(expires_on) })
          : t("reserved", { position: position ?? 1 });
      notifications.show({ message });
      onClose();
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    place.mutate(null);
  };
  return (
    <ActDialog
      title={t("reserveTitle", { title: book.title })}
      onClose={onClose}
      onSubmit={submit}
      busy={place.isPending}
      act={t("reserve")}
    >
      {serves ? (
        <TextInput
          label={t("forCard")}
          description={t("forCardHint")}
          value={card}
          onChange={(event) => setCard(event.currentTarget.value)}
          data-autofocus
          autoComplete="off"
        />
      ) : (
        t("reserveText")
      )}
      {place.isError && <Refusal error={place.error} onOverride={(why) => place.mutate(why)} />}
    </ActDialog>
  );
}
