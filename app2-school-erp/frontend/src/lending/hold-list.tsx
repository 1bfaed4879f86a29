import { dataOf } from "@fleet/web/api/data-of";
import { type Column, ResourceTable } from "@fleet/web/ui/resource-table";
import { Title } from "@mantine/core";

import { api } from "@/api";
import type { Hold } from "@/library";

interface Props {
  title: string;
  empty: string;
  of: { book_id: string } | { patron_id: string };
  columns: Column<Hold>[];
}

/** The open holds of a book or of a patron, as a section of its page. */
export function HoldList({ title, empty, of, columns }: Props) {
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        {title}
      </Title>
      <ResourceTable
        label={title}
        queryKey={["get", "/libraries/holds", of]}
        read={(cursor) => {
          const query = { ...of, state: "open" as const, cursor: cursor ?? null };
          return dataOf(api.GET("/libraries/holds", { params: { query } }));
        }}
        columns={columns}
        rowKey={(hold) => hold.id}
        empty={empty}
      />
    </section>
  );
}
