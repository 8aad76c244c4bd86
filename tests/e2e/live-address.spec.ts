// The address of the Live page says its tab and its filter; what is typed there may be a Topic Filter; the dialog of a
// new connection begins with its address; and nothing in the page's bars is cut.
import { expect, type Page } from "@playwright/test";

import { open, publish } from "./live";
import { watched as test } from "./quiet";

const hash = (page: Page) => expect.poll(() => page.evaluate(() => location.hash));

test("tab and filter are in the address, through a reload, a link, Back and Forward", async ({ page }) => {
  await open(page);
  await page.getByTestId("tab-messages").click();
  await hash(page).toBe("#/live?tab=messages");
  await page.getByTestId("search").fill("mqtt.qos == 1 && plant/#");
  await hash(page).toBe("#/live?tab=messages&filter=mqtt.qos%20%3D%3D%201%20%26%26%20plant/%23");
  await page.reload();
  await expect(page.getByTestId("search")).toHaveValue("mqtt.qos == 1 && plant/#", { timeout: 15_000 });
  await expect(page.getByTestId("tab-messages")).toHaveAttribute("aria-selected", "true");
  await expect(page.getByTestId("nothing")).toContainText("No packet recorded yet");
  await page.getByTestId("search").fill("");
  await hash(page).toBe("#/live?tab=messages");
  // Typing made no entries: the one before is the list of packets.
  await page.goBack();
  await expect(page.getByTestId("tab-wire")).toHaveAttribute("aria-selected", "true");
  await page.goForward();
  await expect(page.getByTestId("tab-messages")).toHaveAttribute("aria-selected", "true");
  // The header leads to what was looked at, and a link to what it says.
  await page.getByRole("link", { name: "Flows" }).click();
  await page.getByRole("link", { name: "Live" }).click();
  await expect(page.getByTestId("tab-messages")).toHaveAttribute("aria-selected", "true");
  await hash(page).toBe("#/live?tab=messages");
  await page.evaluate(() => (location.hash = "#/live?tab=findings&filter=a"));
  await expect(page.getByTestId("tab-findings")).toHaveAttribute("aria-selected", "true");
  await expect(page.getByTestId("search")).toHaveValue("a");
});

test("a Topic Filter that is typed as words is offered as one", async ({ page }) => {
  await open(page);
  await publish(page, "plant/a/t", "1");
  await page.getByTestId("search").fill("plant/#");
  const offer = page.getByTestId("search-topic");
  await expect(offer).toHaveText("topic: plant/#");
  await offer.click();
  await expect(page.getByTestId("search")).toHaveValue("topic:plant/#");
  await expect(page.getByTestId("total")).toHaveText("2 packets found");
  await expect(offer).toHaveCount(0);
  await page.getByTestId("search").fill("plant/+/t");
  await offer.press("Enter");
  await expect(page.getByTestId("search")).toHaveValue("topic:plant/+/t");
});

test("another broker begins with its address, which takes a whole one that is pasted", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page);
  await page.getByTestId("new-connection").click();
  await page.getByRole("menuitem", { name: /Other broker/ }).click();
  const field = page.getByTestId("connect-address");
  await expect(field).toBeFocused();
  await page.evaluate(() => navigator.clipboard.writeText("wss://broker.example:8884/mqtt\n"));
  await page.keyboard.press("ControlOrMeta+V");
  await expect(field).toHaveValue("wss://broker.example:8884/mqtt");
  await expect(page.getByTestId("save")).toBeEnabled();
});

test("what is behind a dialog hears no keys", async ({ page }) => {
  await open(page);
  await page.getByTestId("new-connection").click();
  await page.getByRole("menuitem", { name: /Other broker/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.locator("summary").first().focus();
  await page.keyboard.press("p");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await publish(page, "after/the/dialog", "1");
  await expect(page.locator('[data-testid="wire-row"]').filter({ hasText: "after/the/dialog" })).toHaveCount(2);
});

test("a tooltip of a finding has no marks of code in it", async ({ page }) => {
  await open(page);
  await page.getByTestId("more-bytes").locator("summary").click();
  await page.getByTestId("bytes-text").fill("30 | \"a/#\" {} 'hi'");
  await page.getByTestId("send-bytes").click();
  await expect(page.getByTestId("bytes-sent")).toContainText("bytes sent");
  await page.getByTestId("tab-findings").click();
  const says = page.getByTestId("finding-row").filter({ hasText: "are for topic filters only" }).locator(".says");
  await expect(says.locator("code").first()).toHaveText("+");
  await expect(says).toHaveAttribute("title", /: \+ and # are for topic filters only/);
});

test("a chart begins with a number, not with what is true or false", async ({ page }) => {
  await open(page);
  await publish(page, "plant/a", '{"alarm": true, "level": 3}', "0");
  await page.getByTestId("tab-chart").click();
  await expect(page.getByTestId("chart-path")).toHaveValue("level");
});

/** Elements of these whose text is cut and who have no title that says it. */
const cutIn = (page: Page, selector: string) =>
  page.locator(selector).evaluateAll((bars) =>
    bars.flatMap((bar) => [...bar.querySelectorAll<HTMLElement>("*")])
      .filter((one) => one.offsetWidth > 0 && one.childElementCount === 0 && !one.closest(".unseen, select, input, svg"))
      .filter((one) => {
        const bar = one.closest(".head, .strip, .connection, .finding-row")!.getBoundingClientRect();
        const box = one.getBoundingClientRect();
        const isCut = one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline";
        return (isCut || box.right > bar.right + 1) && !one.closest("[title]");
      })
      .map((one) => one.outerHTML.slice(0, 120)),
  );

test("at 1440 pixels nothing in a bar is cut without a word", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page);
  await page.getByTestId("connection-0").click();
  await page.getByRole("menuitem", { name: /Change/ }).click();
  await page.getByTestId("connect-name").fill("The broker of the bottling plant, hall 3, line 12, second floor");
  await page.getByTestId("save-and-connect").click();
  await publish(page, "a", "1", "1");
  await page.locator('[data-testid="wire-row"][data-type="PUBLISH"]').first().click();
  const link = page.getByTestId("linked");
  await expect(link).toHaveText("Go to PUBACK");
  expect(await link.evaluate((it) => [it, ...it.children].every((one) => one.scrollWidth <= one.clientWidth + 1))).toBe(true);
  const budget = await page.getByTestId("budget").boundingBox();
  const strip = await page.locator(".strip").boundingBox();
  expect(budget!.x + budget!.width).toBeLessThanOrEqual(strip!.x + strip!.width);
  expect(await cutIn(page, ".head, .strip, .connection")).toEqual([]);
  await page.getByTestId("show-connection").click();
  await expect(page.locator("#live-details h2").first()).toHaveAttribute("title", /second floor$/);
  await page.getByTestId("connection-0").click();
  await page.getByRole("menuitem", { name: /cut/i }).click();
  await page.getByTestId("tab-findings").click();
  await expect(page.getByTestId("finding-row").first()).toBeVisible();
  expect(await cutIn(page, ".finding-row, .head, .strip, .connection")).toEqual([]);
});
