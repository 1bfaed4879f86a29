"use client";

import { PageHeader } from "@fleet/web/ui/page-header";
import { PageSkeleton } from "@fleet/web/ui/page-skeleton";
import { useView } from "@fleet/web/ui/use-view";
import { Tabs } from "@mantine/core";
import { useTranslations } from "next-intl";

import { Allocations } from "./allocations";
import { Deciding } from "./deciding";
import { HolidayLists } from "./holiday-lists";
import { Kinds } from "./kinds";
import { Policies } from "./policies";
import { Steps, useSteps } from "./steps";

const TABS = ["kinds", "holidays", "policies", "allocations", "deciding"] as const;
export type SetupTab = (typeof TABS)[number];

/** On what terms people are absent, when nobody works, and how many days each has. */
export function LeaveSetup() {
  const t = useTranslations("leaveSetup");
  const [{ tab, employee_id }, setView] = useView({ tab: "kinds", employee_id: "" });
  const done = useSteps();
  if (!done) return <PageSkeleton />;
  return (
    <>
      <PageHeader title={t("title")} />
      <Steps
        done={done}
        onFollow={(to) => {
          setView({ tab: to });
        }}
      />
      <Tabs
        value={tab}
        onChange={(to) => {
          setView({ tab: to as SetupTab });
        }}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {TABS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {t(`tabs.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="kinds">
          <Kinds />
        </Tabs.Panel>
        <Tabs.Panel value="holidays">
          <HolidayLists />
        </Tabs.Panel>
        <Tabs.Panel value="policies">
          <Policies />
        </Tabs.Panel>
        <Tabs.Panel value="allocations">
          <Allocations
            employeeId={employee_id}
            onEmployee={(id) => {
              setView({ employee_id: id });
            }}
          />
        </Tabs.Panel>
        <Tabs.Panel value="deciding">
          <Deciding />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
