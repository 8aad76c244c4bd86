// Logs in words on the Captures page, and what is told of a capture as a whole.
import { expect, type Page } from "@playwright/test";

import { capture as file } from "./captures";
import { test } from "./quiet";
import { twice } from "./ways";

/** Two clients with one identifier, as mosquitto writes it down; the last line is a year later. */
const LOG = [
  "1795997000: New connection from 127.0.0.1:34836 on port 4711.",
  "1795997000: New client connected from 127.0.0.1:34836 as meter-9 (p2, c1, k60).",
  "1795997000: Sending CONNACK to meter-9 (0, 0)",
  "1795997001: New connection from 127.0.0.1:34846 on port 4711.",
  "1795997001: Client meter-9 already connected, closing old connection.",
  "1795997001: New client connected from 127.0.0.1:34846 as meter-9 (p2, c1, k60).",
  "1795997001: Sending CONNACK to meter-9 (0, 0)",
  "1795997009: Received PUBLISH from meter-9 (d0, q1, r0, m3, 'plant/pump1', ... (25 bytes))",
  "1795997009: Sending PUBACK to meter-9 (m3, rc0)",
  "1827533009: Client meter-9 has exceeded timeout, disconnecting.",
];

async function openLog(page: Page, lines = LOG) {
  await page.goto("#/captures");
  const buffer = Buffer.from(`${lines.join("\n")}\n`);
  await page.getByTestId("capture-files").setInputFiles({ name: "broker.log", mimeType: "text/plain", buffer });
  await expect(page.getByTestId("captured-row")).not.toHaveCount(0);
}

test("a log's own words for an end are its row, and a finding where they tell of a takeover or a timeout", async ({ page }) => {
  await openLog(page);
  const ended = page.locator('[data-testid="wire-event"][data-type="ended"]');
  await expect(ended).toHaveCount(2);
  await expect(ended.first()).toContainText("Client meter-9 already connected, closing old connection");
  await expect(ended.last()).toContainText("Client meter-9 has exceeded timeout, disconnecting");
  // The two connections of one client are told apart by their ports.
  await expect(ended.first().locator(".of")).toHaveText("meter-9 :34836");
  await expect(ended.last().locator(".of .port")).toBeVisible();
  await expect(page.getByTestId("captured-row").locator(".name")).toHaveText(["meter-9 :34836", "meter-9 :34846"]);
  await page.getByTestId("tab-findings").click();
  const found = page.getByTestId("finding-row");
  await expect(found).toHaveCount(2);
  await expect(found.first()).toContainText("taken over by another one");
  await expect(found.last()).toContainText("silent for longer");
});

test("packets in words are messages with topics, and fields find them", async ({ page }) => {
  await openLog(page);
  await page.getByTestId("tab-messages").click();
  const message = page.getByTestId("message-row");
  await expect(message).toHaveCount(1);
  await expect(message).toContainText("plant/pump1");
  await expect(message).toContainText("QoS 1");
  await expect(message).toContainText("(not in the log)");
  await message.click();
  await expect(page.getByTestId("event-facts")).toContainText("The log says");
  await expect(page.getByTestId("topic").filter({ hasText: "plant" })).not.toHaveCount(0);
  await page.getByTestId("tab-handshakes").click();
  await expect(page.getByTestId("nothing")).toContainText("needs their bytes");
  await page.getByTestId("tab-wire").click();
  const told = page.locator('[data-testid="wire-event"].told');
  await expect(told).not.toHaveCount(1);
  for (const [search, count] of [
    ['mqtt.topic == "plant/pump1"', 1],
    ["mqtt.qos == 1", 1],
    ["mqtt.msgid == 3", 2],
    ['mqtt.clientid == "meter-9"', 2],
  ] as const) {
    await page.getByTestId("search").fill(search);
    await expect(told, search).toHaveCount(count);
  }
});

test("times fit their column, with their unit, and a stretch is told by what came in it", async ({ page }) => {
  await page.setViewportSize({ width: 1600, height: 900 });
  // The last packet is more than a year behind the others.
  await openLog(page, [...LOG, "1827533010: Received PINGREQ from meter-10", "1827533010: Sending PINGRESP to meter-10"]);
  const deltas = page.locator(".wire-row .delta");
  await expect(deltas.first()).toBeAttached();
  expect(await deltas.last().evaluate((element) => getComputedStyle(element).display)).not.toBe("none");
  await expect(deltas.filter({ hasText: "365 d" })).toHaveCount(1);
  await expect(deltas.filter({ hasText: /^\+0 ms$/ })).not.toHaveCount(0);
  for (const delta of await deltas.all()) {
    await expect(delta).toHaveText(/^$|^[+−][\d.]+ (ms|s|min|h|d|y)$/);
    expect(await delta.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
  }
  // 365 days later, and no bar's edge behind it.
  const says = await page.getByTestId("timeline-says").textContent();
  const [, from, to] = /^(\S+ \S+) to (\S+ \S+) · /.exec(says ?? "") ?? [];
  const seconds = (text: string | undefined) => Date.parse(`${(text ?? "").replace(" ", "T")}Z`) / 1000;
  // Clocks may have been changed in between.
  expect(Math.abs(seconds(to) - seconds(from) - (1_827_533_010 - 1_795_997_000)) % 3600).toBe(0);
});

test("the findings of the capture are those of all connections, whichever is looked at", async ({ page }) => {
  await page.goto("#/captures");
  await page.getByTestId("sample").click();
  await expect(page.getByTestId("captured-row")).toHaveCount(5);
  const found = page.getByTestId("show-findings");
  const all = (await found.textContent()) ?? "";
  expect(all).toContain("error");
  await page.getByTestId("captured-row").filter({ hasText: "sensor-3" }).click();
  await expect(page.getByTestId("all-connections")).toBeVisible();
  await expect(found).toHaveText(all);
  // The box beside it has room.
  const [box, head] = await Promise.all(
    [page.getByTestId("captured-order"), page.locator(".captured .head")].map((it) => it.boundingBox()),
  );
  expect(box!.x + box!.width).toBeLessThanOrEqual(head!.x + head!.width - 4);
  await found.click();
  await expect(page.getByTestId("all-connections")).toHaveCount(0);
  await expect(page.getByTestId("finding-row").filter({ hasText: "meter-7" })).not.toHaveCount(0);
});

twice("files that were closed all at once come back", async (hand, page) => {
  await page.goto("#/captures");
  await page.getByTestId("capture-files").setInputFiles(["recorded/tcp.pcap", "recorded/websocket.pcap"].map(file));
  await expect(page.getByTestId("captured-row")).toHaveCount(2);
  const total = (await page.getByTestId("total").textContent()) ?? "";
  await hand.press(page.getByTestId("close-captures"));
  await expect(page.getByTestId("sample")).toBeVisible();
  await expect(page.locator(".toast")).toContainText("2 files are closed.");
  await hand.press(page.getByRole("button", { name: "Undo", exact: true }));
  await expect(page.getByTestId("capture-file")).toHaveCount(2);
  await expect(page.getByTestId("captured-row")).toHaveCount(2);
  await expect(page.getByTestId("total")).toHaveText(total);
});
