import { screen, within } from "@testing-library/react";

import { ApiError } from "../api/problem";
import { inTurn } from "../testing/gateway";
import { audit, show } from "../testing/show";
import { type Column, type Page, ResourceTable } from "./resource-table";
import { useView } from "./use-view";

interface Person {
  id: string;
  name: string;
  town: string;
}

const COLUMNS: Column<Person>[] = [
  { id: "name", header: "Name", sort: "name", cell: ({ name }) => name },
  { id: "town", header: "Town", cell: ({ town }) => town },
];

type Read = (sort: string, cursor: string | undefined) => Promise<Page<Person>>;

function People({ read, hidden = [] }: { read: Read; hidden?: string[] }) {
  const [view, setView] = useView({ sort: "name" });
  return (
    <ResourceTable
      label="People"
      columns={COLUMNS}
      hidden={hidden}
      queryKey={["people", view]}
      read={(cursor) => read(view.sort, cursor)}
      rowKey={({ id }) => id}
      sort={view.sort}
      onSort={(sort) => setView({ sort })}
    />
  );
}

const person = (name: string): Person => ({ id: name, name, town: "London" });
const page = (names: string[], next_cursor: string | null = null, total: number | null = null) =>
  Promise.resolve({ items: names.map(person), next_cursor, total });
const names = () =>
  screen
    .getAllByRole("row")
    .slice(1)
    .map((row) => within(row).getAllByRole("cell")[0]?.textContent);

test("the server sorts, upwards first and then downwards, and the address says how", async () => {
  const read: Read = (sort) => page(sort === "-name" ? ["Ben", "Ada"] : ["Ada", "Ben"]);
  const { user, address } = show(<People read={read} />);
  await screen.findByText("Ada");
  expect(screen.getByRole("columnheader", { name: "Name" })).toHaveAttribute("aria-sort", "ascending");
  await user.click(screen.getByRole("button", { name: "Name" }));
  expect(address()).toBe("/?sort=-name");
  expect(screen.getByRole("columnheader", { name: "Name" })).toHaveAttribute("aria-sort", "descending");
  expect(names()).toEqual(["Ben", "Ada"]);
  await user.click(screen.getByRole("button", { name: "Name" }));
  expect(address()).toBe("/");
});

test("more is read from where the last page ended, until there is no more", async () => {
  const read: Read = (_, cursor) => (cursor === "2" ? page(["Cy"]) : page(["Ada", "Ben"], "2", 3));
  const { user } = show(<People read={read} />);
  expect(await screen.findByText("2 of 3")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Show more" }));
  expect(await screen.findByText("3 of 3")).toBeInTheDocument();
  expect(names()).toEqual(["Ada", "Ben", "Cy"]);
  expect(screen.queryByRole("button", { name: "Show more" })).not.toBeInTheDocument();
});

test("a list of nothing says so", async () => {
  show(<People read={() => page([])} />);
  expect(await screen.findByText("Nothing found.")).toBeInTheDocument();
});

test("a list that cannot be read says why, and is read again when asked to", async () => {
  const answers = inTurn(
    () => Promise.reject(new ApiError({ status: 403, code: "permission_missing", title: "No" })),
    () => page(["Ada"]),
  );
  const { user } = show(<People read={() => answers()()} />);
  expect(await screen.findByRole("alert")).toHaveTextContent("Your role does not allow this.");
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Ada")).toBeInTheDocument();
});

test("a page that cannot be read leaves those that were", async () => {
  const read: Read = (_, cursor) =>
    cursor
      ? Promise.reject(new ApiError({ status: 403, code: "permission_missing", title: "No" }))
      : page(["Ada"], "2");
  const { user } = show(<People read={read} />);
  await user.click(await screen.findByRole("button", { name: "Show more" }));
  expect(await screen.findByRole("alert")).toBeInTheDocument();
  expect(names()).toEqual(["Ada"]);
});

test("a hidden column is not shown", async () => {
  show(<People read={() => page(["Ada"])} hidden={["town"]} />);
  await screen.findByText("Ada");
  expect(screen.queryByText("London")).not.toBeInTheDocument();
});

test("a screen reader gets along with a table", async () => {
  const { container } = show(<People read={() => page(["Ada"], "2", 2)} />);
  await screen.findByText("Ada");
  expect(await audit(container)).toHaveNoViolations();
});
