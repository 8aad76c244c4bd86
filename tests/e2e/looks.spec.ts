// What meets the eye: nothing is cut, squeezed or hidden behind something else.
import { expect, type Locator, type Page } from "@playwright/test";

import { withoutViolations } from "./axe";
import { open, publish, rows } from "./live";
import { test } from "./quiet";

const box = async (of: Locator) => (await of.boundingBox())!;
const isCut = (of: Locator) => of.evaluate((element) => element.scrollWidth > element.clientWidth);

async function openSettings(page: Page, preset: string) {
  await page.getByTestId("new-connection").click();
  await page.getByRole("menuitem", { name: preset }).click();
}

/** A connection to a port where nobody is. */
async function failed(page: Page, address: string) {
  await openSettings(page, "mosquitto");
  await page.getByTestId("connect-address").fill(address);
  await page.getByText("Session and reconnecting").click();
  await page.getByTestId("connect-reconnect").uncheck();
  await page.getByTestId("save-and-connect").click();
  const row = page.getByTestId("connection").last();
  await expect(row).toHaveAttribute("data-state", "failed");
  return row;
}

test("at 1440 pixels the head above the traffic is a row, and one for the search", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page);
  expect((await box(page.locator(".traffic > .head"))).height).toBeLessThan(84);
  expect(await isCut(page.locator(".traffic > .head"))).toBe(false);
  expect((await box(page.getByTestId("search"))).width).toBeGreaterThan(240);
  expect((await box(page.getByTestId("pause"))).width).toBeGreaterThanOrEqual(26);
});

for (const [width, height] of [
  [1440, 700],
  [390, 844],
] as const) {
  test(`at ${width} × ${height} the buttons of a window are whole`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await open(page);
    if (width < 720) {
      await page.getByTestId("step-connections").click();
    }
    await openSettings(page, "EMQX");
    const bottom = async (of: Locator) => (await box(of)).y + (await box(of)).height;
    const window = page.getByRole("dialog");
    for (const group of await window.locator("summary").all()) {
      await group.click();
    }
    for (const to of ["top", "bottom"]) {
      await window.evaluate((window, to) => window.scrollTo(0, to === "top" ? 0 : window.scrollHeight), to);
      expect(await bottom(window)).toBeGreaterThanOrEqual((await bottom(page.getByTestId("save-and-connect"))) + 4);
    }
  });
}

test("a connection has room for its name and for what went wrong", async ({ page }) => {
  await open(page);
  const row = await failed(page, "ws://127.0.0.1:1/");
  expect(await isCut(row.locator(".name"))).toBe(false);
  expect((await box(row.locator(".line"))).height).toBeLessThan(20);
  const dot = await box(row.locator(".dot"));
  expect(dot.x + dot.width).toBeLessThan((await box(row.locator(".name"))).x);
  expect((await box(row)).height).toBeLessThan(56);
  await expect(row.getByTestId("why-not")).toBeInViewport({ ratio: 1 });
  await withoutViolations(page);
});

test("the connection that is looked at is in sight among many", async ({ page }) => {
  await open(page);
  const names = Array.from({ length: 9 }, (_, n) => `number ${n}`);
  await page.getByTestId("connections-file").setInputFiles({
    name: "many.json",
    mimeType: "application/json",
    buffer: Buffer.from(
      JSON.stringify(
        names.map((name) => ({ name, clientId: name, protocol: "ws", host: "127.0.0.1", port: 9001, path: "/", mqttVersion: "5.0" })),
      ),
    ),
  });
  await expect(page.getByTestId("connection")).toHaveCount(10);
  await openSettings(page, "Built-in broker");
  await page.getByTestId("connect-name").fill("the newest");
  await page.getByTestId("save-and-connect").click();
  await expect(page.getByTestId("connection").filter({ hasText: "the newest" })).toBeInViewport({ ratio: 0.9 });
});

test("advice keeps the next cause in sight, and shows the lines of the one broker that is meant", async ({ page }) => {
  await open(page);
  let row = await failed(page, "ws://127.0.0.1:1/");
  await row.getByTestId("why-not").click();
  const advice = page.getByTestId("advice");
  await expect(page.getByRole("dialog")).toHaveAccessibleName("Why “mosquitto” is not connected");
  await expect(advice.locator("pre").first()).toBeHidden();
  await expect(advice.getByRole("listitem").nth(2)).toBeInViewport();
  await advice.locator("summary").first().click();
  await expect(advice.locator("pre").first()).toContainText("allow_anonymous true");
  await page.keyboard.press("Escape");
  row = await failed(page, "ws://mosquitto.invalid:19001/");
  await row.getByTestId("why-not").click();
  await expect(advice.locator("pre").first()).toBeVisible();
  await expect(advice.locator("pre").first()).toContainText("listener 9001");
});

test("a chart fills its place, and its words keep their size", async ({ page }) => {
  await open(page);
  await page.getByTestId("tab-chart").click();
  await publish(page, "c/1", '{"t": 21.5}', "0", "JSON");
  // The payload is not a number itself: the first number in it is drawn.
  const plot = page.getByTestId("plot");
  await expect(plot).toBeVisible();
  await expect(page.getByTestId("chart-path")).toHaveValue("t");
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 844 });
    const place = await box(page.getByTestId("chart"));
    expect((await box(plot)).height).toBeGreaterThan(place.height * 0.6);
    const numbers = plot.locator(".numbers span");
    expect(new Set(await numbers.allTextContents()).size).toBe(await numbers.count());
    const sizes = await plot.locator("span").evaluateAll((all) => all.map((one) => parseFloat(getComputedStyle(one).fontSize)));
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(11);
    // Nothing hangs out of the pane.
    expect(await isCut(page.getByTestId("chart"))).toBe(false);
    await withoutViolations(page);
  }
});

test("what cannot be changed is no switch, and packed payloads are read in the list", async ({ page }) => {
  await open(page);
  await publish(page, "packed", "a2 61 74 15 61 78 01", "0", "hex");
  await rows(page, "PUBLISH").last().click();
  await expect(page.getByTestId("packet-type")).toHaveText("PUBLISH");
  await expect(page.getByTestId("details").getByRole("switch")).toHaveCount(0);
  await page.getByTestId("tab-messages").click();
  await expect(page.getByTestId("message-row").last()).toContainText('{ "t": 21, "x": 1 }');
  await expect(page.locator('[data-testid="topic"][title="packed"]')).toContainText('"t": 21');
});

test("at 390 pixels a handshake's head is one line", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page);
  await page.getByTestId("step-publish").click();
  await publish(page, "a/rather/long/topic/name", "x", "2");
  await page.getByTestId("step-traffic").click();
  await page.getByTestId("tab-handshakes").click();
  await page.getByTestId("flow-row").filter({ hasText: "QoS 2" }).first().click();
  await page.getByTestId("step-traffic").click();
  expect((await box(page.getByTestId("what-if"))).height).toBeLessThan(24);
});

test.describe("at 390 pixels", () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test("what a key does has more room than the keys", async ({ page }) => {
    await page.goto("#/dissect");
    await page.getByRole("button", { name: "Help and keys" }).click();
    const part = (tag: string) => box(page.locator(`dialog .keys ${tag}`).first());
    expect((await part("dd")).width).toBeGreaterThan((await part("dt")).width);
  });

  test("what an example shows stands below its title, over the whole width", async ({ page }) => {
    await page.goto("#/dissect");
    await page.getByTestId("examples").click();
    const first = page.getByRole("menuitem").first();
    const [title, shows] = [await box(first.locator(".name")), await box(first.locator(".shows"))];
    expect(shows.x).toBe(title.x);
    expect(shows.y).toBeGreaterThan(title.y);
  });
});
