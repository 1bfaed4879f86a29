"use client";

import { showInForm } from "@fleet/web/api/problem";
import { ActDialog } from "@fleet/web/ui/act-dialog";
import { useZodResolver } from "@fleet/web/ui/zod-resolver";
import { TagsInput, TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { Controller, useForm } from "react-hook-form";
import * as z from "zod";

import type { Book } from "@/library";

const optional = z.string().trim();
const schema = z.object({
  title: z.string().trim().min(1),
  subtitle: optional,
  authors: z.array(z.string()),
  isbn: optional,
  subjects: z.array(z.string()),
  publisher: optional,
  published: optional,
  language: optional,
});
type Fields = z.infer<typeof schema>;

const FIELDS = Object.keys(schema.shape) as (keyof Fields)[];
const TEXTS = ["title", "subtitle", "isbn", "publisher", "published", "language"] as const;

export type BookWish = Omit<Fields, "subtitle" | "isbn" | "publisher" | "published" | "language"> &
  Record<"subtitle" | "isbn" | "publisher" | "published" | "language", string | null>;

interface Props {
  title: string;
  book?: Book;
  onClose: () => void;
  onSave: (wish: BookWish) => void;
  busy: boolean;
  error: unknown;
}

export function BookForm({ title, book, onClose, onSave, busy, error }: Props) {
  const t = useTranslations("catalogue");
  const common = useTranslations("common");
  const form = useForm({ resolver: useZodResolver(schema), defaultValues: fieldsOf(book) });
  const { errors } = form.formState;
  const { setError } = form;

  useEffect(() => {
    if (error) showInForm(error, setError, FIELDS);
  }, [error, setError]);

  return (
    <ActDialog
      title={title}
      act={common("save")}
      onClose={onClose}
      busy={busy}
      error={errors.root && error}
      onSubmit={form.handleSubmit((fields) => onSave(wishOf(fields)))}
    >
      {TEXTS.slice(0, 2).map(input)}
      {tags("authors")}
      {TEXTS.slice(2).map(input)}
      {tags("subjects")}
    </ActDialog>
  );

  function input(name: (typeof TEXTS)[number]) {
    const message = errors[name]?.message;
    return (
      <TextInput
        key={name}
        label={t(`fields.${name}`)}
        description={name === "isbn" ? t("isbnHint") : undefined}
        required={name === "title"}
        data-autofocus={name === "title" || undefined}
        error={message}
        {...form.register(name)}
      />
    );
  }

  function tags(name: "authors" | "subjects") {
    return (
      <Controller
        name={name}
        control={form.control}
        render={({ field }) => (
          <TagsInput
            label={t(`fields.${name}`)}
            description={t("tagsHint")}
            splitChars={[";"]}
            acceptValueOnBlur
            error={errors[name]?.message}
            {...field}
          />
        )}
      />
    );
  }
}

function fieldsOf(book: Book | undefined): Fields {
  return {
    title: book?.title ?? "",
    subtitle: book?.subtitle ?? "",
    authors: book?.authors ?? [],
    isbn: book?.isbn ?? "",
    subjects: book?.subjects ?? [],
    publisher: book?.publisher ?? "",
    published: book?.published ?? "",
    language: book?.language ?? "",
  };
}

function wishOf(fields: Fields): BookWish {
  return {
    ...fields,
    subtitle: fields.subtitle || null,
    isbn: fields.isbn || null,
    publisher: fields.publisher || null,
    published: fields.published || null,
    language: fields.language || null,
  };
}
