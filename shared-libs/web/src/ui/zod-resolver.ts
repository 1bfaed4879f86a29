import { zodResolver } from "@hookform/resolvers/zod";
import { useTranslations } from "next-intl";
import type { FieldValues } from "react-hook-form";
import type * as z from "zod";

/** Checks a form by a schema, and says what it refuses in the reader's language; zod itself speaks English. */
export function useZodResolver<Values extends FieldValues, Output>(schema: z.ZodType<Output, Values>) {
  const t = useTranslations("common");
  return zodResolver(schema, {
    error: ({ code }) => t(code === "too_small" ? "fieldMissing" : "fieldInvalid"),
  });
}
