// Clearing the log of the Live page, and the way back.
import { expect, type Page } from "@playwright/test";

import { withoutViolations } from "./axe";
import { open, publish, rows } from "./live";
import { test } from "./quiet";

/** The rows of all packets: their places in the log, and what they are. */
const shown = (page: Page) =>
  page.locator("[data-testid=wire-row], [data-testid=wire-event]").evaluateAll((all) => all.map((row) => [Number((row as HTMLElement).dataset.row), (row as HTMLElement).dataset.type]));

const topic = (page: Page, name: string) => page.locator(`[data-testid="topic"][title="${name}"]`);

test("what was cleared comes back in its place with one press of a key, before what came since", async ({ page }) => {
  await open(page);
  await publish(page, "clear/one", "1", "1");
  // Sent and acknowledged, received and acknowledged.
  await expect(rows(page, "PUBACK")).toHaveCount(2);
  const before = await shown(page);
  expect(before.length).toBeGreaterThan(7);

  await page.getByTestId("clear").press("Enter");
  await expect(rows(page, "PUBLISH")).toHaveCount(0);
  await expect(topic(page, "clear/one")).toHaveCount(0);
  await expect(page.getByTestId("cleared")).toContainText(/^\d+ packets of all connections cleared, with messages, topics and findings\./);
  await expect(page.getByTestId("clear")).toBeFocused();
  await withoutViolations(page);
  await publish(page, "clear/two", "2");
  await expect(rows(page, "PUBLISH")).toHaveCount(2);
  const since = await shown(page);

  await page.getByTestId("undo-clear").press("Enter");
  await expect(rows(page, "PUBLISH")).toHaveCount(4);
  await expect(page.getByTestId("cleared")).toHaveCount(0);
  // The button is gone, and the focus is not lost with it.
  await expect(page.getByTestId("clear")).toBeFocused();
  const all = await shown(page);
  expect(all).toEqual([...before, ...since]);
  expect(all.map(([place]) => place)).toEqual(all.map((_, index) => index));
  await expect(topic(page, "clear/one")).toHaveCount(1);
  await expect(topic(page, "clear/two")).toHaveCount(1);
  // A row of before is still what it was.
  await rows(page, "PUBLISH").first().click();
  await expect(page.getByTestId("field").and(page.locator('[data-name="Topic Name"]')).first()).toContainText("clear/one");
});

test("what was cleared is forgotten when nobody wants it", async ({ page }) => {
  await open(page);
  await publish(page, "clear/one", "1");
  await expect(rows(page, "PUBLISH")).toHaveCount(2);
  await page.getByTestId("clear").click();
  await page.getByTestId("forget-cleared").click();
  await expect(page.getByTestId("cleared")).toHaveCount(0);
  await expect(page.getByTestId("clear")).toBeFocused();
  await publish(page, "clear/two", "2");
  await expect(rows(page, "PUBLISH")).toHaveCount(2);
  // An empty log has nothing to clear.
  await page.getByTestId("clear").click();
  await expect(page.getByTestId("cleared")).toContainText("2 packets of all connections cleared, ");
  await page.getByTestId("clear").click();
  await expect(page.getByTestId("cleared")).toContainText("2 packets of all connections cleared, ");
});

test("the button says that the log of all connections is cleared, also where one is shown", async ({ page }) => {
  await open(page);
  await expect(page.getByTestId("clear")).toHaveText("Clear all");
  await expect(page.getByTestId("clear")).toHaveAttribute("title", /all connections/);
  await page.getByTestId("scope").selectOption("all");
  // The same where all are shown: what it does is the same.
  await expect(page.getByTestId("clear")).toHaveText("Clear all");
});
