// The Live page at every width: nothing overflows, and what one works with keeps a usable size.
import { expect, type Page } from "@playwright/test";

import { withoutViolations } from "./axe";
import { open, publish, rows } from "./live";
import { test } from "./quiet";

const size = async (page: Page, selector: string) => (await page.locator(selector).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };

for (const [width, height] of [
  [390, 844],
  [600, 800],
  [720, 450],
  [768, 1024],
  [960, 700],
  [1100, 700],
  [1440, 900],
  [1920, 1080],
] as const) {
  test(`at ${width} × ${height} every part of Live has room`, async ({ page }) => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await open(page);
    await publish(page, "room/for/all", "x", "1");
    await expect(rows(page, "PUBLISH")).toHaveCount(2);
    await page.setViewportSize({ width, height });
    const step = async (name: string) => {
      const button = page.getByTestId(`step-${name}`);
      if (await button.isVisible()) await button.click();
    };
    const fits = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

    await step("traffic");
    const wire = await size(page, "#wire");
    expect(wire.width).toBeGreaterThan(width < 720 ? width - 20 : 360);
    expect(wire.height).toBeGreaterThan(150);
    const type = rows(page, "PUBLISH").first().locator(".type");
    expect(await type.evaluate((type) => type.scrollWidth - type.clientWidth)).toBeLessThanOrEqual(0);
    expect(await fits()).toBeLessThanOrEqual(0);

    await rows(page, "PUBLISH").first().click();
    await expect(page.getByTestId("packet-type")).toHaveText("PUBLISH");
    const details = await size(page, "#live-details");
    expect(details.width).toBeGreaterThan(290);
    expect(details.height).toBeGreaterThan(280);
    expect(await fits()).toBeLessThanOrEqual(0);

    await step("connections");
    const side = await size(page, "#live-side");
    expect(side.width).toBeGreaterThan(220);
    await page.getByTestId("topics").scrollIntoViewIfNeeded();
    expect((await size(page, "#topics")).height).toBeGreaterThan(90);
    expect(await fits()).toBeLessThanOrEqual(0);

    await step("publish");
    await page.getByTestId("publish-topic").scrollIntoViewIfNeeded();
    expect((await size(page, ".publish-topic")).width).toBeGreaterThan(100);
    const form = page.locator("#live-publish");
    expect(await form.evaluate((form) => form.scrollWidth - form.clientWidth)).toBeLessThanOrEqual(0);
    await expect(page.getByTestId("publish")).toBeVisible();
    expect(await fits()).toBeLessThanOrEqual(0);
    await withoutViolations(page);
  });
}

test("a long form leaves the list its place", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 700 });
  await open(page);
  for (const part of ["properties", "repeat", "request"]) {
    await page.getByTestId(`more-${part}`).locator("summary").first().click();
  }
  expect((await size(page, "#wire")).height).toBeGreaterThan(180);
});

test("panels are resized by keys and by the pointer, stay so, and are hidden", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page);
  const split = page.getByRole("separator", { name: "Width of the connections" });
  const width = async () => (await size(page, "#live-side")).width;
  const before = await width();
  await split.focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(width).toBe(before + 16);
  await expect(split).toHaveAttribute("aria-valuenow", String(before + 16));
  await page.keyboard.press("Shift+ArrowLeft");
  await expect.poll(width).toBe(before - 48);
  const details = page.getByRole("separator", { name: "Width of the details" });
  const place = (await details.boundingBox())!;
  const wide = (await size(page, "#live-details")).width;
  await page.mouse.move(place.x, 400);
  await page.mouse.down();
  await page.mouse.move(place.x - 100, 420, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => Math.round((await size(page, "#live-details")).width - wide)).toBe(100);
  await page.reload();
  await expect(rows(page, "SUBACK")).toHaveCount(1, { timeout: 15_000 });
  expect(await width()).toBe(before - 48);
  await split.dblclick();
  await expect.poll(width).toBe(before);

  const middle = async () => (await size(page, ".middle")).width;
  const narrow = await middle();
  await page.getByRole("button", { name: "Hide the connections" }).click();
  await expect(page.locator("#live-side")).toBeHidden();
  await page.getByRole("button", { name: "Hide the details" }).click();
  await expect(page.locator("#live-details")).toBeHidden();
  expect(await middle()).toBeGreaterThan(narrow + 500);
  await page.getByRole("button", { name: "Show the connections" }).click();
  await page.getByRole("button", { name: "Show the details" }).click();
  await expect(page.locator("#live-side")).toBeVisible();
});

test("the bar of numbers fits while the lists are paused", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page);
  await page.getByTestId("pause").click();
  await publish(page, "a", "b");
  await expect(page.getByTestId("paused")).toContainText("new");
  const strip = page.locator(".strip");
  expect(await strip.evaluate((strip) => strip.scrollWidth - strip.clientWidth)).toBeLessThanOrEqual(0);
});

for (const [width, height] of [
  [768, 1024],
  [768, 500],
  [390, 844],
] as const) {
  test(`at ${width} × ${height} each part of Live shows something of its own`, async ({ page }) => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await open(page);
    await page.setViewportSize({ width, height });
    const parts = page.getByRole("navigation", { name: "Parts of the page" }).getByRole("button");
    const shown = async () => {
      const all = ["#live-side", "#wire", "#live-publish", "#live-details"];
      const seen = await Promise.all(all.map((one) => page.locator(one).isVisible()));
      return seen.join();
    };
    const seen = new Set<string>();
    for (const part of await parts.all()) {
      await part.click();
      await expect(part).toHaveAttribute("aria-current", "step");
      seen.add(await shown());
    }
    expect(seen.size).toBe(await parts.count());
    const hasBoth = width >= 720 && height >= 600;
    await expect(page.getByTestId("step-publish")).toHaveCount(hasBoth ? 0 : 1);
  });
}

test("a page that gets room for the form below the traffic shows both", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByTestId("step-publish").click();
  await expect(page.locator("#wire")).toBeHidden();
  await page.setViewportSize({ width: 768, height: 1024 });
  await expect(page.getByTestId("step-traffic")).toHaveAttribute("aria-current", "step");
  await expect(page.locator("#wire")).toBeVisible();
  await expect(page.locator("#live-publish")).toBeVisible();
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(page.getByTestId("step-publish")).toHaveAttribute("aria-current", "step");
  await expect(page.locator("#wire")).toBeHidden();
});
