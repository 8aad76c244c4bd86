// Lists of packets over midnight say where a day begins, whatever they are narrowed to.
import { expect, type Page } from "@playwright/test";

import { test } from "./quiet";

test.use({ timezoneId: "UTC" });

/** A client on the last evening of 2023 and the first morning of 2024, as mosquitto writes it down. */
const LOG = [
  "1704067198: New connection from 127.0.0.1:34836 on port 4711.",
  "1704067198: New client connected from 127.0.0.1:34836 as meter-9 (p2, c1, k60).",
  "1704067198: Sending CONNACK to meter-9 (0, 0)",
  "1704067199: Received PUBLISH from meter-9 (d0, q1, r0, m3, 'plant/pump1', ... (25 bytes))",
  "1704067199: Sending PUBACK to meter-9 (m3, rc0)",
  "1704067201: Received PUBLISH from meter-9 (d0, q1, r0, m4, 'plant/pump2', ... (25 bytes))",
  "1704067201: Sending PUBACK to meter-9 (m4, rc0)",
];

async function openLog(page: Page) {
  await page.goto("#/captures");
  const buffer = Buffer.from(`${LOG.join("\n")}\n`);
  await page.getByTestId("capture-files").setInputFiles({ name: "broker.log", mimeType: "text/plain", buffer });
  await expect(page.getByTestId("wire").locator("[data-row]")).toHaveCount(LOG.length);
}

test("the first row of a day says it, also of what a search leaves", async ({ page }) => {
  await openLog(page);
  const days = page.getByTestId("wire").getByTestId("day");
  await expect(days).toHaveText(["2023-12-31", "2024-01-01"]);
  const begins = page.locator("[data-testid=wire-event]", { has: page.getByText("2024-01-01", { exact: true }) });
  await expect(begins).toContainText("plant/pump2");

  const search = page.getByTestId("search");
  await search.fill("pump2");
  await expect(days).toHaveText(["2024-01-01"]);
  await search.fill("puback");
  await expect(days).toHaveText(["2023-12-31", "2024-01-01"]);
  await search.fill("2024-01-01");
  await expect(days).toHaveText(["2024-01-01"]);
  await search.fill("");

  await page.getByTestId("tab-messages").click();
  await expect(page.getByTestId("messages").getByTestId("day")).toHaveText(["2023-12-31", "2024-01-01"]);
});

test("a row is found by the words that it says, by several at once", async ({ page }) => {
  await openLog(page);
  const rows = page.getByTestId("wire").locator("[data-row]");
  const search = page.getByTestId("search");
  await search.fill("begins");
  await expect(rows).toHaveCount(1);
  await search.fill("from a log");
  await expect(rows).toHaveCount(LOG.length);
  await search.fill("23:59:59 publish");
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText("plant/pump1");
});

test("the times and types of packets are whole on a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openLog(page);
  await page.getByRole("button", { name: "Packets", exact: true }).click();
  const types = page.getByTestId("wire").locator(".type");
  await expect(types.first()).toBeVisible();
  const cut = await types.evaluateAll((all) => all.filter((it) => it.scrollWidth > it.clientWidth).map((it) => it.textContent));
  expect(cut).toEqual([]);
  const time = page.getByTestId("wire").locator(".time").first();
  await expect(time).toBeVisible();
  // Hours, minutes and seconds at least.
  expect((await time.boundingBox())!.width).toBeGreaterThan(48);
});
