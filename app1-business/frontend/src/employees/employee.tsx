"use client";

import { ApiError } from "@fleet/web/api/problem";
import { versioned } from "@fleet/web/api/client";
import { useAllowed } from "@fleet/web/session/context";
import { NotFound } from "@fleet/web/ui/not-found";
import { PageHeader } from "@fleet/web/ui/page-header";
import { PageSkeleton } from "@fleet/web/ui/page-skeleton";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { Anchor, Button, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";

import { $api, api } from "@/api";
import { useDay } from "@/day";
import { Section } from "@/section";

import { Documents } from "./documents";
import { Invite } from "./invite";
import { JobChange } from "./job-change";
import { JobHistory } from "./job-history";
import { LinkAccount } from "./link-account";
import { PersonForm } from "./person-form";
import { StatusBadge } from "./status-badge";
import { Termination } from "./termination";
import { type Employee, nameOf } from "./types";

type Act = "edit" | "job" | "end" | "invite" | "link";

/** Somebody's page: who they are, what they do and did, who reports to them. */
export function EmployeePage({ id }: { id: string }) {
  const t = useTranslations("employees");
  const allowed = useAllowed();
  const [act, setAct] = useState<Act>();
  const params = { path: { employee_id: id } };
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["get", "/hrms/employees/{employee_id}", { params }, "versioned"],
    queryFn: () => versioned(api.GET("/hrms/employees/{employee_id}", { params })),
  });

  if (isPending) return <PageSkeleton />;
  if (error) {
    const missing = error instanceof ApiError && error.problem.status === 404;
    return missing ? <NotFound /> : <ProblemAlert error={error} retry={() => void refetch()} />;
  }
  const employee = data.data;
  const lacksAccount = employee.user_id === null && employee.status !== "left";
  const close = () => {
    setAct(undefined);
  };
  const button = (what: Act, label: string) => (
    <Button
      variant="default"
      onClick={() => {
        setAct(what);
      }}
    >
      {label}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={
          <Group component="span" gap="sm">
            {nameOf(employee)} <StatusBadge status={employee.status} />
          </Group>
        }
      >
        {allowed("hrms.employee.write") && (
          <>
            {button("edit", t("edit"))}
            {button("job", t("changeJob"))}
            {employee.status !== "left" && button("end", t("terminate"))}
          </>
        )}
        {lacksAccount && allowed("user.invitation.write") && button("invite", t("invite"))}
        {lacksAccount &&
          allowed("hrms.account.write") &&
          allowed("user.account.read") &&
          button("link", t("linkAccount"))}
      </PageHeader>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Facts employee={employee} />
        <Section title={t("history")}>
          <JobHistory employee={employee} />
        </Section>
        <Section title={t("reports")}>
          <Reports employee={employee} />
        </Section>
        {allowed("hrms.document.use") && (
          <Section title={t("documents")}>
            <Documents employeeId={id} />
          </Section>
        )}
      </SimpleGrid>
      {act === "edit" && <PersonForm start={data} onClose={close} />}
      {act === "job" && <JobChange employee={employee} onClose={close} />}
      {act === "end" && <Termination employee={employee} onClose={close} />}
      {act === "invite" && <Invite employee={employee} onClose={close} />}
      {act === "link" && <LinkAccount start={data} onClose={close} />}
    </>
  );
}

function Facts({ employee }: { employee: Employee }) {
  const t = useTranslations("employees");
  const day = useDay();
  const facts: [string, ReactNode][] = [
    [t("employeeNo"), employee.employee_no],
    [
      t("email"),
      <Anchor key="email" href={`mailto:${employee.email}`} inherit>
        {employee.email}
      </Anchor>,
    ],
    [t("position"), employee.position],
    [t("department"), employee.department],
    [
      t("manager"),
      employee.manager_id && (
        <Anchor key="manager" component={Link} href={`/employees/${employee.manager_id}`} inherit>
          {employee.manager}
        </Anchor>
      ),
    ],
    [t("employmentType"), t(`employmentTypes.${employee.employment_type}`)],
    [t("joined"), day(employee.date_of_joining)],
    [t("lastDay"), employee.last_day && day(employee.last_day)],
    [t("account"), t(employee.user_id === null ? "noAccount" : "hasAccount")],
  ];
  return (
    <Section title={t("facts")}>
      <SimpleGrid component="dl" cols={2} spacing="xs" verticalSpacing="xs" m={0}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <Text component="dt" size="xs" c="dimmed">
              {name}
            </Text>
            <Text component="dd" size="sm" m={0} style={{ overflowWrap: "anywhere" }}>
              {value ?? "–"}
            </Text>
          </div>
        ))}
      </SimpleGrid>
    </Section>
  );
}

function Reports({ employee }: { employee: Employee }) {
  const t = useTranslations("employees");
  const { data, error, refetch } = $api.useQuery("get", "/hrms/employees/{employee_id}/reports", {
    params: { path: { employee_id: employee.id } },
  });
  if (error) return <ProblemAlert error={error} retry={() => void refetch()} />;
  if (data?.items.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t("noReports", { name: employee.first_name })}
      </Text>
    );
  }
  return (
    <Stack gap={4} mih={40}>
      {data?.items.map((person) => (
        <Group key={person.id} gap="xs">
          <Anchor component={Link} href={`/employees/${person.id}`} size="sm">
            {nameOf(person)}
          </Anchor>
          <Text size="sm" c="dimmed">
            {person.position}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}
