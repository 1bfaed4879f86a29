import { useSession } from "@fleet/web/session/context";
import { useFormatter } from "next-intl";

/** Tells a day (`2026-11-22`) in the reader's language. */
export function useDay(): (day: string) => string {
  const format = useFormatter();
  return (day) => format.dateTime(new Date(day), { dateStyle: "medium", timeZone: "UTC" });
}

/** The day that it is in the organisation now. */
export function useToday(): string {
  const { tenant } = useSession();
  return new Intl.DateTimeFormat("en-CA", { timeZone: tenant.time_zone }).format(new Date());
}

/** The day that lies so many days later, or earlier. */
export function plusDays(day: string, days: number): string {
  const date = new Date(day);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}
