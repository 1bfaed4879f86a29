import { useFormatter } from "next-intl";

/** Days (which have no time zone), moments of the organisation's clock, and amounts. */
export function useFormats() {
  const format = useFormatter();
  return {
    day: (day: string) => format.dateTime(new Date(day), { dateStyle: "medium", timeZone: "UTC" }),
    weekday: (day: string) =>
      format.dateTime(new Date(day), { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" }),
    moment: (moment: string) =>
      format.dateTime(new Date(moment), { dateStyle: "medium", timeStyle: "short" }),
    clock: (moment: Date) => format.dateTime(moment, { timeStyle: "short" }),
    money: (amount: string, currency: string) =>
      format.number(Number(amount), { style: "currency", currency }),
  };
}
