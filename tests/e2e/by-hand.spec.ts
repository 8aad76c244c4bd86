// Bytes are sent as they are, right or wrong, and the page shows what the broker does with them.
import { expect } from "@playwright/test";

import { withoutViolations } from "./axe";
import { open as openDissect, give } from "./dissect";
import { open, publish, rows } from "./live";
import { test } from "./quiet";
import { twice } from "./ways";

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

twice("a rule that takes a conversation is broken, and the case is changed, kept, handed on and run again", async (hand, page, context) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page);
  await hand.press(page.getByTestId("more-bytes").locator("summary"));
  await expect(page.getByTestId("for-servers")).toContainText(/^\d+ more only a server can break$/);
  await hand.press(page.getByRole("button", { name: "Break a rule" }));
  await page.getByRole("searchbox", { name: "Search the list" }).fill("second-connect");
  const found = page.getByRole("menuitem");
  await expect(found).toHaveCount(1);
  if (hand.hasMouse) {
    await found.click();
  } else {
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
  }
  const text = page.getByTestId("bytes-text");
  await expect(text).toHaveValue(/^; second-connect\na connect\na> CONNECT\n-- shown\na< close/);
  await hand.press(page.getByTestId("run-case"));
  const came = page.getByTestId("case-came");
  await expect(page.getByTestId("case-outcome")).toHaveText("went as written");
  await expect(page.getByTestId("case-finding")).toHaveCount(1);
  await expect(page.getByTestId("case-finding")).toContainText("This side: A client sends CONNECT once.");
  await expect(page.getByTestId("case-finding").getByTestId("rule-chip")).toHaveText("MQTT-3.1.0-2");
  await expect(came).toContainText("A second CONNECT ends the connection.");
  await expect(came.locator(`[data-testid="wire-row"][data-type="CONNECT"]`).first()).toBeVisible();
  // The connection itself is not touched.
  await expect(page.getByTestId("connection").first()).toHaveAttribute("data-state", "open");

  await hand.write(text, "a connect\na> PING");
  await expect(page.getByTestId("bytes-fault")).toHaveText("Line 2: “PING” is no packet.");
  await expect(came).toHaveCount(0);
  await hand.write(text, "; waits\na connect\n+60000");
  await hand.press(page.getByTestId("run-case"));
  await expect(page.getByTestId("bytes-sent")).toHaveText("Running…");
  await hand.press(page.getByTestId("stop-case"));
  await expect(page.getByTestId("case-outcome")).toHaveText("did not come so far");

  const mine = "; mine\na connect\na> PUBACK #9\n-- shown\na< PUBCOMP #9 ; Why would it?";
  await hand.write(text, mine);
  await hand.press(page.getByTestId("keep-case"));
  await hand.write(text, "c0 00");
  await expect(page.getByTestId("send-bytes")).toBeEnabled();
  await hand.press(page.getByTestId("as-case"));
  await expect(text).toHaveValue("; c0 00\na connect\na> bytes c0 00\n+500");
  await expect(text).toBeFocused();
  await hand.pick(page.getByTestId("kept-cases"), "mine");
  await expect(text).toHaveValue(mine);
  await hand.press(page.getByTestId("case-link"));
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain("#/live?case=");
  // Whoever opens the link has the text before them, and nothing is sent before they say so.
  const other = await context.newPage();
  await other.setViewportSize({ width: 390, height: 800 });
  await other.goto(await page.evaluate(() => navigator.clipboard.readText()));
  await expect(other.getByTestId("bytes-text")).toHaveValue(mine, { timeout: 15_000 });
  await expect(other.getByTestId("run-case")).toBeEnabled();
  await expect(other.getByTestId("case-came")).toHaveCount(0);
  await other.getByTestId("run-case").click();
  await expect(other.getByTestId("case-outcome")).toHaveText("the server did otherwise", { timeout: 15_000 });
  await expect(other.getByTestId("case-finding")).toHaveAttribute("data-rule", "acknowledgement-unknown");
  await expect.poll(() => other.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await withoutViolations(other);
  await other.close();
  // It is kept with the connection.
  await page.reload();
  await hand.press(page.getByTestId("more-bytes").locator("summary"));
  await hand.pick(page.getByTestId("kept-cases"), "mine");
  await expect(text).toHaveValue(mine);
});
