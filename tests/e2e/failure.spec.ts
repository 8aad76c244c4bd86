// What a person sees when the program fails: a bar that works without it, and nothing is lost.
import { expect, type Page } from "@playwright/test";

import { field, give, open, value } from "./dissect";
import * as live from "./live";
import { test } from "./quiet";

const PUBLISH = "30 08 00 03 61 2f 62 32 31 c2";
const bar = (page: Page) => page.getByRole("alertdialog", { name: "The page has failed" });

test.use({ allowed: /provoked|unreachable|panicked|already borrowed|closure invoked|Unreachable/ });

/** The browser cannot make an element of this kind any more: Yew panics. */
const forbid = (page: Page, tag: string) =>
  page.evaluate((tag) => {
    const create = Document.prototype.createElement;
    Document.prototype.createElement = function (this: Document, name: string, ...rest: []) {
      if (name === tag) throw new Error(`provoked: no ${tag}`);
      return create.call(this, name, ...rest);
    } as typeof create;
  }, tag);

test("an exception in a handler leaves the bytes, a way to copy them and a way to reload", async ({ page }) => {
  await open(page);
  await give(page, PUBLISH);
  await page.evaluate(() => {
    HTMLInputElement.prototype.select = () => {
      throw new Error("provoked");
    };
  });
  await field(page, "Topic Name").dblclick();
  await expect(bar(page)).toContainText("provoked");
  await expect(page.getByTestId("text")).toHaveValue(PUBLISH);
  await bar(page).getByRole("button", { name: "Copy the bytes" }).click();
  await expect(bar(page).getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(PUBLISH);
  await bar(page).getByRole("button", { name: "Reload (your bytes are kept)" }).click();
  await expect(value(page, "Topic Name")).toHaveText('"a/b"');
  await expect(bar(page)).toHaveCount(0);
  await expect(page.getByTestId("text")).toHaveValue(PUBLISH);
});

test("a panic says what it was, and what was changed before it is there after a reload", async ({ page }) => {
  await open(page);
  await give(page, PUBLISH);
  await field(page, "RETAIN").getByRole("switch").click();
  await expect(page.getByTestId("text")).toHaveValue(PUBLISH.replace("30", "31"));
  await forbid(page, "form");
  await field(page, "Topic Name").dblclick();
  await expect(bar(page)).toContainText("panicked at");
  await bar(page).getByRole("button", { name: "Copy the bytes" }).click();
  await expect(bar(page).getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(PUBLISH.replace("30", "31"));
  await bar(page).getByRole("button", { name: "Reload" }).click();
  await expect(value(page, "RETAIN")).toHaveText("1");
  await page.getByTestId("undo").click();
  await expect(page.getByTestId("text")).toHaveValue(PUBLISH);
});

test("where the clipboard is refused, the bar shows the bytes", async ({ page }) => {
  await open(page);
  await give(page, PUBLISH);
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));
    setTimeout(() => {
      throw new Error("provoked");
    });
  });
  await bar(page).getByRole("button", { name: "Copy the bytes" }).click();
  await expect(bar(page).getByRole("textbox", { name: "The bytes" })).toHaveValue(PUBLISH);
  await bar(page).getByRole("button", { name: "Close" }).click();
  await expect(bar(page)).toHaveCount(0);
});

test("a promise that nobody caught is told too", async ({ page }) => {
  await open(page);
  await page.evaluate(() => {
    void Promise.reject(new Error("provoked"));
  });
  await expect(bar(page)).toContainText("provoked");
  // There is nothing to copy and nothing to keep.
  await expect(bar(page).getByRole("button", { name: /Copy/ })).toHaveCount(0);
  await expect(bar(page).getByRole("button", { name: "Reload", exact: true })).toBeVisible();
});

test("a failure of the Live page leaves the log in sight, and the connections come back", async ({ page }) => {
  await live.open(page);
  await live.publish(page, "a/b", "x");
  await expect(live.rows(page, "PUBLISH").first()).toBeVisible();
  const name = await page.getByTestId("connection").first().locator(".name").textContent();
  await forbid(page, "dialog");
  await page.getByTestId("new-connection").click();
  await page.getByRole("menuitem", { name: "mosquitto" }).click();
  await expect(bar(page)).toContainText("panicked at");
  await expect(live.rows(page, "PUBLISH").first()).toBeVisible();
  await bar(page).getByRole("button", { name: /^Reload/ }).click();
  await expect(page.getByTestId("connection").first()).toHaveAttribute("data-state", "open", { timeout: 30_000 });
  await expect(page.getByTestId("connection").first().locator(".name")).toHaveText(name ?? "");
});

test("a failure while a window is open can be reached", async ({ page }) => {
  await open(page);
  await give(page, PUBLISH);
  await page.getByTestId("build").click();
  await page.evaluate(() => setTimeout(() => { throw new Error("provoked"); }));
  await bar(page).getByRole("button", { name: "Reload (your bytes are kept)" }).click();
  await expect(page.getByTestId("text")).toHaveValue(PUBLISH);
});
