"use client";

import { dataOf } from "@fleet/web/api/data-of";
import { listQuery } from "@fleet/web/ui/use-view";
import { Loader, Select, type SelectProps } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { $api, api } from "@/api";
import { useDepartments } from "@/organisation/use-departments";

import { nameOf } from "./types";

type Props = Omit<SelectProps, "data" | "searchable" | "searchValue" | "onSearchChange" | "filter">;

const PAUSE = 250; // milliseconds without a key, after which the server is asked

/** Finds one of all employees; `chosen` names who is chosen at first. */
export function EmployeePicker(props: Props & { chosen?: string | null }) {
  return <Finder {...props} what="/hrms/employees" find={employees} />;
}

/** Finds one of all accounts with which people can sign in. */
export function AccountPicker(props: Props) {
  return <Finder {...props} what="/user/users" find={accounts} />;
}

async function employees(q: string): Promise<Option[]> {
  const { items } = await dataOf(
    api.GET("/hrms/employees", { params: { query: listQuery({ q, limit: 20 }) } }),
  );
  return items.map((one) => ({ value: one.id, label: `${nameOf(one)} (${one.employee_no})` }));
}

async function accounts(q: string): Promise<Option[]> {
  const query = listQuery({ q, limit: 20, status: "active" as const });
  const { items } = await dataOf(api.GET("/user/users", { params: { query } }));
  return items.map(({ id, name, email }) => ({ value: id, label: `${name}, ${email}` }));
}

interface Option {
  value: string;
  label: string;
}

interface FinderProps extends Props {
  chosen?: string | null;
  /** Names what is found among. */
  what: string;
  find: (q: string) => Promise<Option[]>;
}

function Finder({ chosen, what, find, ...props }: FinderProps) {
  const [typed, setTyped] = useState(chosen ?? "");
  const [q] = useDebouncedValue(typed, PAUSE);
  const [picked, setPicked] = useState(
    props.value && chosen ? { value: props.value, label: chosen } : undefined,
  );
  const asked = picked?.label === q ? "" : q;
  const { data: found = [], isFetching } = useQuery({
    queryKey: ["get", what, "picker", asked],
    queryFn: () => find(asked),
    placeholderData: keepPreviousData,
  });
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
