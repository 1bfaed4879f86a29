import { answer, Gateway, page } from "@fleet/web/testing/gateway";
import { show } from "@fleet/web/testing/show";
import { NotificationBell } from "@fleet/web/ui/notification-bell";
import { screen } from "@testing-library/react";

import { messages } from "@/messages";

const about = { from: "2026-12-01", to: "2026-12-04", employee: "Charles Babbage" };
const passport = { type: "Passport", expires_on: "2027-01-03" };

test.each([
  ["hrms.leave_asked", about, "Charles Babbage asks for leave from 1 Dec 2026 to 4 Dec 2026."],
  ["hrms.document_expiring", passport, "Passport: expires on 3 Jan 2027."],
  ["hrms.document_expiring", { ...about, ...passport }, "Charles Babbage, Passport: expires on 3 Jan 2027."],
])("of %s one is told in words, and with days as people tell them", async (kind, data, words) => {
  new Gateway()
    .on("GET /user/notifications", () => page([{ id: "1", kind, data, created_at: new Date() }], null, 1))
    .on("POST /user/notifications/read", () => answer(undefined, {}, 204));
  const { user } = show(<NotificationBell places={{}} />, { messages: messages.en });
  await user.click(await screen.findByRole("button", { name: "Notifications: 1 new notification" }));
  expect(await screen.findByText(words)).toBeInTheDocument();
});
