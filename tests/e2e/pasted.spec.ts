// What is pasted and typed, and what is said of it.
import { expect } from "@playwright/test";

import { give, open } from "./dissect";
import { open as openLive } from "./live";
import { test } from "./quiet";
import { twice } from "./ways";

const LINES = ["10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 61", "32 19 00 03 61 2f 62 00 01 68 69", "40 02 00 01", "c0 00"];

test("a wrong length on one line leaves the packets on the others alone, and can be put right", async ({ page }) => {
  await open(page);
  await give(page, LINES.join("\n"));
  await expect(page.getByTestId("packet")).toHaveCount(4);
  await expect(page.getByTestId("notes")).toContainText("line 2 says 25, and 9 follow it");
  await page.getByTestId("packet").nth(1).click();
  await page.getByTestId("repairs").getByRole("button", { name: "Write the length 9 as 09" }).click();
  await expect(page.getByTestId("packet")).toHaveCount(4);
  await expect(page.getByTestId("valid")).toBeVisible();
});

test("a DISCONNECT of version 5 is said to be one", async ({ page }) => {
  await open(page);
  await give(page, `C: ${LINES[0]}\nS: 20 02 00 00\nS: e0 01 8e`);
  await page.getByTestId("packet").nth(2).click();
  await expect(page.locator("main")).toContainText("0x8E means Session taken over, from the server");
});

test("what is said of a text has no backticks, and what was there is gone where nothing can be read", async ({ page }) => {
  await open(page);
  await give(page, LINES.join("\n"));
  await page.getByTestId("text").fill("\\x30\\xzz");
  await expect(page.getByTestId("text-error").locator("code").first()).toHaveText("\\x");
  await expect(page.getByTestId("text-error")).not.toContainText("`");
  await expect(page.getByTestId("packet")).toHaveCount(0);
});

test("the packets have the focus when an example was opened, and a dialog's first field has it", async ({ page }) => {
  await open(page);
  await page.getByTestId("try").first().click();
  await expect(page.getByTestId("packets")).toBeFocused();
  await page.getByTestId("build").click();
  await expect(page.getByRole("dialog").getByRole("radio", { checked: true })).toBeFocused();
});

twice("a payload that is no JSON can be sent as text", async (hand, page) => {
  await openLive(page);
  await page.getByTestId("payload-as").selectOption("JSON");
  await page.getByTestId("publish-topic").fill("a");
  await page.getByTestId("publish-payload").fill("on");
  await expect(page.getByTestId("publish-fault")).toContainText("Not valid JSON: line 1, column 1: a value is missing here");
  await hand.press(page.getByTestId("send-as-text"));
  await expect(page.getByTestId("publish-fault")).toHaveCount(0);
  await expect(page.getByTestId("payload-as")).toHaveValue("text");
  await expect(page.getByTestId("publish-payload")).toBeFocused();
});
