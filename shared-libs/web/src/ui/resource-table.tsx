"use client";

import { Box, Button, Center, Group, LoadingOverlay, Table, Text, UnstyledButton } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import {
  type ColumnDef,
  columnVisibilityFeature,
  type RowData,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { IconArrowDown, IconArrowsSort, IconArrowUp } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useMemo } from "react";

import { ProblemAlert } from "./problem-alert";

const features = tableFeatures({ columnVisibilityFeature });

export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
  total: number | null;
}

/** A column; `sort` is the field's name in the list's `?sort=`, where the server can sort by it. */
export interface Column<Item> {
  id: string;
  header: string;
  cell: (item: Item) => ReactNode;
  sort?: string;
}

interface Props<Item> {
  /** Names the table for screen readers. */
  label: string;
  columns: Column<Item>[];
  /** Ids of the columns that are not shown. */
  hidden?: readonly string[];
  /** Names the list and what narrows it: a change reads from the first page. */
  queryKey: readonly unknown[];
  /** One page of the list, from a cursor on. */
  read: (cursor: string | undefined) => Promise<Page<Item>>;
  rowKey: (item: Item) => string;
  /** As in the list's `?sort=`: `name`, `-name`. */
  sort?: string;
  onSort?: (sort: string) => void;
  /** Said where there is nothing. */
  empty?: ReactNode;
}

/** A list of the fleet's, page by page, sorted and narrowed by the server. */
export function ResourceTable<Item extends RowData>(props: Props<Item>) {
  const { label, columns, hidden, queryKey, read, rowKey, sort, onSort, empty } = props;
  const t = useTranslations("common");
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const defs = useMemo(
    () =>
      columns.map((column): ColumnDef<typeof features, Item> => ({
        id: column.id,
        header: column.header,
        cell: ({ row }) => column.cell(row.original),
      })),
    [columns],
  );
  const columnVisibility = useMemo(
    () => Object.fromEntries((hidden ?? []).map((id) => [id, false])),
    [hidden],
  );
  const table = useTable({
    features,
    data: items,
    columns: defs,
    getRowId: rowKey,
    state: { columnVisibility },
  });
  const sortOf = new Map(columns.map((column) => [column.id, column.sort]));
  const total = query.data?.pages[0]?.total;

  if (query.isError && items.length === 0) {
    return <ProblemAlert error={query.error} retry={() => void query.refetch()} />;
  }
  return (
    <Box pos="relative" mih={200} aria-busy={query.isFetching}>
      <LoadingOverlay
        visible={query.isPending || query.isPlaceholderData}
        overlayProps={{ backgroundOpacity: 0.4 }}
      />
      <Table.ScrollContainer
        minWidth={480}
        scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": label } }}
      >
        <Table highlightOnHover verticalSpacing="xs" aria-label={label}>
          <Table.Thead>
            {table.getHeaderGroups().map((group) => (
              <Table.Tr key={group.id}>
                {group.headers.map((header) => (
                  <SortableHeader
                    key={header.id}
                    title={<table.FlexRender header={header} />}
                    field={onSort && sortOf.get(header.column.id)}
                    sort={sort}
                    onSort={onSort}
                  />
                ))}
              </Table.Tr>
            ))}
          </Table.Thead>
          <Table.Tbody>
            {table.getRowModel().rows.map((row) => (
              <Table.Tr key={row.id}>
                {row.getVisibleCells().map((cell) => (
                  <Table.Td key={cell.id}>
                    <table.FlexRender cell={cell} />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {query.isSuccess && items.length === 0 && (
        <Center py="xl">{empty ?? <Text c="dimmed">{t("nothingFound")}</Text>}</Center>
      )}
      {query.isError && <ProblemAlert error={query.error} retry={() => void query.fetchNextPage()} />}
      {items.length > 0 && (
        <Group justify="space-between" mt="sm">
          <Text size="sm" c="dimmed" role="status">
            {total == null
              ? t("shown", { shown: items.length })
              : t("shownOf", { shown: items.length, total })}
          </Text>
          {query.hasNextPage && (
            <Button
              variant="default"
              loading={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              {t("more")}
            </Button>
          )}
        </Group>
      )}
    </Box>
  );
}

interface HeaderProps {
  title: ReactNode;
  field: string | undefined;
  sort: string | undefined;
  onSort: ((sort: string) => void) | undefined;
}

/** Sorts upwards, then downwards, by a button that a keyboard reaches. */
function SortableHeader({ title, field, sort, onSort }: HeaderProps) {
  if (field === undefined || !onSort) return <Table.Th>{title}</Table.Th>;
  const direction = sort === field ? "ascending" : sort === `-${field}` ? "descending" : "none";
  const Icon = { ascending: IconArrowUp, descending: IconArrowDown, none: IconArrowsSort }[direction];
  return (
    <Table.Th aria-sort={direction}>
      <UnstyledButton
        fw="inherit"
        fz="inherit"
        onClick={() => {
          onSort(direction === "ascending" ? `-${field}` : field);
        }}
      >
        <Group gap={4} wrap="nowrap">
          {title}
          <Icon size={14} aria-hidden />
        </Group>
      </UnstyledButton>
    </Table.Th>
  );
}
