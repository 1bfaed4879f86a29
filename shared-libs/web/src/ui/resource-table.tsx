"use client";

import { Box, Button, Center, Group, LoadingOverlay, Table, Text, UnstyledButton } from "@mantine/core";
import { useIntersection } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import {
  type ColumnDef,
  columnVisibilityFeature,
  FlexRender,
  type Row,
  type RowData,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { IconArrowDown, IconArrowsSort, IconArrowUp } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useMemo, useState } from "react";

import { ProblemAlert } from "./problem-alert";

const features = tableFeatures({ columnVisibilityFeature });

/** Rows up to which all are in the page, where the browser's own search finds them. */
const WHOLE = 100;
/** Of a long list, whose columns must not follow what happens to be in view; in px. */
const NARROWEST = 150;

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

/** A list of the fleet's, sorted and narrowed by the server; more is read as one gets near its end. */
export function ResourceTable<Item extends RowData>(props: Props<Item>) {
  const { label, columns, hidden, queryKey, read, rowKey, sort, onSort, empty } = props;
  const t = useTranslations("common");
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    // Who has come far would read all of it again.
    refetchOnWindowFocus: ({ state }) => (state.data?.pages.length ?? 0) < 5,
  });
  const { ref: end, entry } = useIntersection({ rootMargin: "0px 0px 800px" });
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  const wantsMore = entry?.isIntersecting === true && hasNextPage && !isFetching && !isError;
  useEffect(() => {
    if (wantsMore) void fetchNextPage();
  }, [wantsMore, fetchNextPage]);
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
  const long = (total ?? items.length) > WHOLE;

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
        minWidth={long ? table.getVisibleLeafColumns().length * NARROWEST : 480}
        scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": label } }}
      >
        <Table
          highlightOnHover
          verticalSpacing="xs"
          layout={long ? "fixed" : "auto"}
          aria-label={label}
          aria-rowcount={long ? (total ?? -1) : undefined}
        >
          <Table.Thead>
            {table.getHeaderGroups().map((group) => (
              <Table.Tr key={group.id}>
                {group.headers.map((header) => (
                  <SortableHeader
                    key={header.id}
                    title={<FlexRender header={header} />}
                    field={onSort && sortOf.get(header.column.id)}
                    sort={sort}
                    onSort={onSort}
                  />
                ))}
              </Table.Tr>
            ))}
          </Table.Thead>
          <Rows rows={table.getRowModel().rows} long={long} />
        </Table>
      </Table.ScrollContainer>
      {query.isSuccess && items.length === 0 && (
        <Center py="xl">{empty ?? <Text c="dimmed">{t("nothingFound")}</Text>}</Center>
      )}
      {query.isError && <ProblemAlert error={query.error} retry={() => void query.fetchNextPage()} />}
      {items.length > 0 && (
        <Group ref={end} justify="space-between" mt="sm">
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

/** All rows; of a long list those in view, and room for the others. */
function Rows<Item extends RowData>({ rows, long }: { rows: Row<typeof features, Item>[]; long: boolean }) {
  "use no memo"; // the virtualizer is changed in place
  const [body, setBody] = useState<HTMLElement | null>(null);
  const list = useWindowVirtualizer<HTMLTableRowElement>({
    enabled: long,
    count: rows.length,
    getItemKey: (index) => rows[index]?.id ?? index,
    estimateSize: () => 42,
    overscan: 10,
    scrollMargin: body ? body.getBoundingClientRect().top + window.scrollY : 0,
  });
  const { scrollMargin } = list.options;
  const items = list.getVirtualItems();
  const [first, last] = [items[0], items.at(-1)];
  return (
    <Table.Tbody ref={setBody}>
      {first && <Room height={first.start - scrollMargin} />}
      {(long ? items.map(({ index }) => index) : rows.map((_, index) => index)).map((index) => {
        const row = rows[index];
        return (
          row && (
            <Table.Tr
              key={row.id}
              {...(long && { ref: list.measureElement, "data-index": index, "aria-rowindex": index + 2 })}
            >
              {row.getVisibleCells().map((cell) => (
                <Table.Td key={cell.id} style={long ? { overflowWrap: "anywhere" } : undefined}>
                  <FlexRender cell={cell} />
                </Table.Td>
              ))}
            </Table.Tr>
          )
        );
      })}
      {last && <Room height={list.getTotalSize() + scrollMargin - last.end} />}
    </Table.Tbody>
  );
}

function Room({ height }: { height: number }) {
  return height > 0 && <tr aria-hidden style={{ height }} />;
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
