// What a person made outlives a reload, in its own tab.
import { expect } from "@playwright/test";

import { byte, field, give, open, value } from "./dissect";
import { test } from "./quiet";

const PUBLISH = "30 08 00 03 61 2f 62 32 31 c2";

test("text, selection, edits and the way back survive a reload", async ({ page }) => {
  await open(page);
  const text = `> ${PUBLISH}\n< c0 00 d0 00`;
  await give(page, text);
  await page.getByTestId("packet").nth(2).click();
  await page.reload();
  await expect(page.getByTestId("text")).toHaveValue(text);
  await expect(page.getByTestId("packet-type")).toHaveText("PINGRESP");
  await page.getByTestId("packet").first().click();
  await field(page, "RETAIN").getByRole("switch").click();
  await field(page, "Topic Name").click();
  const edited = await page.getByTestId("text").inputValue();
  await page.reload();
  await expect(page.getByTestId("text")).toHaveValue(edited);
  await expect(field(page, "Topic Name")).toHaveAttribute("aria-selected", "true");
  await page.getByTestId("undo").click();
  await expect(page.getByTestId("text")).toHaveValue(text);
  await page.reload();
  await page.getByTestId("redo").click();
  await expect(page.getByTestId("text")).toHaveValue(edited);
});

test("two tabs do not disturb each other", async ({ page, context }) => {
  await open(page);
  await give(page, PUBLISH);
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(other.getByTestId("empty")).toBeVisible();
  await give(other, "c0 00");
  await page.reload();
  await expect(page.getByTestId("text")).toHaveValue(PUBLISH);
  await other.reload();
  await expect(other.getByTestId("text")).toHaveValue("c0 00");
});

test("a share link in the address wins, and what was there is one step back", async ({ page }) => {
  await open(page);
  await give(page, PUBLISH);
  await page.getByTestId("share").click();
  await expect(page.getByRole("status")).toContainText("Link copied");
  const link = page.url();
  // The address is that of the same bytes: they stay as they were typed, without another step.
  await page.reload();
  await expect(value(page, "Topic Name")).toHaveText('"a/b"');
  await expect(page.getByTestId("undo")).toBeDisabled();
  await give(page, "c0 00");
  await expect(page).not.toHaveURL(link);
  await page.goto("about:blank");
  await page.goto(link);
  await expect(value(page, "Topic Name")).toHaveText('"a/b"');
  await page.getByTestId("undo").click();
  await expect(page.getByTestId("text")).toHaveValue("c0 00");
});

test("bytes that are too large to be kept are not left without a question", async ({ page }) => {
  await open(page);
  const packet = "30 14 00 0b 73 69 74 65 2f 61 2f 74 65 6d 70 7b 22 74 22 3a 31 7d ";
  await page.evaluate((text) => navigator.clipboard.writeText(text), packet.repeat(47_662));
  await page.getByTestId("text").focus();
  await page.keyboard.press("Control+v");
  await expect(page.getByTestId("count")).toContainText("47,662 packets");
  const asked = page.waitForEvent("dialog");
  const reload = page.reload();
  const dialog = await asked;
  expect(dialog.type()).toBe("beforeunload");
  await dialog.accept();
  await reload;
  await expect(page.getByTestId("empty")).toBeVisible();
  // Small ones are.
  await give(page, "c0 00");
  await page.reload();
  await expect(page.getByTestId("text")).toHaveValue("c0 00");
});

test("one flipped bit leaves the version and shows only what it broke", async ({ page }) => {
  await open(page);
  await give(page, "32 09 00 03 61 2f 62 00 01 68 69");
  await expect(page.getByTestId("version").locator("option:checked")).toHaveText("MQTT 3.1.1 · detected");
  await byte(page, 0).click();
  await page.getByTestId("bits").getByTestId("bit").nth(5).click();
  await expect(byte(page, 0)).toHaveText("36");
  await expect(page.getByTestId("version").locator("option:checked")).toHaveText("MQTT 3.1.1 · kept");
  await expect(page.getByTestId("faults")).toHaveText("1 error");
  await page.reload();
  await expect(page.getByTestId("version").locator("option:checked")).toHaveText("MQTT 3.1.1 · kept");
});

test("the first finding names its rule until the texts arrive, and then says all", async ({ page }) => {
  let arrive = () => {};
  const texts = new Promise<void>((resolve) => (arrive = resolve));
  await page.route("**/texts*.txt", async (route) => {
    await texts;
    await route.continue();
  });
  await open(page);
  await give(page, "10 0c 00 04 4d 51 54 54 05 02 00 3c 00 00 00");
  const finding = page.getByTestId("fields").getByTestId("diagnostic").first();
  await expect(finding).toContainText(/[a-z]+-[a-z]+/);
  await expect(finding).toHaveAttribute("data-rule", /[a-z]+-[a-z]+/);
  await expect(finding.locator(".ids .rule")).toHaveCount(1);
  arrive();
  await expect(finding.locator(".ids")).toContainText("MQTT-");
});

test("an address of no page says so, and is put right", async ({ page }) => {
  await page.goto("#/nothing?x=1");
  await expect(page.getByText("There is no page “#/nothing”. This is Dissect.")).toBeVisible();
  await expect(page).toHaveURL(/#\/dissect$/);
});

test("a search that was cleared does not come back, however soon the page is loaded again", async ({ page }) => {
  await page.goto("#/live");
  const search = page.getByTestId("search");
  await search.fill("temperature");
  await expect.poll(() => page.url()).toContain("temperature");
  // No time between the two: what has to be remembered is remembered at once.
  await search.evaluate((it: HTMLInputElement) => {
    it.value = "";
    it.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
  await page.evaluate(() => new Promise((done) => setTimeout(done, 0)));
  await page.reload();
  await expect(search).toBeVisible();
  await expect(search).toHaveValue("");
});

const names = ["Live", "Captures", "Flows"] as const;

for (const first of names) {
  test(`the pages follow ${first} in any order`, async ({ page }) => {
    for (const second of names.filter((it) => it !== first)) {
      await open(page);
      await page.reload();
      const third = names.find((it) => it !== first && it !== second)!;
      for (const name of [first, second, third, first, third, second, first] as const) {
        await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }).click();
        await expect(page).toHaveURL(new RegExp(`#/${name.toLowerCase()}`));
        await expect(page.locator("main:visible")).toHaveCount(1);
      }
    }
  });
}
