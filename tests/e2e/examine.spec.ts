// A broker is examined from the Live page: the one that is built in, which keeps everything, and one that is not there.
import { readFileSync } from "node:fs";

import { expect, type Page } from "@playwright/test";

import { withoutViolations } from "./axe";
import { connectToNothing, open, rows } from "./live";
import { test } from "./quiet";
import { type Hand, twice } from "./ways";

const state = (page: Page) => page.getByTestId("examine-state");
const checks = (page: Page) => page.getByTestId("check-row");
/** What a check goes by, in its newest version: the list has one row for each version. */
const check = (page: Page, name: string) => page.locator(`[data-testid="check-row"][data-name="${name}"]`).first();
const more = (page: Page, index = 0) => page.getByTestId("connection").nth(index).getByRole("button", { name: /^More for/ });

/** Opens the view for a connection, with the checks there. */
async function examine(page: Page, index = 0) {
  await more(page, index).click();
  await page.getByRole("menuitem", { name: "Examine this broker…" }).click();
  await expect(page.getByTestId("examine-start")).toBeVisible({ timeout: 15_000 });
}

/** Runs the checks with this text in them. */
async function run(page: Page, only: string) {
  await page.getByTestId("examine-only").fill(only);
  await page.getByTestId("examine-start").click();
  await expect(state(page)).toContainText("Done in", { timeout: 60_000 });
}

test("the focus stays at the buttons of an examination when it ends", async ({ page }) => {
  await open(page);
  await examine(page);
  await page.getByTestId("examine-start").click();
  await expect(page.getByTestId("examine-done")).toHaveText(/ of \d+ checks/);
  await page.getByTestId("examine-cancel").focus();
  await page.keyboard.press("Enter");
  await expect(state(page)).toContainText("Cancelled", { timeout: 60_000 });
  await expect(page.getByTestId("examine-anew")).toBeFocused();
});

test("our broker is examined: a pause, no verdict but kept, a conversation, and files of it", async ({ page }) => {
  test.setTimeout(240_000);
  await open(page);
  // What is published for the checks would come to this client, too.
  await page.getByRole("button", { name: "Unsubscribe from #", exact: true }).click();
  await expect(rows(page, "UNSUBACK")).toHaveCount(1);
  await examine(page);
  const start = page.getByTestId("examine-start");
  // Before anything is sent it is said what will be.
  await expect(page.getByTestId("examine-form")).toContainText("mqttscope-");
  await expect(page.getByTestId("examine-hostile")).not.toBeChecked();
  await expect(start).toHaveText(/^Start [1-9][\d ,]* checks$/);
  await start.click();
  await expect(page.getByTestId("examine-done")).toHaveText(/ of \d+ checks/);
  await page.getByTestId("examine-pause").click();
  await expect(state(page)).toHaveText("Paused: no check runs.", { timeout: 60_000 });
  const paused = await page.getByTestId("examine-done").textContent();
  await page.getByTestId("examine-pause").click();
  await expect(state(page)).toHaveText("Checks run.");
  await expect(page.getByTestId("examine-done")).not.toHaveText(paused!);
  await expect(state(page)).toContainText("Done in", { timeout: 150_000 });
  await expect(page.getByTestId("verdict-broken")).toHaveText("broken 0");
  await expect(page.getByTestId("verdict-unknown")).toHaveText("could not tell 0");
  await expect(page.getByTestId("verdict-bar")).toHaveAttribute("aria-label", /^\d+ kept, 0 broken/);
  // Hundreds of checks, and only those on screen are in the document.
  expect(await checks(page).count()).toBeLessThan(100);
  await expect(page.getByTestId("broker-card")).toContainText("QoS granted where 2 was asked for");

  await page.getByTestId("examine-search").fill("retain-as-published");
  await expect(checks(page)).toHaveCount(1);
  await checks(page).click();
  await expect(page.getByTestId("check-verdict")).toHaveText("kept");
  await expect(page.getByTestId("check-statements")).toContainText("MQTT-3.3.1-13");
  await expect(page.getByTestId("check-statements").getByRole("link").first()).toHaveAttribute("href", /docs\.oasis-open\.org/);
  await expect(page.getByTestId("check-picture").getByTestId("diagram")).toBeVisible();
  await rows(page, "CONNACK").first().click();
  await expect(page.getByTestId("check-packet").getByTestId("field").first()).toBeVisible();
  await withoutViolations(page);

  for (const [button, end] of [["examine-json", "json"], ["examine-html", "html"]]) {
    const download = page.waitForEvent("download");
    await page.getByTestId(button!).click();
    const saved = await download;
    expect(saved.suggestedFilename()).toBe(`mqttscope-examined.${end}`);
    const text = readFileSync(await saved.path(), "utf8");
    if (end === "html") expect(text).toMatch(/^<!doctype html>/);
    else {
      const { checks, card } = JSON.parse(text) as { checks: { id: string; verdict: string }[]; card: { url: string } };
      expect(checks.length).toBeGreaterThan(250);
      // Four ask for what a broker lacks, and ours has all of it.
      const others = checks.filter(({ verdict }) => verdict !== "kept").map(({ id, verdict }) => `${id}: ${verdict}`);
      expect(others.sort()).toEqual(["client-identifier-refused", "quality-of-will", "quality-subscribed", "retain-of-will"].map((id) => `${id}: not-applicable`));
      expect(card.url).toBe("the built-in broker");
    }
  }

  // None of it is a connection of the person's.
  await page.getByTestId("examine-back").click();
  await expect(page.getByTestId("connection")).toHaveCount(1);
  await expect(rows(page, "CONNECT")).toHaveCount(1);
});

test("what was cancelled stays, and is examined again", async ({ page }) => {
  test.slow();
  await open(page);
  await examine(page);
  await page.getByTestId("examine-start").click();
  await expect(checks(page).first()).toBeVisible();
  await page.getByTestId("examine-cancel").click();
  await expect(state(page)).toHaveText(/^Cancelled/, { timeout: 60_000 });
  // Brokers go by their place, not by the connection that leads there.
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Examine the built-in broker");
  // It is still there for who comes back.
  await page.getByTestId("examine-back").click();
  await more(page).click();
  await page.getByRole("menuitem", { name: "Examine this broker…" }).click();
  await expect(state(page)).toHaveText(/^Cancelled/);
  await page.getByTestId("examine-anew").click();
  await run(page, "MQTT-3.12.4-1");
  await expect(check(page, "ping")).toHaveAttribute("data-verdict", "kept");
});

test("what is paused can be ended when no check runs", async ({ page }) => {
  test.slow();
  await open(page);
  await examine(page);
  await page.getByTestId("examine-start").click();
  await expect(checks(page).first()).toBeVisible();
  await page.getByTestId("examine-pause").click();
  await expect(state(page)).toHaveText("Paused: no check runs.", { timeout: 60_000 });
  await page.getByTestId("examine-cancel").click();
  await expect(state(page)).toHaveText(/^Cancelled/);
});

test("the last report outlives a reload, without its packets", async ({ page }) => {
  test.slow();
  await open(page);
  await examine(page);
  const count = page.getByTestId("examine-start");
  await page.getByTestId("examine-only").fill("retain");
  const begun = /\d+/.exec((await count.textContent())!)![0];
  await count.click();
  await expect(state(page)).toContainText("Done in", { timeout: 60_000 });
  // As many as were announced, with the probes.
  await expect(page.getByTestId("verdict-all")).toHaveText(`all ${begun}`);
  const kept = await page.getByTestId("verdict-kept").textContent();
  await page.reload();
  await expect(page.getByTestId("connection").first()).toHaveAttribute("data-state", "open", { timeout: 15_000 });
  await more(page).click();
  await page.getByRole("menuitem", { name: "Examine this broker…" }).click();
  await expect(state(page)).toHaveText(/^The last report, of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d, without its packets\. Done in /, { timeout: 15_000 });
  await expect(page.getByTestId("verdict-kept")).toHaveText(kept!);
  await expect(page.getByTestId("examine-json")).toHaveCount(0);
  await checks(page).first().click();
  await expect(page.getByTestId("check-verdict")).toHaveText("kept");
  await expect(page.getByTestId("check-kept")).toBeVisible();
  await expect(page.getByTestId("check-again")).toHaveCount(0);
  await withoutViolations(page);
  // What was chosen in the form is there, too.
  await page.getByTestId("examine-anew").click();
  await expect(page.getByTestId("examine-only")).toHaveValue("retain");
  await expect(count).toHaveText(`Start ${begun} checks`);
  await run(page, "MQTT-3.12.4-1");
  await expect(state(page)).toHaveText(/^Done in /);
});

test("a broker that is not there is said to be so", async ({ page }) => {
  test.slow();
  await connectToNothing(page);
  await examine(page, 1);
  await page.getByTestId("examine-start").click();
  await expect(state(page)).toContainText("The broker could not be reached: ", { timeout: 30_000 });
  await expect(page.getByTestId("nothing")).toContainText("No verdicts");
  await expect(page.getByTestId("examine-json")).toHaveCount(0);
  await withoutViolations(page);
});

for (const [width, height] of [[390, 844], [768, 1024], [1440, 900]] as const) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`at ${width} pixels, ${colorScheme}, nothing is cut off and nobody is left out`, async ({ page }) => {
      test.slow();
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 1440, height: 900 });
      await open(page);
      await examine(page);
      await page.setViewportSize({ width, height });
      const fits = async () => expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await fits();
      await withoutViolations(page);
      await run(page, "retain");
      await fits();
      await withoutViolations(page);
      await checks(page).first().click();
      await expect(page.getByTestId("check-verdict")).toBeVisible();
      await fits();
      await withoutViolations(page);
      await page.getByTestId("check-close").click();
      await expect(checks(page).first()).toBeVisible();
    });
  }
}

/** Goes to a row of the list, and so opens it. */
async function openCheck(hand: Hand, page: Page) {
  if (hand.hasMouse) return checks(page).first().click();
  await hand.focus(page.getByTestId("checks"));
  await page.keyboard.press("Home");
}

twice("every control of an examination", async (hand, page) => {
  await open(page);
  await hand.pick(more(page), "Examine this broker…");
  const start = page.getByTestId("examine-start");
  await expect(start).toBeVisible({ timeout: 15_000 });
  for (const version of ["3.1", "3.1.1", "5"]) {
    const it = page.getByTestId(`examine-${version}`);
    await hand.turn(it);
    await expect(it).not.toBeChecked();
  }
  await expect(start).toBeDisabled();
  for (const version of ["5", "3.1.1"]) await hand.turn(page.getByTestId(`examine-${version}`));
  await hand.turn(page.getByTestId("examine-hostile"));
  await expect(page.getByTestId("examine-hostile")).toBeChecked();
  await hand.turn(page.getByTestId("examine-hostile"));
  await hand.write(page.getByTestId("examine-only"), "mqtt");
  await hand.press(start);
  await expect(state(page)).toHaveText("Checks run.");
  await hand.press(page.getByTestId("examine-pause"));
  await expect(page.getByTestId("examine-pause")).toHaveText("Go on");
  await hand.press(page.getByTestId("examine-pause"));
  await expect(state(page)).toHaveText("Checks run.");
  await hand.press(page.getByTestId("examine-cancel"));
  await expect(state(page)).toHaveText(/^Cancelled/, { timeout: 60_000 });

  await hand.press(page.getByTestId("examine-anew"));
  await hand.write(page.getByTestId("examine-only"), "shared");
  await hand.press(start);
  await expect(state(page)).toContainText("Done in", { timeout: 60_000 });
  for (const verdict of ["broken", "allowed", "not-applicable", "unknown", "kept", "all"]) {
    const it = page.getByTestId(`verdict-${verdict}`);
    await hand.press(it);
    await expect(it).toHaveAttribute("aria-pressed", "true");
  }
  await hand.choose(page.getByTestId("examine-order"), "statement");
  await hand.write(page.getByTestId("examine-search"), "no such check");
  await expect(page.getByTestId("nothing")).toContainText("Nothing matches");
  await hand.write(page.getByTestId("examine-search"), "");
  await hand.scroll(page.getByTestId("broker-card"));
  for (const button of ["examine-json", "examine-html"]) {
    const download = page.waitForEvent("download");
    await hand.press(page.getByTestId(button));
    await download;
  }

  // One with several connections.
  await hand.write(page.getByTestId("examine-search"), "shared-beside-plain");
  await expect(check(page, "probe")).toHaveCount(0);
  await openCheck(hand, page);
  await expect(page.getByTestId("check-verdict")).toBeVisible();
  await hand.scroll(page.getByTestId("check-body"));
  await hand.press(page.getByTestId("check-notation").locator("summary"));
  await expect(page.getByTestId("check-notation").getByText("Client a sends this packet")).toBeVisible();
  await hand.follow(page.getByTestId("check-statements").getByRole("link").first());
  const connections = page.getByTestId("check-connection");
  await expect(connections.nth(1)).toBeVisible();
  for (const connection of await connections.all()) {
    await hand.press(connection);
    await expect(connection).toHaveAttribute("aria-pressed", "true");
  }
  await hand.scroll(page.getByTestId("check-picture"));
  if (hand.hasMouse) await rows(page, "CONNECT").first().click();
  else {
    await hand.focus(page.getByTestId("exchanged"));
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
  }
  await expect(page.getByTestId("check-packet").getByTestId("field").first()).toBeVisible();
  await hand.press(page.getByTestId("check-again"));
  await expect(page.getByTestId("check-again")).toHaveAttribute("aria-disabled", "false", { timeout: 60_000 });
  await expect(page.getByTestId("check-verdict")).toHaveText("kept");
  await hand.press(page.getByTestId("check-close"));
  await expect(page.getByTestId("check")).toHaveCount(0);
  await expect(page.getByTestId("checks")).toBeFocused();

  // The card takes the place of the list where there is room for one only.
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(page.getByTestId("broker-card")).toBeHidden();
  await hand.press(page.getByTestId("examine-card"));
  await expect(page.getByTestId("broker-card")).toBeVisible();
  await hand.press(page.getByTestId("examine-card"));
  await expect(checks(page).first()).toBeVisible();
  await hand.press(page.getByTestId("examine-back"));
  await expect(page.getByTestId("examine")).toHaveCount(0);
  // On a phone the list of connections is another step.
  await expect(page.getByTestId("tab-wire")).toBeVisible();
});

twice("checks that do not come are asked for again", async (hand, page) => {
  await page.route(/checks[^/]*\.txt$/, (route) => route.fulfill({ status: 200, body: "<html>" }));
  await open(page);
  await hand.pick(more(page), "Examine this broker…");
  await expect(page.getByTestId("checks-failed")).toBeVisible();
  await page.unroute(/checks[^/]*\.txt$/);
  await hand.press(page.getByTestId("checks-again"));
  await expect(page.getByTestId("examine-start")).toBeVisible({ timeout: 15_000 });
});
