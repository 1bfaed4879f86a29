/** A pupil borrows a book at the desk, renews it and brings it back. */

import { journey } from "./browser.mjs";
import { register } from "./organisation.mjs";

const CARD = "J001";
const BARCODE = "JB001";

await journey(async (person) => {
  const librarian = await person(process.env.SCHOOL);
  await register(librarian, "school");
  await stock(librarian);

  const { page } = librarian;
  await page.getByRole("link", { name: "Library desk" }).click();
  await page.getByLabel("Scan card").fill(CARD);
  await page.getByLabel("Scan card").press("Enter");
  await page.getByText("Nothing on loan").waitFor();
  await scan(page);
  await page.getByText("Lent to Ada Pupil").waitFor();
  await librarian.look("desk-lent");

  await page.getByText("Renew", { exact: true }).first().click();
  await scan(page);
  await page.getByText("Renewed for Ada Pupil").waitFor();

  await page.getByText("Return", { exact: true }).first().click();
  await scan(page);
  await page.getByText("Returned by Ada Pupil").waitFor();
  await librarian.look("desk-returned");
});

/** A book with one copy, and a pupil. */
async function stock({ api }) {
  const { id } = await api("POST", "/libraries/books", { title: "A Journey", authors: ["N. N."] });
  const [branch] = (await api("GET", "/libraries/branches")).items;
  await api("POST", `/libraries/books/${id}/copies`, { barcode: BARCODE, branch_id: branch.id });
  await api("POST", "/libraries/patrons", { name: "Ada Pupil", card: CARD, category: "pupil" });
}

async function scan(page) {
  await page.getByLabel("Scan book").fill(BARCODE);
  await page.getByLabel("Scan book").press("Enter");
}
