import { useFormatter } from "next-intl";

/** The months of the year, named in the reader's language. */
export function useMonths(): string[] {
  const format = useFormatter();
  return Array.from({ length: 12 }, (_, month) =>
    format.dateTime(new Date(Date.UTC(2024, month)), { month: "long", timeZone: "UTC" }),
  );
}
