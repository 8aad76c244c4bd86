// Bytes are sent as they are, right or wrong, and the page shows what the broker does with them.
import { expect } from "@playwright/test";

import { open as openDissect, give } from "./dissect";
import { open, publish, rows } from "./live";
import { test } from "./quiet";

test("a rule is broken on purpose: what the standard asks, what the broker does, and the finding", async ({ page }) => {
  await open(page);
  await page.getByTestId("more-bytes").locator("summary").click();
  await page.getByRole("button", { name: "Break a rule" }).click();
  await page.getByRole("searchbox", { name: "Search the list" }).fill("unsubscribe-no-filters");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("bytes-text")).toHaveValue("a2 | 0001 {}");
  await expect(page.getByTestId("bytes-told")).toContainText("UNSUBSCRIBE");
  await expect(page.getByTestId("bytes-expected")).toContainText("has to end the connection");
  await expect(page.getByTestId("bytes-expected")).toContainText("MQTT-4.13.1-1");
  await page.getByTestId("send-bytes").click();
  await expect(page.getByTestId("bytes-sent")).toContainText("5 bytes sent: DISCONNECT came");
  await expect(page.getByTestId("bytes-sent")).toContainText("the connection ended");
  // The connection was closed under it.
  await expect(page.getByTestId("send-bytes")).toBeFocused();
  await page.getByTestId("show-bytes-sent").click();
  await expect(page.getByTestId("field").first()).toBeVisible();
  await page.getByTestId("tab-findings").click();
  await expect(page.getByTestId("finding-row").first()).toContainText("At least one topic filter must follow.");
});

test("bytes are written in a notation, and what is wrong with them is said at its place", async ({ page }) => {
  await open(page);
  await page.getByTestId("more-bytes").locator("summary").click();
  await page.getByTestId("bytes-text").fill("30 | \"by/hand\" {} 'hi");
  await expect(page.getByTestId("bytes-fault")).toHaveText("Line 1, character 19: this quote is not closed.");
  await expect(page.getByTestId("send-bytes")).toBeDisabled();
  await page.getByTestId("bytes-text").fill("30 | \"by/hand\" {} 'hi'");
  await expect(page.getByTestId("bytes-told")).toContainText("breaks no rule by itself");
  await page.getByTestId("bytes-text").press("Control+Enter");
  // The page is subscribed to everything.
  await expect(page.getByTestId("bytes-sent")).toContainText("PUBLISH came");
  await expect(rows(page, "PUBLISH")).toHaveCount(2);
  await page.getByTestId("bytes-text").fill("30");
  await expect(page.getByTestId("bytes-sent")).toBeEmpty();
  await expect(page.getByTestId("bytes-told")).toContainText("1 byte begins a packet");
});

test("a packet that was sent is changed and sent again", async ({ page }) => {
  await open(page);
  await publish(page, "again", "1");
  await rows(page, "PUBLISH").first().click();
  await page.getByTestId("send-again").click();
  await expect(page.getByTestId("bytes-text")).toBeFocused();
  await expect(page.getByTestId("bytes-text")).toHaveValue("30 09 00 05 61 67 61 69 6e 00 31");
  await page.getByTestId("bytes-text").fill("30 09 00 05 61 67 61 69 6e 00 32");
  await page.getByTestId("send-bytes").click();
  await expect(rows(page, "PUBLISH")).toHaveCount(4);
});

test("Dissect hands a packet over to be sent", async ({ page }) => {
  await openDissect(page);
  await give(page, "c1 00");
  await page.getByTestId("send-in-live").click();
  await expect(page).toHaveURL(/#\/live/);
  await expect(page.getByTestId("bytes-text")).toHaveValue("c1 00");
  await page.getByTestId("send-bytes").click();
  await expect(page.getByTestId("bytes-sent")).toContainText("the connection ended");
});
