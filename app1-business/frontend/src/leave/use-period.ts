import { useTranslations } from "next-intl";

import { useDay } from "@/day";

interface Period {
  from: string;
  to: string;
  half_day: "morning" | "afternoon" | null;
}

/** Tells which days leave covers. */
export function usePeriod(): (leave: Period) => string {
  const t = useTranslations("leave");
  const day = useDay();
  return ({ from, to, half_day }) => {
    if (half_day !== null) return `${day(from)}, ${t(`halfDays.${half_day}`)}`;
    return from === to ? day(from) : `${day(from)} – ${day(to)}`;
  };
}
