// Faults of live connections: the same lines and the same window as on a tap, on the broker that is built in.
import { expect, type Page } from "@playwright/test";

import { withoutViolations } from "./axe";
import { open, publish, rows } from "./live";
import { test } from "./quiet";
import { Hand } from "./ways";

/** Faults that the menu offers. */
const CHOICES = 16;

const dialog = (page: Page) => page.getByRole("dialog", { name: "Faults of the connections" });
const text = (page: Page) => page.getByTestId("faults-text");
const lines = (page: Page) => page.getByTestId("fault-row");

for (const way of ["mouse", "keyboard"] as const) {
  test(`a lost PUBACK cuts a live connection, and nobody is blamed, by ${way}`, async ({ page }) => {
    test.slow();
    const hand = new Hand(page, way);
    await open(page);
    await hand.press(page.getByTestId("live-faults"));
    await expect(dialog(page)).toBeVisible();
    await expect(page.getByTestId("faults-says")).toHaveText("No fault is in force.");
    await hand.pick(page.getByTestId("fault-choices"), "Lose the next PUBACK to the client");
    await expect(text(page)).toHaveValue("cut * before PUBACK 1 from server");
    await hand.press(page.getByTestId("faults-apply"));
    await expect(lines(page)).toHaveCount(1);
    await expect(page.getByTestId("fault-struck")).toHaveText("struck not yet");
    await hand.close();
    await expect(page.getByTestId("live-faults-count")).toHaveText("1");

    await publish(page, "faults/live", "1", "1");
    const mark = page.locator("[data-testid=wire-event][data-type=fault]");
    await expect(mark).toHaveCount(1);
    await expect(mark).toContainText("cut before PUBACK 1");
    await expect(page.locator("[data-testid=wire-row][data-type=PUBACK]").getByTestId("fate").first()).toHaveText("lost");
    await expect(rows(page, "CONNECT")).toHaveCount(2);

    await hand.press(page.getByTestId("live-faults"));
    await expect(page.getByTestId("fault-struck")).toHaveText("struck once");
    await expect(page.getByTestId("fault-answer")).toContainText("sent again");
    await hand.press(page.getByTestId("fault-packet"));
    await expect(dialog(page)).toHaveCount(0);
    await hand.press(page.getByTestId("live-faults"));
    await hand.press(page.getByTestId("fault-show"));
    await expect(mark).toHaveAttribute("aria-selected", "true");
    await expect(page.getByTestId("event")).toContainText("What it did");

    await hand.press(page.getByTestId("live-faults"));
    await hand.press(page.getByTestId("fault-remove"));
    await expect(lines(page)).toHaveCount(0);
    await expect(page.getByTestId("fault-earlier")).toHaveCount(1);
    await hand.close();
    await expect(page.getByTestId("live-faults-count")).toHaveCount(0);
    await page.getByTestId("tab-findings").click();
    await expect(page.locator("[data-testid=finding-row][data-severity=error]")).toHaveCount(0);
  });

  test(`lines of live faults are chosen, refused, corrected and cleared, by ${way}`, async ({ page }) => {
    test.slow();
    const hand = new Hand(page, way);
    await open(page);
    await hand.press(page.getByTestId("live-faults"));
    for (let entry = 0; entry < CHOICES; entry += 1) {
      await hand.pick(page.getByTestId("fault-choices"), entry);
      await expect.poll(async () => (await text(page).inputValue()).split("\n").length).toBe(entry + 1);
    }
    await hand.write(text(page), "slow device at 0 by 5\ncut nobody before PUBAK 1");
    await hand.press(page.getByTestId("faults-apply"));
    await expect(page.getByTestId("fault-error")).toContainText("Line 2: ");
    await expect(page.getByTestId("faults-says")).toContainText("Nothing has changed.");
    await hand.press(page.getByTestId("fault-fix"));
    await expect(text(page)).toHaveValue("slow device at 0 by 5\ncut nobody before PUBACK 1");
    await hand.press(page.getByTestId("faults-apply"));
    await expect(lines(page)).toHaveCount(2);
    await expect(page.getByTestId("faults-says")).toHaveText("They are in force.");
    await hand.press(page.getByTestId("faults-clear"));
    await expect(lines(page)).toHaveCount(0);
    await expect(page.getByTestId("faults-says")).toHaveText("No fault is in force any more.");
    // No packet was touched: the connection is as it was.
    await hand.close();
    await publish(page, "faults/none", "1", "1");
    await expect(rows(page, "PUBACK").first()).toBeVisible();
    await expect(page.locator("[data-testid=wire-event][data-type=fault]")).toHaveCount(0);
  });
}

test("a delayed packet is in the list when it is sent, and its answer comes later", async ({ page }) => {
  await open(page);
  await page.getByTestId("live-faults").click();
  await text(page).fill("slow * at 0 by 700");
  await page.getByTestId("faults-apply").click();
  await expect(lines(page)).toHaveCount(1);
  await page.keyboard.press("Escape");
  await publish(page, "faults/slow", "1", "1");
  const puback = rows(page, "PUBACK").first();
  await expect(puback).toBeVisible();
  await expect(page.locator("[data-testid=wire-event][data-type=fault]")).toContainText("takes 700 ms longer from here on");
});

test("at 390 pixels the faults are beside the connections, and their window fits", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("#/live");
  await expect(rows(page, "SUBACK")).toBeVisible();
  await page.getByTestId("step-connections").click();
  await page.getByTestId("live-faults").click();
  await expect(dialog(page)).toBeVisible();
  const box = (await dialog(page).boundingBox())!;
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual(390);
  await withoutViolations(page);
});
