// Cards of brokers that were examined: kept in the browser, two beside each other, as files and as a link.
import { readFileSync } from "node:fs";

import { expect, type Page } from "@playwright/test";

import { withoutViolations } from "./axe";
import { open } from "./live";
import { test } from "./quiet";
import { type Hand, twice } from "./ways";

const state = (page: Page) => page.getByTestId("cards-state");
const row = (page: Page, name: string) => page.getByTestId("cards-body").locator(`tr[data-name="${name}"]`).first();

type Card = { at: number; cut?: boolean; checks: { id: string; version: string; verdict: string }[]; card: { url: string; versions: Record<string, Record<string, string>> } };

const kept = (page: Page) => page.evaluate(() => (localStorage.getItem("mqttscope.live.cards") ?? "").split("\n").filter(Boolean).map((line) => JSON.parse(line) as Card));

/** Examines the built-in broker with a few checks; its card is kept. */
async function examine(hand: Hand, page: Page) {
  await open(page);
  await hand.pick(page.getByTestId("connection").first().getByRole("button", { name: /^More for/ }), "Examine this broker…");
  await expect(page.getByTestId("examine-start")).toBeVisible({ timeout: 15_000 });
  await page.getByTestId("examine-only").fill("retain");
  await hand.press(page.getByTestId("examine-start"));
  await expect(page.getByTestId("examine-state")).toContainText("Done in", { timeout: 60_000 });
  await expect.poll(async () => (await kept(page)).length).toBe(1);
}

/** Keeps another card: of another broker, which breaks one check and announces something else. */
async function keepAnother(page: Page) {
  await page.evaluate(() => {
    const name = "mqttscope.live.cards";
    const card = JSON.parse(localStorage.getItem(name)!) as Card;
    card.card.url = "mqtt://other.example:1883";
    card.card.versions["5"]!["Receive Maximum"] = "7";
    card.at -= 86_400_000;
    card.checks.find(({ id, version }) => id === "retain-as-published" && version === "5")!.verdict = "broken";
    localStorage.setItem(name, `${localStorage.getItem(name)!}\n${JSON.stringify(card)}`);
  });
}

twice("two cards beside each other, and every control of them", async (hand, page, context) => {
  await examine(hand, page);
  // One beside itself: nothing differs.
  await hand.press(page.getByTestId("examine-cards"));
  await expect(state(page)).toContainText("One card beside itself");
  await hand.press(page.getByTestId("cards-back"));
  await expect(page.getByTestId("examine")).toBeVisible();
  await keepAnother(page);
  await hand.press(page.getByTestId("examine-cards"));
  await expect(state(page)).toHaveText("1 verdict differs.");
  await expect(row(page, "retain-as-published")).toHaveText(/retain-as-published.*5\s*kept\s*broken/);
  await expect(row(page, "Receive Maximum")).toHaveText(/\d messages? at a time7 messages at a time$/);
  await expect(row(page, "Receive Maximum")).toHaveClass("differs");
  await withoutViolations(page);

  // All of it, and what differs is still marked.
  const few = await page.getByTestId("cards-body").locator("tr").count();
  await hand.turn(page.getByTestId("cards-differ"));
  await expect(page.getByTestId("cards-differ")).not.toBeChecked();
  expect(await page.getByTestId("cards-body").locator("tr").count()).toBeGreaterThan(few);
  await expect(page.getByTestId("cards-checks").locator("tr.differs")).toHaveCount(1);
  await hand.scroll(page.getByTestId("cards-body"));

  // One that was ended early, and was asked in one version only, is compared in what both were asked.
  await page.evaluate(() => {
    const name = "mqttscope.live.cards";
    const [own, other] = localStorage.getItem(name)!.split("\n").map((line) => JSON.parse(line) as Card);
    const cut = { ...other!, cut: true, at: other!.at - 1, checks: other!.checks.filter(({ version }) => version === "3.1.1") };
    cut.card = { url: "mqtt://third.example:1883", versions: {} };
    localStorage.setItem(name, [own, other, cut].map((card) => JSON.stringify(card)).join("\n"));
    window.dispatchEvent(new StorageEvent("storage", { key: name }));
  });
  await hand.choose(page.getByTestId("card-b"), "mqtt://third");
  await expect(state(page)).toHaveText("No verdict differs.");
  await expect(page.getByTestId("cards-note")).toHaveText([/^A was asked in MQTT 5, 3\.1\.1 and 3\.1, B in MQTT 3\.1\.1 only\.$/, "The examination of B was ended early.", /^\d+ checks were run for one of them only, and were not compared\.$/]);
  await expect(page.getByTestId("card-b").locator("option:checked")).toHaveText(/\(ended early\)$/);
  await withoutViolations(page);
  await hand.choose(page.getByTestId("card-a"), "mqtt://third");
  await hand.press(page.getByTestId("card-remove"));
  await expect.poll(async () => (await kept(page)).length).toBe(2);
  await hand.choose(page.getByTestId("card-a"), "the built-in");
  await hand.choose(page.getByTestId("card-b"), "mqtt://other");

  // As files.
  for (const [button, end] of [["cards-json", "json"], ["cards-html", "html"]] as const) {
    const download = page.waitForEvent("download");
    await hand.press(page.getByTestId(button));
    const saved = await download;
    expect(saved.suggestedFilename()).toBe(`mqttscope-compared.${end}`);
    const text = readFileSync(await saved.path(), "utf8");
    if (end === "html") expect(text).toContain('<tr class="differs"><th>retain-as-published</th>');
    else {
      const { checks } = JSON.parse(text) as { checks: { name: string; differs: boolean }[] };
      expect(checks.filter(({ differs }) => differs).map(({ name }) => name)).toEqual(["retain-as-published"]);
    }
  }

  // The other one on the left, and its link opens it in another tab.
  await hand.choose(page.getByTestId("card-a"), "mqtt://other");
  await hand.choose(page.getByTestId("card-b"), "the built-in");
  await expect(row(page, "retain-as-published")).toHaveText(/broken\s*kept/);
  await hand.press(page.getByTestId("card-link"));
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain("#/live?card=");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const other = await context.newPage();
  await other.goto(link);
  await expect(other.getByTestId("card-a").locator("option").first()).toHaveText(/^mqtt:\/\/other\.example:1883, .* \(from the link\)$/, { timeout: 15_000 });
  await expect(other.getByTestId("card-a").locator("option")).toHaveCount(3);
  await other.close();

  // One alone is a file that the companion compares, and it can be removed.
  await hand.choose(page.getByTestId("card-b"), "mqtt://other");
  await expect(state(page)).toContainText("One card beside itself");
  const download = page.waitForEvent("download");
  await hand.press(page.getByTestId("cards-json"));
  const card = JSON.parse(readFileSync(await (await download).path(), "utf8")) as Card;
  expect(card.card.url).toBe("mqtt://other.example:1883");
  await hand.press(page.getByTestId("card-remove"));
  await expect.poll(async () => (await kept(page)).map((it) => it.card.url)).toEqual(["the built-in broker"]);
  await hand.press(page.getByTestId("card-remove"));
  await expect(page.getByTestId("nothing")).toContainText("No cards yet");
  await withoutViolations(page);
});

test("a link that carries no card says so, and leads back", async ({ page }) => {
  await page.goto("#/live?card=nonsense");
  await expect(page.getByTestId("card-failed")).toContainText("This link opens no card", { timeout: 15_000 });
  await page.getByTestId("cards-back").click();
  await expect(page.getByTestId("connection").first()).toBeVisible({ timeout: 15_000 });
  expect(await page.evaluate(() => location.hash)).not.toContain("card=");
});

test("an examination goes on while the tab is behind another, and its card is kept whatever the page shows", async ({ page, context }) => {
  test.slow();
  await open(page);
  await page.getByTestId("connection").first().getByRole("button", { name: /^More for/ }).click();
  await page.getByRole("menuitem", { name: "Examine this broker…" }).click();
  await page.getByTestId("examine-only").fill("retain");
  await page.getByTestId("examine-start").click();
  await page.getByTestId("examine-back").click();
  const other = await context.newPage();
  await other.goto("about:blank");
  await other.bringToFront();
  await expect.poll(async () => (await kept(page)).length, { timeout: 60_000 }).toBe(1);
  await other.close();
  await page.bringToFront();
  await page.getByTestId("connection").first().getByRole("button", { name: /^More for/ }).click();
  await page.getByRole("menuitem", { name: "Examine this broker…" }).click();
  await expect(page.getByTestId("examine-state")).toContainText("Done in");
  await expect(page.getByTestId("verdict-broken")).toHaveText("broken 0");
  expect((await kept(page))[0]!.checks.every(({ verdict }) => verdict === "kept" || verdict === "not-applicable")).toBe(true);
});

for (const [width, height] of [[390, 844], [1440, 900]] as const) {
  test(`two cards fit into ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await page.goto("#/live");
    await page.evaluate(() => {
      const card = (url: string, verdict: string) => JSON.stringify({ at: 1_700_000_000_000, checks: [{ id: "shared-beside-plain", version: "5", verdict }], card: { url, versions: { "5": { "QoS granted where 2 was asked for": verdict === "kept" ? "2" : "1" } } } });
      localStorage.setItem("mqttscope.live.cards", [card("wss://one.example.org:8883/mqtt", "kept"), card("mqtt://two.example.org:1883", "broken")].join("\n"));
    });
    // Any card in an address opens the view.
    await page.goto("#/live?card=x");
    await expect(state(page)).toHaveText("1 verdict differs.", { timeout: 15_000 });
    await expect(row(page, "QoS granted where 2 was asked for")).toContainText("QoS 2");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await withoutViolations(page);
  });
}
