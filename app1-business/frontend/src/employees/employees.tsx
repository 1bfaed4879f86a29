"use client";

import { dataOf } from "@fleet/web/api/data-of";
import { useAllowed } from "@fleet/web/session/context";
import { PageHeader } from "@fleet/web/ui/page-header";
import { type Column, ResourceTable } from "@fleet/web/ui/resource-table";
import { SearchField } from "@fleet/web/ui/search-field";
import { listQuery, useView } from "@fleet/web/ui/use-view";
import { Anchor, Button, Group, MultiSelect, Popover, Select } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconColumns, IconDownload, IconPlus, IconUpload } from "@tabler/icons-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";

import { api } from "@/api";
import { useDay } from "@/day";

import { HireForm } from "./hire-form";
import { DepartmentPicker } from "./pickers";
import { SavedViews } from "./saved-views";
import { StatusBadge } from "./status-badge";
import { type Employee, type EmployeeStatus, nameOf, STATUSES } from "./types";

type Sort = "name" | "-name" | "employee_no" | "-employee_no" | "date_of_joining" | "-date_of_joining";

const EVERYBODY = {
  q: "",
  sort: "name" as Sort,
  status: "" as EmployeeStatus | "",
  department_id: "",
  hidden: "email,manager",
};

/** The directory: searched, narrowed, sorted and paged by the server. */
export function Employees() {
  const t = useTranslations("employees");
  const allowed = useAllowed();
  const columns = useColumns();
  const [{ hidden, ...asked }, setView] = useView(EVERYBODY);
  const [recalled, setRecalled] = useState(0);
  const [hiring, { open: hire, close: hired }] = useDisclosure();
  const filter = new URLSearchParams(listQuery({ ...asked, sort: "" })).toString();

  return (
    <>
      <PageHeader title={t("title")}>
        {allowed("hrms.employee.export") && (
          <Button
            component="a"
            href={`/api/gateway/hrms/employees/export?${filter}`}
            download
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
          >
            {t("export")}
          </Button>
        )}
        {allowed("hrms.employee.write") && (
          <>
            <Button
              component={Link}
              href="/employees/import"
              variant="default"
              leftSection={<IconUpload size={16} aria-hidden />}
            >
              {t("import")}
            </Button>
            <Button onClick={hire} leftSection={<IconPlus size={16} aria-hidden />}>
              {t("hire")}
            </Button>
            <HireForm opened={hiring} onClose={hired} />
          </>
        )}
      </PageHeader>
      <Group mb="sm" align="end">
        <SearchField
          key={recalled}
          value={asked.q}
          onChange={(q) => {
            setView({ q });
          }}
        />
        <Select
          aria-label={t("status")}
          placeholder={t("anyStatus")}
          clearable
          data={STATUSES.map((value) => ({ value, label: t(`statuses.${value}`) }))}
          value={asked.status === "" ? null : asked.status}
          onChange={(status) => {
            setView({ status: status ?? "" });
          }}
        />
        <DepartmentPicker
          aria-label={t("department")}
          placeholder={t("anyDepartment")}
          value={asked.department_id === "" ? null : asked.department_id}
          onChange={(department) => {
            setView({ department_id: department ?? "" });
          }}
        />
        <ShownColumns
          columns={columns}
          hidden={hidden}
          onChange={(names) => {
            setView({ hidden: names });
          }}
        />
        <SavedViews
          list="employees"
          onRecall={(query) => {
            setView({ ...EVERYBODY, ...Object.fromEntries(new URLSearchParams(query)) });
            setRecalled(recalled + 1);
          }}
        />
      </Group>
      <ResourceTable
        label={t("title")}
        queryKey={["get", "/hrms/employees", asked]}
        read={async (cursor) => {
          const query = listQuery({ ...asked, cursor, total: true, limit: 100 });
          return await dataOf(api.GET("/hrms/employees", { params: { query } }));
        }}
        columns={columns}
        hidden={hidden.split(",")}
        rowKey={(employee) => employee.id}
        sort={asked.sort}
        onSort={(sort) => {
          setView({ sort: sort as Sort });
        }}
      />
    </>
  );
}

function useColumns(): Column<Employee>[] {
  const t = useTranslations("employees");
  const day = useDay();
  return useMemo(
    () => [
      {
        id: "name",
        header: t("name"),
        sort: "name",
        cell: (employee) => (
          <Anchor component={Link} href={`/employees/${employee.id}`} inherit>
            {nameOf(employee)}
          </Anchor>
        ),
      },
      { id: "employee_no", header: t("employeeNo"), sort: "employee_no", cell: (row) => row.employee_no },
      { id: "email", header: t("email"), cell: (row) => row.email },
      { id: "position", header: t("position"), cell: (row) => row.position },
      { id: "department", header: t("department"), cell: (row) => row.department },
      { id: "manager", header: t("manager"), cell: (row) => row.manager },
      {
        id: "date_of_joining",
        header: t("joined"),
        sort: "date_of_joining",
        cell: (row) => day(row.date_of_joining),
      },
      { id: "status", header: t("status"), cell: (row) => <StatusBadge status={row.status} /> },
    ],
    [t, day],
  );
}

interface ShownColumnsProps {
  columns: Column<Employee>[];
  /** Ids of columns, parted by commas. */
  hidden: string;
  onChange: (hidden: string) => void;
}

function ShownColumns({ columns, hidden, onChange }: ShownColumnsProps) {
  const common = useTranslations("common");
  const away = hidden.split(",");
  const choosable = columns.filter(({ id }) => id !== "name");
  return (
    <Popover position="bottom-start" trapFocus withArrow>
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns size={16} aria-hidden />}>
          {common("columns")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <MultiSelect
          label={common("columns")}
          w={280}
          data={choosable.map(({ id, header }) => ({ value: id, label: header }))}
          value={choosable.map(({ id }) => id).filter((id) => !away.includes(id))}
          onChange={(shown) => {
            onChange(
              choosable
                .map(({ id }) => id)
                .filter((id) => !shown.includes(id))
                .join(","),
            );
          }}
          comboboxProps={{ withinPortal: false }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
