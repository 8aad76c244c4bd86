// Runs beside each other: one time line, what differs, and a window that has no room for all of them.
import { expect, type Locator, type Page } from "@playwright/test";

import { caption, open, scrub } from "./flows";
import { test } from "./quiet";
import { twice } from "./ways";

/** Where a packet's line begins, in pixels below the top of its diagram. */
const top = (arrow: Locator) =>
  arrow.locator("path.over").evaluate((path) => Number(/M[\d.]+ ([\d.]+)/.exec(path.getAttribute("d")!)![1]));

/** The packets of one run: what each says, with its moment, and its height. */
async function packets(diagram: Locator) {
  const found = new Map<string, number>();
  for (const arrow of await diagram.getByTestId("arrow").all()) found.set((await arrow.getAttribute("aria-label"))!, await top(arrow));
  return found;
}

async function fork(page: Page, at = 0.6) {
  await scrub(page, at);
  await page.getByTestId("fork").click();
  await page.getByRole("menuitem").first().click();
  await expect(page.locator("main.flows")).toHaveAttribute("data-mode", "fork");
}

/** Every text of the diagrams that is seen: within its room, and no line of a lane goes through it. */
async function cutTexts(page: Page) {
  return page.getByTestId("room").evaluate((room) => {
    const seen = room.getBoundingClientRect();
    const cut: string[] = [];
    for (const diagram of room.querySelectorAll(".diagram")) {
      const lanes = [...diagram.querySelectorAll(".lanes line")].map((line) => line.getBoundingClientRect().left);
      for (const text of diagram.querySelectorAll(".arrow text, .band-label, .lane-heads text")) {
        const box = text.getBoundingClientRect();
        const isHead = text.closest(".lane-heads");
        const struck = !isHead && lanes.some((x) => box.left + 1 < x && x < box.right - 1);
        if (box.left < seen.left || box.right > seen.right || struck) cut.push(text.textContent!);
      }
    }
    const buttons = [...document.querySelectorAll(".column-name")].filter((name) => name.scrollWidth > name.clientWidth + 1);
    return [...cut, ...buttons.map((name) => name.textContent!)];
  });
}

test("equal moments are at equal heights, and what differs is said", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page, "QoS 2, PUBREC lost");
  await page.getByTestId("compare").click();
  const diagrams = page.getByTestId("diagram");
  await expect(diagrams).toHaveCount(3);
  const runs = [await packets(diagrams.nth(0)), await packets(diagrams.nth(1)), await packets(diagrams.nth(2))];
  // The publisher connects again behind the cut, when the subscriber of QoS 2 has acknowledged long since.
  const again = (run: Map<string, number>) => [...run].findLast(([says]) => / CONNECT/.test(` ${says}`))![1];
  expect(again(runs[1]!)).toBe(again(runs[2]!));
  expect(again(runs[0]!)).toBe(again(runs[2]!));
  const heights = await diagrams.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
  expect(new Set(heights).size).toBe(1);
  // At every moment the curtains are at one height.
  for (const part of [0.3, 0.55, 0.8]) {
    await scrub(page, part);
    const curtains = await page.locator(".curtain").evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
    expect(new Set(curtains).size).toBe(1);
  }
  await expect(page.getByTestId("differs")).toContainText("The same before 0.200 s, then different.");
  await expect(page.getByTestId("differs")).toContainText("0, 1 and 0 duplicates; ");
  const lines = await page.getByTestId("differs-line").evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
  expect(lines).toHaveLength(3);
  expect(new Set(lines).size).toBe(1);
  await page.getByTestId("alone").click();
  await expect(page.getByTestId("differs")).toHaveCount(0);
  await expect(page.getByTestId("differs-line")).toHaveCount(0);
});

test("a fork moves neither the bars nor the diagram, and the bar stays one row", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page);
  const settings = page.locator(".flow-settings");
  const places = async () => {
    const boxes = [settings, caption(page), page.getByTestId("play"), page.getByTestId("publish-qos"), page.getByTestId("present")];
    const found = [];
    for (const it of boxes) found.push(await it.boundingBox());
    return [...found, (await page.getByTestId("room").boundingBox())!.y];
  };
  const before = await places();
  await fork(page);
  expect(await places()).toEqual(before);
  const middles = await settings.locator(":scope > :visible").evaluateAll((all) =>
    all.map((one) => one.getBoundingClientRect()).filter((box) => box.width > 0 && box.height > 0).map((box) => (box.top + box.bottom) / 2),
  );
  expect(Math.max(...middles) - Math.min(...middles)).toBeLessThan(4);
  // All of the title is read, in two lines where one is not enough.
  const title = page.getByTestId("title");
  expect(await title.evaluate((it) => it.scrollHeight - it.clientHeight)).toBeLessThanOrEqual(1);
});

for (const [width, height] of [
  [390, 844],
  [600, 900],
  [768, 1024],
  [1024, 768],
  [1180, 800],
  [1440, 900],
  [1920, 1080],
] as const) {
  test(`a fork and a comparison are read at ${width} pixels: no text is cut`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await page.goto("#/flows/qos2-pubrec-lost");
    await expect(page.getByTestId("title")).toHaveText("QoS 2, PUBREC lost");
    const bar = async () => (await page.locator(".flow-settings").boundingBox())!.height;
    const before = await bar();
    await fork(page, 0.8);
    await page.keyboard.press("End");
    expect(await cutTexts(page)).toEqual([]);
    expect(await bar()).toBe(before);
    await page.getByTestId("alone").click();
    await page.getByTestId("compare").click();
    await page.keyboard.press("End");
    for (const name of await page.getByTestId("column").all()) {
      await name.click();
      expect(await cutTexts(page)).toEqual([]);
    }
  });
}

twice("on a phone one steps from run to run, at the same moment", async (hand, page) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("#/flows/qos1-puback-lost");
  await expect(page.getByTestId("title")).toHaveText("QoS 1, PUBACK lost");
  await fork(page);
  const names = page.getByTestId("run-names").getByTestId("column");
  await expect(names).toHaveText(["Without the fault", "With the fault"]);
  await expect(page.getByTestId("diagram")).toHaveCount(1);
  await expect(names.nth(1)).toHaveAttribute("aria-pressed", "true");
  const curtain = () => page.locator(".curtain").evaluate((one) => one.getBoundingClientRect().top);
  const before = await curtain();
  await hand.press(names.first());
  await expect(names.first()).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByTestId("diagram")).toHaveAttribute("aria-label", "Flow: QoS 1, PUBACK lost");
  await expect.poll(curtain).toBeCloseTo(before, 0);
});

test("a draft is not offered while the diagram fills the screen", async ({ page }) => {
  await open(page);
  await page.getByTestId("new-scenario").click();
  const script = page.getByTestId("script");
  await script.fill(`${await script.inputValue()}\n# mine`);
  await page.evaluate(() => location.assign("#/flows/qos2-pubrec-lost"));
  await expect(page.getByTestId("set-aside")).toBeVisible();
  await page.getByTestId("present").click();
  await expect(page.locator("main.flows")).toHaveAttribute("data-presenting", "true");
  await expect(page.getByTestId("set-aside")).toHaveCount(0);
  await page.getByTestId("present").click();
  await expect(page.getByTestId("set-aside")).toBeVisible();
});

test("a link that is offline from the beginning has its band", async ({ page }) => {
  await open(page);
  await page.getByTestId("new-scenario").click();
  await page
    .getByTestId("script")
    .fill("title Late\nversion 5\npublisher P\nsubscriber S\nat 0 P connect\nat 0 S connect\noffline P from 0 to 2000");
  await expect(page.getByTestId("title")).toHaveText("Late");
  await expect(page.locator(".band-label")).toHaveText(/^offline( · \d\.\d{3} s)?$/);
  await expect(page.getByTestId("run-list")).toContainText("P is offline: it cannot reach the broker.");
});
