// Several files on the Captures page: their order, one of them closed, those without MQTT; what a reload brings back.
import { expect, type Page } from "@playwright/test";

import { capture as file } from "./captures";
import { test } from "./quiet";
import { twice } from "./ways";

/** A console of Tasmota, whose times are those since its start. */
const PLUG = {
  name: "plug.log",
  mimeType: "text/plain",
  buffer: Buffer.from(
    "00:00:04.012 MQT: Attempting connection...\n" +
      "00:00:04.203 MQT: tele/plug_1/LWT = Online (retained)\n" +
      '00:00:09.110 MQT: tele/plug_1/STATE = {"POWER":"ON"}\n',
  ),
};

async function open(page: Page, ...files: (string | typeof PLUG)[]) {
  const last = page.getByTestId("capture-files");
  for (const one of files) await last.setInputFiles(one as string);
}

twice("one of several files is closed, and the others stay with the filter", async (hand, page) => {
  await page.goto("#/captures");
  await page.getByTestId("capture-files").setInputFiles(["recorded/tcp.pcap", "recorded/websocket.pcap"].map(file));
  await expect(page.getByTestId("captured-row")).toHaveCount(2);
  await page.getByTestId("search").fill("mqtt.msgtype == 1");
  await expect(page.getByTestId("wire-row")).toHaveCount(2);
  await hand.press(page.getByRole("button", { name: "Close tcp.pcap" }));
  await expect(page.getByTestId("capture-file")).toHaveCount(1);
  await expect(page.getByTestId("captured-row")).toHaveCount(1);
  await expect(page.getByTestId("captured-row")).toContainText("WebSocket");
  await expect(page.getByTestId("search")).toHaveValue("mqtt.msgtype == 1");
  await expect(page.getByTestId("wire-row")).toHaveCount(1);
  // The only one is closed by the button that closes all.
  await expect(page.getByTestId("close-file")).toHaveCount(0);
  await expect(page.getByTestId("close-captures")).toBeFocused();
  // What was closed is opened again.
  await expect(page.locator(".toast")).toContainText("“tcp.pcap” is closed.");
  await hand.press(page.locator(".toast").getByRole("button", { name: "Undo" }));
  await expect(page.getByTestId("capture-file")).toHaveCount(2);
  await expect(page.getByTestId("wire-row")).toHaveCount(2);
});

twice("the keys stay where files are opened and closed", async (hand, page) => {
  await page.goto("#/captures");
  await hand.press(page.getByTestId("sample"));
  await expect(page.getByTestId("captured-row")).not.toHaveCount(0);
  await expect(page.locator("#main")).toBeFocused();
  await page.getByTestId("capture-files").setInputFiles(["recorded/tcp.pcap", "recorded/websocket.pcap"].map(file));
  await expect(page.getByTestId("capture-file")).toHaveCount(3);
  await hand.press(page.getByRole("button", { name: "Close tcp.pcap" }));
  await expect(page.getByTestId("capture-file")).toHaveCount(2);
  await expect(page.getByRole("button", { name: "Close websocket.pcap" })).toBeFocused();
  await hand.press(page.getByTestId("close-captures"));
  await expect(page.locator(".captures-empty .acts button").first()).toBeFocused();
});

test("a log of Tasmota has the messages of its device, and a file without a clock says where it stands", async ({ page }) => {
  await page.goto("#/captures");
  await open(page, PLUG);
  await expect(page.getByTestId("captured-row")).toContainText("plug_1");
  await expect(page.getByTestId("wire")).toContainText("tele/plug_1/LWT = Online (retained)");
  await expect(page.getByTestId("capture-notes")).toContainText("2 packets are told in words, without bytes: no rules are checked");
  await expect(page.getByTestId("file-apart")).toHaveCount(0);
  await open(page, file("recorded/tcp.pcap"));
  await expect(page.getByTestId("captured-row")).toHaveCount(2);
  await expect(page.getByTestId("file-apart")).toHaveText("has no clock times: its packets are listed after those of files that have");
});

twice("many files without MQTT are one line that opens", async (hand, page) => {
  await page.goto("#/captures");
  await open(page, file("recorded/tcp.pcap"));
  await expect(page.getByTestId("captured-row")).toHaveCount(1);
  const names = Array.from({ length: 35 }, (_, n) => `notes-${n}.txt`);
  await page
    .getByTestId("capture-files")
    .setInputFiles(names.map((name) => ({ name, mimeType: "text/plain", buffer: Buffer.from(`nothing ${name}`) })));
  const unread = page.getByTestId("unread");
  const summary = page.getByTestId("unread-files");
  await expect(summary).toHaveText("35 files without MQTT that can be read");
  expect((await unread.boundingBox())!.height).toBeLessThan(60);
  await hand.press(summary);
  await expect(unread.getByText("notes-34.txt")).toBeAttached();
  const column = await page.locator("main .middle").boundingBox();
  expect((await unread.boundingBox())!.height).toBeLessThan(column!.height * 0.41);
  await hand.press(page.getByTestId("close-unread"));
  await expect(unread).toHaveCount(0);
});

twice("a reload is asked about, names the files, and brings tab and filter back", async (hand, page) => {
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  await page.goto("#/captures");
  const chosen = page.waitForEvent("filechooser");
  await hand.press(page.getByTestId("open-captures"));
  await (await chosen).setFiles(file("recorded/tcp.pcap"));
  await expect(page.getByTestId("captured-row")).toHaveCount(1);
  const search = page.getByTestId("search");
  await search.click();
  await search.fill("topic:a/# && x");
  await search.fill("mqtt.qos == 1");
  await hand.press(page.getByTestId("tab-messages"));
  await expect(page).toHaveURL(/#\/captures\?tab=messages&filter=mqtt\.qos%20%3D%3D%201$/);
  const length = await page.evaluate(() => history.length);
  await page.reload();
  expect(asked).toEqual(["beforeunload"]);
  await expect(page.getByTestId("open-before")).toContainText("tcp.pcap");
  const again = page.waitForEvent("filechooser");
  await hand.press(page.getByTestId("open-again"));
  await (await again).setFiles(file("recorded/tcp.pcap"));
  await expect(page.getByTestId("tab-messages")).toHaveAttribute("aria-selected", "true");
  await expect(page.getByTestId("search")).toHaveValue("mqtt.qos == 1");
  await expect(page.getByTestId("message-row").first()).toBeVisible();
  expect(await page.evaluate(() => history.length), "typing makes no entries").toBe(length);
  // What was closed is not named any more, and nobody asks.
  await hand.press(page.getByTestId("close-captures"));
  await expect(page.getByTestId("open-before")).toHaveCount(0);
  await page.reload();
  expect(asked).toHaveLength(1);
  await expect(page.getByTestId("open-captures")).toBeVisible();
  await expect(page.getByTestId("open-before")).toHaveCount(0);
});

twice("the files of before are forgotten", async (hand, page) => {
  page.on("dialog", (dialog) => void dialog.accept());
  await page.goto("#/captures");
  await open(page, file("recorded/tcp.pcap"));
  await expect(page.getByTestId("captured-row")).toHaveCount(1);
  await page.reload();
  await hand.press(page.getByTestId("forget-before"));
  await expect(page.getByTestId("open-before")).toHaveCount(0);
  await page.reload();
  await expect(page.getByTestId("open-captures")).toBeVisible();
  await expect(page.getByTestId("open-before")).toHaveCount(0);
});

test("the header's link comes back to what was looked at", async ({ page }) => {
  await page.goto("#/captures");
  await open(page, file("recorded/tcp.pcap"));
  await page.getByTestId("search").fill("mqtt.qos == 1");
  await expect(page).toHaveURL(/filter=mqtt/);
  await page.getByRole("link", { name: "Dissect", exact: true }).click();
  await page.getByRole("link", { name: "Captures", exact: true }).click();
  await expect(page.getByTestId("search")).toHaveValue("mqtt.qos == 1");
  await expect(page).toHaveURL(/filter=mqtt/);
});

test("on a phone Back leads one part back", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("#/dissect");
  await page.getByRole("link", { name: "Captures", exact: true }).click();
  await open(page, file("recorded/tcp.pcap"));
  const main = page.locator("main.captures");
  await page.getByTestId("step-connections").click();
  await page.getByTestId("captured-row").click();
  await expect(main).toHaveAttribute("data-step", "traffic");
  await page.getByTestId("wire-row").first().click();
  await expect(main).toHaveAttribute("data-step", "packet");
  await page.goBack();
  await expect(main).toHaveAttribute("data-step", "traffic");
  await expect(page.getByTestId("wire-row").first()).toBeVisible();
  await page.goBack();
  await expect(main).toHaveAttribute("data-step", "connections");
  await page.goForward();
  await expect(main).toHaveAttribute("data-step", "traffic");
});

twice("a filter of before is told where no file is open yet, and cleared there", async (hand, page) => {
  await page.goto("#/captures?tab=wire&filter=pump");
  const kept = page.getByTestId("kept-filter");
  await expect(kept).toContainText("pump");
  await page.reload();
  await expect(kept).toContainText("pump");
  await hand.press(page.getByTestId("clear-kept-filter"));
  await expect(kept).toHaveCount(0);
  await expect(page.locator(".captures-empty .acts button").first()).toBeFocused();
  await expect.poll(() => page.evaluate(() => location.hash)).not.toContain("pump");
  await hand.press(page.getByTestId("sample"));
  await expect(page.getByTestId("search")).toHaveValue("");
});
