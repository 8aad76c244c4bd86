// Sparkplug B over the built-in broker: metrics with the names of the birth before, and broken rules as findings.
import { readFileSync } from "node:fs";
import { expect, type Page } from "@playwright/test";

import { give, open as openDissect } from "./dissect";
import { open, publish, rows } from "./live";
import { test } from "./quiet";
import { twice } from "./ways";

// What others encoded: see make.py beside the file.
const file = new URL("../../crates/sparkplug/tests/fixtures/payloads.txt", import.meta.url);
const lines = readFileSync(file, "utf8").trimEnd().split("\n");

/** The topic and the payload of a kind of message, in hex. */
function fixture(of: string): [string, string] {
  const line = lines.find((line) => line.includes(`/${of}/`));
  if (line === undefined) throw new Error(`no ${of}`);
  const [topic, payload] = line.split("\t") as [string, string];
  return [topic, payload];
}

/** Publishes it; the page, which is subscribed to everything, gets it back. */
async function send(page: Page, of: string, qos = "0") {
  const before = await rows(page, "PUBLISH").count();
  const [topic, payload] = fixture(of);
  await publish(page, topic, payload, qos, "hex");
  await expect(rows(page, "PUBLISH")).toHaveCount(before + 2);
}

test("metrics are shown by name, and the form is overruled by its tabs", async ({ page }) => {
  await open(page);
  await send(page, "NBIRTH");
  await send(page, "NDATA");
  const data = rows(page, "PUBLISH").nth(2);
  await expect(data).toContainText("NDATA seq 2 · Temperature = 22.25");
  await data.click();
  const payload = page.getByTestId("payload");
  const tab = payload.getByRole("tab", { name: "Sparkplug B" });
  await expect(tab).toHaveAttribute("aria-selected", "true");
  await expect(payload.getByRole("tabpanel")).toContainText("Sparkplug B, by its topic");
  await expect(payload.getByRole("tabpanel")).toContainText("Offset = -8  (Int32, alias 2, name of the birth");
  // The guess is overruled, and the form that was chosen stays.
  await payload.getByRole("tab", { name: "hex" }).focus();
  await page.keyboard.press("Enter");
  await expect(payload.getByRole("tabpanel")).toContainText("0000  08 e8 d7 95");
  await rows(page, "PUBLISH").first().click();
  await expect(payload.getByRole("tabpanel", { name: "hex" })).toBeVisible();
  await payload.getByRole("tab", { name: "Protobuf" }).click();
  await expect(payload.getByRole("tabpanel")).toContainText("1: varint 1700000000000");
  await tab.click();
  await expect(payload.getByRole("tabpanel")).toContainText("Node Control/Rebirth = false");
});

test("a gap in seq is a finding with its statement, and leads to the packet", async ({ page }) => {
  await open(page);
  await send(page, "NBIRTH");
  // The message with seq 1 is missing.
  await send(page, "NDATA");
  await page.getByTestId("tab-findings").click();
  const own = page.getByTestId("finding-row").filter({ hasText: "by this client" });
  const gap = own.filter({ hasText: "sparkplug-seq-gap" });
  await expect(gap).toContainText("The seq of this NDATA is 2, and 1 comes next");
  await expect(gap).toContainText("tck-id-topics-ndata-seq-num");
  await expect(page.getByTestId("finding-row").filter({ hasText: "passed on by the server" }).first()).toBeVisible();
  await gap.click();
  const card = page.getByTestId("finding-card");
  await expect(card).toContainText("sparkplug-seq-gap");
  await card.getByTestId("finding-packet").click();
  await expect(page.locator('[data-testid="wire-row"][aria-selected="true"]')).toContainText("NDATA");
  await expect(page.getByTestId("details")).toContainText("sparkplug-seq-gap");
});

test("a payload that is no Sparkplug stays what it is, and that is a finding", async ({ page }) => {
  await open(page);
  await publish(page, "spBv1.0/plant/NDATA/line1", '{"t":21.5}');
  await rows(page, "PUBLISH").first().click();
  const payload = page.getByTestId("payload");
  await expect(payload.getByRole("tab", { name: "JSON" })).toHaveAttribute("aria-selected", "true");
  await expect(payload.getByRole("tab", { name: "Sparkplug B" })).toHaveCount(0);
  await page.getByTestId("tab-findings").click();
  await expect(page.getByTestId("finding-row").filter({ hasText: "sparkplug-payload-form" }).first()).toBeVisible();
});

test("what is inside gzip is shown", async ({ page }) => {
  await open(page);
  await publish(page, "packed", "789cab562a51b23232d433ad05000f2302b1", "0", "hex");
  await rows(page, "PUBLISH").first().click();
  const payload = page.getByTestId("payload");
  await expect(payload.getByRole("tab", { name: "unpacked" })).toHaveAttribute("aria-selected", "true");
  await expect(payload.getByRole("tabpanel")).toContainText('"t": 21.5');
});

twice("the forms of a payload are chosen", async (hand, page) => {
  await open(page);
  const payload = page.getByTestId("payload");
  const choose = async (name: string) => {
    const tab = payload.getByRole("tab", { name, exact: true });
    await hand.press(tab);
    await expect(tab).toHaveAttribute("aria-selected", "true");
  };
  await send(page, "NBIRTH");
  await rows(page, "PUBLISH").first().click();
  for (const form of ["Protobuf", "hex", "Sparkplug B"]) await choose(form);
  await publish(page, "packed", "789cab562a51b23232d433ad05000f2302b1", "0", "hex");
  await rows(page, "PUBLISH").filter({ hasText: "packed" }).first().click();
  for (const form of ["hex", "numbers", "unpacked"]) await choose(form);
  await publish(page, "unsorted", UNSORTED, "0", "hex");
  await rows(page, "PUBLISH").filter({ hasText: "unsorted" }).first().click();
  for (const form of ["JSON sorted", "JSON folded", "JSON"]) await choose(form);
});

/** A PUBLISH of QoS 0 as hex, whose payload is hex. */
function packet(topic: string, payload: string): string {
  const name = Buffer.from(topic).toString("hex");
  const body = (name.length / 2).toString(16).padStart(4, "0") + name + payload;
  const bytes = body.length / 2;
  const length = bytes < 128 ? [bytes] : [(bytes % 128) | 128, bytes >> 7];
  return `30${Buffer.from(length).toString("hex")}${body}`;
}

/** {"z":1,"list":[1234567890,…],"a":2} */
const UNSORTED = Buffer.from(`{"z":1,"list":[${"1234567890,".repeat(6)}0],"a":2}`).toString("hex");
const CONNECT = "10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 61";

test("pasted messages have the names of the birth before them, and broken rules", async ({ page }) => {
  await openDissect(page);
  const lines = [`> ${CONNECT}`, "< 20 02 00 00", `> ${packet(...fixture("NBIRTH"))}`, `> ${packet(...fixture("NDATA"))}`];
  await give(page, lines.join("\n"));
  await expect(page.getByTestId("packet")).toHaveCount(4);
  await page.getByTestId("packet").nth(3).click();
  const payload = page.getByTestId("payload");
  await expect(payload.getByRole("tab", { name: "Sparkplug B" })).toHaveAttribute("aria-selected", "true");
  await expect(payload.getByRole("tabpanel")).toContainText("Offset = -8  (Int32, alias 2, name of the birth");
  await expect(page.getByTestId("conversation-findings")).toContainText("sparkplug-seq-gap");
  await expect(page.getByTestId("conversation-findings")).toContainText("The seq of this NDATA is 2, and 1 comes next");
});

twice("a pasted payload is shown in each of its forms", async (hand, page) => {
  await openDissect(page);
  const payload = page.getByTestId("payload");
  const forms = [
    [fixture("NBIRTH"), ["Sparkplug B", "Protobuf", "hex"]],
    [["packed", "789cab562a51b23232d433ad05000f2302b1"], ["unpacked", "hex"]],
    [["cbor", "a2617415617801"], ["CBOR", "hex", "numbers"]],
    [["json", UNSORTED], ["JSON", "text", "JSON sorted", "JSON folded", "hex"]],
    [["pack", "82a17415a17801"], ["MessagePack", "hex"]],
  ] as const;
  for (const [[topic, body], names] of forms) {
    await give(page, `${CONNECT}\n${packet(topic, body)}`);
    await page.getByTestId("packet").nth(1).click();
    await expect(payload.getByRole("tab", { name: names[0], exact: true })).toBeVisible();
    for (const name of names) {
      const tab = payload.getByRole("tab", { name, exact: true });
      await hand.press(tab);
      await expect(tab).toHaveAttribute("aria-selected", "true");
    }
  }
});
