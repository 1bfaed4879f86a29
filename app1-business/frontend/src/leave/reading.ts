import type { components } from "@fleet/web/api/business";
import { ApiError } from "@fleet/web/api/problem";

import { $api } from "@/api";
import type { Employee } from "@/employees/types";

export type LeaveItem = components["schemas"]["HrmsLeaveItem"];
export type LeaveRead = components["schemas"]["HrmsLeaveRead"];
export type LeaveStatus = components["schemas"]["HrmsLeaveStatus"];

/** The employee that one's account belongs to; null where it belongs to none, undefined while that is read. */
export function useOwnEmployee(): { me: Employee | null | undefined; error: unknown } {
  const { data, error } = $api.useQuery("get", "/hrms/employees/me");
  const none = error instanceof ApiError && error.problem.code === "hrms.own_employee_absent";
  return none ? { me: null, error: null } : { me: data, error };
}

export function useLeaveTypes() {
  const query = { params: { query: { limit: 100 } } };
  return $api.useQuery("get", "/hrms/leave-types", query, { select: ({ items }) => items }).data ?? [];
}
