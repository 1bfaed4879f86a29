import { screen } from "@testing-library/react";

import { show } from "../testing/show";
import { SearchField } from "./search-field";
import { listQuery, useView } from "./use-view";

function View() {
  const [view, setView] = useView({ q: "", status: "active", sort: "name" });
  return (
    <>
      <output>{Object.values(view).join("|")}</output>
      <SearchField value={view.q} onChange={(q) => setView({ q })} />
      <button onClick={() => setView({ status: "left" })}>Left</button>
      <button onClick={() => setView({ status: "active" })}>Active</button>
    </>
  );
}

test("a view is what the address says, and what that leaves out is as at first", () => {
  show(<View />, { address: "/employees?q=ada&unknown=1" });
  expect(screen.getByRole("status")).toHaveTextContent("ada|active|name");
});

test("a change is put into the address, beside what was there; what is as at first is left out", async () => {
  const { user, address } = show(<View />, { address: "/employees?q=ada" });
  await user.click(screen.getByRole("button", { name: "Left" }));
  expect(address()).toBe("/employees?q=ada&status=left");
  await user.click(screen.getByRole("button", { name: "Active" }));
  expect(address()).toBe("/employees?q=ada");
});

test("a search is asked for once the keys have paused", async () => {
  const { user, address } = show(<View />, { address: "/employees" });
  await user.type(screen.getByRole("searchbox"), " lovelace ");
  expect(address()).toBe("/employees");
  expect(await screen.findByText("lovelace|active|name")).toBeInTheDocument();
  expect(address()).toBe("/employees?q=lovelace");
});

test("what is empty is no part of a list's query", () => {
  expect(listQuery({ q: "", cursor: undefined, sort: "name", total: false })).toEqual({
    sort: "name",
    total: false,
  });
});
