// Everything that the Flows page shows has an address, and what is made here stays.
import { expect } from "@playwright/test";

import { caption, catchToken, open, title } from "./flows";
import { test } from "./quiet";

test("a scenario, a step, a comparison and a fork have addresses, and Back goes through them", async ({ page }) => {
  test.slow();
  await open(page);
  await expect(page).toHaveURL(/#\/flows\/qos2-no-faults$/);
  await page.getByTestId("scenario").filter({ has: page.getByText("QoS 2, PUBREC lost", { exact: true }) }).click();
  await expect(page).toHaveURL(/#\/flows\/qos2-pubrec-lost$/);
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  await expect(page).toHaveURL(/qos2-pubrec-lost\?step=20$/);
  await page.getByTestId("compare").click();
  await expect(page).toHaveURL(/qos2-pubrec-lost\?compare&run=2/);
  await page.getByTestId("column").first().click();
  await expect(page).toHaveURL(/qos2-pubrec-lost\?compare&run=0/);
  await page.goBack();
  await expect(page.getByTestId("diagram")).toHaveCount(1);
  await expect(caption(page)).toContainText("step 20 of 21");
  await page.goForward();
  await expect(page.getByTestId("column")).toHaveCount(3);
  await expect(page.getByTestId("column").first()).toHaveAttribute("aria-pressed", "true");
  await page.goBack();
  await page.goBack();
  await expect(title(page)).toHaveText("QoS 2, no faults");
  await expect(page).toHaveURL(/qos2-no-faults$/);
  await (await catchToken(page, "PUBREL")).click();
  await expect(page).toHaveURL(/qos2-no-faults\?fork=cut\+\w+\+at\+\d+&run=1/);
  await page.getByTestId("version").selectOption("MQTT 3.1.1");
  await expect(page).toHaveURL(/#\/flows\?[\w-]+/);
  await page.goBack();
  await expect(page.getByTestId("diagram")).toHaveCount(2);
  await page.goBack();
  await expect(page.getByTestId("diagram")).toHaveCount(1);
});

for (const address of [
  "#/flows/qos2-pubrec-lost?step=10",
  "#/flows/qos1-puback-lost?compare&run=0&step=5",
  "#/flows/qos1-no-faults?fork=cut+Publisher+at+470&run=0&step=4",
]) {
  test(`reload of ${address} returns to the very same`, async ({ page }) => {
    await page.goto(address);
    const shown = async () => [
      await title(page).textContent(),
      await page.getByTestId("step").textContent(),
      await page.getByTestId("column").allTextContents(),
      new URL(page.url()).hash,
    ];
    await expect(page.getByTestId("step")).toContainText(`step ${/step=(\d+)/.exec(address)![1]} of`);
    await expect.poll(() => new URL(page.url()).hash).toBe(address);
    const before = await shown();
    await page.reload();
    await expect(page.getByTestId("step")).toHaveText(before[1] as string);
    expect(await shown()).toEqual(before);
  });
}

test("Back returns from another page to the scenario that was left", async ({ page }) => {
  await open(page, "Retained message");
  await page.keyboard.press("ArrowRight");
  await expect(page).toHaveURL(/retained-message\?step=2$/);
  await page.getByRole("link", { name: "Dissect" }).click();
  await expect(page).toHaveURL(/#\/dissect$/);
  await page.goBack();
  await expect(title(page)).toHaveText("Retained message");
  await expect(caption(page)).toContainText("step 2 of");
});

test("an address that leads nowhere says so, and shows what was there", async ({ page }) => {
  await page.goto("#/flows/no-such-thing");
  await expect(page.getByText("There is no scenario “no-such-thing”.")).toBeVisible();
  await expect(page).toHaveURL(/qos2-no-faults$/);
});

test("own scenarios and forks are kept, renamed, copied, deleted and brought back", async ({ page }) => {
  await open(page, "QoS 1, no faults");
  await (await catchToken(page, "PUBACK")).click();
  const own = page.getByTestId("own-scenario");
  await page.getByTestId("save-shown").click();
  await expect(own).toHaveCount(1);
  await expect(own).toContainText("QoS 1, no faults + cut Publisher's connection at");
  await page.getByTestId("new-scenario").click();
  await page.getByTestId("script").fill("title Mine\npublisher P\nat 0 P connect");
  await page.getByTestId("save-scenario").click();
  await expect(own).toHaveCount(2);
  await expect(own.first()).toHaveAttribute("aria-current", "true");
  // Nothing is lost when an entry of the gallery is chosen, nor on reload.
  await page.getByTestId("scenario").first().click();
  await expect(title(page)).toHaveText("QoS 0, no faults");
  await page.reload();
  await expect(own).toHaveCount(2);
  await own.filter({ hasText: "Mine" }).click();
  await expect(title(page)).toHaveText("Mine");
  await expect(page).toHaveURL(/#\/flows\?[\w-]+$/);

  const more = page.getByRole("button", { name: "More for Mine", exact: true });
  await more.click();
  await page.getByRole("menuitem", { name: "Rename…" }).click();
  await page.getByTestId("scenario-name").fill("Another name");
  await page.getByTestId("rename").click();
  await expect(title(page)).toHaveText("Another name");
  await expect(own.filter({ hasText: "Mine" })).toHaveCount(0);

  await page.getByRole("button", { name: "More for Another name" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(own.first()).toContainText("Another name (copy)");
  await expect(own).toHaveCount(3);

  await page.getByRole("button", { name: "More for Another name", exact: true }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(own).toHaveCount(2);
  await expect(page.getByTestId("undo-scenario")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(own).toHaveCount(3);
  await expect(own.nth(1)).toContainText("Another name");

  await page.getByRole("button", { name: "More for Another name", exact: true }).click();
  await page.getByRole("menuitem", { name: "Edit" }).click();
  await page.getByTestId("script").fill("title Changed\nsubscriber S\nat 0 S connect");
  await page.getByTestId("save-scenario").click();
  await expect(own.nth(1)).toContainText("Changed");
  await expect(own).toHaveCount(3);
});

test("a share link opens the same scenario at the same step, faults included", async ({ page, context }) => {
  await open(page, "QoS 1, no faults");
  await (await catchToken(page, "PUBACK")).click();
  await page.getByTestId("alone").click();
  await page.keyboard.press("End");
  await page.getByTestId("share").click();
  await expect(page.getByText("Link copied")).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const other = await context.newPage();
  await other.goto(link);
  await expect(other.getByTestId("title")).toContainText("QoS 1, no faults + cut Publisher");
  await expect(other.getByTestId("duplicates").locator("td")).toHaveText("1");
  await other.goto(`${link.slice(0, -20)}`);
  await expect(other.getByText("This link is damaged: part of it is missing or changed.")).toBeVisible();
});

test("Space plays after a scenario was chosen with the mouse, and with a key", async ({ page }) => {
  await open(page, "QoS 1, no faults");
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Pause (Space)" })).toBeVisible();
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Play (Space)" })).toBeVisible();
  await page.getByTestId("scenario").nth(4).focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/published-at-qos0/);
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Pause (Space)" })).toBeVisible();
});
