// What the findings say of connections that failed or were lost, what a search finds of what rows say, and a message that is
// repeated.
import { expect, type Page } from "@playwright/test";

import { connectToNothing, open, publish, rows } from "./live";
import { Desk } from "./peers/desk";
import { Misbehaving } from "./peers/misbehaving";
import { watched as test } from "./quiet";

const found = (page: Page) => page.getByTestId("finding-row");
const AGAIN = { first_ms: 100, longest_ms: 200, attempts: null };

test("attempts that fail are one finding with their cause and their number", async ({ page }) => {
  const row = await connectToNothing(page);
  await page.getByTestId("tab-findings").click();
  const finding = found(page).filter({ hasText: "Could not connect. Probable cause: " });
  await expect(finding).toHaveCount(1);
  await expect(page.getByTestId("nothing")).toHaveCount(0);
  await expect(page.getByTestId("grade-warnings")).toContainText("1");
  // Again and again, and one row still.
  await expect(finding).toContainText(/[2-9] times/, { timeout: 20_000 });
  await expect(finding).toHaveCount(1);
  await expect(finding.locator(".time")).toHaveText(/^\d\d:\d\d:\d\d$/);
  // It leads to the row of the attempt, where all causes are.
  // It is not shown beside the findings of another connection.
  const card = page.getByTestId("finding-card");
  await finding.click();
  await expect(card).toContainText("Could not connect");
  await page.getByTestId("connection").first().getByTestId("look").click();
  await expect(card).toHaveCount(0);
  await row.getByTestId("look").click();
  await finding.click();
  await card.getByTestId("finding-packet").last().click();
  await expect(page.locator('[data-testid="wire-event"][aria-selected="true"]')).toHaveAttribute("data-type", "not opened");
  // What needs an open connection is not offered without one.
  await expect(row).toHaveAttribute("data-state", "waiting");
  await row.getByRole("button", { name: /^More for/ }).click();
  await expect(page.getByRole("menuitem", { name: /Change/ })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: /Cut the link|Disconnect with/ })).toHaveCount(0);
});

test("why a connection was lost can be asked after it is back, and the findings keep the diagnosis", async ({ page }) => {
  const peer = await Misbehaving.start("once");
  try {
    const desk = await Desk.open(page, { target: { WebSocket: peer.url }, version: "5", client_identifier: "pump-7", reconnect: AGAIN });
    await desk.row.getByTestId("connect").click();
    await expect(page.locator('[data-testid="wire-event"][data-type="opened"]')).toHaveCount(2);
    await desk.state("open");
    await page.getByTestId("tab-findings").click();
    const finding = found(page).filter({ hasText: "The server closed it in order. Probable cause: Another client may have connected as pump-7" });
    await expect(finding).toHaveCount(1);
    await expect(finding).toContainText("MQTT-3.1.4-3");
    await expect(found(page).filter({ hasText: "without a DISCONNECT" })).toHaveCount(0);
    await expect(desk.row.getByTestId("why-not")).toHaveText("what happened?");
    const advice = await desk.advice();
    await expect(page.getByRole("dialog")).toHaveAccessibleName("Why “real” was not connected");
    await expect(advice).toContainText("the server closed it in order");
    await expect(advice.getByTestId("advice-state")).toHaveText("connected again");
    // Another identifier is another setting, which is said.
    await advice.getByTestId("repair").first().click();
    await expect(page.getByText(/“real” is set to the client identifier pump-7-[0-9a-f]{4} and connects/)).toBeVisible();
    await desk.state("open");
    await expect(desk.row.getByTestId("why-not")).toHaveCount(0);
  } finally {
    await peer.stop();
  }
});

test("an attempt that is given up has sent no DISCONNECT", async ({ page }) => {
  const peer = await Misbehaving.start("tcp");
  try {
    const desk = await Desk.open(page, { target: { WebSocket: peer.url }, version: "5", client_identifier: "a", reconnect: null });
    await desk.row.getByTestId("connect").click();
    await desk.state("opening");
    await desk.row.getByTestId("disconnect").click();
    const event = page.locator('[data-testid="wire-event"][data-type="not opened"]');
    await expect(event).toContainText(/given up by you after [\d.]+ m?s$/);
  } finally {
    await peer.stop();
  }
});

test("an identifier that a server takes is marked nowhere, and one note is one note", async ({ page }) => {
  const peer = await Misbehaving.start("good");
  try {
    const desk = await Desk.open(page, { target: { WebSocket: peer.url }, version: "5", client_identifier: "pump-7-8083", reconnect: null });
    await desk.connect();
    await desk.packets("CONNECT").click();
    await expect(page.getByTestId("packet-type")).toHaveText("CONNECT");
    await expect(page.getByTestId("valid")).toBeVisible();
    await page.getByTestId("tab-findings").click();
    await expect(page.getByTestId("nothing")).toContainText("No problems");
  } finally {
    await peer.stop();
  }
});

test("the search finds what rows say", async ({ page }) => {
  await open(page);
  for (const qos of ["0", "1", "2"]) await publish(page, "said/it", "x", qos);
  await expect(rows(page, "PUBLISH")).toHaveCount(6);
  const search = page.getByTestId("search");
  for (const [text, count] of [["QoS 1", 2], ["qos", 6], ["received publish", 3], ["retain", 0], ["PUBLISH · QoS 0", 2]] as const) {
    await search.fill(text);
    await expect(page.getByTestId("total")).toContainText("found");
    await expect(rows(page, "PUBLISH"), text).toHaveCount(count);
  }
  await search.fill("no client id");
  await expect(rows(page, "CONNECT")).toHaveCount(1);
  await search.fill("client auto");
  await expect(rows(page, "CONNACK")).toHaveCount(1);
});

for (const width of [1280, 1440]) {
  test(`a message that is repeated says how many were sent, and its form does not leap, at ${width}`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    await open(page);
    const names = page.locator(".publish-more > details > summary");
    const places = () => names.evaluateAll((all) => all.map((one) => [Math.round(one.getBoundingClientRect().left), one.textContent]));
    const lines = () => names.evaluateAll((all) => new Set(all.map((one) => Math.round(one.getBoundingClientRect().top))).size);
    const [before, linesBefore] = [await places(), await lines()];
    const repeat = page.getByTestId("more-repeat");
    await repeat.locator("summary").click();
    await expect(page.getByTestId("repeat-every")).toBeVisible();
    expect(await places()).toEqual(before);
    expect(await lines()).toBe(linesBefore);
    await page.getByTestId("repeat-every").fill("50");
    await page.getByTestId("repeat-times").fill("4");
    await page.getByTestId("repeat").click();
    await expect(page.getByTestId("repeated")).toHaveText(/^4 sent in [\d.]+ m?s$/);
    // It is still there.
    await expect(page.getByTestId("repeat")).toHaveText("Start");
    await expect(page.getByTestId("repeat-every")).toBeVisible();
    // Rates have a unit, and say what they are an average of.
    await expect(page.getByTestId("rates")).toHaveText(/\/s/);
    await expect(page.getByTestId("rates")).toHaveAttribute("title", /average of the last 3 seconds/);
    const units = page.getByTestId("rates").locator(".unit:visible, .unit-short:visible");
    await expect(units).toHaveCount(1);
  });
}

test("on a phone what repeats a message opens right below its name", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("#/live");
  await page.getByTestId("step-publish").click();
  const repeat = page.getByTestId("more-repeat");
  await repeat.locator("summary").click();
  await expect(page.getByTestId("repeat-every")).toBeVisible();
  const name = (await repeat.locator("summary").boundingBox())!;
  const every = (await page.getByTestId("repeat-every").boundingBox())!;
  expect(every.y - (name.y + name.height)).toBeGreaterThanOrEqual(0);
  expect(every.y - (name.y + name.height)).toBeLessThan(32);
});

for (const width of [390, 768]) {
  test(`a finding shows its text, when and whose it is, at ${width}`, async ({ page }) => {
    // Two connections: each row says whose it is.
    const row = await connectToNothing(page);
    await expect(row).toHaveAttribute("data-state", "waiting");
    await page.getByTestId("scope").selectOption("all");
    await page.getByTestId("tab-findings").click();
    await page.setViewportSize({ width, height: 844 });
    const finding = found(page).filter({ hasText: "Could not connect" });
    await expect(finding).toHaveCount(1);
    const line = await finding.locator(".says").evaluate((says) => says.getBoundingClientRect().height);
    // Two lines of text, where one has no room for it.
    if (width < 500) expect(line).toBeGreaterThan(30);
    const end = (await finding.boundingBox())!;
    for (const part of [".time", ".of"]) {
      const box = (await finding.locator(part).boundingBox())!;
      expect(box.width, part).toBeGreaterThan(30);
      expect(box.x + box.width, part).toBeLessThanOrEqual(end.x + end.width);
      expect(box.y + box.height, part).toBeLessThanOrEqual(end.y + end.height);
    }
  });
}

test("a filter for addresses that a browser does not tell says so, and the server's port is known", async ({ page }) => {
  await open(page);
  await page.getByTestId("search").fill("ip.addr == 10.0.0.9");
  await expect(page.getByTestId("nothing")).toContainText("A browser tells no addresses");
});
