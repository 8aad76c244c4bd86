// The worst that a short link can hold: a mebibyte of the smallest fields or packets. The page shows it and goes on
// answering, and only what is on screen is in the document.
import { expect, type Page } from "@playwright/test";

import { MOST, PACKETS, link, variable } from "./links.mjs";
import { test } from "./quiet";

const fields = (page: Page) => page.getByRole("tree", { name: "Fields" });
const rows = (page: Page) => fields(page).getByRole("treeitem");

/** Elements that opening a link may make, with all that is drawn again: some 17,000, whatever it unpacks to. */
const ELEMENTS = 40_000;

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    const made = { elements: 0 };
    Object.assign(window, { made });
    const count = (node: Node) => {
      if (node instanceof Element) made.elements += 1 + node.querySelectorAll("*").length;
    };
    const watch = new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach(count)));
    watch.observe(document, { childList: true, subtree: true });
  });
});

const made = (page: Page) => page.evaluate(() => (window as unknown as { made: { elements: number } }).made.elements);

for (const [name, type, field, [address, count]] of PACKETS) {
  test(`${name} opens, and its fields can be walked through`, async ({ page }) => {
    await page.goto(address);
    await expect(page.getByTestId("packet-type")).toHaveText(type);
    expect(await made(page)).toBeLessThan(ELEMENTS);
    const drawn = await rows(page).count();
    expect(drawn).toBeGreaterThan(5);
    expect(drawn).toBeLessThan(150);
    // To the end and back by keys.
    await fields(page).focus();
    await page.keyboard.press("Home");
    await expect(rows(page).first()).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("End");
    const selected = fields(page).locator('[aria-selected="true"]');
    await expect(selected).toBeInViewport();
    await page.keyboard.press("ArrowUp");
    await expect(selected).toBeInViewport();
    // One among many says so.
    const last = rows(page).and(page.locator(`[data-name="${field}"]`)).last();
    // A packet has at most two million parts; what is beyond them is counted.
    expect(Number(await last.getAttribute("aria-setsize"))).toBeGreaterThanOrEqual(Math.min(count, 200_000));
    expect(Number(await last.getAttribute("aria-posinset"))).toBeGreaterThan(100_000);
    expect(await rows(page).count()).toBeLessThan(150);
  });
}

test("half a million packets open, and the last is reached by a key", async ({ page }) => {
  await page.goto(link([], [0xc0, 0], MOST / 2));
  await expect(page.getByTestId("count")).toContainText("524,288 packets");
  expect(await made(page)).toBeLessThan(ELEMENTS);
  const list = page.getByRole("listbox", { name: "Packets" });
  await list.focus();
  await page.keyboard.press("End");
  const last = list.locator('[aria-selected="true"]');
  await expect(last).toHaveAttribute("aria-posinset", "524288");
  await expect(last).toBeInViewport();
  expect(await list.getByRole("option").count()).toBeLessThan(100);
});

test("a payload of a mebibyte opens, and its last byte is reached by a key", async ({ page }) => {
  const length = MOST - 16;
  await page.goto(link([0x30, ...variable(4 + length), 0, 1, 0x61, 0], [0x62], length));
  await expect(page.getByTestId("packet-type")).toHaveText("PUBLISH");
  const bytes = page.getByRole("grid", { name: "Bytes of the packet" });
  await bytes.focus();
  await page.keyboard.press("Control+End");
  await expect(bytes.getByRole("gridcell").last()).toBeInViewport();
  expect(await bytes.getByRole("row").count()).toBeLessThan(150);
});
