// One part of a page at a time, at 390 pixels: the focus goes along, and what belongs together stays in sight.
import { expect, type Page } from "@playwright/test";

import { give, open as openDissect } from "./dissect";
import { open as openFlows, step } from "./flows";
import { open as openLive, publish } from "./live";
import { test } from "./quiet";

test.use({ viewport: { width: 390, height: 844 } });

/** The focus is somewhere that is seen. */
async function focusIsSeen(page: Page) {
  await expect(page.locator(":focus")).toBeVisible();
  await expect(page.locator(":focus")).not.toHaveJSProperty("tagName", "BODY");
}

test("who chooses a packet on Dissect is among its fields", async ({ page }) => {
  await openDissect(page);
  await give(page, "c0 00 d0 00");
  await page.getByTestId("packet").nth(1).click();
  await expect(page.getByTestId("packet-type")).toHaveText("PINGRESP");
  await focusIsSeen(page);
  await expect(page.locator(".fields-pane")).toBeFocused();
});

test("who chooses a scenario by keys is at its diagram", async ({ page }) => {
  await openFlows(page);
  await page.getByTestId("part-scenarios").click();
  await page.getByTestId("scenario").first().press("Enter");
  await expect(page.getByTestId("room")).toBeFocused();
});

test("what each side stores is followed with the playback below it", async ({ page }) => {
  await openFlows(page);
  await page.getByTestId("part-memory").click();
  await expect(page.getByTestId("memory")).toBeVisible();
  await expect(page.getByTestId("room")).toBeHidden();
  const before = await step(page);
  await page.getByTestId("forward").click();
  await expect(page.getByTestId("memory")).toBeVisible();
  await expect.poll(() => step(page)).toBe(before + 1);
  await expect(page.getByTestId("play")).toBeInViewport({ ratio: 1 });
  await expect(page.getByTestId("fork")).toBeHidden();
});

test("a handshake is drawn below the list that it was chosen in, and the packet of a message has the focus", async ({ page }) => {
  await openLive(page);
  await page.getByTestId("step-publish").click();
  await publish(page, "narrow/a", "21", "1");
  await page.getByTestId("show-published").press("Enter");
  await expect(page.getByTestId("packet-type")).toHaveText("PUBLISH");
  await focusIsSeen(page);
  await page.getByTestId("step-traffic").click();
  await page.getByTestId("tab-handshakes").click();
  await page.getByTestId("flow-row").filter({ hasText: "QoS 1" }).first().click();
  const picture = page.getByTestId("flow-picture");
  await expect(picture).toBeVisible();
  await expect(picture.getByTestId("arrow")).toContainText(["PUBLISH", "PUBACK"]);
  await expect(page.getByTestId("step-traffic")).toHaveAttribute("aria-current", "step");
  // Its packets lead to their fields.
  await picture.getByTestId("arrow").nth(1).press("Enter");
  await expect(page.getByTestId("packet-type")).toHaveText("PUBACK");
  await focusIsSeen(page);
});
