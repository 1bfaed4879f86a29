import { useTranslations } from "next-intl";

type Key = Parameters<ReturnType<typeof useTranslations<"lending.kinds">>>[0];

/** A category of patrons or a type of items: schools name their own, of some we know the word. */
export function useKinds(): (kind: string) => string {
  const t = useTranslations("lending.kinds");
  return (kind) => (t.has(kind as Key) ? t(kind as Key) : kind);
}
