import { useFormatter } from "next-intl";

const WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
const A_MONDAY = Date.UTC(2024, 0, 1);
const DAY = 86_400_000; // milliseconds

type Weekday = (typeof WEEK)[number];

/** The days of the week, named in the reader's language. */
export function useWeekdays(): { value: Weekday; label: string }[] {
  const format = useFormatter();
  return WEEK.map((value, index) => ({
    value,
    label: format.dateTime(new Date(A_MONDAY + index * DAY), { weekday: "long", timeZone: "UTC" }),
  }));
}
