import type { components } from "@fleet/web/api/business";
import { useSession } from "@fleet/web/session/context";

import { $api } from "@/api";
import type { Employee } from "@/employees/types";

export type LeaveItem = components["schemas"]["HrmsLeaveItem"];
export type LeaveRead = components["schemas"]["HrmsLeaveRead"];
export type LeaveStatus = components["schemas"]["HrmsLeaveStatus"];

/** The employee that one's account belongs to; null where it belongs to none, undefined while that is read. */
export function useOwnEmployee(): { me: Employee | null | undefined; error: unknown } {
  const { user } = useSession();
  const query = { params: { query: { q: user.email, limit: 100 } } };
  const { data, error } = $api.useQuery("get", "/hrms/employees", query);
  return { me: data && (data.items.find(({ user_id }) => user_id === user.id) ?? null), error };
}

export function useLeaveTypes() {
  const query = { params: { query: { limit: 100 } } };
  return $api.useQuery("get", "/hrms/leave-types", query, { select: ({ items }) => items }).data ?? [];
}
