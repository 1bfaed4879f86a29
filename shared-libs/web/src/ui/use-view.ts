"use client";

import { usePathname, useRouter, useSearchParams } from "next/navigation";

/**
 * How a list is looked at, kept in the address: shared by a link, and what "back" goes back to.
 *
 * Values that are as in `initial` are left out.
 */
export function useView<View extends Record<string, string>>(
  initial: View,
): [View, (changes: Partial<View>) => void] {
  const router = useRouter();
  const path = usePathname();
  const asked = useSearchParams();
  const view = Object.fromEntries(
    Object.entries(initial).map(([name, value]) => [name, asked.get(name) ?? value]),
  ) as View;
  const change = (changes: Partial<View>) => {
    const differing = Object.entries({ ...view, ...changes }).filter(
      ([name, value]) => value !== initial[name],
    );
    const query = new URLSearchParams(differing).toString();
    router.replace(query === "" ? path : `${path}?${query}`, { scroll: false });
  };
  return [view, change];
}

/** A list's query without what is empty, which the server would take for a value. */
export function listQuery<Query extends Record<string, unknown>>(
  query: Query,
): { [Name in keyof Query]?: Exclude<Query[Name], "" | undefined> } {
  return Object.fromEntries(
    Object.entries(query).filter(([, value]) => value !== "" && value !== undefined),
  ) as ReturnType<typeof listQuery<Query>>;
}
