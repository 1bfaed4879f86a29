import type { components } from "@fleet/web/api/business";
import { versioned } from "@fleet/web/api/client";

import { api } from "@/api";

export type LeaveSettings = components["schemas"]["HrmsLeaveSettingsRead"];

export function readSettings() {
  return versioned(api.GET("/hrms/leave-settings"));
}
