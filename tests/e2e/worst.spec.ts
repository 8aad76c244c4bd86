// The worst that a short link can hold: a mebibyte of the smallest fields or packets. The page shows it and goes on
// answering, and only what is on screen is in the document.
import { expect, type Page } from "@playwright/test";

import { test } from "./quiet";

const MOST = 1 << 20;

function variable(number: number): number[] {
  const out: number[] = [];
  do {
    out.push((number & 0x7f) | (number > 0x7f ? 0x80 : 0));
    number >>>= 7;
  } while (number > 0);
  return out;
}

/** `head`, then `period` as often as it takes, as an LZ4 block. */
function packed(head: number[], period: number[], length: number): number[] {
  const start = [...head, ...period];
  const end = Array.from({ length: 5 }, (_, at) => period[(length - 5 - head.length + at) % period.length]);
  const match = length - start.length - end.length - 4;
  const extended = (number: number): number[] =>
    number < 15 ? [] : [...Array(Math.floor((number - 15) / 255)).fill(255), (number - 15) % 255];
  const token = (Math.min(start.length, 15) << 4) | Math.min(match, 15);
  return [token, ...extended(start.length), ...start, period.length, 0, ...extended(match), end.length << 4, ...end];
}

/** The link to a recording of `head` and repeats of `period`. */
function link(head: number[], period: number[], repeats: number): string {
  const length = head.length + period.length * repeats;
  const bytes = [0x33, 0, 0, ...variable(length), ...packed(head, period, length)];
  return `#/dissect?${Buffer.from(bytes).toString("base64url")}`;
}

/** A packet of version 5 whose list has so many of the same entry. */
function list(first: number, before: number[], entry: number[], inBlock: boolean): [string, number] {
  const repeats = Math.floor((MOST - 32) / entry.length);
  const length = repeats * entry.length;
  const body = inBlock ? [...before, ...variable(length)] : before;
  return [link([first, ...variable(body.length + length), ...body], entry, repeats), repeats];
}

const fields = (page: Page) => page.getByRole("tree", { name: "Fields" });
const rows = (page: Page) => fields(page).getByRole("treeitem");

const PACKETS: [string, string, string, [string, number]][] = [
  ["a PUBLISH of empty User Properties", "PUBLISH", "User Property", list(0x30, [0, 1, 0x61], [0x26, 0, 0, 0, 0], true)],
  ["an UNSUBACK of reason codes", "UNSUBACK", "Reason Code", list(0xb0, [0, 1, 0], [0x11], false)],
  ["an UNSUBACK of undefined codes", "UNSUBACK", "Reason Code", list(0xb0, [0, 1, 0], [0x77], false)],
  ["a SUBSCRIBE of filters", "SUBSCRIBE", "Subscription", list(0x82, [0, 1, 0], [0, 1, 0x61, 0], false)],
];

for (const [name, type, field, [address, count]] of PACKETS) {
  test(`${name} opens, and its fields can be walked through`, async ({ page }) => {
    await page.goto(address);
    await expect(page.getByTestId("packet-type")).toHaveText(type);
    const drawn = await rows(page).count();
    expect(drawn).toBeGreaterThan(5);
    expect(drawn).toBeLessThan(150);
    // To the end and back by keys.
    await fields(page).focus();
    await page.keyboard.press("Home");
    await expect(rows(page).first()).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("End");
    const selected = fields(page).locator('[aria-selected="true"]');
    await expect(selected).toBeInViewport();
    await page.keyboard.press("ArrowUp");
    await expect(selected).toBeInViewport();
    // One among many says so.
    const last = rows(page).and(page.locator(`[data-name="${field}"]`)).last();
    // A packet has at most two million parts; what is beyond them is counted.
    expect(Number(await last.getAttribute("aria-setsize"))).toBeGreaterThanOrEqual(Math.min(count, 200_000));
    expect(Number(await last.getAttribute("aria-posinset"))).toBeGreaterThan(100_000);
    expect(await rows(page).count()).toBeLessThan(150);
  });
}

test("half a million packets open, and the last is reached by a key", async ({ page }) => {
  await page.goto(link([], [0xc0, 0], MOST / 2));
  await expect(page.getByTestId("count")).toContainText("524,288 packets");
  const list = page.getByRole("listbox", { name: "Packets" });
  await list.focus();
  await page.keyboard.press("End");
  const last = list.locator('[aria-selected="true"]');
  await expect(last).toHaveAttribute("aria-posinset", "524288");
  await expect(last).toBeInViewport();
  expect(await list.getByRole("option").count()).toBeLessThan(100);
});

test("a payload of a mebibyte opens, and its last byte is reached by a key", async ({ page }) => {
  const length = MOST - 16;
  await page.goto(link([0x30, ...variable(4 + length), 0, 1, 0x61, 0], [0x62], length));
  await expect(page.getByTestId("packet-type")).toHaveText("PUBLISH");
  const bytes = page.getByRole("grid", { name: "Bytes of the packet" });
  await bytes.focus();
  await page.keyboard.press("Control+End");
  await expect(bytes.getByRole("gridcell").last()).toBeInViewport();
  expect(await bytes.getByRole("row").count()).toBeLessThan(150);
});
