// Every control of the Flows page is worked by keys alone; what the mouse does is in the other files.
import { expect, type Page } from "@playwright/test";

import { caption, count, open, title } from "./flows";
import { test } from "./quiet";

async function press(page: Page, id: string, key = "Enter") {
  await page.getByTestId(id).focus();
  await expect(page.getByTestId(id)).toBeFocused();
  await page.keyboard.press(key);
}

test("the playback is worked by its buttons, with keys", async ({ page }) => {
  await open(page, "QoS 1, no faults");
  await press(page, "forward");
  await expect(caption(page)).toContainText("step 2 of");
  await press(page, "back", "Space");
  await expect(caption(page)).toContainText("step 1 of");
  await press(page, "play", "Space");
  await expect(page.getByTestId("play")).toHaveAttribute("aria-label", "Pause (Space)");
  await press(page, "play");
  await expect(page.getByTestId("play")).toHaveAttribute("aria-label", "Play (Space)");
  await press(page, "restart");
  await expect(caption(page)).toContainText("step 1 of");
  await press(page, "speed");
  await expect(page.getByTestId("speed")).toHaveText("2×");
  await press(page, "time", "End");
  await expect(caption(page)).toContainText("Finished");
});

test("the settings are changed with keys", async ({ page }) => {
  await open(page, "QoS 2, no faults");
  await page.getByTestId("version").focus();
  await page.keyboard.type("MQTT 3.1.1");
  await expect(page.getByTestId("version")).toHaveValue("MQTT 3.1.1");
  await page.getByTestId("publish-qos").focus();
  await page.keyboard.type("publish QoS 1");
  await expect(page.getByTestId("effective")).toHaveText("delivered at QoS 1");
  await page.getByTestId("subscribe-qos").focus();
  await page.keyboard.type("subscribe QoS 0");
  await expect(page.getByTestId("effective")).toHaveText("delivered at QoS 0");
});

test("every fault of the menu is added with keys", async ({ page }) => {
  // A scenario for each entry of a long menu.
  test.slow();
  await open(page, "QoS 1, no faults");
  await page.keyboard.press("f");
  const items = page.getByRole("menuitem");
  await expect(items.first()).toBeFocused();
  const names = await items.allTextContents();
  await page.keyboard.press("Escape");
  expect(names.length).toBeGreaterThan(10);
  for (let index = 0; index < names.length; index += 1) {
    await press(page, "fork");
    await expect(items.first()).toBeFocused();
    for (let down = 0; down < index; down += 1) {
      await page.keyboard.press("ArrowDown");
    }
    await expect(items.nth(index)).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page.getByTestId("diagram")).toHaveCount(2);
    await expect(page.getByTestId("column").nth(1)).toHaveAttribute("title", /^With the fault:/);
    // It is kept when it is asked for, and only then.
    await expect(page.getByTestId("own-scenario")).toHaveCount(index);
    await press(page, "save-shown");
    await expect(page.getByTestId("own-scenario")).toHaveCount(index + 1);
    await page.goBack();
    await expect(page.getByTestId("diagram")).toHaveCount(1);
  }
  await expect(page.getByTestId("own-scenario")).toHaveCount(names.length);
});

test("runs are compared and chosen with keys", async ({ page }) => {
  await open(page, "QoS 1, PUBACK lost");
  await press(page, "compare");
  await page.getByTestId("column").nth(2).focus();
  await page.keyboard.press("Space");
  await expect(page.getByTestId("column").nth(2)).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("End");
  await expect(count(page, "duplicates")).toHaveText(["0", "1", "0"]);
  // A closed comparison leaves the scenario as it was: with the duplicate of its lost PUBACK.
  await press(page, "alone", "Space");
  await page.keyboard.press("End");
  await expect(count(page, "duplicates")).toHaveText("1");
});

test("a packet opens, and a packet in transit is lost, with keys", async ({ page }) => {
  await open(page, "QoS 1, no faults");
  await page.getByTestId("arrow").first().focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("packet-window")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("packet-window")).toHaveCount(0);
});

test("scenarios, the editor, links, files and the presentation are reached with keys", async ({ page }) => {
  await open(page);
  await page.getByTestId("scenario").first().focus();
  await page.keyboard.press("Enter");
  await expect(title(page)).toHaveText("QoS 0, no faults");
  await press(page, "share");
  await expect(page.getByText("Link copied")).toBeVisible();
  await press(page, "export");
  await page.keyboard.press("End");
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  expect(download.suggestedFilename()).toBe("qos0-no-faults.txt");
  await press(page, "present");
  await expect(page.locator("main.flows")).toHaveAttribute("data-presenting", "true");
  await press(page, "present", "Space");
  await expect(page.locator("main.flows")).toHaveAttribute("data-presenting", "false");
  await press(page, "edit-this");
  await expect(page.getByTestId("script")).toBeFocused();
  await press(page, "cancel-edit");
  await page.keyboard.press("n");
  await page.getByTestId("script").fill("publisher P\nat 0 P conect");
  await press(page, "fix");
  await press(page, "script-help");
  await expect(page.locator("details.script-help")).toHaveAttribute("open", "");
  await press(page, "save-scenario");
  await expect(page.getByTestId("own-scenario")).toHaveCount(1);
});

test("where the browser refuses the whole screen, the presentation fills the window, and Escape leaves it", async ({ page }) => {
  // As in a frame without `allow="fullscreen"`.
  await page.addInitScript(() => {
    Element.prototype.requestFullscreen = () => Promise.reject(new TypeError("Disallowed by permissions policy"));
  });
  await open(page);
  await press(page, "present");
  await expect(page.locator("main.flows")).toHaveAttribute("data-presenting", "true");
  await expect(page.getByTestId("room")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.locator("main.flows")).toHaveAttribute("data-presenting", "false");
  await expect(page.locator("#failure")).toHaveCount(0);
});

test("the scenarios are one stop of the Tab key, and Up and Down go from one to the next", async ({ page }) => {
  await open(page, "QoS 2, no faults");
  const all = page.getByTestId("scenario");
  const stops = page.locator("[data-testid=scenario][tabindex='0']");
  await expect(stops).toHaveText(/^QoS 2, no faults/);
  await page.getByTestId("new-scenario").focus();
  await page.keyboard.press("Tab");
  await expect(all.nth(2)).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(all.nth(4)).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("title")).toHaveText("Published at QoS 2, subscribed at QoS 1");
  await expect(stops).toHaveCount(1);
  // The next stop is behind the list.
  await page.keyboard.press("Tab");
  await expect(page.locator("[data-testid=scenario]:focus")).toHaveCount(0);
  await page.keyboard.press("Shift+Tab");
  await expect(all.nth(3)).toBeFocused();
});

test("the packets of a diagram are one stop of the Tab key, and Up and Down go from one to the next", async ({ page }) => {
  await open(page, "QoS 2, no faults");
  const arrows = page.getByTestId("arrow");
  const stops = page.locator("[data-testid=arrow][tabindex='0']");
  await expect(stops).toHaveCount(1);
  await page.getByTestId("room").focus();
  await page.keyboard.press("Tab");
  await expect(arrows.first()).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(arrows.first()).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(arrows.nth(2)).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(arrows.nth(1)).toBeFocused();
  await expect(arrows.nth(1)).toHaveAttribute("tabindex", "0");
  await expect(stops).toHaveCount(1);
  // One more Tab leaves the diagram; back again it is the packet that one was at.
  await page.keyboard.press("Tab");
  await expect(page.locator("[data-testid=arrow]:focus")).toHaveCount(0);
  await page.keyboard.press("Shift+Tab");
  await expect(arrows.nth(1)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("packet-window")).toBeVisible();
  await page.keyboard.press("Escape");
  // Another diagram begins at its first packet.
  await open(page, "QoS 1, no faults");
  await expect(stops).toHaveCount(1);
  await expect(arrows.first()).toHaveAttribute("tabindex", "0");
});

test("runs that mix levels say so, and a packet says what it carries", async ({ page }) => {
  await open(page, "A worker dies with a job, QoS 0");
  await expect(page.getByTestId("publish-qos").locator("option:checked")).toHaveText("publish mixed QoS");
  await expect(page.getByTestId("subscribe-qos").locator("option:checked")).toHaveText("subscribe mixed QoS");
  await expect(page.getByTestId("effective")).toHaveCount(0);
  const publish = page.getByTestId("arrow").filter({ hasText: /PUBLISH/ }).first();
  await expect(publish).toHaveAttribute("aria-label", /PUBLISH · QoS 0 · jobs /);
  await expect(publish.locator("title")).toHaveText(/jobs /);
  await page.getByTestId("publish-qos").selectOption("publish QoS 1");
  await expect(page.getByTestId("publish-qos")).toHaveValue("publish QoS 1");
  await expect(page.getByTestId("publish-qos").locator("option")).toHaveCount(3);
});

test("in a low window the title stands clear of the parts above it", async ({ page }) => {
  await page.setViewportSize({ width: 720, height: 450 });
  await open(page);
  const [parts, name] = [(await page.locator("nav.steps").boundingBox())!, (await page.getByTestId("title").boundingBox())!];
  expect(name.y - parts.y - parts.height).toBeGreaterThanOrEqual(6);
});
