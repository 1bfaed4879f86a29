import type { components } from "@fleet/web/api/school";

type Schemas = components["schemas"];

export type Book = Schemas["LibrariesBookItem"];
export type Branch = Schemas["LibrariesBranchRead"];
export type Calendar = Schemas["LibrariesCalendarRead"];
export type Copy = Schemas["LibrariesCopyRead"];
export type Day = Schemas["LibrariesDayRead"];
export type Entry = Schemas["LibrariesEntryRead"];
export type Fine = Schemas["LibrariesFineRead"];
export type Hold = Schemas["LibrariesHoldRead"];
export type Job = Schemas["LibrariesLongJobRead"];
export type Loan = Schemas["LibrariesLoanRead"];
export type Patron = Schemas["LibrariesPatronRead"];
export type Rule = Schemas["LibrariesRuleRead"];
export type RuleWish = Schemas["LibrariesRuleWish"];
