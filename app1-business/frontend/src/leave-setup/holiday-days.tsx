"use client";

import type { components } from "@fleet/web/api/business";
import { dataOf } from "@fleet/web/api/data-of";
import { useSession } from "@fleet/web/session/context";
import { useCountries } from "@fleet/web/i18n/use-countries";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { Button, CloseButton, Fieldset, Group, Select, Stack, Table, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { api } from "@/api";
import { useDay, useToday } from "@/day";

type Holiday = components["schemas"]["HrmsHolidayRead"];

interface Props {
  days: Holiday[];
  onChange: (days: Holiday[]) => void;
}

/** The days of a list by date: each can go, single ones and a country's of a year can come. */
export function HolidayDays({ days, onChange }: Props) {
  const t = useTranslations("leaveSetup");
  const day = useDay();
  const [picked, setPicked] = useState({ date: "", name: "" });
  const add = (more: Holiday[]) => {
    const there = new Set(days.map(({ date }) => date));
    const news = more.filter(({ date }) => !there.has(date));
    onChange([...days, ...news].toSorted((a, b) => a.date.localeCompare(b.date)));
  };
  const addPicked = () => {
    if (picked.date === "" || picked.name.trim() === "") return;
    add([picked]);
    setPicked({ date: "", name: "" });
  };
  return (
    <Fieldset
      legend={t("dates")}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
        event.preventDefault(); // it would save the list, without the day
        addPicked();
      }}
    >
      <Stack gap="sm">
        <Suggestions onSuggested={add} />
        <Group align="end" gap="xs">
          <TextInput
            type="date"
            label={t("date")}
            value={picked.date}
            onChange={(event) => {
              setPicked({ ...picked, date: event.currentTarget.value });
            }}
          />
          <TextInput
            label={t("holiday")}
            maxLength={100}
            value={picked.name}
            onChange={(event) => {
              setPicked({ ...picked, name: event.currentTarget.value });
            }}
            flex={1}
            miw={140}
          />
          <Button
            variant="default"
            disabled={picked.date === "" || picked.name.trim() === ""}
            onClick={addPicked}
          >
            {t("addDay")}
          </Button>
        </Group>
        {days.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t("noDates")}
          </Text>
        ) : (
          <Table.ScrollContainer
            minWidth={0}
            scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": t("dates") } }}
          >
            <Table aria-label={t("dates")} verticalSpacing={2}>
              <Table.Tbody>
                {days.map(({ date, name }) => (
                  <Table.Tr key={date}>
                    <Table.Td>{day(date)}</Table.Td>
                    <Table.Td>{name}</Table.Td>
                    <Table.Td w={40}>
                      <CloseButton
                        size="sm"
                        aria-label={t("removeDay", { day: day(date) })}
                        onClick={() => {
                          onChange(days.filter((each) => each.date !== date));
                        }}
                      />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Stack>
    </Fieldset>
  );
}

/** A country's public holidays of a year. */
function Suggestions({ onSuggested }: { onSuggested: (days: Holiday[]) => void }) {
  const t = useTranslations("leaveSetup");
  const { tenant } = useSession();
  const countries = useCountries();
  const [country, setCountry] = useState(tenant.country);
  const [subdivision, setSubdivision] = useState("");
  const [year, setYear] = useState(useToday().slice(0, 4));
  const suggest = useMutation({
    mutationFn: () => {
      const part = subdivision.trim().toUpperCase();
      const query = { country, year: Number(year), ...(part !== "" && { subdivision: part }) };
      return dataOf(api.GET("/hrms/holiday-suggestions", { params: { query } }));
    },
    onSuccess: (suggested) => {
      onSuggested(suggested.days);
    },
  });
  return (
    <>
      <Group align="end" gap="xs">
        <Select
          label={t("country")}
          data={countries}
          searchable
          allowDeselect={false}
          value={country}
          onChange={(value) => {
            setCountry(value ?? country);
          }}
          flex={1}
          miw={180}
        />
        <TextInput
          label={t("subdivision")}
          placeholder={t("subdivisionExample")}
          maxLength={3}
          w={120}
          value={subdivision}
          onChange={(event) => {
            setSubdivision(event.currentTarget.value);
          }}
        />
        <TextInput
          label={t("year")}
          type="number"
          min={1950}
          max={2100}
          w={100}
          value={year}
          onChange={(event) => {
            setYear(event.currentTarget.value);
          }}
        />
        <Button
          variant="default"
          loading={suggest.isPending}
          onClick={() => {
            suggest.mutate();
          }}
        >
          {t("addPublic")}
        </Button>
      </Group>
      {suggest.isError && <ProblemAlert error={suggest.error} />}
    </>
  );
}
