// What the tests of the Captures page share.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, type Page } from "@playwright/test";

/** Where a capture of the tests is. */
export const capture = (name: string) => fileURLToPath(new URL(`../../crates/capture/tests/captures/${name}`, import.meta.url));

/** Drops a capture of 2 GB: one recording again and again, of which the browser holds 16 MB. */
export async function large(page: Page) {
  await expect(page.getByTestId("open-captures")).toBeVisible();
  await page.evaluate((bytes) => {
    const one = new Uint8Array(bytes);
    const body = one.slice(24);
    const some = new Blob(Array(Math.ceil(16e6 / body.length)).fill(body));
    const transfer = new DataTransfer();
    transfer.items.add(new File([one, ...Array(125).fill(some)], "large.pcap"));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, [...readFileSync(capture("files/t12_keepalive.pcap"))]);
}
