import type { components } from "@fleet/web/api/business";
import { dataOf } from "@fleet/web/api/data-of";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";

import { api } from "@/api";

export type Department = components["schemas"]["HrmsDepartmentRead"];

/** All departments, by name. */
export function useDepartments(): UseQueryResult<Department[]> {
  return useQuery({ queryKey: ["get", "/hrms/departments", "all"], queryFn: readAll });
}

async function readAll(): Promise<Department[]> {
  const all: Department[] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = { limit: 100, ...(cursor === null ? {} : { cursor }) };
    const data = await dataOf(api.GET("/hrms/departments", { params: { query } }));
    all.push(...data.items);
    cursor = data.next_cursor;
  } while (cursor !== null);
  return all;
}
