// Devices: a connection that publishes on a timer, and many of them.
import { expect, type Page } from "@playwright/test";

import { withoutViolations } from "./axe";
import { open, publish } from "./live";
import { test } from "./quiet";
import { twice } from "./ways";

const rows = (page: Page) => page.getByTestId("connection");

/** The messages that the list knows, on the screen or not. */
const sent = (page: Page) => page.getByTestId("message-row").filter({ hasText: "temperature" });

twice("a device publishes by itself, is changed, and turned off", async (hand, page) => {
  await open(page);
  await hand.press(page.getByTestId("tab-messages"));
  await hand.press(page.getByTestId("add-answer"));
  await hand.press(page.getByTestId("ready-3"));
  await expect(page.getByTestId("answer-name")).toHaveValue("Temperature sensor");
  await expect(page.getByTestId("answer-every")).toHaveValue("1000");
  await expect(page.getByTestId("answer-filter")).toHaveCount(0);
  // A timer has no message, so no Response Topic.
  await expect(page.getByTestId("action-0-retain")).toBeVisible();
  await expect(page.getByTestId("action-0-respond")).toHaveCount(0);
  await expect(page.getByTestId("answer-preview")).toContainText("from 18 to 24");
  await hand.press(page.getByTestId("try-answer"));
  await expect(page.getByTestId("trial-says")).toContainText(/Publishes \{"celsius":\d\d\.\d\d,"number":1,/);
  // What only a message has cannot be there.
  await hand.write(page.getByTestId("action-0-payload"), "{{json.a}}");
  await expect(page.getByTestId("answer-problems")).toContainText("a timer has none");
  await hand.write(page.getByTestId("action-0-payload"), "{{walk 0 5 1}}");
  await hand.write(page.getByTestId("answer-every"), "5");
  await expect(page.getByTestId("answer-problems")).toContainText("10 is the least");
  await hand.write(page.getByTestId("answer-every"), "200");
  await hand.choose(page.getByTestId("answer-when"), "for each message");
  await expect(page.getByTestId("answer-problems")).toContainText("it needs a topic filter");
  // Typed at once, it would go on from what was typed before.
  await page.getByTestId("answer-when").selectOption("timer");
  await hand.write(page.getByTestId("answer-every"), "200");
  await withoutViolations(page);
  await hand.press(page.getByTestId("save-answer"));
  await expect(page.getByTestId("answer")).toContainText("every 200 ms");
  const every = page.getByTestId("answer").locator(".every");
  expect(await every.evaluate((it) => it.scrollWidth - it.clientWidth), "how often it is done is seen whole").toBeLessThanOrEqual(0);
  const button = (await page.getByTestId("edit-answer").boundingBox())!;
  const seen = (await every.boundingBox())!;
  expect(seen.x + seen.width).toBeLessThanOrEqual(button.x + button.width + 1);
  await expect(sent(page).nth(3)).toBeVisible();
  await expect(page.getByTestId("answer-last")).toContainText(/Publishes \d\.\d\d to sensors\//);
  await hand.turn(page.getByTestId("answer-on"));
  // What it has told in a quarter of a second is the last of it.
  const count = page.getByTestId("answer-count");
  let before = "";
  await expect.poll(async () => {
    const last = before;
    before = await count.innerText();
    return before === last;
  }, { intervals: [700] }).toBe(true);
});

twice("of one connection there are several, each a client of its own", async (hand, page) => {
  await open(page);
  await hand.press(page.getByTestId("add-answer"));
  await hand.press(page.getByTestId("ready-3"));
  await hand.press(page.getByTestId("save-answer"));
  const menu = rows(page).first().getByRole("button", { name: /^More for/ });
  await hand.pick(menu, "Make several…");
  await withoutViolations(page);
  for (const wrong of ["0", "51", "x"]) {
    await hand.write(page.getByTestId("several-count"), wrong);
    await expect(page.getByTestId("several-fault")).toHaveText("Enter a number from 1 to 50.");
    await expect(page.getByTestId("several-connect")).toBeDisabled();
  }
  await hand.write(page.getByTestId("several-count"), "3");
  await hand.press(page.getByTestId("several-connect"));
  await expect(rows(page)).toHaveCount(4);
  for (const number of [0, 1, 2, 3]) await expect(rows(page).nth(number)).toHaveAttribute("data-state", "open");
  await hand.choose(page.getByTestId("scope"), "all connections");
  await hand.press(page.getByTestId("tab-messages"));
  for (const device of [1, 2, 3]) await expect(sent(page).filter({ hasText: `-${device}/temperature` }).first()).toBeVisible();
  // Four of them publish once a second each: the rate is of all, and no single round trip stands beside it.
  const rates = page.getByTestId("rates");
  await expect(rates).toHaveAttribute("title", /^PUBLISH packets of all connections each second/);
  await expect.poll(async () => Number(/([\d.]+) out/.exec(await rates.innerText())?.[1])).toBeGreaterThan(2);
  await expect(page.getByTestId("round-trip")).toHaveCount(0);
  // Whose a handshake is stands whole in its row.
  await hand.press(page.getByTestId("tab-handshakes"));
  const of = page.getByTestId("flow-row").first().locator(".says");
  await expect(of).toContainText("Built-in broker");
  expect(await of.evaluate((it) => it.scrollWidth - it.clientWidth)).toBeLessThanOrEqual(0);
  await hand.press(page.getByTestId("tab-messages"));
  await expect(page.getByTestId("topic").first().locator(".count")).toHaveAttribute("title", /a message counts once for each connection that it came over/);
  // They can be made without being connected, too.
  await hand.pick(menu, "Make several…");
  await hand.write(page.getByTestId("several-count"), "1");
  await hand.press(page.getByTestId("several-make"));
  await expect(rows(page)).toHaveCount(5);
  await expect(rows(page).nth(4)).not.toHaveAttribute("data-state", "open");
  // They stand in the order in which they were made, also later.
  const names = () => rows(page).locator(".name").allInnerTexts();
  const before = (await names()).map((name) => name.split(",")[0]);
  await page.reload();
  await expect(rows(page)).toHaveCount(5);
  expect((await names()).map((name) => name.split(",")[0])).toEqual(before);
  // All at once.
  const all = page.getByRole("button", { name: "All connections", exact: true });
  const open_ = page.locator('[data-testid="connection"][data-state="open"]');
  await hand.pick(all, "Connect all");
  await expect(open_).toHaveCount(5);
  await hand.pick(all, "Disconnect all");
  await expect(open_).toHaveCount(0);
  await hand.pick(rows(page).first().getByRole("button", { name: /^More for/ }), "Duplicate…");
  await hand.press(page.getByTestId("save-and-connect"));
  await expect(open_).toHaveCount(1);
  await hand.pick(all, "Delete all that are not connected");
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByTestId("deleted")).toContainText("5 connections are deleted.");
  await hand.press(page.getByTestId("undo-delete"));
  await expect(rows(page)).toHaveCount(6);
  expect((await names()).map((name) => name.split(",")[0]).slice(0, 5)).toEqual(before);
  // Those that go one by one come back together, too.
  for (const left of [5, 4]) {
    await hand.pick(rows(page).last().getByRole("button", { name: /^More for/ }), "Delete");
    await expect(rows(page)).toHaveCount(left);
  }
  await expect(page.getByTestId("deleted")).toContainText("2 connections are deleted.");
  await hand.press(page.getByTestId("undo-delete"));
  await expect(rows(page)).toHaveCount(6);
});

twice("what was recorded is published again by a device, also from a capture", async (hand, page) => {
  await open(page);
  await hand.press(page.getByTestId("tab-messages"));
  for (const payload of ["20.5", "21", "22"]) await publish(page, "hall/t", payload);
  await expect(page.getByTestId("message-row").filter({ hasText: "hall/t" })).toHaveCount(6);
  await hand.pick(page.getByTestId("export"), "Replay as a device…");
  await expect(page.getByTestId("answer-name")).toHaveValue("Recording");
  await expect(page.getByTestId("replay-says")).toContainText("3 messages in");
  await expect(page.getByTestId("replay-says")).toContainText("from hall/t on");
  await expect(page.getByTestId("answer-preview")).toContainText("from 20.5 to 22");
  await expect(page.getByTestId("answer-when")).toHaveCount(0);
  await hand.write(page.getByTestId("replay-speed"), "0");
  await expect(page.getByTestId("answer-problems")).toContainText("its speed is from 1 to 100000 percent");
  await hand.write(page.getByTestId("replay-speed"), "1000");
  await hand.write(page.getByTestId("replay-prefix"), "again/{{json}}");
  await expect(page.getByTestId("answer-problems")).toContainText("a timer has none");
  await hand.write(page.getByTestId("replay-prefix"), "again/");
  await hand.turn(page.getByTestId("replay-repeat"));
  await hand.press(page.getByTestId("try-answer"));
  await expect(page.getByTestId("trial-says")).toContainText("Publishes 20.5 to again/hall/t, QoS 0");
  await withoutViolations(page);
  await hand.turn(page.getByTestId("replay-repeat"));
  await hand.press(page.getByTestId("save-answer"));
  await expect(page.getByTestId("answer")).toContainText("3 messages");
  // Each there and back, in order, and not again.
  const again = page.getByTestId("message-row").filter({ hasText: "again/hall/t" });
  await expect(again).toHaveCount(6);
  await expect(page.getByTestId("answer-last")).toHaveText("Publishes 22 to again/hall/t, QoS 0");
  await expect(page.getByTestId("answer-count")).toHaveText("3 published");
  // It is kept; off and on it begins anew.
  await hand.turn(page.getByTestId("answer-on"));
  await hand.turn(page.getByTestId("answer-on"));
  await expect(page.getByTestId("answer-count")).toHaveText("6 published");
  // From the page of captures, too.
  await page.goto("#/captures");
  await page.getByTestId("sample").click();
  await expect(page.getByTestId("wire-row").first()).toBeVisible();
  await hand.pick(page.getByTestId("export"), "Replay as a device…");
  await expect(page).toHaveURL(/#\/live/);
  await expect(page.getByTestId("answer-name")).toHaveValue("Recording");
  await expect(page.getByTestId("replay-says")).toContainText(/\d+ messages? in/);
  await hand.discard();
});

test("a device is there again after a reload, and goes on once it is connected", async ({ page }) => {
  await open(page);
  await page.getByTestId("add-answer").click();
  await page.getByTestId("ready-4").click();
  await page.getByTestId("save-answer").click();
  await page.getByTestId("tab-messages").click();
  const level = page.getByTestId("message-row").filter({ hasText: "/level" });
  await expect(level.first()).toBeVisible();
  await page.reload();
  await expect(page.getByTestId("answer")).toContainText("Tank level");
  await page.getByTestId("tab-messages").click();
  await expect(level.first()).toBeVisible();
});
