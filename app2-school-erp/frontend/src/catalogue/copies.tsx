"use client";

import { dataOf } from "@fleet/web/api/data-of";
import { useAllowed } from "@fleet/web/session/context";
import { ResourceTable, type Column } from "@fleet/web/ui/resource-table";
import { useProblemText } from "@fleet/web/ui/use-problem-text";
import { ActionIcon, Badge, Button, Group, Menu, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconDots } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useMemo } from "react";

import { api } from "@/api";
import { useKinds } from "@/lending/use-kinds";
import type { Book, Copy } from "@/library";

import { CopyForm } from "./copy-form";

const ACTS = ["lost", "damaged", "withdrawn", "found"] as const;
type CopyAct = (typeof ACTS)[number];

/** Which acts make sense of a copy, and what they need. */
function actsOn({ status }: Copy, allowed: (permission: string) => boolean): CopyAct[] {
  const lendable = status === "available" || status === "hold_shelf" || status === "on_loan";
  return ACTS.filter((act) => {
    if (!allowed(act === "withdrawn" ? "libraries.catalogue.write" : "libraries.loan.manage")) return false;
    if (act === "found") return !lendable;
    return status !== act && (status !== "on_loan" || act === "lost");
  });
}

export function Copies({ book }: { book: Book }) {
  const t = useTranslations("catalogue");
  const states = useTranslations("lending.copyStatus");
  const kind = useKinds();
  const allowed = useAllowed();
  const [adding, { open, close }] = useDisclosure();
  const columns = useMemo<Column<Copy>[]>(
    () => [
      { id: "barcode", header: t("barcode"), cell: (copy) => copy.barcode },
      {
        id: "status",
        header: t("status"),
        cell: ({ status }) => (
          <Badge variant={status === "available" ? "filled" : "default"} miw="max-content">
            {states(status)}
          </Badge>
        ),
      },
      { id: "shelf", header: t("shelf"), cell: (copy) => copy.shelf_mark },
      { id: "type", header: t("itemType"), cell: (copy) => kind(copy.item_type) },
      { id: "acts", header: t("acts"), cell: (copy) => <CopyMenu copy={copy} /> },
    ],
    [t, states, kind],
  );

  return (
    <section>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          {t("copies")}
        </Title>
        {allowed("libraries.catalogue.write") && (
          <Button variant="default" size="xs" onClick={open}>
            {t("addCopy")}
          </Button>
        )}
      </Group>
      <ResourceTable
        label={t("copies")}
        queryKey={["get", "/libraries/books/{book_id}/copies", book.id]}
        read={(cursor) => {
          const params = { path: { book_id: book.id }, query: { cursor: cursor ?? null } };
          return dataOf(api.GET("/libraries/books/{book_id}/copies", { params }));
        }}
        columns={columns}
        rowKey={(copy) => copy.id}
        empty={t("noCopies")}
      />
      {adding && <CopyForm bookId={book.id} onClose={close} />}
    </section>
  );
}

function CopyMenu({ copy }: { copy: Copy }) {
  const t = useTranslations("catalogue");
  const text = useProblemText();
  const acts = actsOn(copy, useAllowed());
  const act = useMutation({
    mutationFn: (wish: CopyAct) =>
      api.POST(`/libraries/copies/{barcode}/${wish}`, { params: { path: { barcode: copy.barcode } } }),
    onSuccess: (_, wish) => notifications.show({ message: t(`done.${wish}`, { barcode: copy.barcode }) }),
    onError: (error) => notifications.show({ message: text(error), color: "red" }),
  });
  if (acts.length === 0) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="default"
          loading={act.isPending}
          aria-label={t("actsOn", { barcode: copy.barcode })}
        >
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {acts.map((each) => (
          <Menu.Item key={each} onClick={() => act.mutate(each)}>
            {t(`act.${each}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
