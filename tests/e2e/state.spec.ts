// What both ends know around a packet, and the recording in plain words, on the Live page.
import { expect, type Page } from "@playwright/test";

import { withoutViolations } from "./axe";
import { open, publish, rows } from "./live";
import { test } from "./quiet";

const fact = (page: Page, of: string, name: string) =>
  page.getByTestId(`state-${of}`).getByTestId("state-row").and(page.locator(`[data-name="${name}"]`));

/** A message of QoS 2 went; its PUBREC is selected, and the state around it is shown. */
async function atPubrec(page: Page) {
  await open(page);
  await publish(page, "q/2", "two", "2");
  await rows(page, "PUBREC").first().click();
  await expect(page.getByTestId("packet-type")).toHaveText("PUBREC");
  await page.getByTestId("detail-state").click();
  await expect(page.getByTestId("state-packet")).toContainText("PUBREC received");
}

test("a handshake's packet shows both ends before and after it", async ({ page }) => {
  await atPubrec(page);
  const inFlight = fact(page, "client", "Packet Identifier 2");
  await expect(inFlight).toHaveAttribute("data-change", "changed");
  await expect(inFlight).toContainText("the client's PUBREL is next");
  await expect(inFlight).toContainText("was QoS 2: the server's PUBREC is next");
  await expect(page.getByTestId("state-changes")).toHaveText("1 change");
  await expect(fact(page, "session", "#")).toHaveAttribute("data-change", "same");
  await expect(fact(page, "session", "Connection")).toContainText("open");
  // Another packet shows its own.
  await rows(page, "SUBACK").click();
  await expect(fact(page, "session", "#")).toHaveAttribute("data-change", "changed");
  await expect(fact(page, "session", "Packet Identifier 1")).toHaveAttribute("data-change", "gone");
});

test("the slider goes over the recording by keys, and the selection with it", async ({ page }) => {
  await atPubrec(page);
  const slider = page.getByTestId("state-slider");
  await slider.focus();
  await page.keyboard.press("Home");
  await expect(page.getByTestId("state-place")).toHaveText(/^Packet 1 of \d+$/);
  await expect(page.getByTestId("state-packet")).toContainText("CONNECT sent");
  await expect(fact(page, "session", "Connection")).toHaveAttribute("data-change", "new");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByTestId("state-packet")).toContainText("CONNACK received");
  await expect(rows(page, "CONNACK")).toHaveAttribute("aria-selected", "true");
  await expect(slider).toBeFocused();
  await expect(slider).toHaveAttribute("aria-valuetext", /^Packet 2 of \d+: CONNACK received/);
  await page.keyboard.press("End");
  await expect(slider).toHaveValue((await slider.getAttribute("max")) ?? "");
  // The fields are of the packet that the slider came to.
  await page.keyboard.press("Home");
  await expect(rows(page, "CONNECT")).toHaveAttribute("aria-selected", "true");
  await page.getByTestId("detail-state").focus();
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByTestId("detail-fields")).toBeFocused();
  await expect(page.getByTestId("packet-type")).toHaveText("CONNECT");
});

test("the list follows the slider to packets that are off the screen", async ({ page }) => {
  await open(page);
  await page.getByTestId("publish-topic").fill("many");
  for (let n = 0; n < 40; n++) await page.getByTestId("publish").click();
  await expect(page.getByTestId("total")).toHaveText(/^1[67]\d packets$/);
  await rows(page, "PUBLISH").last().click();
  await page.getByTestId("detail-state").click();
  await page.getByTestId("state-slider").focus();
  await page.keyboard.press("Home");
  await expect(rows(page, "CONNECT")).toBeInViewport();
  await expect(rows(page, "CONNECT")).toHaveAttribute("aria-selected", "true");
});

test("what is worth knowing is a finding that leads to its packets", async ({ page }) => {
  await open(page);
  await page.getByTestId("tab-findings").click();
  await expect(page.getByTestId("nothing")).toContainText("No problems");
  await page.getByTestId(/^connection-\d+$/).first().click();
  await page.getByRole("menuitem", { name: /cut/i }).click();
  const line = page.getByTestId("finding-row").filter({ hasText: "without a DISCONNECT" });
  await expect(line).toHaveCount(1);
  await expect(page.getByTestId("nothing")).toHaveCount(0);
  const count = await page.getByTestId("finding-row").count();
  await expect(page.getByTestId("tab-findings")).toHaveText(`Findings${count}`);
  await expect(page.getByTestId("grade-all")).toHaveText(`All ${count}`);
  await line.click();
  await page.getByTestId("search").fill("nowhere");
  await expect(page.getByTestId("total")).toContainText("found");
  await page.getByTestId("finding-card").getByTestId("finding-packet").last().click();
  await expect(page.getByTestId("tab-wire")).toHaveAttribute("aria-selected", "true");
  await expect(page.getByTestId("search")).toHaveValue("");
  const selected = page.locator('[data-testid="wire-row"][aria-selected="true"]');
  await expect(selected).toHaveCount(1);
  await expect(selected).toBeInViewport();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`the state stands in nobody's way, ${colorScheme}`, async ({ page }) => {
    test.slow();
    await page.emulateMedia({ colorScheme });
    await atPubrec(page);
    await withoutViolations(page);
    await page.getByTestId("tab-findings").click();
    await expect(page.getByTestId("grade-all")).toBeVisible();
    await withoutViolations(page);
    await page.getByTestId("state-slider").focus();
    await page.keyboard.press("Home");
    await expect(page.getByTestId("state-packet")).toContainText("CONNECT sent");
    await withoutViolations(page);
  });
}

test("at 390 pixels the ends stand below each other", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page);
  await page.getByTestId("step-publish").click();
  await publish(page, "q/2", "two", "2");
  await page.getByTestId("step-traffic").click();
  await rows(page, "PUBREC").first().click();
  await page.getByTestId("detail-state").click();
  await expect(fact(page, "client", "Packet Identifier 2")).toBeVisible();
  const client = await page.getByTestId("state-client").boundingBox();
  const server = await page.getByTestId("state-server").boundingBox();
  expect(server?.x).toBe(client?.x);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await withoutViolations(page);
});

test("a packet that the slider came to has no history of the message before it", async ({ page }) => {
  await open(page);
  await publish(page, "h/1", "one", "1");
  await rows(page, "PUBLISH").first().click();
  await expect(page.getByTestId("packet-type")).toHaveText("PUBLISH");
  await page.getByTestId("detail-history").click();
  await expect(page.getByTestId("history-row")).toHaveCount(1);
  await page.getByTestId("detail-state").click();
  await page.getByTestId("state-slider").focus();
  await page.keyboard.press("Home");
  await expect(rows(page, "CONNECT")).toHaveAttribute("aria-selected", "true");
  await page.getByTestId("detail-history").click();
  await expect(page.getByText("CONNECT: only a PUBLISH with a known topic has a history.")).toBeVisible();
  await expect(page.getByTestId("history-row")).toHaveCount(0);
});
