// What is searched for in captures: it narrows every list, is offered again, and is saved with frames and clients.
import { readFileSync } from "node:fs";
import { expect, type Page } from "@playwright/test";
import { capture as file } from "./captures";
import { test } from "./quiet";
import { twice } from "./ways";

async function sample(page: Page) {
  await page.goto("#/captures");
  await page.getByTestId("sample").click();
  await expect(page.getByTestId("captured-row")).toHaveCount(5);
}

test("a filter and a stretch of time narrow connections, topics and findings", async ({ page }) => {
  await sample(page);
  const [connections, topics] = [page.getByTestId("captured-total"), page.getByTestId("topics-found")];
  await expect(connections).toHaveText("5");
  await expect(topics).toHaveCount(0);
  const search = page.getByTestId("search");
  await search.fill('client_id == "meter-7"');
  await expect(connections).toHaveText("1 of 5");
  await expect(page.getByTestId("captured-row")).toHaveCount(1);
  await expect(page.getByTestId("captured-row")).toContainText("meter-7");
  await search.fill("mqtt.msgtype == PUBLISH && mqtt.qos == 2");
  await expect(page.getByTestId("captured-row").first()).toContainText(/\d+ of \d+ packets/);
  // The answer to the filter before may still stand there.
  await expect(async () => {
    const [found, all] = (await topics.textContent())!.split(" of ").map(Number);
    expect(found).toBeLessThan(all!);
  }).toPass();
  await page.getByTestId("tab-findings").click();
  await search.fill("finding.severity == error");
  await expect(page.getByTestId("grade-errors")).toContainText(/Errors (\d+) of \1$/);
  await expect(page.getByTestId("grade-all")).toContainText(/\d+ of \d+$/);
  await search.fill("mqtt.msgtype == PINGREQ");
  await expect(page.getByTestId("nothing")).toContainText("Nothing matches");
  await search.fill("mqtt.msgtype == AUTH");
  await expect(page.getByTestId("captured-none")).toContainText("matches the filter");
  await expect(page.getByTestId("topics-none")).toContainText("match");
  await search.fill("");
  await expect(connections).toHaveText("5");
  await page.getByTestId("tab-wire").click();
  await page.getByTestId("timeline-bars").focus();
  await page.keyboard.press("Home");
  await expect(connections).toHaveText(/^[1-4] of 5$/);
  await page.keyboard.press("Escape");
  await expect(connections).toHaveText("5");
});

test("filters that were used are offered again, the last one first, in Live too", async ({ page }) => {
  await sample(page);
  const search = page.getByTestId("search");
  for (const filter of ["mqtt.qos == 1", "topic:hall/#", "just words", 'mqtt.passwd == "x"']) {
    await search.fill(filter);
    await search.press("Enter");
  }
  await expect(page, "what is secret is not in the address").not.toHaveURL(/filter=/);
  for (const name of ["captures", "live"]) {
    await page.goto(`#/${name}`);
    await page.reload();
    if (name === "captures") await page.getByTestId("sample").click();
    const options = page.locator("#search-offers option");
    await expect(options.nth(0)).toHaveAttribute("value", "topic:hall/#");
    await expect(options.nth(1)).toHaveAttribute("value", "mqtt.qos == 1");
    await expect(options.nth(1)).toHaveText("used before");
    // Behind them the ready ones.
    await expect(options.nth(2)).toHaveText("Everything that broke a rule");
  }
});

test("a packet has the number of its frame, in filters, details and files", async ({ page }) => {
  await page.goto("#/captures");
  await page.getByTestId("capture-files").setInputFiles(file("recorded/tcp.pcap"));
  await page.getByTestId("search").fill("frame.number == 6 && mqtt");
  await expect(page.getByTestId("total")).toHaveText("1 packet found");
  await page.getByTestId("wire-row").click();
  await expect(page.getByTestId("frame")).toHaveText("frame 6");
  const download = page.waitForEvent("download");
  await page.getByTestId("export").click();
  await page.getByRole("menuitem", { name: "Packets as CSV" }).first().click();
  const [head, line] = readFileSync(await (await download).path(), "utf8").split("\n");
  expect(head).toBe("\uFEFFnumber,frame,time,utc,connection,client,direction,type,summary,hex");
  expect(line).toMatch(/^\d+,6,\d+\.\d{6},20\d\d-\d\d-\d\dT[\d:]{8}\.\d{3}Z,1,"recorder",in,CONNACK,/);
});

twice("a file without MQTT is explained in the middle, with what to do instead", async (hand, page) => {
  await page.goto("#/captures");
  const packed = { name: "gateway.pcap.zst", mimeType: "application/zstd", buffer: Buffer.from([0x28, 0xb5, 0x2f, 0xfd, ...Array(60).fill(1)]) };
  await page.getByTestId("capture-files").setInputFiles(packed);
  const unread = page.getByTestId("unread");
  await expect(unread).toContainText("No MQTT was found in this file");
  await expect(unread).toContainText("gateway.pcap.zst");
  await expect(unread).toContainText("unpack it first (zstd -d)");
  const chosen = page.waitForEvent("filechooser");
  await hand.press(page.getByTestId("open-instead"));
  await (await chosen).setFiles(file("recorded/tcp.pcap"));
  await expect(page.getByTestId("wire-row").first()).toBeVisible();
  // Beside what can be read it is a line that can be closed.
  await expect(unread).toContainText("gateway.pcap.zst");
  await hand.press(page.getByTestId("close-unread"));
  await expect(unread).toHaveCount(0);
});

test("a search that finds only events says so, and their connections stay", async ({ page }) => {
  await sample(page);
  await page.getByTestId("search").fill("begins");
  await expect(page.getByTestId("total")).toHaveText("5 events found");
  await expect(page.getByTestId("captured-row")).toHaveCount(5);
  await expect(page.getByTestId("captured-row").first()).toContainText("0 of ");
});

twice("what looks like a filter and is none is offered as one", async (hand, page) => {
  await sample(page);
  const [search, offer] = [page.getByTestId("search"), page.getByTestId("search-meant")];
  for (const [typed, filter] of [
    ["mqtt.qos=2", "mqtt.qos == 2"],
    ["qos = 2", "mqtt.qos == 2"],
    ["topic=hall/3/temperature", "topic == hall/3/temperature"],
    ["tcp.port 1883", "tcp.port == 1883"],
  ] as const) {
    await hand.write(search, typed);
    await expect(offer).toHaveText(`filter: ${filter}`);
    await hand.press(offer);
    await expect(search).toHaveValue(filter);
    await expect(offer).toHaveCount(0);
    await expect(page.getByTestId("search-wrong")).toHaveCount(0);
  }
});

test("topics count as the list of messages does", async ({ page }) => {
  await sample(page);
  await page.getByTestId("tab-messages").click();
  const [total, counts] = [page.getByTestId("total"), page.locator('[data-testid="topic"][aria-level="1"] .count')];
  await expect(total).toHaveText(/^[1-9]\d* messages$/);
  // Both are told in turns while the file is read.
  await expect(async () => {
    const all = Number((await total.textContent())!.split(" ")[0]);
    const sum = (await counts.allTextContents()).reduce((sum, count) => sum + Number(count), 0);
    expect(sum).toBe(all);
  }).toPass();
});

test("names of clients are whole where there is room", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await sample(page);
  const names = page.getByTestId("wire").locator(".of > span:first-child");
  await expect(names.first()).toBeVisible();
  const cut = await names.evaluateAll((all) => all.filter((it) => it.scrollWidth > it.clientWidth).map((it) => it.textContent));
  expect(cut).toEqual([]);
});

test("TLS without its keys says what to add", async ({ page }) => {
  await page.goto("#/captures");
  await page.getByTestId("capture-files").setInputFiles(file("recorded/tls-1.3.pcap"));
  await expect(page.getByTestId("unread")).toContainText("add the key log (SSLKEYLOGFILE)");
});

for (const width of [390, 1440]) {
  test(`whose a handshake is, and of what topic, is not cut at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await page.goto("#/captures");
    await page.getByTestId("sample").click();
    await page.getByTestId("tab-handshakes").click();
    const says = page.getByTestId("flow-row").locator(".says").filter({ hasText: "hall/3/temperature" }).first();
    await expect(says).toBeVisible();
    expect(await says.evaluate((it) => it.scrollWidth - it.clientWidth)).toBe(0);
  });
}
