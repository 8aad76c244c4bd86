// Payloads by schemas on the Dissect page: given there once, remembered, and loaded only where there are some.
import { expect } from "@playwright/test";

import { give, open } from "./dissect";
import { test } from "./quiet";
import { twice } from "./ways";

const MOTOR = { name: "m.proto", mimeType: "text/plain", buffer: Buffer.from("syntax = 'proto3'; message M { double speed = 1; string name = 2; }") };
const READING = { name: "r.avsc", mimeType: "text/plain", buffer: Buffer.from('{"type": "record", "name": "R", "fields": [{"name": "t", "type": "long"}]}') };
/** A PUBLISH to m/1 with {"speed": 21.5}. */
const PUBLISH = "30 0e 00 03 6d 2f 31 09 00 00 00 00 00 80 35 40";
/** A CONNECT of version 5, a PUBLISH to m/1 with a Topic Alias, and one that has only the alias. */
const ALIASED = "10 0d 00 04 4d 51 54 54 05 02 00 3c 00 00 00 30 0a 00 03 6d 2f 31 03 23 00 07 61 30 07 00 00 03 23 00 07 09";

test("the schemas of this browser read what is pasted, and nothing more is loaded without one", async ({ page }) => {
  const loaded: string[] = [];
  page.on("request", (request) => loaded.push(request.url()));
  await open(page);
  await give(page, PUBLISH);
  const shown = page.getByTestId("payload");
  await expect(shown.getByRole("tab", { name: "hex" })).toBeVisible();
  expect(loaded.filter((url) => /annex/.test(url))).toEqual([]);
  await shown.getByTestId("schemas-open").click();
  await page.getByTestId("schema-file").setInputFiles([MOTOR]);
  await page.getByTestId("add-schema-rule").click();
  // It holds at once: the rule is for all topics.
  const panel = shown.getByRole("tabpanel", { name: "by schema" });
  await expect(panel).toContainText('Protobuf M\n{\n  "speed": 21.5\n}');
  await page.getByTestId("schema-filter").fill("other");
  await page.getByTestId("schema-filter").press("Enter");
  await expect(panel).toHaveCount(0);
  await page.getByTestId("schema-filter").fill("m/+");
  await page.getByTestId("schema-filter").press("Enter");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(panel).toBeVisible();
  // Remembered.
  await page.reload();
  await give(page, PUBLISH);
  await expect(panel).toContainText('"speed": 21.5');
  // What does not fit is said, and the other forms stay.
  await give(page, "30 06 00 03 6d 2f 31 08");
  await expect(panel).toContainText("does not fit this payload:\nbyte 1");
  await expect(shown.getByRole("tab", { name: "hex" })).toBeVisible();
});

test("a topic behind an alias has its schema", async ({ page }) => {
  await open(page);
  await give(page, ALIASED);
  await page.getByTestId("packet").nth(2).click();
  await page.getByTestId("schemas-open").click();
  await page.getByTestId("add-schema-rule").click();
  await page.getByTestId("schema-filter").fill("m/1");
  await page.getByTestId("schema-filter").press("Enter");
  // Bare numbers take no file.
  await page.getByTestId("schema-form").selectOption("numbers, u8");
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("payload").getByRole("tabpanel", { name: "by schema" })).toContainText("numbers, u8\n9");
});

test("JSON is sorted and folded beside itself, and bytes are numbers", async ({ page }) => {
  const json = `{"z":1,"list":[${"1234567890,".repeat(9)}0],"a":2}`;
  const hex = (text: string) => Buffer.from(text).toString("hex");
  await open(page);
  await give(page, `30 ${hex(String.fromCharCode(3 + json.length))} 00 01 61 ${hex(json)}`);
  const shown = page.getByTestId("payload");
  await expect(shown.getByRole("tab", { name: "JSON", exact: true })).toHaveAttribute("aria-selected", "true");
  await shown.getByRole("tab", { name: "JSON sorted" }).click();
  await expect(shown.getByRole("tabpanel")).toContainText('{\n  "a": 2,\n  "list": [');
  await shown.getByRole("tab", { name: "JSON folded" }).click();
  await expect(shown.getByRole("tabpanel")).toHaveText('{\n  "z": 1,\n  "list": [ … 10 items ],\n  "a": 2\n}');
  await give(page, "30 05 00 01 61 01 fe");
  await shown.getByRole("tab", { name: "numbers" }).click();
  await expect(shown.getByRole("tabpanel")).toContainText("u16 little-endian  65025");
});

twice("a payload is compared with the one before it of its topic", async (hand, page) => {
  const publish = (topic: string, json: string) =>
    Buffer.from([0x30, 2 + topic.length + json.length, 0, topic.length, ...Buffer.from(topic + json)]).toString("hex");
  await open(page);
  await give(page, [publish("a", '{"t":1,"u":2}'), publish("b", '{"t":9}'), publish("a", '{"t":1,"u":3}')].join("\n"));
  const shown = page.getByTestId("payload");
  await expect(shown.getByRole("tab", { name: "JSON", exact: true })).toBeVisible();
  await expect(shown.getByRole("tab", { name: "changes" })).toHaveCount(0);
  await page.getByTestId("packet").nth(2).click();
  await expect(shown.getByRole("tab", { name: "changes" })).toBeVisible();
  for (const tab of await shown.getByRole("tab").all()) {
    await hand.press(tab);
    await expect(tab).toHaveAttribute("aria-selected", "true");
  }
  await expect(shown.getByRole("tabpanel")).toContainText("Changes since packet 1");
  await expect(shown.locator(".diff .removed")).toHaveText('− removed:   "u": 2\n');
  await expect(shown.locator(".diff .added")).toHaveText('+ added:   "u": 3\n');
  // In the form that is given for the topic.
  await shown.getByTestId("schemas-open").click();
  await page.getByTestId("add-schema-rule").click();
  await page.getByTestId("schema-form").selectOption("text");
  await page.keyboard.press("Escape");
  await expect(shown.locator(".diff .added")).toContainText('{"t":1,"u":3}');
  await expect(shown.getByRole("tab").first()).toHaveText("text");
});

test("the window gives the focus back, and fits a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page);
  await give(page, PUBLISH);
  await page.getByTestId("packet").first().click();
  await page.getByRole("tab", { name: "Bytes" }).or(page.getByRole("button", { name: "Bytes", exact: true })).first().click();
  const opener = page.getByTestId("schemas-open");
  await opener.focus();
  await page.keyboard.press("Enter");
  await page.getByTestId("schema-file").setInputFiles([{ ...MOTOR, name: "a-name-that-is-longer-than-a-phone-is-wide.proto" }, READING]);
  await page.getByTestId("add-schema-rule").click();
  await page.getByTestId("schema-form").selectOption("Avro R");
  await page.getByTestId("schema-framing").selectOption("Confluent");
  await expect(page.getByTestId("schema-id")).toBeVisible();
  const dialog = page.getByRole("dialog");
  expect(await dialog.evaluate((it) => it.scrollWidth - it.clientWidth)).toBe(0);
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(opener).toBeFocused();
});

twice("schemas are given, ordered and taken away beside a pasted packet", async (hand, page) => {
  await open(page);
  await give(page, PUBLISH);
  await hand.press(page.getByTestId("schemas-open"));
  const chooser = page.waitForEvent("filechooser");
  await hand.press(page.getByTestId("add-schema"));
  await (await chooser).setFiles([MOTOR, READING]);
  await expect(page.getByTestId("schema-row")).toHaveCount(2);
  await hand.press(page.getByTestId("add-schema-rule"));
  await hand.press(page.getByTestId("add-schema-rule"));
  const rules = page.getByTestId("schema-rule");
  await expect(rules).toHaveCount(2);
  await hand.write(rules.nth(1).getByTestId("schema-filter"), "m/+");
  await page.keyboard.press("Enter");
  await hand.choose(rules.nth(1).getByTestId("schema-form"), "Avro R");
  await hand.choose(rules.nth(1).getByTestId("schema-framing"), "Confluent");
  await hand.write(rules.nth(1).getByTestId("schema-id"), "7");
  await page.keyboard.press("Enter");
  await hand.press(rules.nth(1).getByTestId("schema-rule-up"));
  await expect(rules.nth(0).getByTestId("schema-filter")).toHaveValue("m/+");
  await hand.press(rules.nth(0).getByTestId("remove-schema-rule"));
  await expect(rules).toHaveCount(1);
  await hand.press(page.getByTestId("schema-row").last().getByTestId("remove-schema"));
  await expect(page.getByTestId("schema-row")).toHaveCount(1);
  await hand.close();
  const shown = page.getByTestId("payload");
  for (const form of ["hex", "by schema"]) {
    const tab = shown.getByRole("tab", { name: form, exact: true });
    await hand.press(tab);
    await expect(tab).toHaveAttribute("aria-selected", "true");
  }
});
