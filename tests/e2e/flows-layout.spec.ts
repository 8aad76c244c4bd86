// The Flows page in windows of every size: no overflow, and a diagram that can be used.
import { expect } from "@playwright/test";

import { withoutViolations } from "./axe";
import { caption, open } from "./flows";
import { test } from "./quiet";

const SIZES = [
  [390, 844],
  [600, 900],
  [720, 450],
  [768, 1024],
  [960, 700],
  [1100, 800],
  [1440, 900],
  [1920, 1080],
] as const;

for (const colorScheme of ["light", "dark"] as const) {
  for (const [width, height] of SIZES) {
    test.describe(`at ${width} × ${height}, ${colorScheme}`, () => {
      test.use({ viewport: { width, height }, colorScheme });
      test("nothing overflows, all lanes are in sight, and the diagram has room", async ({ page }) => {
        await open(page);
        await page.keyboard.press("End");
        await expect(caption(page)).toContainText("Finished");
        const overflow = await page.evaluate(() => {
          const root = document.documentElement;
          const parts = [...document.querySelectorAll(".stage, .controls, .flow-settings, .caption")];
          return Math.max(
            root.scrollWidth - root.clientWidth,
            root.scrollHeight - root.clientHeight,
            ...parts.map((part) => part.scrollWidth - part.clientWidth),
          );
        });
        expect(overflow).toBeLessThanOrEqual(1);
        const room = (await page.getByTestId("room").boundingBox())!;
        expect(room.height).toBeGreaterThanOrEqual(Math.min(340, height * 0.5));
        expect(room.width).toBeGreaterThanOrEqual(300);
        // Either all three lanes fit, or a button says that there are more.
        const diagram = (await page.getByTestId("diagram").boundingBox())!;
        const fits = diagram.x >= room.x - 1 && diagram.x + diagram.width <= room.x + room.width + 1;
        expect(fits || (await page.getByTestId("more-lanes").isVisible())).toBe(true);
        expect(fits).toBe(true);
        if (colorScheme === "dark" && width < 1000) {
          await withoutViolations(page);
        }
      });
    });
  }
}

test.describe("where five lanes do not fit", () => {
  test.use({ viewport: { width: 390, height: 844 } });
  test("a button says so, and scrolls to them", async ({ page }) => {
    await page.goto("#/flows/shared-subscription");
    await expect(page.getByTestId("title")).toHaveText("Shared subscription");
    const more = page.getByTestId("more-lanes");
    await expect(more).toBeVisible();
    const left = () => page.getByTestId("room").evaluate((room) => room.scrollLeft);
    const before = await left();
    await more.focus();
    await page.keyboard.press("Enter");
    await expect.poll(left).not.toBe(before);
    // At the end there are no more.
    const to = (place: number) => page.getByTestId("room").evaluate((room, place) => room.scrollTo({ left: place, behavior: "instant" }), place);
    await to(9_999);
    await expect(more).toHaveCount(0);
    await to(0);
    await more.click();
    await expect.poll(left).not.toBe(0);
  });
});

test.describe("at 768 pixels", () => {
  test.use({ viewport: { width: 768, height: 900 } });
  test("scenarios and states are drawers, and the editor is beside the diagram", async ({ page }) => {
    await open(page);
    await expect(page.getByTestId("gallery")).toBeHidden();
    await page.getByTestId("part-scenarios").click();
    await page.getByTestId("scenario").nth(1).click();
    await expect(page.getByTestId("gallery")).toBeHidden();
    await expect(page.getByTestId("title")).toHaveText("QoS 1, no faults");
    await page.getByTestId("part-memory").click();
    await expect(page.getByTestId("memory")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByTestId("memory")).toBeHidden();
    await page.getByTestId("edit-this").click();
    await expect(page.getByTestId("script")).toBeVisible();
    await expect(page.getByTestId("diagram")).toBeVisible();
  });
});

test("comparing moves neither the scenarios nor the buttons", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page);
  const places = async () => [
    await page.getByTestId("gallery").boundingBox(),
    await page.getByTestId("fork").boundingBox(),
    await page.getByTestId("play").boundingBox(),
  ];
  const before = await places();
  const compare = (await page.getByTestId("compare").boundingBox())!;
  await page.getByTestId("compare").click();
  await expect(page.getByTestId("diagram")).toHaveCount(3);
  const after = await places();
  expect([after[0], after[2]!.x, after[2]!.y]).toEqual([before[0], before[2]!.x, before[2]!.y]);
  const alone = (await page.getByTestId("alone").boundingBox())!;
  expect(Math.abs(alone.x + alone.width - compare.x - compare.width)).toBeLessThan(2);
  expect(Math.abs(alone.y - compare.y)).toBeLessThan(2);
});

test("no label is read in halves while the run plays", async ({ page }) => {
  await open(page);
  // A label is faint or not, and what is to come is drawn below it.
  const order = await page.getByTestId("diagram").evaluate((flow) => [...flow.children].map((one) => one.className.toString() || one.getAttribute("class")));
  const names = order.map(String);
  expect(names.indexOf("curtain")).toBeLessThan(names.findIndex((_, index) => index > names.indexOf("curtain")));
  await expect(page.locator(".arrow[data-faint]")).toHaveCount(await page.getByTestId("arrow").count());
  await page.keyboard.press("End");
  await expect(page.locator(".arrow[data-faint]")).toHaveCount(0);
});

test("a presentation fills the screen with large captions, by mouse and by keys", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page, "QoS 2, PUBREC lost");
  await page.getByTestId("present").click();
  const main = page.locator("main.flows");
  await expect(main).toHaveAttribute("data-presenting", "true");
  await expect(page.getByTestId("gallery")).toBeHidden();
  const size = await caption(page).locator("p").evaluate((one) => parseFloat(getComputedStyle(one).fontSize));
  expect(size).toBeGreaterThanOrEqual(24);
  await page.keyboard.press("ArrowRight");
  await expect(caption(page)).toContainText("step 2 of");
  await page.keyboard.press("p");
  await expect(main).toHaveAttribute("data-presenting", "false");
  await expect(page.getByTestId("gallery")).toBeVisible();
});

test("the playback bar is one row at 1440 pixels, also beside each other", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page);
  const middles = () =>
    page.getByRole("group", { name: "Playback" }).evaluate((bar) => {
      const seen = [...bar.children].map((one) => one.getBoundingClientRect()).filter((box) => box.height > 0);
      const middles = seen.map((box) => (box.top + box.bottom) / 2);
      return Math.max(...middles) - Math.min(...middles);
    });
  expect(await middles()).toBeLessThan(4);
  await page.getByTestId("compare").click();
  await expect(page.getByTestId("diagram")).toHaveCount(3);
  expect(await middles()).toBeLessThan(4);
  await page.getByTestId("fork").click();
  await page.getByRole("menuitem").first().click();
  await expect(page.getByTestId("diagram")).toHaveCount(2);
  expect(await middles()).toBeLessThan(4);
});

for (const width of [900, 1024, 1180, 1340]) {
  test.describe(`runs beside each other, ${width} wide`, () => {
    test.use({ viewport: { width, height: 800 } });
    test("the bar below them and their names keep one line", async ({ page }) => {
      await open(page);
      for (const press of ["fork", "compare"]) {
        await page.getByTestId(press).click();
        if (press === "fork") await page.getByRole("menuitem").first().click();
        const names = page.getByTestId("column");
        await expect(names.nth(1)).toBeVisible();
        for (const name of await names.all()) expect((await name.boundingBox())!.height).toBeLessThanOrEqual(30);
        const tops = await page.locator(".controls > *:visible").evaluateAll((all) => all.map((it) => {
          const at = it.getBoundingClientRect();
          return at.top + at.height / 2;
        }));
        expect(Math.max(...tops) - Math.min(...tops)).toBeLessThan(12);
        await page.getByTestId("alone").click();
      }
    });
  });
}
