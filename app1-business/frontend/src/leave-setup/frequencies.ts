/** How often days that are earned are credited. */
export const FREQUENCIES = ["monthly", "quarterly", "half_yearly", "yearly"] as const;
