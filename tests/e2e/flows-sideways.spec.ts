// On a phone the lanes of some scenarios are wider than the page: it goes with the step from side to side.
import { expect, type Page } from "@playwright/test";

import { step } from "./flows";
import { test } from "./quiet";

test.use({ viewport: { width: 390, height: 844 } });

const left = (page: Page) => page.getByTestId("room").evaluate((room) => room.scrollLeft);

/** Whether the label of the arrow that the present step is about is whole on the page, from side to side. */
async function seesArrow(page: Page, packet: string) {
  const label = page.locator(`[data-testid=arrow][data-packet="${packet}"] text`);
  const box = (await label.boundingBox())!;
  return box.x >= 0 && box.x + box.width <= 390;
}

async function openShared(page: Page) {
  await page.goto("#/flows/shared-subscription");
  await expect(page.getByTestId("title")).toHaveText("Shared subscription");
  await expect(page.getByTestId("diagram")).toBeVisible();
}

for (const reducedMotion of ["no-preference", "reduce"] as const) {
  test.describe(`with motion: ${reducedMotion}`, () => {
    test.use({ contextOptions: { reducedMotion } });
    test("the arrow of each step comes into view, and the next scenario begins at the left", async ({ page }) => {
      await openShared(page);
      expect(await left(page)).toBe(0);
      await page.getByTestId("room").focus();
      await page.keyboard.press("End");
      // The last packets go to the worker on the right.
      const arrows = page.getByTestId("arrow");
      const rightmost = await arrows.evaluateAll((all) => {
        const place = (arrow: Element) => arrow.querySelector("text")!.getBoundingClientRect().left;
        const found = all.reduce((one, other) => (place(other) > place(one) ? other : one));
        return found.getAttribute("data-packet")!;
      });
      await page.keyboard.press("Home");
      const [, steps] = /step \d+ of (\d+)/.exec((await page.getByTestId("step").textContent())!)!;
      const places = new Set<number>();
      let sawRightmost = false;
      for (let next = 2; next <= Number(steps); next += 1) {
        await page.keyboard.press("ArrowRight");
        await expect.poll(() => step(page)).toBe(next);
        // Where it plays up to the step, it stops there.
        await expect(page.getByTestId("play")).toHaveAttribute("aria-label", /^Play/);
        places.add(await left(page));
        sawRightmost ||= await seesArrow(page, rightmost);
      }
      expect(sawRightmost).toBe(true);
      expect(places.size).toBeGreaterThan(1);
      // By hand it stays where it was put, until another step.
      await page.getByTestId("room").evaluate((room) => room.scrollTo({ left: 9_999, behavior: "instant" }));
      expect(await left(page)).toBeGreaterThan(100);
      await page.getByTestId("part-scenarios").click();
      await page.getByTestId("scenario").filter({ hasText: "QoS 1, no faults" }).first().click();
      await expect(page.getByTestId("title")).toHaveText("QoS 1, no faults");
      await expect.poll(() => left(page)).toBe(0);
    });
  });
}

test("a scenario after one that was scrolled to the right begins at the left", async ({ page }) => {
  await openShared(page);
  await page.getByTestId("room").evaluate((room) => room.scrollTo({ left: 9_999, behavior: "instant" }));
  expect(await left(page)).toBeGreaterThan(100);
  await page.goto("#/flows/two-requests-at-a-time");
  await expect(page.getByTestId("title")).not.toHaveText("Shared subscription");
  await expect.poll(() => left(page)).toBe(0);
});
