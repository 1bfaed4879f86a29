import { show } from "@fleet/web/testing/show";
import { screen } from "@testing-library/react";

import { messages } from "@/messages";

import { SavedViews } from "./saved-views";

beforeEach(() => {
  localStorage.clear();
});

function views(list = "employees") {
  const recalled: string[] = [];
  const address = "/employees?q=ada&status=active";
  const onRecall = (query: string) => recalled.push(query);
  const shown = show(<SavedViews list={list} onRecall={onRecall} />, { messages: messages.en, address });
  return { ...shown, recalled };
}

test("a view is kept under a name, in this browser, and recalled by it", async () => {
  const { user, unmount } = views();
  await user.click(screen.getByRole("button", { name: "Views" }));
  await user.type(await screen.findByLabelText(/^Name of this view/), "My people");
  await user.click(screen.getByRole("button", { name: "Keep" }));
  expect(screen.getByRole("button", { name: "My people" })).toBeInTheDocument();
  unmount();

  const later = views();
  await later.user.click(screen.getByRole("button", { name: "Views" }));
  await later.user.click(await screen.findByRole("button", { name: "My people" }));
  expect(later.recalled).toEqual(["q=ada&status=active"]);
});

test("a view is forgotten for good, and another list's are not shown", async () => {
  localStorage.setItem("views:employees:ada", JSON.stringify({ Mine: "q=ada" }));
  localStorage.setItem("views:leave:ada", JSON.stringify({ Other: "q=ben" }));
  const { user } = views();
  await user.click(screen.getByRole("button", { name: "Views" }));
  await user.click(await screen.findByRole("button", { name: "Forget Mine" }));
  expect(screen.queryByRole("button", { name: "Mine" })).not.toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Other" })).not.toBeInTheDocument();
  expect(localStorage.getItem("views:employees:ada")).toBe("{}");
});
