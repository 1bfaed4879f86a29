"use client";

import { versioned } from "@fleet/web/api/client";
import { ApiError } from "@fleet/web/api/problem";
import { useAllowed } from "@fleet/web/session/context";
import { ConflictDialog } from "@fleet/web/ui/conflict-dialog";
import { NotFound } from "@fleet/web/ui/not-found";
import { PageHeader } from "@fleet/web/ui/page-header";
import { PageSkeleton } from "@fleet/web/ui/page-skeleton";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { useVersionedSave } from "@fleet/web/ui/use-versioned-save";
import { Badge, Button, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { api } from "@/api";
import type { Book } from "@/library";

import { BookForm, type BookWish } from "./book-form";
import { Copies } from "./copies";
import { HoldQueue } from "./hold-queue";
import { Reserve } from "./reserve";
import { Stock } from "./stock";

export function TitlePage({ id }: { id: string }) {
  const path = { book_id: id };
  const { data, error, refetch } = useQuery({
    queryKey: ["get", "/libraries/books/{book_id}", id],
    queryFn: () => versioned(api.GET("/libraries/books/{book_id}", { params: { path } })),
  });
  if (error instanceof ApiError && error.problem.status === 404) return <NotFound />;
  if (error) return <ProblemAlert error={error} retry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return <Title book={data.data} etag={data.etag} />;
}

function Title({ book, etag }: { book: Book; etag: string }) {
  const t = useTranslations("catalogue");
  const allowed = useAllowed();
  const [editing, { open, close }] = useDisclosure();
  const facts = (["publisher", "published", "language", "isbn"] as const).filter(
    (name) => book[name] !== null,
  );

  return (
    <Stack gap="lg">
      <div>
        <PageHeader title={book.title}>
          <Reserve book={book} />
          {allowed("libraries.catalogue.write") && (
            <Button variant="default" onClick={open}>
              {t("edit")}
            </Button>
          )}
        </PageHeader>
        {book.subtitle !== null && <Text size="lg">{book.subtitle}</Text>}
        {book.authors.length > 0 && <Text mb="xs">{book.authors.join("; ")}</Text>}
        <Stock book={book} />
        <SimpleGrid component="dl" cols={{ base: 2, sm: 4 }} my="md" spacing="xs">
          {facts.map((name) => (
            <div key={name}>
              <Text component="dt" size="sm" c="dimmed">
                {t(`fields.${name}`)}
              </Text>
              <Text component="dd" m={0}>
                {book[name]}{" "}
                {name === "isbn" && book.isbn13 === null && <Badge color="red">{t("isbnWrong")}</Badge>}
              </Text>
            </div>
          ))}
        </SimpleGrid>
        <Group gap={6}>
          {book.subjects.map((subject) => (
            <Badge key={subject} variant="default" tt="none">
              {subject}
            </Badge>
          ))}
        </Group>
      </div>
      <Copies book={book} />
      <HoldQueue bookId={book.id} />
      {editing && <Edit book={book} etag={etag} onClose={close} />}
    </Stack>
  );
}

function Edit({ book, etag, onClose }: { book: Book; etag: string; onClose: () => void }) {
  const t = useTranslations("catalogue");
  const [error, setError] = useState<unknown>();
  const path = { book_id: book.id };
  const { save, busy, conflict } = useVersionedSave<BookWish>({
    etag,
    read: () => versioned(api.GET("/libraries/books/{book_id}", { params: { path } })),
    send: (body, version) =>
      api.PATCH("/libraries/books/{book_id}", { params: { path, header: { "if-match": version } }, body }),
    onSaved: onClose,
    onError: setError,
    onTakeTheirs: onClose,
  });
  return (
    <>
      <BookForm title={t("edit")} book={book} onClose={onClose} onSave={save} busy={busy} error={error} />
      <ConflictDialog {...conflict} />
    </>
  );
}
