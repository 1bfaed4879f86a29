"use client";

import { Loader, Select, type SelectProps } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";

import { $api } from "@/api";
import { useDepartments } from "@/organisation/use-departments";

import { nameOf } from "./types";

type Props = Omit<SelectProps, "data" | "searchable" | "searchValue" | "onSearchChange" | "filter">;

const PAUSE = 250; // milliseconds without a key, after which the server is asked

/** Finds one of all employees; `chosen` names who is chosen at first. */
export function EmployeePicker({ chosen, ...props }: Props & { chosen?: string | null }) {
  const [typed, setTyped] = useState(chosen ?? "");
  const [q] = useDebouncedValue(typed, PAUSE);
  const [picked, setPicked] = useState(
    props.value && chosen ? { value: props.value, label: chosen } : undefined,
  );
  const asked = picked?.label === q ? undefined : q;
  const { data, isFetching } = $api.useQuery(
    "get",
    "/hrms/employees",
    { params: { query: { limit: 20, ...(asked ? { q: asked } : {}) } } },
    { placeholderData: keepPreviousData },
  );
  const found = (data?.items ?? []).map((employee) => ({
    value: employee.id,
    label: `${nameOf(employee)} (${employee.employee_no})`,
  }));
  const options = picked && !found.some(({ value }) => value === picked.value) ? [picked, ...found] : found;
  return (
    <Select
      clearable
      {...props}
      data={options}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options: all }) => all}
      onChange={(value, option) => {
        setPicked(option ?? undefined);
        props.onChange?.(value, option);
      }}
      rightSection={isFetching ? <Loader size="xs" /> : undefined}
    />
  );
}

export function DepartmentPicker(props: Omit<SelectProps, "data">) {
  const { data } = useDepartments();
  return (
    <Select
      clearable
      searchable
      {...props}
      data={(data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}

/** One of the organisation's holiday lists; none is the default one. */
export function HolidayListPicker(props: Omit<SelectProps, "data">) {
  const { data } = $api.useQuery("get", "/hrms/holiday-lists", { params: { query: { limit: 100 } } });
  return (
    <Select
      clearable
      searchable
      {...props}
      data={(data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}
