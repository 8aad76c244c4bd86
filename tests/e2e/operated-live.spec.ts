// Every control of the Live page, by mouse and by keyboard: what other files leave out.
import { expect, type Locator, type Page } from "@playwright/test";

import { byte, field } from "./dissect";
import { open, publish, rows } from "./live";
import { Desk } from "./peers/desk";
import { Misbehaving } from "./peers/misbehaving";
import { test } from "./quiet";
import { type Hand, twice } from "./ways";

const connections = (page: Page) => page.getByTestId("connection");
const more = (page: Page, index = 0) => connections(page).nth(index).getByRole("button", { name: /^More for/ });

/** Changes each setting of a form, and those that a change brings. */
async function settings(hand: Hand, form: Locator, prefix: string) {
  const done = new Set<string>();
  for (;;) {
    const fields = form.locator(`[data-testid^="${prefix}-"]:is(input, select, textarea)`);
    const found = await fields.evaluateAll((fields) =>
      (fields as HTMLInputElement[]).map((it) => ({ next: it.dataset.testid!, tag: it.localName, type: it.type, isNumber: it.inputMode === "numeric" })),
    );
    const first = found.find(({ next }) => !done.has(next));
    if (!first) return done;
    const { next, tag, type, isNumber } = first;
    done.add(next);
    const it = form.getByTestId(next);
    if (type === "checkbox") {
      const before = await it.isChecked();
      await hand.turn(it);
      // A Will, a password and the like bring more settings: they are wanted on.
      await expect(it).toBeChecked({ checked: !before });
      if (before) await hand.turn(it);
    } else if (tag === "select") {
      const names = await it.locator("option").allTextContents();
      const now = await it.locator("option:checked").textContent();
      // The broker that is built in has no address; and only version 5 has everything.
      if (/target|version/.test(next)) {
        await hand.choose(it, now!);
        // Keys go over the other versions, which do not have every group.
        await unfold(hand, form);
      } else await hand.choose(it, names.find((name) => name !== now)!);
    } else {
      const text = isNumber ? "7" : /address/.test(next) ? "ws://127.0.0.1:1/" : tag === "textarea" ? "a=b" : `my/${next}`;
      await hand.write(it, text);
      await expect(it).toHaveValue(text);
    }
  }
}

/** Opens every group of settings that is folded. */
async function unfold(hand: Hand, form: Locator) {
  for (const summary of await form.locator("summary:visible").all()) {
    const group = summary.locator("..");
    const isOpen = () => group.evaluate((group: HTMLDetailsElement) => group.open);
    const before = await isOpen();
    await hand.press(summary);
    expect(await isOpen()).toBe(!before);
    if (before) await hand.press(summary);
  }
}

test.describe("where a password is typed", () => {
  // The browser would have a user name in every form with a password; MQTT does not need one.
  test.use({ allowed: /\[DOM\] Password forms/ });
  twice("connections are made from the menu, set and kept", async (hand, page) => {
    await open(page);
    const menu = page.getByTestId("new-connection");
    const dialog = page.getByRole("dialog");
    await hand.pick(menu, "mosquitto");
    await unfold(hand, dialog);
    await hand.scroll(dialog.locator("pre[tabindex='0']"));
    // How a session is kept takes more than this tick, and it says so.
    await expect(dialog.getByTestId("connect-clean-start")).toHaveAccessibleDescription(/same Client Identifier.*Session Expiry Interval/);
    const done = await settings(hand, dialog, "connect");
    expect(done.size).toBeGreaterThan(25);
    await hand.press(dialog.getByTestId("term").first());
    const meaning = page.locator("[data-testid=meaning]:popover-open");
    await hand.follow(meaning.getByRole("link").first());
    await page.keyboard.press("Escape");
    await expect(meaning).toHaveCount(0);
    await hand.write(dialog.getByTestId("connect-name"), "mine");
    await expect(dialog.getByTestId("save")).toBeVisible();
    await hand.discard();
    await hand.pick(menu, "EMQX");
    await hand.press(dialog.getByTestId("save"));
    await expect(connections(page)).toHaveCount(2);
    await hand.pick(menu, "Other broker…");
    await expect(dialog.getByTestId("connect-address")).toHaveValue("ws://");
    await hand.write(dialog.getByTestId("connect-address"), "ws://127.0.0.1:1/");
    await expect(dialog.getByTestId("connect-address")).toHaveValue("ws://127.0.0.1:1/");
    await hand.discard();
    const chooser = page.waitForEvent("filechooser");
    await hand.pick(menu, "Import…");
    const file = { name: "c.json", mimeType: "application/json" };
    await (await chooser).setFiles({ ...file, buffer: Buffer.from('[{"name":"a","protocol":"mqtts","host":"h","port":1,"mqttVersion":"5.0"}]') });
    await expect(connections(page)).toHaveCount(3);
    if (await dialog.isVisible()) await hand.close();
    for (const name of ["Export", "Export with passwords"]) {
      const [download] = await Promise.all([page.waitForEvent("download"), hand.pick(menu, name)]);
      expect(download.suggestedFilename()).toContain("connections");
    }
  });
});

twice("a connection is ended, cut, changed, copied and deleted", async (hand, page) => {
  await open(page);
  const state = (name: string | RegExp) => expect(connections(page).first()).toHaveAttribute("data-state", name);
  const connect = () => hand.press(connections(page).first().getByTestId("connect"));
  await hand.press(page.getByTestId("disconnect"));
  await state("closed");
  await connect();
  await state("open");
  await hand.pick(more(page), "Disconnect with the Will");
  await state("closed");
  await connect();
  await state("open");
  await hand.pick(more(page), "Cut the link");
  await expect(page.locator('[data-testid="wire-event"][data-type*="closed"]').or(page.getByTestId("wire-event").filter({ hasText: "by you" })).first()).toBeVisible();
  await hand.pick(more(page), "Change…");
  await expect(page.getByRole("dialog").getByTestId("connect-name")).toHaveValue("Built-in broker");
  await hand.close();
  await hand.pick(more(page), "Duplicate…");
  await hand.press(page.getByTestId("save-and-connect"));
  await expect(connections(page)).toHaveCount(2);
  await hand.press(connections(page).first().getByTestId("look"));
  await expect(connections(page).first()).toHaveAttribute("aria-current", "true");
  await hand.pick(more(page, 1), "Delete");
  await expect(connections(page)).toHaveCount(1);
  await hand.press(page.getByTestId("undo-delete"));
  await expect(connections(page)).toHaveCount(2);
  await hand.pick(more(page, 1), "Delete");
  await hand.press(page.getByTestId("forget-deleted"));
  await expect(page.getByTestId("deleted")).toHaveCount(0);
});

twice("what was changed in a connection is not given up by Escape", async (hand, page) => {
  await open(page);
  const form = page.getByTestId("edit");
  const [keep, discard] = [page.getByTestId("keep-editing"), page.getByTestId("discard")];
  const name = page.getByTestId("connect-name");
  await hand.pick(more(page), "Change…");
  await page.keyboard.press("Escape");
  await expect(form).toHaveCount(0);
  await hand.pick(more(page), "Change…");
  await hand.write(name, "bench");
  await page.keyboard.press("Escape");
  await expect(keep).toBeFocused();
  await hand.press(keep);
  await expect(name).toHaveValue("bench");
  await expect(page.getByTestId("save")).toBeVisible();
  // The focus goes back to where it was.
  const identifier = page.getByTestId("connect-client-identifier");
  await hand.write(identifier, "bench-1");
  await page.keyboard.press("Escape");
  await hand.press(keep);
  await expect(identifier).toBeFocused();
  await page.keyboard.press("Escape");
  await hand.press(discard);
  await expect(form).toHaveCount(0);
  await expect(connections(page).first()).toContainText("Built-in broker");
  await expect(rows(page, "CONNECT")).toHaveCount(1);
});

twice("subscriptions are made, hidden and ended", async (hand, page) => {
  await open(page);
  await hand.press(page.getByTestId("subscribe-system"));
  await expect(page.getByTestId("subscription")).toHaveCount(2);
  await hand.press(page.getByTestId("subscribe"));
  const dialog = page.getByRole("dialog", { name: "Subscribe" });
  await unfold(hand, dialog);
  await settings(hand, dialog, "subscribe");
  const colour = dialog.getByRole("radio", { name: "Colour 3" });
  await hand.turn(colour);
  await expect(colour).toBeChecked();
  await hand.discard();
  await hand.press(page.getByTestId("subscribe"));
  await hand.write(dialog.getByTestId("subscribe-topic-filter"), "mine/+");
  await hand.press(dialog.getByTestId("subscribe-now"));
  const mine = page.getByTestId("subscription").filter({ hasText: "mine/+" });
  await hand.press(mine.getByTestId("mute"));
  await expect(mine.getByTestId("mute")).toHaveAttribute("aria-pressed", "true");
  await hand.press(mine.getByTestId("unsubscribe"));
  await expect(mine).toHaveCount(0);
});

twice("a message is written, published, kept, repeated and asked with", async (hand, page) => {
  await page.setViewportSize({ width: 1440, height: 1000 });
  await open(page);
  await hand.write(page.getByTestId("publish-topic"), "a/b");
  await hand.choose(page.getByTestId("publish-qos"), "QoS 1");
  await hand.turn(page.getByTestId("publish-retain"));
  await expect(page.getByTestId("publish-retain")).toBeChecked();
  await hand.choose(page.getByTestId("payload-as"), "text");
  await hand.write(page.getByTestId("publish-payload"), "hello");
  await hand.press(page.getByTestId("publish"));
  await expect(page.getByTestId("published")).toContainText("Sent to a/b");
  await hand.press(page.getByTestId("show-published"));
  await expect(page.getByTestId("packet-type")).toHaveText("PUBLISH");
  await hand.press(page.getByTestId("keep-message"));
  await hand.write(page.getByTestId("publish-topic"), "c");
  await hand.pick(page.getByTestId("saved"), 0);
  await expect(page.getByTestId("publish-topic")).toHaveValue("a/b");

  const repeat = page.getByTestId("more-repeat");
  await unfold(hand, repeat);
  await hand.write(page.getByTestId("repeat-every"), "50");
  await hand.write(page.getByTestId("repeat-times"), "2");
  await hand.press(page.getByTestId("repeat"));
  await expect.poll(() => rows(page, "PUBLISH").count()).toBeGreaterThan(2);
  await expect(page.getByTestId("repeat")).toHaveText("Start");
  await hand.press(repeat.locator("summary"));
  await unfold(hand, page.getByTestId("more-request"));
  await hand.write(page.getByTestId("request-timeout"), "200");
  await hand.press(page.getByTestId("request"));
  await expect(page.getByRole("status").filter({ hasText: /Request sent|No response to the request/ })).toBeVisible();
  await hand.press(page.getByTestId("more-request").locator("summary"));
  await unfold(hand, page.getByTestId("more-properties"));
  await settings(hand, page.getByTestId("more-properties"), "publish");
  await expect(page.getByTestId("more-properties").locator("summary").first().locator(".chip")).not.toHaveText("0");

  const chooser = page.waitForEvent("filechooser");
  await page.getByTestId("payload-as").selectOption("file");
  await (await chooser).setFiles([]);
  const again = page.waitForEvent("filechooser");
  await hand.press(page.getByTestId("choose-payload"));
  await (await again).setFiles({ name: "p.txt", mimeType: "text/plain", buffer: Buffer.from("of a file") });
  await expect(page.locator(".payload-file b")).toHaveText("p.txt");
});

twice("a payload is looked at in every way", async (hand, page) => {
  await open(page);
  await publish(page, "t/cbor", "a1 61 74 01", "0", "hex");
  await rows(page, "PUBLISH").last().click();
  const tabs = page.getByRole("tablist", { name: "Show the payload as" }).getByRole("tab");
  await expect(tabs.filter({ hasText: "CBOR" })).toBeVisible();
  for (const tab of await tabs.all()) {
    await hand.press(tab);
    await expect(tab).toHaveAttribute("aria-selected", "true");
  }
});

twice("the lists are searched, paused, saved, emptied and walked through", async (hand, page) => {
  await open(page);
  await publish(page, "t/1", "1", "1");
  await publish(page, "t/2", "2", "2");
  for (const tab of ["messages", "handshakes", "findings", "chart", "wire"]) {
    await hand.press(page.getByTestId(`tab-${tab}`));
    await expect(page.getByTestId(`tab-${tab}`)).toHaveAttribute("aria-selected", "true");
  }
  for (const [tab, list, row] of [["wire", "wire", "wire-row"], ["messages", "messages", "message-row"], ["handshakes", "flows", "flow-row"]] as const) {
    await page.getByTestId(`tab-${tab}`).click();
    await expect(page.getByTestId(row).first()).toBeVisible();
    if (hand.hasMouse) await page.getByTestId(row).last().click();
    else {
      await hand.focus(page.getByTestId(list));
      await page.keyboard.press("End");
    }
    await expect(page.getByTestId(row).last()).toHaveAttribute("aria-selected", "true");
    // Of a key that is pressed again it is sure which row it operates.
    if (!hand.hasMouse) await page.keyboard.press("End");
  }
  const picture = page.getByTestId("flow-picture");
  await hand.press(picture.getByTestId("arrow").first());
  await expect(page.getByTestId("packet-type")).toBeVisible();
  await hand.scroll(picture.getByRole("region"));
  await hand.press(picture.getByTestId("what-if"));
  await expect(page.getByTestId("title")).toContainText("Seen live");
  await page.goBack();

  await page.getByTestId("tab-wire").click();
  await page.getByTestId("wire").evaluate((list) => list.scrollTo(0, 0));
  if (hand.hasMouse) await page.getByTestId("wire-event").first().click();
  else {
    await hand.focus(page.getByTestId("wire"));
    await page.keyboard.press("Home");
  }
  await expect(page.getByTestId("event")).toBeVisible();
  await hand.scroll(page.getByTestId("event").getByRole("region"));
  await hand.press(page.getByTestId("show-connection"));
  await hand.scroll(page.getByTestId("connection-card"));
  await hand.press(page.getByTestId("limits").getByTestId("term").first());
  const meaning = page.locator("[data-testid=meaning]:popover-open");
  await hand.follow(meaning.getByRole("link").first());
  await page.keyboard.press("Escape");
  await expect(meaning).toHaveCount(0);

  await hand.write(page.getByTestId("search"), "topic:t/2");
  await expect(page.getByTestId("total")).toContainText("found");
  await hand.write(page.getByTestId("search"), "");
  await hand.choose(page.getByTestId("scope"), "all connections");
  await hand.choose(page.getByTestId("budget"), "16 MB");
  const pause = page.getByTestId("pause");
  await hand.press(pause);
  await expect(pause).toHaveAttribute("aria-pressed", "true");
  await hand.press(page.getByTestId("paused"));
  await expect(pause).toHaveAttribute("aria-pressed", "false");
  const menu = page.getByTestId("export");
  for (const [index, name] of (await hand.entries(menu)).entries()) {
    // It opens a form: devices.spec.ts.
    if (name.startsWith("Replay")) continue;
    if (name === "Link to these packets") {
      await hand.pick(menu, index);
      await expect(page.locator(".toasts").filter({ hasText: /link/i })).toBeVisible();
      continue;
    }
    const [download] = await Promise.all([page.waitForEvent("download"), hand.pick(menu, index)]);
    expect(download.suggestedFilename()).toMatch(/\.\w+$/);
  }
  for (const panel of ["side", "details"]) {
    const button = page.getByTestId(`panel-${panel}`);
    await hand.press(button);
    await expect(page.locator(`#live-${panel}`)).toBeHidden();
    await hand.press(button);
    await expect(page.locator(`#live-${panel}`)).toBeVisible();
  }
  await hand.press(page.getByTestId("clear"));
  await expect(page.getByTestId("wire-row")).toHaveCount(0);
  await hand.press(page.getByTestId("undo-clear"));
  await expect(page.getByTestId("wire-row")).not.toHaveCount(0);
  await hand.press(page.getByTestId("clear"));
  await hand.press(page.getByTestId("forget-cleared"));
  await expect(page.getByTestId("cleared")).toHaveCount(0);
});

twice("panels are resized", async (hand, page) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page);
  for (const name of ["live-side", "live-details", "live-publish"]) {
    const split = page.getByTestId(`split-${name}`);
    const size = () => split.getAttribute("aria-valuenow");
    const before = await size();
    if (hand.hasMouse) {
      const { x, y, width, height } = (await split.boundingBox())!;
      const [left, top] = [x + width / 2, y + height / 2];
      await page.mouse.move(left, top);
      await page.mouse.down();
      await page.mouse.move(left - 20, top - 20, { steps: 3 });
      await page.mouse.up();
    } else {
      await hand.focus(split);
      await page.keyboard.press(name === "live-publish" ? "ArrowUp" : "ArrowLeft");
    }
    await expect.poll(size).not.toBe(before);
  }
});

twice("a packet is shown with its answer, its history and the state around it", async (hand, page) => {
  await open(page);
  for (const payload of ['{"t":1}', '{"t":2}']) await publish(page, "h", payload, "2");
  await expect(rows(page, "PUBCOMP")).not.toHaveCount(0);
  await rows(page, "PUBLISH").last().click();
  const details = page.getByTestId("details");
  for (const tab of await page.getByRole("tablist", { name: "Show the payload as" }).getByRole("tab").all()) {
    await hand.press(tab);
    await expect(tab).toHaveAttribute("aria-selected", "true");
    await hand.scroll(page.getByTestId("payload").getByRole("tabpanel"));
  }
  if (hand.hasMouse) await field(page, "QoS").locator(".label").first().click();
  else {
    await hand.focus(details.getByTestId("fields"));
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
  }
  await expect(details.locator("[data-testid=field][aria-selected=true]")).toHaveCount(1);
  if (hand.hasMouse) await byte(page, 0).click();
  else {
    await hand.focus(details.getByTestId("bytes"));
    await page.keyboard.press("Control+Home");
  }
  await expect(byte(page, 0)).toHaveClass(/cursor/);
  await hand.press(details.getByTestId("bits").getByRole("button", { name: /QoS/ }));
  await expect(field(page, "QoS").first()).toHaveAttribute("aria-selected", "true");
  await hand.scroll(page.getByRole("region", { name: "The selected field" }));
  await hand.press(page.getByTestId("detail-state"));
  await hand.slide(page.getByTestId("state-slider"), "beginning");
  await expect(page.getByTestId("state-packet")).toContainText("CONNECT sent");
  await hand.slide(page.getByTestId("state-slider"), "end");
  await expect(page.getByTestId("state-packet")).not.toContainText("CONNECT sent");
  await hand.scroll(page.getByRole("region", { name: "What both ends know after this packet" }));
  await unfold(hand, page.getByTestId("state-view"));
  await rows(page, "PUBLISH").last().click();
  await hand.press(page.getByTestId("detail-history"));
  await hand.scroll(page.getByTestId("history"));
  await hand.press(page.getByTestId("history-row").last().getByRole("button"));
  await expect(page.getByTestId("history-row").last().getByRole("button")).toHaveAttribute("aria-current", "true");
  await hand.press(page.getByTestId("detail-fields"));
  await hand.press(page.getByTestId("linked"));
  await expect(page.getByTestId("packet-type")).toHaveText("PUBREC");
  await hand.press(page.getByTestId("open-in-dissect"));
  await expect(page).toHaveURL(/#\/dissect\?/);
});

twice("topics are opened, filtered, drawn, published to and cleared", async (hand, page) => {
  await page.setViewportSize({ width: 1440, height: 1000 });
  await open(page);
  await page.getByTestId("publish-retain").check();
  await publish(page, "kept/a", '{"t":21}', "0", "JSON");
  const topic = (name: string) => page.locator(`[data-testid="topic"][title="${name}"]`);
  await expect(topic("kept/a")).toBeVisible();
  await hand.press(page.getByTestId("fold-all"));
  await expect(topic("kept/a")).toHaveCount(0);
  await hand.press(page.getByTestId("unfold-all"));
  await expect(topic("kept/a")).toBeVisible();
  await hand.press(page.getByTestId("only-retained"));
  await expect(page.getByTestId("only-retained")).toHaveAttribute("aria-pressed", "true");
  await hand.write(page.getByTestId("topic-filter"), "kept");
  await expect(topic("kept/a")).toBeVisible();
  if (hand.hasMouse) await topic("kept/a").click();
  else {
    await hand.focus(page.getByTestId("topics"));
    await page.keyboard.press("End");
  }
  await expect(topic("kept/a")).toHaveAttribute("aria-selected", "true");
  await hand.press(page.getByTestId("publish-here"));
  await expect(page.getByTestId("publish-topic")).toHaveValue("kept/a");
  await hand.press(page.getByTestId("only-topic"));
  await expect(page.getByTestId("search")).toHaveValue("topic:kept/a/#");
  await hand.press(page.getByTestId("chart-topic-now"));
  // The first number is drawn by itself.
  await expect(page.getByTestId("plot")).toBeVisible();
  await hand.choose(page.getByTestId("chart-path"), "payload as a number");
  await hand.press(page.getByTestId("chart-offer").first());
  await expect(page.getByTestId("plot")).toBeVisible();
  await hand.write(page.getByTestId("chart-topic"), "nowhere");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("plot")).toHaveCount(0);
  const dialog = page.getByRole("dialog");
  await hand.press(page.getByTestId("clear-retained"));
  await hand.press(dialog.getByRole("button", { name: "Cancel" }));
  await expect(dialog).toHaveCount(0);
  await hand.press(page.getByTestId("clear-retained"));
  await hand.press(page.getByTestId("clear-retained-now"));
  await expect(page.getByRole("status").filter({ hasText: "Cleared" })).toBeVisible();
});

twice("findings are graded and lead to their packets", async (hand, page) => {
  await open(page);
  await page.getByTestId("tab-findings").click();
  await more(page).click();
  await page.getByRole("menuitem", { name: /cut/i }).click();
  await expect(page.getByTestId("finding-row")).not.toHaveCount(0);
  for (const grade of ["errors", "warnings", "notes", "all"]) {
    const button = page.getByTestId(`grade-${grade}`);
    await hand.press(button);
    await expect(button).toHaveAttribute("aria-pressed", "true");
  }
  if (hand.hasMouse) await page.getByTestId("finding-row").first().click();
  else {
    await hand.focus(page.getByTestId("findings"));
    await page.keyboard.press("Home");
  }
  const card = page.getByTestId("finding-card");
  await hand.press(card.getByTestId("finding-packet").first());
  await expect(page.getByTestId("tab-wire")).toHaveAttribute("aria-selected", "true");
  // The way from the end of the connection to the last packet before it.
  await page.getByTestId("wire-event").filter({ hasText: "by you" }).first().click();
  await hand.press(page.getByTestId("event-facts").getByRole("button").first());
  await expect(page.getByTestId("details")).toBeVisible();
});

twice("what a connection fails of is told, with what to do", async (hand, page) => {
  await open(page);
  const file = {
    format: "mqttscope-profiles",
    version: 1,
    profiles: [
      ...["one", "two"].map((name) => ({ name, target: "BuiltIn", version: "3.1.1", client_identifier: "same" })),
      { name: "gone", target: { WebSocket: "ws://127.0.0.1:1/" }, version: "5", client_identifier: "c", reconnect: null },
    ],
  };
  await page.getByTestId("connections-file").setInputFiles({ name: "c.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(file)) });
  await expect(connections(page)).toHaveCount(4);
  for (const index of [1, 2, 3]) await connections(page).nth(index).getByTestId("connect").click();
  const [one, gone] = [connections(page).nth(1), connections(page).nth(3)];
  await expect(gone).toHaveAttribute("data-state", "failed");
  await hand.press(gone.getByTestId("why-not"));
  const dialog = page.getByRole("dialog");
  await unfold(hand, dialog);
  const lines = dialog.locator("pre[tabindex='0']:visible");
  if ((await lines.count()) > 0) await hand.scroll(lines.first());
  await hand.close();
  await expect(one).toHaveAttribute("data-state", "failed");
  await hand.press(one.getByTestId("why-not"));
  await hand.press(dialog.getByTestId("repair").first());
  await expect(one).toHaveAttribute("data-state", "open");
});

twice("a rule that a server breaks leads to the standard", async (hand, page) => {
  const peer = await Misbehaving.start("suback92");
  try {
    const desk = await Desk.open(page, {
      target: { WebSocket: peer.url },
      version: "5",
      client_identifier: "sensor-1",
      reconnect: null,
      subscriptions: [{ topic_filter: "hall/#", qos: 1 }],
    });
    await desk.row.getByTestId("connect").click();
    await desk.state("failed");
    await hand.press(desk.row.getByTestId("why-not"));
    await hand.follow(page.getByRole("dialog").getByTestId("rule-chip").first());
    await hand.close();
    await page.getByTestId("tab-findings").click();
    await page.getByTestId("finding-row").filter({ hasText: "header-flags-reserved" }).click();
    await hand.follow(page.getByTestId("finding-card").getByTestId("rule-chip").first());
    await page.getByTestId("tab-wire").click();
    await desk.packets("SUBACK").first().click();
    await hand.press(page.getByTestId("faults"));
    const fault = page.getByTestId("fault-list").getByTestId("diagnostic").first();
    await expect(fault).toBeVisible();
    if (hand.hasMouse) {
      await fault.getByRole("button").click();
      await expect(page.locator("[data-testid=field][aria-selected=true]")).toHaveCount(1);
    }
  } finally {
    await peer.stop();
  }
});

twice("a long list and a large packet", async (hand, page) => {
  await open(page);
  await publish(page, "large", "x".repeat(300_000));
  await expect(rows(page, "PUBLISH")).toHaveCount(2);
  await rows(page, "PUBLISH").last().click();
  await hand.press(page.getByTestId("show-large"));
  await expect(page.getByTestId("packet-type")).toHaveText("PUBLISH");
  await publish(page, "small", "x");
  for (let times = 0; times < 12; times += 1) await page.getByTestId("publish").click();
  await expect(page.getByTestId("total")).toHaveText(/^3\d packets$/);
  await page.getByTestId("wire").evaluate((list) => list.scrollTo(0, 0));
  await hand.press(page.getByTestId("newest"));
  await expect(rows(page, "PUBLISH").last()).toBeInViewport();
});

test.describe("when the worker fails", () => {
  test.use({ allowed: /on purpose/ });
  twice("one press starts it again", async (hand, page) => {
    await open(page);
    await page.workers()[0]!.evaluate(() => void Promise.reject(new Error("on purpose")));
    await hand.press(page.getByTestId("start-again"));
    await expect(page.getByTestId("stopped")).toHaveCount(0);
    await expect(connections(page)).toHaveAttribute("data-state", "open", { timeout: 15_000 });
  });
});

twice("on a narrow screen the parts are steps", async (hand, page) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page);
  for (const [step, shows] of [["publish", "#live-publish"], ["connections", "#live-side"], ["packet", "#live-details"], ["traffic", "#wire"]] as const) {
    await hand.press(page.getByTestId(`step-${step}`));
    await expect(page.locator(shows)).toBeVisible();
  }
});
