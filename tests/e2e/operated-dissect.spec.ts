// Every control of the header and of the Dissect page, by mouse and by keyboard: what other files leave out.
import { expect } from "@playwright/test";

import { byte, field, give, open, value } from "./dissect";
import { test } from "./quiet";
import { twice } from "./ways";

const PUBLISH = "30 08 00 03 61 2f 62 32 31 c2";
/** A PUBLISH with a wildcard in its topic and Packet Identifier 0, behind a packet without a fault. */
const BROKEN = "c0 00 34 0d 00 06 73 69 74 65 2f 2b 00 00 00 7b 7d";
const TALK = "> 10 0e 00 04 4d 51 54 54 04 02 00 3c 00 02 63 31\n< 20 02 00 00\n> 34 06 00 01 61 00 07 31\n> 62 02 00 07";

twice("the header leads everywhere", async (hand, page) => {
  await open(page);
  await hand.press(page.getByTestId("theme"));
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await hand.press(page.getByTestId("help"));
  await expect(page.getByRole("dialog", { name: "Help and keys" })).toBeVisible();
  await hand.close();
  for (const [name, start, main] of [
    ["Live", "live", "main.live"],
    ["Flows", "flows", "main.flows"],
    ["Dissect", "dissect", "main:not(.live, .flows, .loading)"],
  ] as const) {
    await hand.press(page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }));
    await expect(page).toHaveURL(new RegExp(`#/${start}`));
    // What stands there until the page has come goes, and takes the focus with it.
    await expect(page.locator(main).filter({ visible: true })).toHaveCount(1);
    const skip = page.getByRole("link", { name: "Skip to the page" });
    await skip.focus();
    await hand.press(skip);
    await expect(page.locator("main:visible")).toBeFocused();
  }
  await page.goto("#/flows");
  await hand.press(page.getByRole("link", { name: "mqttscope, start page" }));
  await expect(page).toHaveURL(/#\/dissect/);
});

twice("a text is given, read in another way, and taken back", async (hand, page) => {
  await open(page);
  await hand.press(page.getByTestId("try").first());
  await expect(page.getByTestId("packet").first()).toContainText("CONNECT");
  const before = await page.getByTestId("text").inputValue();
  await hand.press(page.getByTestId("examples"));
  await hand.write(page.getByRole("searchbox", { name: "Search the list" }), "suback codes");
  const found = page.getByRole("menuitem");
  await expect(found).toHaveCount(1);
  await hand.press(found);
  await expect(page.getByTestId("text")).not.toHaveValue(before);
  await hand.press(page.getByTestId("undo"));
  await expect(page.getByTestId("text")).toHaveValue(before);
  await hand.press(page.getByTestId("redo"));
  await expect(page.getByTestId("text")).not.toHaveValue(before);
  await hand.write(page.getByTestId("text"), BROKEN);
  await expect(page.getByTestId("packet")).toHaveCount(2);
  const chooser = page.waitForEvent("filechooser");
  await hand.press(page.getByTestId("open-file"));
  await (await chooser).setFiles({ name: "ping.bin", mimeType: "application/octet-stream", buffer: Buffer.from([0xd0, 0]) });
  await expect(page.getByTestId("long-text")).toContainText("ping.bin");
  await hand.press(page.getByTestId("clear"));
  await expect(page.getByTestId("empty")).toBeVisible();
  await hand.write(page.getByTestId("text"), BROKEN);
  await hand.choose(page.getByTestId("version"), "MQTT 3.1.1");
  await hand.press(page.getByTestId("why"));
  await expect(page.getByTestId("reasons")).toContainText("You chose the version");
  await hand.choose(page.getByTestId("sides"), "from the client");
  // What one side says is judged as a conversation.
  await expect(page.getByTestId("conversation")).toBeVisible();
  await hand.choose(page.getByTestId("format"), "base64");
  await expect(page.getByTestId("text-error").or(page.getByTestId("packet").first())).toBeVisible();
});

twice("what is wrong leads to its place", async (hand, page) => {
  await open(page);
  await give(page, BROKEN);
  await hand.press(page.getByTestId("next-fault"));
  await expect(page.getByTestId("packet").nth(1)).toHaveAttribute("aria-selected", "true");
  await hand.press(page.getByTestId("faults"));
  const list = page.getByTestId("fault-list");
  await expect(list).toBeVisible();
  await hand.follow(list.getByTestId("rule-chip").first());
  // With keys, `n` goes from fault to fault in the fields.
  if (hand.hasMouse) await list.getByTestId("diagnostic").first().getByRole("button").click();
  else {
    await hand.press(page.getByTestId("fields"), "Home");
    await page.keyboard.press("n");
  }
  await expect(field(page, "Topic Name").first()).toHaveAttribute("aria-selected", "true");
  await page.getByTestId("text").fill("10 0c zz 00");
  await hand.press(page.getByTestId("show-in-text"));
  await expect(page.getByTestId("text")).toBeFocused();
  // A fixed header twice.
  await give(page, "32 0a 32 0a 00 01 61 00 01 68 65 6c 6c 6f c0 00");
  await hand.press(page.getByTestId("repairs").getByRole("button").first());
  await expect(page.getByTestId("text")).not.toHaveValue("32 0a 32 0a 00 01 61 00 01 68 65 6c 6c 6f c0 00");
  await give(page, "32 0a 00 01 61 00 01 04 01 00 01 00");
  await hand.press(page.getByTestId("other-reading").getByRole("button", { name: "Read as 5" }));
  await expect(page.getByTestId("version").locator("option:checked")).toHaveText("MQTT 5");
});

twice("a packet is shared, and copied in every form", async (hand, page) => {
  await open(page);
  await give(page, `${PUBLISH} c0 00`);
  await hand.press(page.getByTestId("share"));
  const said = page.getByRole("status").filter({ hasText: "Link copied" });
  await expect(said).toBeVisible();
  await hand.press(said.getByRole("button", { name: "Close this message" }));
  await expect(said).toHaveCount(0);
  const menu = page.getByTestId("copy");
  const names = await hand.entries(menu);
  for (const [index, name] of names.slice(0, names.length / 2).entries()) {
    if (name === "download") {
      const [download] = await Promise.all([page.waitForEvent("download"), hand.pick(menu, index)]);
      expect(download.suggestedFilename()).toBe("packet.bin");
      continue;
    }
    await hand.pick(menu, index);
    await expect(page.getByRole("status").filter({ hasText: `The packet copied as ${name}.` })).toBeVisible();
  }
});

twice("every packet is built in a window", async (hand, page) => {
  await open(page);
  const dialog = page.getByRole("dialog", { name: "Build a packet" });
  const start = async () => {
    await hand.press(page.getByTestId("build"));
    await expect(dialog).toBeVisible();
  };
  await start();
  const types = await dialog.locator(".build button b").allTextContents();
  await hand.close();
  for (const [index, type] of types.entries()) {
    await start();
    if (index === 1) {
      const append = dialog.getByRole("checkbox");
      await expect(append).toBeChecked();
      await hand.turn(append);
      await expect(append).not.toBeChecked();
      const three = dialog.getByRole("radio", { name: "MQTT 3.1.1" });
      await hand.turn(three);
      await expect(three).toBeChecked();
      await hand.turn(dialog.getByRole("radio", { name: "MQTT 5" }));
    }
    await hand.press(dialog.getByTestId(`build-${type}`));
    await expect(page.getByTestId("packet-type")).toHaveText(type);
    // The second replaced the first, the others came behind it.
    await expect(page.getByTestId("packet")).toHaveCount(Math.max(1, index));
  }
});

twice("fields are chosen, changed and added", async (hand, page) => {
  await open(page);
  await give(page, "32 09 00 03 61 2f 62 00 01 68 69");
  const fields = page.getByTestId("fields");
  const go = async (name: string) => {
    const row = field(page, name).first();
    if (hand.hasMouse) return row.locator(".label").first().click();
    await hand.focus(fields);
    await page.keyboard.press("Home");
    for (let tries = 0; tries < 30 && (await row.getAttribute("aria-selected")) !== "true"; tries += 1) await page.keyboard.press("ArrowDown");
    await expect(row).toHaveAttribute("aria-selected", "true");
  };
  const change = async (name: string) => {
    await go(name);
    if (hand.hasMouse) await field(page, name).first().getByRole("button", { name: `Change ${name}` }).click();
    else await page.keyboard.press("Enter");
    await expect(page.getByTestId("edit")).toBeFocused();
  };
  const set = () => hand.press(page.getByRole("button", { name: "Set", exact: true }));

  await go("Topic Name");
  await expect(field(page, "Topic Name").first()).toHaveAttribute("aria-selected", "true");
  await change("Topic Name");
  await hand.write(page.getByTestId("edit"), "x/y");
  await set();
  await expect(value(page, "Topic Name")).toHaveText('"x/y"');
  await change("QoS");
  await hand.press(page.getByTestId("edit"), "ArrowDown");
  // The browser's own list has the focus on what is chosen now.
  if (hand.hasMouse) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(value(page, "QoS")).toHaveText("2");
  await go("RETAIN");
  if (hand.hasMouse) await field(page, "RETAIN").getByRole("switch").click();
  else await page.keyboard.press("Space");
  await expect(field(page, "RETAIN").getByRole("switch")).toHaveAttribute("aria-checked", "true");

  await page.getByTestId("build").click();
  await page.getByTestId("build-CONNECT").click();
  await page.getByTestId("packet").last().click();
  await hand.pick(page.getByTestId("add"), 0);
  await expect(page.getByTestId("undo")).toBeEnabled();
  const removable = fields.getByRole("button", { name: /^Remove / });
  const many = await removable.count();
  expect(many).toBeGreaterThan(0);
  const name = (await removable.first().getAttribute("aria-label"))!.replace("Remove ", "");
  await go(name);
  if (hand.hasMouse) await removable.first().click();
  else await page.keyboard.press("Delete");
  await expect(removable).not.toHaveCount(many);
});

twice("bytes, bits and the payload are worked with", async (hand, page) => {
  await open(page);
  await give(page, "30 0f 00 03 61 2f 62 7b 22 74 22 3a 32 31 2e 35 7d");
  if (hand.hasMouse) await byte(page, 4).click();
  else {
    await hand.focus(page.getByTestId("bytes"));
    await page.keyboard.press("Control+Home");
    for (let index = 0; index < 4; index += 1) await page.keyboard.press("ArrowRight");
  }
  await expect(byte(page, 4)).toHaveClass(/cursor/);
  await page.keyboard.type("7a");
  await expect(value(page, "Topic Name")).toHaveText('"z/b"');
  await field(page, "RETAIN").locator(".label").first().click();
  await hand.press(page.getByTestId("bits").getByTestId("bit").nth(7));
  await expect(value(page, "RETAIN")).toHaveText("1");
  await hand.press(page.getByTestId("bits").getByRole("button", { name: /QoS/ }));
  await expect(field(page, "QoS").first()).toHaveAttribute("aria-selected", "true");
  for (const tab of await page.getByRole("tablist", { name: "Show the payload as" }).getByRole("tab").all()) {
    await hand.press(tab);
    await expect(tab).toHaveAttribute("aria-selected", "true");
    await hand.scroll(page.getByTestId("payload").getByRole("tabpanel"));
  }
  await hand.scroll(page.getByRole("region", { name: "The selected field" }));
  // An image that does not say how large it is.
  await give(page, "30 0f 00 03 61 2f 62 89 50 4e 47 0d 0a 1a 0a 00 00");
  await hand.press(page.getByTestId("payload-image"));
  await hand.press(page.getByTestId("show-image"));
  await expect(page.getByTestId("payload").locator("img")).toHaveCount(1);
  if (hand.hasMouse) await page.getByTestId("packet").first().click();
  else {
    await hand.focus(page.getByTestId("packets"));
    await page.keyboard.press("Home");
  }
  await expect(page.getByTestId("packet").first()).toHaveAttribute("aria-selected", "true");
});

twice("a conversation is looked at in every way", async (hand, page) => {
  await open(page);
  await give(page, TALK);
  await hand.press(page.getByTestId("view-findings"));
  await expect(page.getByTestId("finding").first()).toBeVisible();
  for (const grade of ["errors", "warnings", "notes", "all"]) {
    const button = page.getByTestId(`grade-${grade}`);
    await hand.press(button);
    await expect(button).toHaveAttribute("aria-pressed", "true");
  }
  await hand.scroll(page.getByRole("region", { name: "All findings" }));
  await hand.follow(page.getByTestId("finding").getByTestId("rule-chip").first());
  await hand.press(page.getByTestId("jump").first());
  await expect(page.getByTestId("packet").first()).toHaveAttribute("aria-selected", "false");
  await hand.press(page.getByTestId("view-state"));
  await hand.slide(page.getByTestId("state-slider"), "end");
  await expect(page.getByTestId("state-place")).toHaveText("Packet 4 of 4");
  await hand.scroll(page.getByRole("region", { name: "What both ends know after this packet" }));
  for (const summary of await page.getByTestId("state-view").locator("summary").all()) {
    const group = summary.locator("..");
    const before = await group.evaluate((group: HTMLDetailsElement) => group.open);
    await hand.press(summary);
    expect(await group.evaluate((group: HTMLDetailsElement) => group.open)).toBe(!before);
  }
  await hand.press(page.getByTestId("view-fields"));
  await expect(page.getByTestId("packet-type")).toHaveText("PUBREL");
});

twice("bytes that are not MQTT are read as one likes", async (hand, page) => {
  await open(page);
  const packets = page.getByTestId("packet");
  const act = (name: string) => hand.press(page.getByTestId("foreign").getByRole("button", { name }));
  await page.getByTestId("text").fill("15 03 03 00 02 02 28");
  await act("Read as MQTT anyway");
  await expect(packets).not.toHaveCount(0);
  await act("Do not read as MQTT");
  await expect(packets).toHaveCount(0);
  await page.getByTestId("text").fill("82 04 20 02 00 00 88 02 03 e8");
  await expect(packets).toContainText(["CONNACK"]);
  await act("Read all bytes as MQTT");
  await expect(packets).toContainText(["SUBSCRIBE"]);
  await act("Unwrap 2 WebSocket frames");
  await expect(packets).toContainText(["CONNACK"]);
});

twice("what could not be loaded is asked for again", async (hand, page) => {
  let [texts, reader] = [false, false];
  await page.route("**/texts*.txt", (route) => (texts ? route.continue() : route.fulfill({ body: "another page" })));
  await page.route("**/reader*_bg*.wasm", (route) => (reader ? route.continue() : route.fulfill({ contentType: "application/wasm", body: "x" })));
  await open(page);
  await page.getByTestId("text").fill(PUBLISH);
  // The first time it did not come.
  await expect(page.getByTestId("reader-again")).toBeVisible();
  reader = true;
  await hand.press(page.getByTestId("reader-again"));
  await expect(page.getByTestId("packet").first()).toContainText("PUBLISH");
  await hand.press(page.getByTestId("help"));
  const help = page.getByRole("dialog", { name: "Help and keys" });
  const asked = page.waitForRequest("**/texts*.txt");
  await hand.press(help.getByTestId("texts-again"));
  await asked;
  await hand.close();
  texts = true;
  await hand.press(page.getByTestId("about").getByTestId("texts-again"));
  await expect(page.getByTestId("about")).toContainText("at the start of every packet");
});

test.describe("when the program fails", () => {
  test.use({ allowed: /provoked/ });
  twice("the bar is worked", async (hand, page) => {
    await open(page);
    await give(page, PUBLISH);
    const bar = page.getByRole("alertdialog", { name: "The page has failed" });
    const fail = () => page.evaluate(() => void setTimeout(() => { throw new Error("provoked"); }));
    await fail();
    await hand.press(bar.getByRole("button", { name: "Copy the bytes" }));
    await expect(bar.getByRole("button", { name: "Copied" })).toBeVisible();
    await hand.press(bar.getByRole("button", { name: "Close" }));
    await expect(bar).toHaveCount(0);
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));
    });
    await hand.pick(page.getByTestId("copy"), "hex");
    const shown = page.getByTestId("text-out");
    await hand.press(shown, "ArrowRight");
    await expect(shown).toBeFocused();
    await hand.close();
    await fail();
    await hand.press(bar.getByRole("button", { name: "Copy the bytes" }));
    const bytes = bar.getByRole("textbox", { name: "The bytes" });
    await hand.press(bytes, "ArrowRight");
    await expect(bytes).toBeFocused();
    await hand.press(bar.getByRole("button", { name: /^Reload/ }));
    await expect(bar).toHaveCount(0);
    await expect(page.getByTestId("text")).toHaveValue(PUBLISH);
  });
});

twice("on a narrow screen the parts are steps", async (hand, page) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page);
  await give(page, PUBLISH);
  for (const [step, shows] of [["bytes", "bytes"], ["fields", "fields"], ["packets", "packets"]] as const) {
    await hand.press(page.getByTestId(`step-${step}`));
    await expect(page.getByTestId(shows)).toBeVisible();
  }
});
