import type { components } from "@fleet/web/api/business";

export type Employee = components["schemas"]["HrmsEmployeeRead"];
export type EmployeeStatus = Employee["status"];
export type EmploymentType = Employee["employment_type"];

export const STATUSES = ["onboarding", "active", "notice", "left"] as const satisfies EmployeeStatus[];
export const EMPLOYMENT_TYPES = [
  "full_time",
  "part_time",
  "contract",
  "intern",
] as const satisfies EmploymentType[];

export function nameOf(person: { first_name: string; last_name: string }): string {
  return `${person.first_name} ${person.last_name}`;
}
