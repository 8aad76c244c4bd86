// What is pasted, dropped or linked and is not MQTT on its own: named, unwrapped, never dissected with confidence.
import { readFileSync } from "node:fs";

import { expect, type Page } from "@playwright/test";

import { withoutViolations } from "./axe";
import { test } from "./quiet";

const corpus = (name: string) => readFileSync(new URL(`../corpus/${name}`, import.meta.url));
const input = (name: string) => corpus(`inputs/${name}`);
const banner = (page: Page) => page.getByRole("region", { name: "What these bytes are" });
const packets = (page: Page) => page.getByTestId("packet");

async function open(page: Page, hash = "") {
  await page.goto(hash);
  await expect(page.getByTestId("text")).toBeVisible();
}

async function drop(page: Page, name: string, bytes: Buffer) {
  const data = await page.evaluateHandle(
    ([name, bytes]) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes as number[])], name as string));
      return data;
    },
    [name, [...bytes]] as const,
  );
  await page.dispatchEvent("main", "dragover", { dataTransfer: data });
  await page.dispatchEvent("main", "drop", { dataTransfer: data });
}

const NAMED: [name: string, hex: string, says: string][] = [
  ["a TLS alert", "15 03 03 00 02 02 28", "This is not MQTT: a TLS alert: fatal, handshake_failure (40)."],
  ["TLS data", "17 03 03 00 1a", "This is not MQTT: TLS application data, 1 record."],
  ["HTTP", "48 54 54 50 2f 31 2e 31 20 34 30 30", "This is not MQTT: an HTTP response: HTTP/1.1 400."],
  ["MQTT-SN", "03 05 00", "This is very likely not MQTT: 1 MQTT-SN message (CONNACK)."],
  ["nanomsg", "00 53 50 00 00 21 00 00", "This is not MQTT: an SP header of nanomsg or NNG (socket type SUB)."],
  ["a modem", "0d 0a 43 4c 4f 53 45 44 0d 0a", "AT commands and answers of a modem"],
  ["a WebSocket Close", "88 02 03 e8", "WebSocket Close, code 1000 (normal closure)"],
];

for (const [name, hex, says] of NAMED) {
  test(`${name} is named, and no packet is shown`, async ({ page }) => {
    await open(page);
    await page.getByTestId("text").fill(hex);
    await expect(banner(page)).toContainText(says);
    await expect(packets(page)).toHaveCount(0);
    await page.getByRole("button", { name: "Read as MQTT anyway" }).click();
    await expect(packets(page)).not.toHaveCount(0);
    await page.getByRole("button", { name: "Do not read as MQTT" }).click();
    await expect(packets(page)).toHaveCount(0);
    await page.getByTestId("text").fill("c0 00");
    await expect(packets(page)).toHaveCount(1);
  });
}

test("frames, a PROXY header and network headers are taken off", async ({ page }) => {
  await open(page);
  await page.getByTestId("text").fill("82 04 20 02 00 00 88 02 03 e8");
  await expect(banner(page)).toContainText("Taken off before reading: 2 WebSocket frame headers (4 bytes).");
  await expect(banner(page)).toContainText("WebSocket Close, code 1000 (normal closure).");
  await expect(packets(page)).toContainText(["CONNACK"]);
  await page.getByRole("button", { name: "Read all bytes as MQTT" }).click();
  await expect(packets(page)).toContainText(["SUBSCRIBE"]);
  await page.getByRole("button", { name: "Unwrap 2 WebSocket frames" }).click();
  await expect(packets(page)).toContainText(["CONNACK"]);

  await page.getByTestId("text").fill(input("28-proxy-protocol-v2.txt").toString());
  await expect(banner(page)).toContainText("PROXY protocol header (28 bytes)");
  await expect(banner(page)).toContainText("from 198.51.100.23:51514 to 192.0.2.10:1883.");
  await expect(packets(page)).toContainText(["CONNECT"]);
  await withoutViolations(page);

  const frame =
    "02 00 00 00 00 01 02 00 00 00 00 02 08 00 45 00 00 2a 00 01 40 00 40 06 00 00 c0 00 02 01 c0 00 02 0a " +
    "c9 3a 07 5b 00 00 00 01 00 00 00 00 50 18 ff ff 00 00 00 00 c0 00";
  await page.getByTestId("text").fill(frame);
  await expect(banner(page)).toContainText("Ethernet header (14 bytes), IPv4 header (20 bytes), TCP header (20 bytes)");
  await expect(packets(page)).toContainText(["PINGREQ"]);
});

test("a followed WebSocket stream is a conversation of both sides", async ({ page }) => {
  await open(page);
  await page.getByTestId("text").fill(input("11-wireshark-follow-websocket.txt").toString());
  await expect(packets(page)).toContainText(["CONNECT", "CONNACK"]);
  await expect(banner(page)).toContainText("HTTP request (219 bytes)");
});

test("HAR and tshark files are read, other JSON is named", async ({ page }) => {
  await open(page);
  await drop(page, "chrome.har", input("10-chrome-har-misaligned.har"));
  await expect(banner(page)).toContainText("Read from a HAR file with 6 WebSocket messages (wss://broker.example:8084/mqtt).");
  await expect(packets(page)).toContainText(["CONNECT", "CONNACK", "SUBSCRIBE", "SUBACK", "PUBLISH"]);
  await expect(page.getByTestId("next-fault")).toHaveCount(0);
  await drop(page, "text.har", input("47-chrome-har-text-frame.har"));
  await expect(banner(page)).toContainText("MQTT-6.0.0-1");
  await expect(packets(page)).toContainText(["CONNECT"]);
  await drop(page, "tshark.json", input("24b-tshark-json.json"));
  await expect(packets(page)).toContainText(["PUBLISH", "PUBLISH"]);
  await drop(page, "mqttx.json", input("48-mqttx-export.json"));
  await expect(banner(page)).toContainText("No packets here: connection profiles exported by MQTTX.");
  await expect(packets(page)).toHaveCount(0);
});

test("the banner is whole when the style sheets of the other pages are there", async ({ page }) => {
  await open(page);
  await page.getByTestId("text").fill(input("11-wireshark-follow-websocket.txt").toString());
  // Both sides are read as a conversation, which comes with the sheets of Live and Flows.
  await expect(page.getByTestId("conversation").getByRole("button", { name: /Findings/ })).toBeVisible();
  const headline = (await banner(page).locator("p").first().boundingBox())!;
  const button = (await banner(page).getByRole("button").first().boundingBox())!;
  expect(headline.y + headline.height).toBeLessThanOrEqual(button.y);
  expect(await banner(page).evaluate((section) => section.scrollHeight - section.clientHeight)).toBe(0);
});

test("a dropped capture is read; what is no capture of MQTT is named", async ({ page }) => {
  await open(page);
  await drop(page, "a.pcap", corpus("t2_alias.pcap"));
  await expect(banner(page)).toContainText("Read from a packet capture (pcap) with 11 packets.");
  await expect(packets(page).first()).toContainText("CONNECT");
  await drop(page, "a.gz", Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]));
  await expect(banner(page)).toContainText("This is not MQTT: a gzip file.");
  await expect(packets(page)).toHaveCount(0);
  await drop(page, "answer.bin", input("27b-http-answer.bin"));
  await expect(banner(page)).toContainText("HTTP/1.1 400 Illegal character");
  await withoutViolations(page);
});

test("a link to bytes that are not MQTT names them too", async ({ page }) => {
  // A link holds its version, its packet and node, then the number of bytes and the bytes.
  const content = [0x20, 0, 0, 7, 0x15, 3, 3, 0, 2, 2, 0x28];
  await page.goto(`#/dissect?${Buffer.from(content).toString("base64url")}`);
  await expect(banner(page)).toContainText("a TLS alert");
  await expect(packets(page)).toHaveCount(0);
});

test("what was left out of a text is marked in it", async ({ page }) => {
  const text = [
    ...Array.from({ length: 12 }, (_, line) => `Line ${line} of a letter, which is long enough to go on in the next row of a narrow field.`),
    "I send 10 0e 00 04 4d 51 54 54 04 02 00 3c 00 02 63 31 and get back",
    "aa bb cc dd ee ff 01 02 03 04 05 06 07 08 instead of 20 02 00 00",
  ].join("\n");
  await page.goto("");
  const field = page.getByTestId("text");
  await field.fill(text);
  await expect(page.getByTestId("packet")).toContainText(["CONNECT"]);
  const behind = page.getByTestId("left-out");
  await expect(behind.locator("mark")).toHaveText(["aa bb cc dd ee ff 01 02 03 04 05 06 07 08", "20 02 00 00"]);
  // The marks lie under the words: painted before them, on the same lines, scrolled alike.
  await expect(field).toHaveCSS("position", "relative");
  const sizes = (element: Element) => [element.clientWidth, element.scrollHeight, element.scrollTop];
  await field.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await expect.poll(() => behind.evaluate(sizes)).toEqual(await field.evaluate(sizes));
  expect((await field.evaluate(sizes))[2]).toBeGreaterThan(0);
  await field.fill("c0 00");
  await expect(behind).toHaveCount(0);
});

test("reading as MQTT anyway outlives a reload", async ({ page }) => {
  await page.goto("");
  await page.getByTestId("text").fill("15 03 03 00 02 02 28");
  await page.getByRole("button", { name: "Read as MQTT anyway" }).click();
  await expect(page.getByTestId("packet").first()).toBeVisible();
  await page.reload();
  await expect(page.getByTestId("packet").first()).toBeVisible();
  await page.getByRole("button", { name: "Do not read as MQTT" }).click();
  await expect(page.getByTestId("packet")).toHaveCount(0);
});
