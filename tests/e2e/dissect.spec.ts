// The Dissect page, driven as a person drives it: by roles and labels, or by what is stable.
import { expect, type Page } from "@playwright/test";

import { withoutViolations } from "./axe";
import { test } from "./quiet";

/** CONNECT 5; PUBLISH with a wildcard in its topic and packet identifier 0; PUBREC; a first byte. */
const RECORDING =
  "10 1d 00 04 4d 51 54 54 05 c2 00 3c 05 11 00 00 0e 10 00 05 62 2d 30 34 32 00 01 75 00 01 70 " +
  "34 28 00 09 73 69 74 65 2f 61 2f 74 2b 00 00 02 01 01 7b 20 22 74 22 3a 20 32 31 2c 20 22 75 6e 69 74 22 3a 20 22 43 22 20 7d " +
  "50 02 00 0a 40";
const PUBLISH = "30 08 00 03 61 2f 62 32 31 c2";

async function open(page: Page, hash = "") {
  await page.goto(hash);
  await expect(page.getByTestId("text").or(page.getByTestId("packets")).first()).toBeVisible();
}

async function give(page: Page, text: string) {
  await page.getByTestId("text").fill(text);
  await expect(page.getByTestId("packet").first()).toBeVisible();
}

const field = (page: Page, name: string) => page.getByTestId("field").and(page.locator(`[data-name="${name}"]`));
const value = (page: Page, name: string) => field(page, name).first().locator("code").first();
const byte = (page: Page, index: number) => page.locator(`#byte-${index}`);
const lit = (page: Page) => page.locator(".hexline .cells b.hover");
const chosen = (page: Page) => page.locator(".hexline .cells b.on");

async function drop(page: Page, name: string, bytes: number[]) {
  const data = await page.evaluateHandle(
    ([name, bytes]) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes as number[])], name as string));
      return data;
    },
    [name, bytes] as const,
  );
  await page.dispatchEvent("main", "dragover", { dataTransfer: data });
  await page.dispatchEvent("main", "drop", { dataTransfer: data });
}

test("a reading that is not certain says so by colour and title", async ({ page }) => {
  await open(page);
  await give(page, "Received: 20 02 00 05  (expected 20 02 00 00)");
  await expect(page.getByTestId("count")).toHaveText("1 packet · 4 bytes");
  const format = page.getByTestId("format");
  await expect(format).toHaveAttribute("title", "log lines with hex · not certain");
  await expect(format).toHaveClass(/warn/);
  await give(page, "20 02 00 05");
  await expect(format).toHaveAttribute("title", "hex · detected");
  await expect(format).toHaveClass(/accent/);
});

test("what is pasted is found, named and explained", async ({ page }) => {
  await open(page);
  await give(page, RECORDING);
  await expect(page.getByTestId("count")).toHaveText("4 packets · 78 bytes");
  await expect(page.getByTestId("format").locator("option:checked")).toHaveText("hex · detected");
  await expect(page.getByTestId("version").locator("option:checked")).toContainText("MQTT 5");
  await page.getByTestId("why").click();
  await expect(page.getByTestId("reasons")).toContainText("CONNECT");
  await expect(page.getByTestId("packet")).toContainText(["CONNECT", "PUBLISH", "PUBREC", "incomplete"]);
  await page.getByTestId("packet").nth(1).click();
  await expect(page.getByTestId("packet-type")).toHaveText("PUBLISH");
  await expect(value(page, "Topic Name")).toHaveText('"site/a/t+"');
  await expect(field(page, "Packet Identifier").getByTestId("diagnostic")).toContainText("[MQTT-2.2.1-3]");
  await page.getByTestId("faults").click();
  await page.getByTestId("fault-list").getByTestId("diagnostic").first().click();
  await expect(field(page, "Topic Name")).toHaveAttribute("aria-selected", "true");
});

test("the explanations come when a packet is shown, and when they are asked for again", async ({ page }) => {
  let asked = 0;
  await page.route("**/texts*.txt", (route) => {
    asked += 1;
    return asked === 1 ? route.fulfill({ body: "another page" }) : route.continue();
  });
  await open(page);
  expect(asked).toBe(0);
  await give(page, RECORDING);
  await expect(page.getByTestId("about").getByRole("alert")).toContainText("could not be loaded");
  await page.getByTestId("texts-again").click();
  await expect(page.getByTestId("about")).toContainText("at the start of every packet");
  await page.getByTestId("packet").nth(1).click();
  await expect(field(page, "Packet Identifier").getByTestId("diagnostic")).toContainText("0 is not allowed");
  expect(asked).toBe(2);
});

test("what is given before the reader is here is kept, and read when it comes", async ({ page }) => {
  let comes = false;
  const broken = { contentType: "application/wasm", body: "x" };
  await page.route("**/reader*_bg*.wasm", (route) => (comes ? route.continue() : route.fulfill(broken)));
  await open(page);
  await page.getByTestId("text").fill(PUBLISH);
  await expect(page.getByTestId("reader")).toContainText("could not be loaded");
  await expect(page.getByTestId("packet")).toHaveCount(0);
  // An example needs no reader.
  await page.getByTestId("examples").click();
  await page.getByRole("menuitem").first().click();
  await expect(page.getByTestId("packet").first()).toContainText("CONNECT");
  await page.getByTestId("undo").click();
  await expect(page.getByTestId("text")).toHaveValue(PUBLISH);
  comes = true;
  await page.getByTestId("reader-again").click();
  await expect(page.getByTestId("packet").first()).toContainText("PUBLISH");
  await expect(page.getByTestId("reader")).toHaveCount(0);
});

test("examples and help are there while their texts are not, and when they are asked for again", async ({ page }) => {
  let comes = false;
  await page.route("**/texts*.txt", (route) => (comes ? route.continue() : route.fulfill({ body: "another page" })));
  await open(page);
  const items = page.getByRole("menuitem");
  await page.getByTestId("examples").click();
  await expect(items).toHaveCount(4);
  await expect(items.last()).toContainText("could not be loaded");
  await items.first().click();
  await expect(page.getByTestId("packet").first()).toContainText("CONNECT");
  await page.getByRole("button", { name: "Help" }).click();
  const help = page.getByRole("dialog", { name: "Help and keys" });
  await expect(help.getByRole("alert")).toContainText("could not be loaded");
  comes = true;
  await help.getByTestId("texts-again").click();
  await expect(help).toContainText("Jump to the next fault");
  await page.keyboard.press("Escape");
  await page.getByTestId("examples").click();
  await items.last().click();
  await expect(items).toHaveCount(0);
  await page.getByTestId("examples").click();
  await expect(items.nth(30)).toBeVisible();
  await items.filter({ hasText: "Cut off" }).click();
  await expect(page.getByTestId("packet").last()).toContainText("incomplete");
});

test("text that cannot be read is pointed at", async ({ page }) => {
  await open(page);
  await page.getByTestId("text").fill("10 0c zz 00");
  await expect(page.getByTestId("text-error")).toBeVisible();
  await page.getByTestId("show-in-text").click();
  const selected = await page.getByTestId("text").evaluate((field: HTMLTextAreaElement) =>
    field.value.slice(field.selectionStart, field.selectionEnd),
  );
  expect(selected.length).toBeGreaterThan(0);
  expect("zz").toContain(selected);
  // Someone who types is shown what is there of the bytes so far.
  await page.getByTestId("text").fill("c0 00 d");
  await expect(page.getByTestId("packet").first()).toContainText("PINGREQ");
});

test("the format and the version can be overruled", async ({ page }) => {
  await open(page);
  await give(page, "30 0a 00 03 61 2f 62 00 32 31 c2 30");
  await page.getByTestId("version").selectOption("MQTT 3.1.1");
  await expect(field(page, "Properties")).toHaveCount(0);
  await page.getByTestId("version").selectOption("MQTT 5");
  await expect(field(page, "Properties")).toHaveCount(1);
  await page.getByTestId("format").selectOption("raw bytes");
  // The digits themselves: nobody takes them for packets.
  await expect(page.getByRole("region", { name: "What these bytes are" })).toContainText("not MQTT");
  await expect(page.getByTestId("packet")).toHaveCount(0);
});

test("the reading of another version that is nearly as good says its error, and is one press away", async ({ page }) => {
  await open(page);
  await give(page, "32 0a 00 01 61 00 01 04 01 00 01 00");
  const other = page.getByTestId("other-reading");
  await expect(other).toContainText("MQTT 5 can read this, too, with 1 error: ");
  // A sentence, not the name of the rule, once the texts are here.
  await expect(other).not.toContainText(/error: [a-z]+-[a-z-]+/);
  await other.getByRole("button", { name: "Read as 5" }).click();
  await expect(other).toHaveCount(0);
  await expect(page.getByTestId("fields").getByTestId("diagnostic")).toHaveCount(1);
});

test("a dropped file is read, binary or text", async ({ page }) => {
  await open(page);
  await drop(page, "ping.bin", [0xc0, 0x00, 0xd0, 0x00]);
  await expect(page.getByTestId("packet")).toContainText(["PINGREQ", "PINGRESP"]);
  await expect(page.getByTestId("long-text")).toContainText("ping.bin");
  await drop(page, "publish.txt", [...PUBLISH].map((letter) => letter.charCodeAt(0)));
  await expect(page.getByTestId("text")).toHaveValue(PUBLISH);
  await expect(page.getByTestId("packet")).toContainText(["PUBLISH"]);
});

test("a field lights up its bytes, and a byte its field", async ({ page }) => {
  await open(page);
  await give(page, PUBLISH);
  await field(page, "Topic Name").hover();
  await expect(lit(page)).toHaveText(["00", "03", "61", "2f", "62"]);
  await byte(page, 9).hover();
  await expect(field(page, "Application Message").locator(".node")).toHaveClass(/hover/);
  await byte(page, 0).click();
  await expect(field(page, "Packet type")).toHaveAttribute("aria-selected", "true");
  await byte(page, 3).click();
  await expect(page.getByTestId("about")).toContainText("Length");
  await field(page, "Application Message").click();
  await expect(chosen(page)).toHaveText(["32", "31", "c2"]);
});

test("a field that is changed changes the bytes, and the way back is open", async ({ page }) => {
  await open(page);
  await give(page, PUBLISH);
  await field(page, "Topic Name").dblclick();
  await page.getByTestId("edit").fill("a/b/c");
  await page.keyboard.press("Enter");
  await expect(value(page, "Topic Name")).toHaveText('"a/b/c"');
  await expect(value(page, "Remaining Length")).toHaveText("10");
  await expect(page.getByTestId("text")).toHaveValue("30 0a 00 05 61 2f 62 2f 63 32 31 c2");
  await field(page, "RETAIN").getByRole("switch").click();
  await expect(byte(page, 0)).toHaveText("31");
  await page.getByTestId("undo").click();
  await page.getByTestId("undo").click();
  await expect(page.getByTestId("text")).toHaveValue(PUBLISH);
  await page.getByTestId("redo").click();
  await expect(value(page, "Topic Name")).toHaveText('"a/b/c"');
});

test("a byte or a bit that is changed changes the fields", async ({ page }) => {
  await open(page);
  await give(page, PUBLISH);
  await byte(page, 4).click();
  await page.keyboard.type("7a");
  await expect(value(page, "Topic Name")).toHaveText('"z/b"');
  await byte(page, 0).click();
  await page.getByTestId("bits").getByTestId("bit").nth(7).click();
  await expect(value(page, "RETAIN")).toHaveText("1");
  // On purpose: a length that is wrong, and nothing else.
  await field(page, "Remaining Length").dblclick();
  await page.getByTestId("edit").fill("20");
  await page.keyboard.press("Enter");
  await expect(byte(page, 1)).toHaveText("14");
  await expect(page.getByTestId("fields-head")).toContainText("missing");
});

test("a part is added and removed", async ({ page }) => {
  await open(page);
  await page.getByTestId("build").click();
  await page.getByTestId("build-SUBSCRIBE").click();
  await expect(page.getByTestId("packet-type")).toHaveText("SUBSCRIBE");
  await page.getByTestId("add").click();
  await page.getByRole("menuitem", { name: "Topic Filter" }).click();
  await expect(field(page, "Topic Filter")).toHaveCount(2);
  await field(page, "Subscription").last().click();
  await page.keyboard.press("Tab");
  await page.getByTestId("fields").focus();
  await page.keyboard.press("Delete");
  await expect(field(page, "Topic Filter")).toHaveCount(1);
});

for (const version of ["MQTT 3.1", "MQTT 3.1.1", "MQTT 5"]) {
  test(`every kind of packet can be built in ${version}`, async ({ page }) => {
    test.slow();
    await open(page);
    await page.getByTestId("build").click();
    await page.getByRole("radio", { name: version, exact: true }).check();
    const types = await page.locator("dialog .build button b").allTextContents();
    expect(types).toHaveLength(version === "MQTT 5" ? 15 : 14);
    await page.getByRole("button", { name: "Close", exact: true }).click();
    for (const type of types) {
      await page.getByTestId("build").click();
      const add = page.getByRole("checkbox");
      if (await add.count()) await add.uncheck();
      await page.getByRole("radio", { name: version, exact: true }).check();
      await page.getByTestId(`build-${type}`).click();
      await expect(page.getByTestId("packet-type")).toHaveText(type);
      await expect(page.getByTestId("packet")).toHaveCount(1);
      await expect(page.getByTestId("packet").locator(".is-error")).toHaveCount(0);
    }
  });
}

test("bytes are copied in the form that is asked for", async ({ page }) => {
  await open(page);
  await give(page, "c0 00 d0 00");
  await page.getByTestId("copy").click();
  await page.getByRole("menuitem", { name: "Rust literal" }).first().click();
  await expect(page.getByRole("status")).toContainText("copied as Rust literal");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('b"\\xc0\\x00"');
  await page.getByTestId("copy").click();
  const download = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: "download" }).last().click();
  expect((await download).suggestedFilename()).toBe("mqtt.bin");
});

test("a line with a wrong length stays apart in a share link", async ({ page, context }) => {
  await open(page);
  await give(page, "c0 00\n30 06 00 01 61 68 69\nd0 00\nc0 00");
  await expect(page.getByTestId("packet")).toHaveCount(4);
  await page.getByTestId("share").click();
  await expect(page.getByRole("status")).toContainText("Link copied");
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(other.getByTestId("packet")).toHaveCount(4);
  await expect(other.getByTestId("packet")).toContainText(["PINGREQ", "PUBLISH", "PINGRESP", "PINGREQ"]);
  await other.close();
  // A link that was made before links knew of lines.
  const before = await context.newPage();
  await before.goto("#/dissect?JAEAAsAA");
  await expect(before.getByTestId("packet-type")).toHaveText("PINGREQ");
});

test("a share link shows the same view", async ({ page, context }) => {
  await open(page);
  await give(page, RECORDING);
  await page.getByTestId("packet").nth(1).click();
  await field(page, "QoS").click();
  await page.getByTestId("share").click();
  await expect(page.getByRole("status")).toContainText("Link copied");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(page.url()).toBe(link);
  const other = await context.newPage();
  await other.goto(link);
  await expect(other.getByTestId("packet-type")).toHaveText("PUBLISH");
  await expect(field(other, "QoS")).toHaveAttribute("aria-selected", "true");
  await expect(other.getByTestId("count")).toHaveText("4 packets · 78 bytes");
  // The password of the CONNECT stayed behind.
  await other.getByTestId("packet").first().click();
  await expect(value(other, "Password")).toHaveText('"*"');
  // The address follows what is looked at, and is plain again when the bytes are others.
  await other.getByTestId("packet").nth(2).click();
  await expect(other).not.toHaveURL(link);
  await expect(other).toHaveURL(/#\/dissect\?/);
  await other.getByTestId("text").fill("c0 00");
  await expect(other).toHaveURL(/#\/dissect$/);
  // A link in the address bar of an open page is opened too.
  await other.evaluate((hash) => (location.hash = hash), new URL(link).hash);
  await expect(other.getByTestId("packet-type")).toHaveText("PUBLISH");
});

test("the caret in the text chooses its packet", async ({ page }) => {
  await open(page);
  const text = page.getByTestId("text");
  await text.fill("c0 00\nd0 00\ne0 00");
  await page.getByTestId("packet").nth(1).dblclick();
  const place = () =>
    text.evaluate((field: HTMLTextAreaElement) => field.value.slice(field.selectionStart, field.selectionEnd));
  expect(await place()).toBe("d0 00");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByTestId("packet-type")).toHaveText("DISCONNECT");
  await page.keyboard.press("Control+Home");
  await expect(page.getByTestId("packet-type")).toHaveText("PINGREQ");
  await field(page, "Remaining Length").click();
  await text.click({ position: { x: 20, y: 15 } });
  await expect(field(page, "Remaining Length")).toHaveAttribute("aria-selected", "true");
  // As high as a line is.
  await text.click({ position: { x: 20, y: 34 } });
  await expect(page.getByTestId("packet-type")).toHaveText("PINGRESP");
  await expect(page.getByTestId("packet").nth(1)).toHaveAttribute("aria-selected", "true");
  await expect(text).toBeFocused();
});

test("a link that is damaged says so", async ({ page }) => {
  await page.goto("#/dissect?zzzz");
  await expect(page.locator(".toasts")).toContainText("This link is damaged: part of it is missing or changed.");
  await expect(page.locator(".toasts")).not.toContainText("cannot be opened");
  await expect.poll(() => page.evaluate(() => location.hash)).toBe("#/dissect");
  await expect(page.getByTestId("empty")).toBeVisible();
});

test("the examples open, each with what it shows", async ({ page }) => {
  test.slow();
  await open(page);
  await page.getByTestId("examples").click();
  const items = page.getByRole("menuitem");
  await expect(items.nth(30)).toBeVisible();
  const count = await items.count();
  await page.keyboard.press("Escape");
  for (let index = 0; index < count; index += 1) {
    await page.getByTestId("examples").click();
    await items.nth(index).click();
    await expect(page.getByTestId("packet").first()).toBeVisible();
    await expect(page.getByTestId("fields").getByTestId("field").first()).toBeVisible();
  }
});

test("everything works by keys alone", async ({ page }) => {
  await open(page);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the page" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("main")).toBeFocused();
  await page.getByTestId("text").focus();
  await page.keyboard.insertText(RECORDING);
  await expect(page.getByTestId("packet").first()).toBeVisible();
  await page.getByTestId("packets").focus();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByTestId("packet-type")).toHaveText("PUBLISH");
  await page.keyboard.press("End");
  await expect(page.getByTestId("packet").last()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("[");
  await page.keyboard.press("[");
  await expect(page.getByTestId("packet-type")).toHaveText("PUBLISH");
  await page.getByTestId("fields").focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowLeft");
  await expect(field(page, "Packet type")).toHaveCount(0);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("n");
  await expect(field(page, "Topic Name")).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("n");
  await page.keyboard.press("Enter");
  await page.keyboard.type("17");
  await page.keyboard.press("Enter");
  await expect(value(page, "Packet Identifier")).toHaveText("17");
  await page.keyboard.press("Control+z");
  await expect(value(page, "Packet Identifier")).toHaveText("0");
  await page.getByTestId("bytes").focus();
  await page.keyboard.press("Control+Home");
  await expect(byte(page, 0)).toHaveClass(/cursor/);
  await page.keyboard.press("ArrowDown");
  await expect(byte(page, 16)).toHaveClass(/cursor/);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Help and keys" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`in ${colorScheme} colours`, () => {
    test.use({ colorScheme });
    test("nothing stands in the way of anyone", async ({ page }) => {
      test.slow();
      await open(page);
      await withoutViolations(page);
      await give(page, RECORDING);
      await page.getByTestId("packet").nth(1).click();
      await field(page, "Topic Name").click();
      await page.getByTestId("faults").click();
      await withoutViolations(page);
      await field(page, "Topic Name").hover();
      await page.keyboard.press("Enter");
      await withoutViolations(page);
      await page.keyboard.press("Escape");
      await page.getByTestId("build").click();
      await withoutViolations(page);
      await page.keyboard.press("Escape");
      await page.getByTestId("examples").click();
      await withoutViolations(page);
    });
  });
}

test("the colours that are chosen stay", async ({ page }) => {
  await open(page);
  await page.getByTestId("theme").click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await page.getByTestId("theme").click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test.describe("at 390 pixels", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });
  test("the panes are steps of one column", async ({ page }) => {
    await open(page);
    await give(page, RECORDING);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.getByTestId("packet").nth(1).tap();
    await expect(value(page, "Topic Name")).toBeVisible();
    await expect(page.getByTestId("bytes")).toBeHidden();
    await field(page, "Packet Identifier").tap();
    await field(page, "Packet Identifier").getByRole("button", { name: "Change Packet Identifier" }).tap();
    await page.getByTestId("edit").fill("7");
    await page.keyboard.press("Enter");
    await expect(value(page, "Packet Identifier")).toHaveText("7");
    await page.getByTestId("step-bytes").tap();
    await expect(chosen(page)).toHaveText(["00", "07"]);
    await withoutViolations(page);
  });
});

test("a megabyte of packets is listed while the page stays alive", async ({ page }) => {
  await open(page);
  // 47,662 packets of 22 bytes, as hex.
  const packet = "30 14 00 0b 73 69 74 65 2f 61 2f 74 65 6d 70 7b 22 74 22 3a 31 7d ";
  await page.evaluate((text) => navigator.clipboard.writeText(text), packet.repeat(47_662));
  await page.getByTestId("text").focus();
  await page.keyboard.press("Control+v");
  await expect(page.getByTestId("count")).toHaveText("47,662 packets · 1,048,564 bytes");
  // Only what is on screen is in the document.
  expect(await page.getByTestId("packet").count()).toBeLessThan(100);
  await page.getByTestId("packets").focus();
  await page.keyboard.press("End");
  await expect(page.getByTestId("packet").last()).toHaveAttribute("aria-posinset", "47662");
  await expect(page.getByTestId("packet").last()).toHaveAttribute("aria-selected", "true");
  await page.getByTestId("clear").click();
  await expect(page.getByTestId("empty")).toBeVisible();
  await page.getByTestId("undo").click();
  await expect(page.getByTestId("count")).toContainText("47,662 packets");
});

test("where the clipboard is refused, the text can be copied by hand", async ({ page, context }) => {
  await open(page);
  await give(page, "c0 00");
  await context.clearPermissions();
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await page.getByTestId("copy").click();
  await page.getByRole("menuitem", { name: "hex", exact: true }).click();
  await expect(page.getByTestId("text-out")).toHaveValue("c0 00");
});

test("the page works at the root as well as below", async ({ page }) => {
  await page.goto("/index.html");
  await give(page, PUBLISH);
  await expect(page.getByTestId("packet-type")).toHaveText("PUBLISH");
});
