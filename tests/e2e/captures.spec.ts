// The Captures page: files in, and every packet of them in the Live page's lists.
import { readFileSync } from "node:fs";
import { expect, type Page } from "@playwright/test";
import { withoutViolations } from "./axe";
import { capture as file, large } from "./captures";
import { test } from "./quiet";
import { twice } from "./ways";

const rows = (page: Page) => page.getByTestId("wire-row");

/** Opens the page with these files. */
async function open(page: Page, ...names: string[]) {
  await page.goto("#/captures");
  await page.getByTestId("capture-files").setInputFiles(names.map(file));
  await expect(page.getByTestId("capture-file")).toHaveCount(names.length);
  await expect(page.locator("progress")).toHaveCount(0);
}

test("the sample opens: connections, packets, findings", async ({ page }) => {
  await page.goto("#/captures");
  await page.getByTestId("sample").click();
  await expect(page.getByTestId("captured-row")).toHaveCount(5);
  await expect(page.getByTestId("captured-row").filter({ hasText: "meter-7" })).toContainText("1 error");
  await expect(page.getByTestId("captured-row").filter({ hasText: "old-meter" })).toContainText("refused");
  await expect(page.getByTestId("captured-row").filter({ hasText: "dashboard" })).toContainText("WebSocket");
  const summary = page.getByTestId("capture-summary");
  await expect(summary).toContainText("3.1.1: 3 · 5: 2");
  await summary.getByTestId("show-findings").click();
  await expect(page.getByTestId("finding-row").filter({ hasText: "0010" })).toHaveCount(1);
});

test("a connection's packets are shown alone, and byte by byte", async ({ page }) => {
  await page.goto("#/captures");
  await page.getByTestId("sample").click();
  await page.getByTestId("captured-row").filter({ hasText: "sensor-3" }).click();
  await expect(rows(page).first()).toHaveAttribute("data-type", "CONNECT");
  await expect(page.getByTestId("wire-event").first()).toContainText("127.0.0.1:1883");
  await page.getByTestId("wire-event").first().click();
  await expect(page.getByTestId("event-facts")).toContainText("a CONNECT names its protocol level");
  await rows(page).filter({ hasText: "hall/3/temperature" }).first().click();
  await expect(page.getByTestId("details")).toContainText("Message Expiry Interval");
  const alone = await page.getByTestId("total").textContent();
  await page.getByTestId("all-connections").click();
  await expect(page.getByTestId("total")).not.toHaveText(alone ?? "");
  await expect(page.getByTestId("total")).toHaveText("73 packets");
});

test("several files at once, a capture in WebSocket and one with a gap", async ({ page }) => {
  await open(page, "files/t1_ws.pcap", "files/t10_missingseg.pcap");
  await expect(page.getByTestId("wire-event").filter({ hasText: "missing here" }).first()).toBeVisible();
  await expect(page.getByTestId("captured-row").filter({ hasText: "gap" })).not.toHaveCount(0);
});

test("keys may come behind the capture that they open", async ({ page }) => {
  await open(page, "recorded/tls-1.3.pcap", "files/t12_keepalive.pcap");
  // What was not opened is a row, the last one, that says why; there is nothing to see behind it.
  const connections = page.getByTestId("captured-row");
  await expect(connections).toHaveCount(2);
  await expect(connections.last()).toContainText("not opened");
  await expect(connections.last()).toContainText("is encrypted, and no key log has its keys");
  await connections.last().click();
  await expect(page.getByTestId("nothing")).toContainText("This connection is encrypted, and no key log has its keys.");
  await expect(page.getByTestId("capture-summary")).toContainText("TLS that no key opens");
  await page.getByTestId("capture-files").setInputFiles(file("recorded/tls-1.3.keys"));
  await expect(connections).toHaveCount(2);
  await expect(connections.filter({ hasText: "recorder" })).toContainText("TLS");
  await expect(connections.filter({ hasText: "not opened" })).toHaveCount(0);
  await expect(page.getByTestId("file-state").last()).toContainText("key log");
  await expect(rows(page).filter({ hasText: "hall/2" }).first()).toBeVisible();
});

test("what is no capture is named, and nothing else is lost", async ({ page }) => {
  await page.goto("#/captures");
  const text = { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("only text\n") };
  await page.getByTestId("capture-files").setInputFiles(text);
  await expect(page.getByTestId("capture-notes")).toContainText("neither pcap nor pcapng");
  await page.getByTestId("capture-files").setInputFiles(file("files/t2_alias.pcap"));
  await expect(page.getByTestId("captured-row")).not.toHaveCount(0);
  await expect(page.getByTestId("capture-file")).toHaveCount(2);
});

test("files are dropped on the page", async ({ page }) => {
  await page.goto("#/captures");
  await expect(page.getByTestId("open-captures")).toBeVisible();
  const bytes = [...readFileSync(file("files/t12_keepalive.pcap"))];
  const data = await page.evaluateHandle((bytes) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], "dropped.pcap"));
    return transfer;
  }, bytes);
  await page.dispatchEvent("body", "dragover", { dataTransfer: data });
  await expect(page.getByTestId("drop-hint")).toBeVisible();
  await page.dispatchEvent("body", "drop", { dataTransfer: data });
  await expect(page.getByTestId("capture-file")).toContainText("dropped.pcap");
  await expect(rows(page)).not.toHaveCount(0);
});

test("a large file shows its first packets while it is read, and can be stopped", async ({ page }) => {
  await page.goto("#/captures");
  await large(page);
  await expect(rows(page).first()).toBeVisible();
  // How fast, and what was found by now.
  await expect(page.getByTestId("file-pace")).toHaveText(/^[\d.,]+ [kM]?B\/s · [1-9][\d,]* packets so far$/);
  await page.getByTestId("stop-reading").click();
  await expect(page.getByTestId("file-state")).toContainText("stopped at");
  await expect(page.getByTestId("stop-reading")).toHaveCount(0);
});

test("the order of connections is chosen, and files are closed", async ({ page }) => {
  await page.goto("#/captures");
  await page.getByTestId("sample").click();
  const names = page.getByTestId("captured-row").locator(".name");
  await page.getByTestId("captured-order").selectOption("client");
  await expect(names).toHaveText(["archive", "dashboard", "meter-7", "old-meter", "sensor-3"]);
  await page.getByTestId("captured-order").selectOption("findings");
  await expect(names.first()).toHaveText("meter-7");
  await page.getByTestId("close-captures").click();
  await expect(page.getByTestId("sample")).toBeVisible();
  await page.getByTestId("sample").click();
  await expect(page.getByTestId("captured-row")).toHaveCount(5);
});

test("what was read stays while another page is looked at", async ({ page }) => {
  await page.goto("#/captures");
  await page.getByTestId("sample").click();
  await expect(page.getByTestId("captured-row")).toHaveCount(5);
  await page.goto("#/dissect");
  await page.goto("#/captures");
  await expect(page.getByTestId("captured-row")).toHaveCount(5);
  await expect(page.getByTestId("total")).toHaveText("73 packets");
});

test("by keyboard alone: a connection, its packets, a packet", async ({ page }) => {
  await page.goto("#/captures");
  await page.getByTestId("sample").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("captured-row")).toHaveCount(5);
  await page.getByTestId("captured").focus();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByTestId("all-connections")).toBeVisible();
  await page.getByTestId("wire").focus();
  // Of that connection alone.
  await expect(page.getByTestId("total")).not.toHaveText("73 packets");
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowUp");
  await expect(page.getByTestId("details")).toBeVisible();
  await page.keyboard.press("/");
  await expect(page.getByTestId("search")).toBeFocused();
  await page.keyboard.type("temperature");
  await expect(page.getByTestId("total")).toContainText("found");
});

test("packets of a capture are exported", async ({ page }) => {
  await page.goto("#/captures");
  await page.getByTestId("sample").click();
  await expect(page.getByTestId("captured-row")).toHaveCount(5);
  const download = page.waitForEvent("download");
  await page.getByTestId("export").click();
  await page.getByRole("menuitem", { name: "Messages as JSON lines" }).click();
  const saved = readFileSync(await (await download).path(), "utf8");
  expect(saved.trim().split("\n").map((line) => JSON.parse(line).topic)).toContain("hall/3/temperature");
});

twice("a link to the packets of a connection opens them in Dissect as a conversation", async (hand, page) => {
  await page.goto("#/captures");
  await page.getByTestId("sample").click();
  const link = async () => {
    await hand.press(page.getByTestId("export"));
    await hand.press(page.getByRole("menuitem", { name: "Link to these packets" }));
  };
  await expect(page.getByTestId("captured-row")).toHaveCount(5);
  await link();
  const said = page.getByRole("status");
  await expect(said.filter({ hasText: "No link was made: the packets are of several connections" })).toBeVisible();
  await page.getByTestId("captured-row").filter({ hasText: "meter-7" }).click();
  await page.getByTestId("search").fill("mqtt.msgtype in {CONNECT, CONNACK}");
  await expect(page.getByTestId("total")).toHaveText("2 packets found");
  await link();
  await expect(said.filter({ hasText: "2 packets" })).toBeVisible();
  await hand.press(page.getByRole("button", { name: "Open in Dissect" }));
  await expect(page).toHaveURL(/#\/dissect/);
  const packets = page.getByTestId("packet");
  await expect(packets).toHaveText([/CONNECT/, /CONNACK/]);
  await expect(page.getByTestId("from")).toHaveCount(2);
});

test("a filter narrows the lists, and a wrong one says where and why", async ({ page }) => {
  await page.goto("#/captures");
  await page.getByTestId("sample").click();
  const total = page.getByTestId("total");
  await expect(total).toHaveText("73 packets");
  const search = page.getByTestId("search");
  await search.fill("mqtt.msgtype == PUBLISH && mqtt.qos == 2");
  await expect(total).toHaveText("7 packets found");
  await search.fill('client_id == "meter-7" && finding.severity == error');
  await expect(total).toHaveText("1 packet found");
  await search.fill("all mqtt.qos > 1 && mqtt.hdrflags & 0xf0 == 0x30");
  await expect(total).toHaveText("7 packets found");
  await search.fill('mqtt.qos == "many"');
  await expect(page.getByTestId("search-wrong")).toContainText("many");
  await expect(search).toHaveAttribute("aria-invalid", "true");
  await search.fill("");
  await expect(total).toHaveText("73 packets");
  await expect(page.getByTestId("search-wrong")).toHaveCount(0);
  await search.pressSequentially("mqtt.qo");
  await expect(page.locator('#search-offers option[value="mqtt.qos"]')).toHaveCount(1);
});

for (const other of ["live", "flows"]) {
  test(`a file that is dropped on ${other} does not take the page away`, async ({ page }) => {
    await page.goto(`#/${other}`);
    await expect(page.locator(`main.${other}`)).toBeVisible();
    const isTaken = await page.evaluate(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(["x"], "x.pcap"));
      return !document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
    });
    expect(isTaken).toBe(true);
    await expect(page.getByRole("status").filter({ hasText: "Captures pages" })).toBeVisible();
  });
}

test("what is saved as pcapng opens again, and holds the same packets", async ({ page }) => {
  await page.goto("#/captures");
  await page.getByTestId("sample").click();
  await expect(page.getByTestId("total")).toHaveText("73 packets");
  const download = page.waitForEvent("download");
  await page.getByTestId("export").click();
  await page.getByRole("menuitem", { name: "Packets as pcapng" }).first().click();
  const saved = await (await download).path();
  await page.getByTestId("close-captures").click();
  await page.getByTestId("capture-files").setInputFiles(saved);
  await expect(page.getByTestId("total")).toHaveText("73 packets");
  await expect(page.getByTestId("captured-row")).toHaveCount(5);
});

test("a log in words has rows that say so", async ({ page }) => {
  await open(page, "../logs/files/mosquitto.log");
  const told = page.locator('[data-testid="wire-event"][data-type="CONNECT"]');
  await expect(told.first()).toContainText("from a log");
  await expect(told.first()).toBeVisible();
  await told.first().click();
  await expect(page.getByTestId("event-facts")).toContainText("The log says");
});

test("a HAR file and a flow of mitmproxy open as captures do", async ({ page }) => {
  await open(page, "../logs/files/ws.har", "../logs/files/tcp.flow");
  await expect(page.getByTestId("captured-row")).toHaveCount(4);
  // Who has opened the WebSocket is named, and the server by its host.
  await expect(page.getByTestId("captured-row").filter({ hasText: "client → 127.0.0.1:18942" })).not.toHaveCount(0);
  await expect(page.getByTestId("captured-row").filter({ hasText: "?" })).toHaveCount(0);
  await expect(rows(page)).not.toHaveCount(0);
});

twice("a file that is open already is not counted twice, and can be read again", async (hand, page) => {
  await open(page, "files/t12_keepalive.pcap");
  const total = "7 packets";
  await expect(page.getByTestId("total")).toHaveText(total);
  const bytes = readFileSync(file("files/t12_keepalive.pcap"));
  const drop = (name: string) =>
    page.evaluate(
      ([name, bytes]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(bytes as number[])], name as string));
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
      },
      [name, [...bytes]] as const,
    );
  const line = page.getByTestId("open-already");
  await drop("t12_keepalive.pcap");
  await expect(line).toContainText("“t12_keepalive.pcap” is open already: not read twice.");
  await hand.press(page.getByTestId("close-open-already"));
  await expect(line).toHaveCount(0);
  // Under another name it is the same.
  await drop("copy.pcap");
  await expect(line).toContainText("“copy.pcap” has the same bytes as “t12_keepalive.pcap”");
  await expect(page.getByTestId("capture-file")).toHaveCount(1);
  await expect(page.getByTestId("total")).toHaveText(total);
  await hand.press(page.getByTestId("read-again"));
  await expect(line).toHaveCount(0);
  await expect(page.getByTestId("capture-file")).toHaveCount(1);
  await expect(page.getByTestId("total")).toHaveText(total);
  // Once it is closed it is a new one.
  await page.getByTestId("close-captures").click();
  await drop("copy.pcap");
  await expect(page.getByTestId("capture-file")).toContainText("copy.pcap");
});

test("a stretch of the timeline narrows the lists, by pointer and by keys", async ({ page }) => {
  await page.goto("#/captures");
  await page.getByTestId("sample").click();
  await expect(page.getByTestId("total")).toHaveText("73 packets");
  const bars = page.getByTestId("timeline-bars");
  const box = (await bars.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.6, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 2, box.y + 20, { steps: 4 });
  await page.mouse.up();
  await expect(page.getByTestId("total")).not.toHaveText("73 packets");
  await expect(page.getByTestId("timeline-says")).toContainText("packets");
  await page.getByTestId("whole-time").click();
  await expect(page.getByTestId("total")).toHaveText("73 packets");
  await bars.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("Shift+ArrowRight");
  await expect(page.getByTestId("total")).not.toHaveText("73 packets");
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("total")).toHaveText("73 packets");
  // What a filter leaves stands before all that there is.
  await expect(bars.locator(".left")).toHaveCount(0);
  await page.getByTestId("search").fill("mqtt.msgtype == 3");
  await expect(page.getByTestId("timeline-says")).toContainText(" of 73 packets");
  await expect(bars.locator(".left")).not.toHaveCount(0);
});

for (const width of [390, 768, 1440]) {
  test(`nothing is out of place at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await page.goto("#/captures");
    await expect(page.getByTestId("sample")).toBeVisible();
    await withoutViolations(page);
    await page.getByTestId("sample").click();
    if (width < 1100) await page.getByTestId("step-connections").click();
    await expect(page.getByTestId("captured-row")).toHaveCount(5);
    await withoutViolations(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide).toBe(0);
    if (width < 720) {
      await page.getByTestId("step-packet").click();
      await expect(page.getByTestId("capture-summary")).toBeVisible();
      await page.getByTestId("step-traffic").click();
      await expect(rows(page).first()).toBeVisible();
    }
  });
}

test("a malformed PUBLISH says among the messages what can be read of it, and that it is wrong", async ({ page }) => {
  await open(page, "files/t6_malformed.pcap");
  await page.getByTestId("tab-messages").click();
  const messages = page.getByTestId("message-row");
  await expect(messages.first()).toContainText("text · 1 B");
  await expect(messages.first().locator(".topic-name")).toHaveText("a");
  await expect(messages.first().locator(".grade.is-error")).toContainText("error");
  await expect(messages.last()).toContainText("(no payload can be read)");
});

test("handshakes of a capture begin at its beginning, as messages and packets do", async ({ page }) => {
  await page.goto("#/captures");
  await page.getByTestId("sample").click();
  await page.getByTestId("tab-handshakes").click();
  await expect(page.getByTestId("flow-row").first()).toHaveAttribute("aria-posinset", "1");
  await expect(page.locator("#flows")).toHaveJSProperty("scrollTop", 0);
});

test("a key log alone says that it takes its capture, and an empty capture what to do", async ({ page }) => {
  await open(page, "recorded/tls-1.3.keys");
  await expect(page.getByTestId("captured-none")).toContainText("open the capture that it belongs to as well");
  await page.getByTestId("capture-files").setInputFiles(file("recorded/tls-1.3.pcap"));
  await expect(page.getByTestId("captured-row")).toHaveCount(1);
});
