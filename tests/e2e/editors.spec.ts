// Every kind of field editor, by mouse and by keys; and what is asked before a large image is shown.
import { deflateSync, crc32 } from "node:zlib";

import { expect, type Page } from "@playwright/test";

import { field, give, open, value } from "./dissect";
import { test } from "./quiet";

const editor = (page: Page) => page.getByTestId("edit");
const choose = async (page: Page, name: string) => {
  await field(page, name).first().locator(".label").first().click();
  await page.getByTestId("fields").focus();
};

test("a field with a list is changed by mouse and by keys", async ({ page }) => {
  await open(page);
  await give(page, "32 09 00 03 61 2f 62 00 01 68 69");
  await field(page, "QoS").getByRole("button", { name: "Change QoS" }).click();
  await expect(editor(page)).toBeFocused();
  await editor(page).selectOption("0");
  await expect(value(page, "QoS")).toHaveText("0");
  await page.getByTestId("undo").click();
  await choose(page, "QoS");
  await page.keyboard.press("Enter");
  await expect(editor(page)).toBeFocused();
  // Keys go through the choices; only Enter takes one.
  await page.keyboard.press("ArrowDown");
  await expect(editor(page)).toHaveValue("2");
  await page.keyboard.press("Enter");
  await expect(value(page, "QoS")).toHaveText("2");
  await expect(page.getByTestId("fields")).toBeFocused();
  await field(page, "QoS").locator(".value").dblclick();
  await page.keyboard.press("Escape");
  await expect(editor(page)).toHaveCount(0);
  await give(page, "20 03 00 87 00");
  await field(page, "Reason Code").getByRole("button", { name: "Change Reason Code" }).click();
  await editor(page).selectOption("0");
  await expect(value(page, "Reason Code")).toContainText("0x00");
});

test("a refused number stays in the field with the reason", async ({ page }) => {
  await open(page);
  await give(page, "10 0f 00 04 4d 51 54 54 05 02 00 3c 00 00 02 63 31");
  await field(page, "Keep Alive").locator(".value").dblclick();
  await editor(page).fill("99999999");
  await page.keyboard.press("Enter");
  await expect(field(page, "Keep Alive").getByRole("alert")).toContainText("0 to 65535");
  await expect(editor(page)).toHaveValue("99999999");
  await expect(editor(page)).toHaveAttribute("aria-invalid", "true");
  await editor(page).fill("0x1e");
  await field(page, "Keep Alive").getByRole("button", { name: "Set" }).click();
  await expect(value(page, "Keep Alive")).toHaveText("30");
});

test("a text, bytes and a flag are changed by keys", async ({ page }) => {
  await open(page);
  await give(page, "30 08 00 03 61 2f 62 32 31 c2");
  await choose(page, "Topic Name");
  await page.keyboard.press("F2");
  await page.keyboard.type("x/y");
  await page.keyboard.press("Enter");
  await expect(value(page, "Topic Name")).toHaveText('"x/y"');
  await choose(page, "Application Message");
  await page.keyboard.press("Enter");
  await editor(page).fill("\\x01\\n");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("text")).toHaveValue("30 07 00 03 78 2f 79 01 0a");
  await choose(page, "RETAIN");
  await page.keyboard.press("Enter");
  await expect(field(page, "RETAIN").getByRole("switch")).toHaveAttribute("aria-checked", "true");
  await choose(page, "Topic Name");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await expect(value(page, "Topic Name")).toHaveText('"x/y"');
});

test("examples are found by words", async ({ page }) => {
  await open(page);
  await page.getByTestId("examples").click();
  const search = page.getByRole("searchbox", { name: "Search the list" });
  await expect(search).toBeFocused();
  await expect(page.getByRole("menuitem").nth(30)).toBeVisible();
  await page.keyboard.type("suback codes");
  await expect(page.getByRole("menuitem")).toHaveCount(1);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("packet").filter({ hasText: "SUBACK" }).first()).toBeVisible();
  await page.getByTestId("examples").click();
  await expect(search).toHaveValue("");
  await search.fill("no such thing");
  await expect(page.getByText("Nothing matches.")).toBeVisible();
  // The first clears the field, as in every search field.
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menuitem").nth(30)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(search).toHaveCount(0);
});

/** An image of one bit a pixel, all black. */
function png(width: number, height: number): Buffer {
  const chunk = (kind: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const lines = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height), { level: 9 });
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", lines), chunk("IEND", Buffer.alloc(0))]);
}

/** A PUBLISH, QoS 0, of version 3.1.1, to `i`. */
function publish(payload: Buffer): Buffer {
  const length = [];
  for (let left = payload.length + 3; ; left >>= 7) {
    length.push((left & 127) | (left > 127 ? 128 : 0));
    if (left <= 127) break;
  }
  return Buffer.concat([Buffer.from([0x30, ...length, 0, 1, 0x69]), payload]);
}

test("a large image is shown only when it is asked for", async ({ page }) => {
  await open(page);
  const choose = (bytes: Buffer) =>
    page.getByTestId("file").setInputFiles({ name: "image.bin", mimeType: "application/octet-stream", buffer: bytes });
  await choose(publish(png(8_000, 4_000)));
  await page.getByTestId("payload-image").click();
  const payload = page.getByTestId("payload");
  await expect(payload).toContainText("8,000 × 4,000, 32 megapixels");
  await expect(payload.locator("img")).toHaveCount(0);
  await payload.getByTestId("show-image").click();
  await expect(payload.locator("img")).toHaveCount(1);
  await choose(publish(png(40, 30)));
  await expect(payload.locator("img")).toHaveJSProperty("naturalWidth", 40);
});
