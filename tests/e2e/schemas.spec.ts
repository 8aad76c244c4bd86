// Payloads by schemas that a person gives: shown, charted, published from JSON, and remembered.
import { readFileSync } from "node:fs";
import { expect, type Page } from "@playwright/test";

import { open, publish, rows } from "./live";
import { test } from "./quiet";
import { twice } from "./ways";

const fixtures = new URL("../../crates/schema/tests/fixtures/", import.meta.url);
const file = (name: string) => ({ name, mimeType: "text/plain", buffer: readFileSync(new URL(name, fixtures)) });

/** What others encoded: see make.py beside the file. The one in this place of its kind. */
function payload(of: string, which: number): string {
  const lines = readFileSync(new URL("payloads.txt", fixtures), "utf8").split("\n");
  const line = lines.filter((line) => line.startsWith(`${of}\t`))[which];
  if (line === undefined) throw new Error(`no ${of}`);
  return line.split("\t")[1] as string;
}

const MOTOR = { name: "m.proto", mimeType: "text/plain", buffer: Buffer.from("syntax = 'proto3'; message M { double speed = 1; string name = 2; }") };

/** Gives files, and one rule for the first of their types. */
async function give(page: Page, files: { name: string; mimeType: string; buffer: Buffer }[], filter: string, form: string) {
  await page.getByTestId("schemas-open").click();
  await page.getByTestId("schema-file").setInputFiles(files);
  await expect(page.getByTestId("schema-row")).toHaveCount(files.length);
  await page.getByTestId("add-schema-rule").click();
  const rule = page.getByTestId("schema-rule").last();
  await rule.getByTestId("schema-filter").fill(filter);
  await rule.getByTestId("schema-filter").press("Enter");
  await rule.getByTestId("schema-form").selectOption(form);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
}

test("a payload is shown by the schema of its topic, and the raw forms stay beside it", async ({ page }) => {
  await open(page);
  await publish(page, "plant/1/motor", payload("Protobuf plant.v1.Motor", 1), "0", "hex");
  await give(page, [file("plant.proto"), file("shared.proto")], "plant/+/motor", "Protobuf plant.v1.Motor");
  const row = rows(page, "PUBLISH").first();
  await expect(row).toContainText('{ "speed": 21.5, "current": -0.1');
  await row.click();
  const shown = page.getByTestId("payload");
  await expect(shown.getByRole("tab", { name: "by schema" })).toHaveAttribute("aria-selected", "true");
  await expect(shown.getByRole("tabpanel")).toContainText("Protobuf plant.v1.Motor");
  await expect(shown.getByRole("tabpanel")).toContainText('"state": "STATE_FAULT"');
  await shown.getByRole("tab", { name: "hex" }).click();
  await expect(shown.getByRole("tabpanel")).toContainText("0000  09 00 00 00");
  // Remembered in the browser: the engine of a page that is loaded anew knows it.
  await page.reload();
  await open(page);
  await publish(page, "plant/1/motor", payload("Protobuf plant.v1.Motor", 1), "0", "hex");
  await expect(rows(page, "PUBLISH").first()).toContainText('"speed": 21.5');
});

test("a schema that does not fit is said with the field and the byte", async ({ page }) => {
  await open(page);
  await give(page, [MOTOR], "a", "Protobuf M");
  await publish(page, "a", "0d00000000", "0", "hex");
  await rows(page, "PUBLISH").first().click();
  const shown = page.getByTestId("payload");
  await expect(shown.getByRole("tabpanel", { name: "by schema" })).toContainText("byte 0, field speed: the schema says double, and here are four bytes.");
  await expect(shown.getByRole("tab", { name: "Protobuf" })).toBeVisible();
});

test("what is wrong with a file is said with its line", async ({ page }) => {
  await open(page);
  await page.getByTestId("schemas-open").click();
  await page.getByTestId("schema-file").setInputFiles([{ ...MOTOR, buffer: Buffer.from("message M {\n  int32 a 1;\n}") }]);
  await expect(page.getByTestId("schema-fault")).toContainText("Not read: line 2: “=” must stand here, not the number 1.");
});

test("a message is published from the JSON of its schema", async ({ page }) => {
  await open(page);
  await give(page, [MOTOR], "m/#", "Protobuf M");
  await page.getByTestId("publish-topic").fill("m/1");
  await page.getByTestId("payload-as").selectOption("by schema");
  await page.getByTestId("publish-payload").fill('{"speed": 21.5, "label": "a"}');
  await expect(page.getByTestId("publish-fault")).toContainText("field label: M has no such field");
  await page.getByTestId("publish-payload").fill('{"speed": 21.5, "name": "a"}');
  await page.getByTestId("publish").click();
  await rows(page, "PUBLISH").first().click();
  const shown = page.getByTestId("payload");
  await expect(shown.getByRole("tabpanel", { name: "by schema" })).toContainText('"name": "a"');
  await expect(shown.locator(".sub")).toContainText("12 bytes");
  // What stands there as bytes becomes JSON.
  await page.getByTestId("payload-as").selectOption("hex");
  await page.getByTestId("publish-payload").fill("12 01 62");
  await page.getByTestId("payload-as").selectOption("by schema");
  await expect(page.getByTestId("publish-payload")).toHaveValue('{\n  "name": "b"\n}');
  await page.getByTestId("publish-topic").fill("other");
  await expect(page.getByTestId("publish-fault")).toContainText("No form is given for this topic");
});

test("numbers of a schema are charted", async ({ page }) => {
  await open(page);
  await give(page, [MOTOR], "m", "Protobuf M");
  for (const speed of ["21.5", "22.5"]) await publish(page, "m", `{"speed": ${speed}}`, "0", "by schema");
  await page.getByTestId("tab-chart").click();
  await page.getByTestId("chart-path").selectOption("speed");
  await expect(page.getByTestId("plot")).toHaveAttribute("aria-label", /m: last 22.5/);
});

test("numbers of CBOR and of bare bytes are charted", async ({ page }) => {
  await open(page);
  // {"t": 42} and {"t": 43}
  for (const cbor of ["a1 61 74 18 2a", "a1 61 74 18 2b"]) await publish(page, "c", cbor, "0", "hex");
  await page.getByTestId("tab-chart").click();
  await page.getByTestId("chart-path").selectOption("t");
  await expect(page.getByTestId("plot")).toHaveAttribute("aria-label", /c: last 43/);
  await page.getByTestId("tab-wire").click();
  await give(page, [], "c", "numbers, u8");
  await publish(page, "c", "07", "0", "hex");
  const row = rows(page, "PUBLISH").last();
  await row.click();
  await expect(page.getByTestId("payload").getByRole("tabpanel", { name: "by schema" })).toContainText("numbers, u8\n7");
});

twice("a topic has a form that takes no schema, and binary forms are published from JSON", async (hand, page) => {
  await open(page);
  await give(page, [], "c/+", "CBOR");
  // A list of two numbers may be anything.
  await publish(page, "c/1", "82 01 02", "0", "hex");
  const row = rows(page, "PUBLISH").first();
  await expect(row).toContainText("[ 1, 2 ]");
  await row.click();
  const shown = page.getByTestId("payload");
  await expect(shown.getByRole("tab").first()).toHaveText("CBOR");
  await expect(shown.getByRole("tabpanel", { name: "CBOR" })).toHaveText("[\n  1,\n  2\n]");
  // In the form of its topic, as the bytes become again.
  await page.getByTestId("payload-as").selectOption("by schema");
  await expect(page.getByTestId("publish-payload")).toHaveValue("[\n  1,\n  2\n]");
  await publish(page, "c/1", '{"t": 21.5}', "0", "by schema");
  await expect(rows(page, "PUBLISH").last()).toContainText('{ "t": 21.5 }');
  // Of any topic, and its bytes are those of the other.
  await publish(page, "other", '{"t": 21.5}', "0", "MessagePack");
  await expect(rows(page, "PUBLISH").last()).toContainText("other");
  await rows(page, "PUBLISH").last().click();
  await expect(shown.getByRole("tabpanel", { name: "MessagePack" })).toContainText('"t": 21.5');
  for (const tab of await shown.getByRole("tab").all()) {
    await hand.press(tab);
    await expect(tab).toHaveAttribute("aria-selected", "true");
  }
  await publish(page, "c/1", "ff", "0", "hex");
  await expect(rows(page, "PUBLISH").last()).toContainText("is no CBOR");
  await rows(page, "PUBLISH").last().click();
  await shown.getByRole("tab", { name: "CBOR" }).click();
  await expect(shown.getByRole("tabpanel", { name: "CBOR" })).toContainText("CBOR does not fit this payload");
  await expect(shown.getByRole("tab", { name: "hex" })).toBeVisible();
});

twice("files and topics are given, ordered and taken away", async (hand, page) => {
  await open(page);
  await hand.press(page.getByTestId("schemas-open"));
  const chooser = page.waitForEvent("filechooser");
  await hand.press(page.getByTestId("add-schema"));
  await (await chooser).setFiles([MOTOR, file("reading.avsc")]);
  await expect(page.getByTestId("schema-row")).toHaveCount(2);
  await hand.press(page.getByTestId("add-schema-rule"));
  await hand.press(page.getByTestId("add-schema-rule"));
  const rules = page.getByTestId("schema-rule");
  await expect(rules).toHaveCount(2);
  await hand.write(rules.nth(1).getByTestId("schema-filter"), "a/#/b");
  await page.keyboard.press("Enter");
  await expect(rules.nth(1).getByTestId("schema-filter-wrong")).toBeVisible();
  await hand.write(rules.nth(1).getByTestId("schema-filter"), "readings/+");
  await page.keyboard.press("Enter");
  await expect(rules.nth(1).getByTestId("schema-filter-wrong")).toHaveCount(0);
  await hand.choose(rules.nth(1).getByTestId("schema-form"), "Avro plant.Reading");
  await hand.choose(rules.nth(1).getByTestId("schema-framing"), "Confluent");
  await hand.write(rules.nth(1).getByTestId("schema-id"), "258");
  await page.keyboard.press("Enter");
  await hand.press(rules.nth(1).getByTestId("schema-rule-up"));
  await expect(rules.nth(0).getByTestId("schema-filter")).toHaveValue("readings/+");
  await expect(rules.nth(0).getByTestId("schema-id")).toHaveValue("258");
  await hand.press(rules.nth(1).getByTestId("remove-schema-rule"));
  await expect(rules).toHaveCount(1);
  await hand.press(page.getByTestId("schema-row").first().getByTestId("remove-schema"));
  await expect(page.getByTestId("schema-row")).toHaveCount(1);
  await hand.close();
  await publish(page, "readings/1", payload("Avro Confluent", 0), "0", "hex");
  await rows(page, "PUBLISH").first().click();
  const shown = page.getByTestId("payload");
  for (const form of ["hex", "by schema"]) {
    const tab = shown.getByRole("tab", { name: form, exact: true });
    await hand.press(tab);
    await expect(tab).toHaveAttribute("aria-selected", "true");
  }
  await expect(shown.getByRole("tabpanel")).toContainText("The payload says schema 258 of its registry.");
  await expect(shown.getByRole("tabpanel")).toContainText('"sensor": "Grüße"');
});
