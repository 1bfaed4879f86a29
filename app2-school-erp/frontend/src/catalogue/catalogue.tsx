"use client";

import { dataOf } from "@fleet/web/api/data-of";
import { useAllowed } from "@fleet/web/session/context";
import { PageHeader } from "@fleet/web/ui/page-header";
import { type Column, ResourceTable } from "@fleet/web/ui/resource-table";
import { SearchField } from "@fleet/web/ui/search-field";
import { listQuery, useView } from "@fleet/web/ui/use-view";
import { Anchor, Button, Group, Switch, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useMemo } from "react";

import { $api, api } from "@/api";
import type { Book } from "@/library";

import { BookForm } from "./book-form";
import { Stock } from "./stock";

export function Catalogue() {
  const t = useTranslations("catalogue");
  const allowed = useAllowed();
  const router = useRouter();
  const [view, setView] = useView({ q: "", available: "" });
  const [adding, { open, close }] = useDisclosure();
  const create = $api.useMutation("post", "/libraries/books", {
    onSuccess: ({ id }) => router.push(`/catalogue/${id}`),
  });
  const columns = useMemo<Column<Book>[]>(
    () => [
      {
        id: "title",
        header: t("book"),
        cell: (book) => (
          <>
            <Anchor component={Link} href={`/catalogue/${book.id}`} fw={600}>
              {book.title}
            </Anchor>
            <Text size="sm" c="dimmed">
              {book.authors.join("; ")}
            </Text>
          </>
        ),
      },
      { id: "published", header: t("published"), cell: (book) => book.published },
      { id: "stock", header: t("stock"), cell: (book) => <Stock book={book} /> },
    ],
    [t],
  );

  return (
    <>
      <PageHeader title={t("title")}>
        {allowed("libraries.catalogue.write") && <Button onClick={open}>{t("add")}</Button>}
      </PageHeader>
      <Group mb="md">
        <SearchField value={view.q} onChange={(q) => setView({ q })} />
        <Switch
          label={t("onlyAvailable")}
          checked={view.available === "true"}
          onChange={(event) => setView({ available: event.currentTarget.checked ? "true" : "" })}
        />
      </Group>
      <ResourceTable
        label={t("title")}
        queryKey={["get", "/libraries/books", view]}
        read={(cursor) => {
          const available = view.available === "true" ? true : undefined;
          const query = listQuery({ q: view.q, available, cursor, total: true });
          return dataOf(api.GET("/libraries/books", { params: { query } }));
        }}
        columns={columns}
        rowKey={(book) => book.id}
      />
      {adding && (
        <BookForm
          title={t("add")}
          onClose={close}
          busy={create.isPending}
          error={create.error}
          onSave={(body) => create.mutate({ body })}
        />
      )}
    </>
  );
}
