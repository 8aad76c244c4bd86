// What is large is read in a worker: what was there stays until it is read, and it can be given up.
import { expect, type Page } from "@playwright/test";

import { open } from "./dissect";
import { test } from "./quiet";
import { twice } from "./ways";

const PINGS = 60_000;
const LARGE = "c0 00\n".repeat(PINGS);

async function paste(page: Page) {
  await page.evaluate((text) => navigator.clipboard.writeText(text), LARGE);
  await page.getByTestId("text").focus();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.press("ControlOrMeta+v");
}

twice("a large text is read in a worker, and what was there stays until it is read or given up", async (hand, page) => {
  await open(page);
  await page.getByTestId("text").fill("e0 00");
  await expect(page.getByTestId("packet")).toHaveCount(1);
  // The worker waits for its program until it may come.
  let come = () => {};
  const may = new Promise<void>((done) => (come = done));
  await page.route(/reader[^/]*\.wasm$/, async (route) => {
    await may;
    await route.continue().catch(() => {});
  });
  const line = page.getByTestId("reading-aside");
  const worker = page.waitForEvent("worker");
  await paste(page);
  await worker;
  await expect(line).toContainText("Reading a text of 360 kB…");
  await expect(page.getByTestId("packet-type")).toHaveText("DISCONNECT");
  await expect(page.getByTestId("text")).toHaveValue("e0 00");
  await hand.press(page.getByTestId("cancel-reading"));
  await expect(line).toHaveCount(0);
  await expect.poll(() => page.workers().length).toBe(0);
  await expect(page.getByTestId("text")).toHaveValue("e0 00");

  await paste(page);
  await expect(line).toBeVisible();
  come();
  await expect(page.getByTestId("count")).toContainText("60,000 packets");
  await expect(line).toHaveCount(0);
  await expect.poll(() => page.workers().length).toBe(0);
  await page.getByTestId("undo").click();
  await expect(page.getByTestId("text")).toHaveValue("e0 00");
});

test("a large file is read in a worker too, and again in another way", async ({ page }) => {
  await open(page);
  const bytes = Buffer.alloc(300_000, Buffer.from([0xc0, 0]));
  const worker = page.waitForEvent("worker");
  await page.getByTestId("file").setInputFiles({ name: "pings.bin", mimeType: "application/octet-stream", buffer: bytes });
  await worker;
  await expect(page.getByTestId("count")).toContainText("150,000 packets");
  await expect(page.getByTestId("long-text")).toContainText("pings.bin");
});

test("where there can be no worker, a large text is read all the same", async ({ page }) => {
  await page.addInitScript(() => {
    window.Worker = class {
      constructor() {
        throw new Error("no worker");
      }
    } as unknown as typeof Worker;
  });
  await open(page);
  await paste(page);
  await expect(page.getByTestId("count")).toContainText("60,000 packets");
});
