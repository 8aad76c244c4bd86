// The inspector of the Dissect page by keys: what is added, the bits, and a menu's search.
import { expect } from "@playwright/test";

import { field, give, open, value } from "./dissect";
import { test } from "./quiet";

/** A PUBLISH of version 5 without properties, and a SUBACK. */
const PUBLISH = "30 05 00 01 74 00 31";
const SUBACK = "90 05 00 0a 00 00 01";

test("what is added is selected, and Enter changes it", async ({ page }) => {
  await open(page);
  await give(page, PUBLISH);
  await page.getByTestId("version").selectOption("MQTT 5");
  // A pair is folded at first: it is opened for what is new in it.
  for (const [name, part, typed] of [
    ["Message Expiry Interval", "Message Expiry Interval", "60"],
    ["User Property", "Name", "key"],
    ["Content Type", "Content Type", "text"],
  ] as const) {
    await page.getByTestId("add").click();
    await page.getByRole("menuitem", { name, exact: true }).click();
    const selected = page.getByTestId("field").and(page.locator("[aria-selected=true]"));
    await expect(selected).toHaveAttribute("data-name", part);
    await expect(selected).toBeInViewport();
    await expect(page.getByRole("tree", { name: "Fields" })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page.getByTestId("edit")).toBeFocused();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type(typed);
    await page.keyboard.press("Enter");
    await expect(selected).toContainText(typed);
  }
});

test("of a list the last entry is the new one", async ({ page }) => {
  await open(page);
  await give(page, SUBACK);
  await page.getByTestId("add").click();
  await page.getByRole("menuitem", { name: "Reason Code", exact: true }).click();
  await expect(field(page, "Reason Code").last()).toHaveAttribute("aria-selected", "true");
  const count = await field(page, "Reason Code").count();
  expect(count).toBeGreaterThan(2);
});

test("a row of bits is one stop of the Tab key, and arrows go from bit to bit", async ({ page }) => {
  await open(page);
  await give(page, PUBLISH);
  await field(page, "Remaining Length").first().click();
  const bits = page.getByTestId("bits").getByTestId("bit");
  await expect(bits).toHaveCount(8);
  await expect(page.getByTestId("bits").locator("[data-testid=bit][tabindex='0']")).toHaveCount(1);
  await bits.first().focus();
  await page.keyboard.press("ArrowRight");
  await expect(bits.nth(1)).toBeFocused();
  await page.keyboard.press("End");
  await expect(bits.nth(7)).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(bits.nth(7)).toBeFocused();
  // Space flips the bit, and the focus stays.
  await page.keyboard.press("Space");
  await expect(bits.nth(7)).toHaveText(/^0/);
  await expect(bits.nth(7)).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(bits.nth(7)).not.toBeFocused();
  await expect(page.locator("[data-testid=bit]:focus")).toHaveCount(0);
  await page.keyboard.press("Shift+Tab");
  await expect(bits.nth(7)).toBeFocused();
  await page.keyboard.press("Home");
  await expect(bits.first()).toBeFocused();
});

test("Enter in a menu's search takes what stands first", async ({ page }) => {
  await open(page);
  await page.getByTestId("examples").press("Enter");
  await page.getByTestId("menu-search").fill("suback few");
  await expect(page.getByRole("menuitem")).toHaveCount(1);
  await page.getByTestId("menu-search").press("Enter");
  await expect(page.getByRole("menuitem")).toHaveCount(0);
  await expect(page.getByTestId("packet").first()).toBeVisible();
  await expect(page.getByTestId("packet").filter({ hasText: "SUBACK" })).toBeVisible();
  // Where nothing matches, nothing is chosen.
  const before = await page.getByTestId("text").inputValue();
  await page.getByTestId("examples").press("Enter");
  await page.getByTestId("menu-search").fill("no such example");
  await page.getByTestId("menu-search").press("Enter");
  await expect(page.getByTestId("menu-search")).toBeFocused();
  await expect(page.getByTestId("text")).toHaveValue(before);
});

test("a length that is wrong for a while sorts no conversation anew", async ({ page }) => {
  const text = ["C: 10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 61", "S: 20 02 00 00", "C: c0 00", "S: d0 00", "C: e0 00"];
  await open(page);
  await give(page, text.join("\n"));
  const types = ["CONNECT", "CONNACK", "PINGREQ", "PINGRESP", "DISCONNECT"];
  await expect(page.getByTestId("packet")).toContainText(types);
  for (const [length, selected, order] of [
    ["15", 1, ["CONNACK", "CONNECT", "PINGRESP", "DISCONNECT"]],
    ["13", 0, types],
  ] as const) {
    await field(page, "Remaining Length").first().dblclick();
    await page.getByTestId("edit").fill(length);
    await page.getByTestId("edit").press("Enter");
    await expect(page.getByTestId("packet")).toContainText([...order]);
    await expect(page.getByTestId("packet").nth(selected)).toHaveAttribute("aria-selected", "true");
    await expect(value(page, "Remaining Length")).toContainText(length);
  }
  await expect(page.getByTestId("text")).toHaveValue(text.join("\n"));
  await expect(page.getByTestId("conversation").getByTestId("verdict")).toContainText("no findings");
});

test("a bit keeps the focus when it is turned over and back", async ({ page }) => {
  await open(page);
  await give(page, "10 0f 00 04 4d 51 54 54 04 02 00 3c 00 03 61 62 63");
  // The Remaining Length: its highest bit says that another byte follows.
  await page.getByTestId("field").filter({ hasText: "Remaining Length" }).first().click();
  const bit = page.locator("#bit-8");
  await bit.focus();
  await page.keyboard.press("Enter");
  await expect(bit).toHaveAttribute("aria-pressed", "true");
  await expect(bit).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(bit).toHaveAttribute("aria-pressed", "false");
  await expect(bit).toBeFocused();
});

for (const width of [390, 1440]) {
  test(`names of bits stand whole at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await open(page);
    // A CONNECT of version 5 with a will, and a SUBSCRIBE.
    await give(page, "10 20 00 04 4d 51 54 54 05 ee 00 3c 00 00 01 61 00 00 01 77 00 01 62 00 01 75 00 04 31 32 33 34 35 36\n82 07 00 0a 00 00 01 61 2d");
    for (const [packet, name] of [[0, "Connect Flags"], [0, "Remaining Length"], [1, "Subscription Options"]] as const) {
      await page.getByTestId("packet").nth(packet).click();
      const steps = page.locator(".steps");
      if (await steps.isVisible()) await steps.getByRole("button", { name: "Fields" }).click();
      await field(page, name).first().click();
      if (await steps.isVisible()) await steps.getByRole("button", { name: "Bytes" }).click();
      const figure = page.getByTestId("bits");
      await expect(figure).toBeVisible();
      const broken = await figure.evaluate((figure) =>
        [...figure.querySelectorAll<HTMLElement>(".groups span")].flatMap((name) => {
          const box = name.closest("button")!.getBoundingClientRect();
          const text = name.firstChild!;
          // A soft hyphen is where a word may part.
          return [...text.textContent!.matchAll(/[^\s\u00ad]+/g)].filter((word) => {
            const range = document.createRange();
            range.setStart(text, word.index);
            range.setEnd(text, word.index + word[0].length);
            // Behind a soft hyphen the hyphen itself has a place on the line before.
            const rects = [...range.getClientRects()];
            const lines = text.textContent![word.index - 1] === "\u00ad" ? rects.slice(-1) : rects;
            return lines.length > 1 || lines.some((line) => line.left < box.left || line.right > box.right);
          });
        }).map((word) => word[0]),
      );
      expect(broken, name).toEqual([]);
      if (await steps.isVisible()) await steps.getByRole("button", { name: "Packets" }).click();
    }
  });
}
