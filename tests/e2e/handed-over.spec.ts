// A capture that is given to Dissect and is for the Captures page is handed over, without being chosen again.
import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";

import { capture } from "./captures";
import { open } from "./dissect";
import { twice } from "./ways";

twice("a capture with several connections is opened in Captures", async (hand, page) => {
  await open(page);
  const buffer = readFileSync(new URL("../../www/sample.pcap", import.meta.url));
  await page.getByTestId("file").setInputFiles({ name: "sample.pcap", mimeType: "application/octet-stream", buffer });
  await expect(page.getByTestId("foreign")).toContainText("connections carry MQTT");
  await hand.press(page.getByTestId("open-in-captures"));
  await expect(page).toHaveURL(/#\/captures/);
  await expect(page.getByTestId("capture-file")).toHaveCount(1);
  await expect(page.getByTestId("capture-file")).toContainText("sample.pcap");
  await expect(page.getByTestId("captured-row")).toHaveCount(5);
  // Handed over again it is known, and so is the same file from the disk.
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Dissect" }).click();
  await hand.press(page.getByTestId("open-in-captures"));
  await expect(page.getByTestId("open-already")).toContainText("“sample.pcap” is open already: not read twice.");
  await expect(page.getByTestId("captured-row")).toHaveCount(5);
});

twice("a file that is too large for Dissect is offered to Captures", async (hand, page) => {
  await open(page);
  await page.evaluate((bytes) => {
    const one = new Uint8Array(bytes);
    const body = one.slice(24);
    const some = new Blob(Array(Math.ceil(16e6 / body.length)).fill(body));
    const transfer = new DataTransfer();
    transfer.items.add(new File([one, ...Array(4).fill(some)], "large.pcap"));
    window.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, [...readFileSync(capture("files/t12_keepalive.pcap"))]);
  const toast = page.locator(".toast");
  await expect(toast).toContainText("large.pcap is larger than 64 MB, more than this page reads.");
  await hand.press(toast.getByRole("button", { name: "Open in Captures" }));
  await expect(page.getByTestId("capture-file")).toContainText("large.pcap");
  // The list says the size in the same unit.
  await expect(page.getByTestId("file-state")).toContainText("64 MB");
});
