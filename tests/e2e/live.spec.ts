// The Live page on the broker that is built in, driven as a person drives it.
import { expect, type Page } from "@playwright/test";
import { readFileSync } from "node:fs";

import { withoutViolations } from "./axe";
import { connectToNothing, open, publish, rows } from "./live";
import { test } from "./quiet";

const field = (page: Page, name: string) => page.getByTestId("field").and(page.locator(`[data-name="${name}"]`)).first();
const value = (page: Page, name: string) => field(page, name).locator("code").first();

/** The text of the file that is saved when `act` is done. */
async function saved(page: Page, act: () => Promise<unknown>) {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
}

test("who comes for the first time publishes with one click and sees it go both ways", async ({ page }) => {
  await open(page);
  await page.getByTestId("publish").click();
  await expect(rows(page, "PUBLISH")).toHaveCount(2);
  await expect(rows(page, "PUBLISH").first()).toContainText("sent");
  await expect(rows(page, "PUBLISH").last()).toContainText("received");
  await page.getByTestId("tab-messages").click();
  await expect(page.getByTestId("message-row").last()).toContainText("hello/world");
});

for (const [qos, types] of [
  ["0", []],
  ["1", ["PUBACK"]],
  ["2", ["PUBREC", "PUBREL", "PUBCOMP"]],
] as const) {
  test(`QoS ${qos}: every packet of it is in the list`, async ({ page }) => {
    await open(page);
    await page.getByTestId("subscribe").click();
    await page.getByTestId("subscribe-topic-filter").fill("q/+");
    await page.getByTestId("subscribe-maximum-qos").selectOption(qos);
    await page.getByTestId("subscribe-now").click();
    await expect(page.getByTestId("subscription")).toHaveCount(2);
    await page.getByTestId("search").fill("q/1");
    await publish(page, "q/1", "21.5", qos);
    await expect(rows(page, "PUBLISH").first()).toBeVisible();
    await page.getByTestId("search").fill("");
    for (const type of types) {
      await expect(rows(page, type).first()).toBeVisible();
    }
    await page.getByTestId("tab-handshakes").click();
    if (types.length > 0) {
      await expect(page.getByTestId("flow-row").filter({ hasText: `QoS ${qos}` }).first()).toContainText("complete");
    }
  });
}

test("a selected packet is explained byte by byte, with the way to its answer", async ({ page }) => {
  await open(page);
  await publish(page, "site/a/temp", '{"t": 21.5}', "1", "JSON");
  await rows(page, "PUBLISH").first().click();
  await expect(page.getByTestId("packet-type")).toHaveText("PUBLISH");
  await expect(value(page, "Topic Name")).toHaveText('"site/a/temp"');
  await expect(page.getByTestId("payload")).toContainText("21.5");
  // The way to the answer is there from every list.
  await page.getByTestId("tab-messages").click();
  await page.getByTestId("message-row").first().click();
  await page.getByTestId("linked").click();
  await expect(page.getByTestId("packet-type")).toHaveText("PUBACK");
  await expect(page.getByTestId("linked")).toContainText(/answers [A-Z]+, .* later/);
  await page.getByTestId("open-in-dissect").click();
  await expect(page.getByTestId("text")).toBeVisible();
  await page.goBack();
  // Connections live on while another page is looked at.
  await expect(page.getByTestId("connection").first()).toHaveAttribute("data-state", "open");
});

test("the lists are searched by text and by Topic Filter, and stand still when asked", async ({ page }) => {
  await open(page);
  await publish(page, "a/1", "needle");
  await publish(page, "b/1", "hay");
  await page.getByTestId("tab-messages").click();
  await expect(page.getByTestId("message-row")).toHaveCount(4);
  await page.keyboard.press("Escape");
  await page.locator("h1").click({ force: true });
  await page.keyboard.press("/");
  await expect(page.getByTestId("search")).toBeFocused();
  await page.getByTestId("search").fill("needle");
  await expect(page.getByTestId("message-row")).toHaveCount(2);
  await page.getByTestId("search").fill("topic:b/+");
  await expect(page.getByTestId("message-row")).toHaveCount(2);
  await expect(page.getByTestId("message-row").first()).toContainText("b/1");
  await page.getByTestId("search").fill("nowhere");
  await expect(page.getByTestId("nothing")).toContainText("Nothing matches");
  await page.getByTestId("search").fill("");
  await page.getByTestId("pause").click();
  await publish(page, "c/1", "later");
  await expect(page.getByTestId("paused")).toHaveText("paused · +2 new");
  await expect(page.getByTestId("message-row")).toHaveCount(4);
  await page.getByTestId("pause").click();
  await expect(page.getByTestId("message-row")).toHaveCount(6);
});

test("a paused list stands still while the oldest are dropped, and goes on at its end", async ({ page }) => {
  test.slow();
  await open(page);
  await page.getByTestId("budget").selectOption({ label: "16 MB" });
  await page.getByTestId("tab-messages").click();
  await publish(page, "big", "x".repeat(200_000));
  await page.getByTestId("more-repeat").locator("summary").click();
  await page.getByTestId("repeat-every").fill("20");
  await page.getByTestId("repeat").click();
  const dropped = async () => Number((await page.getByTestId("dropped").textContent())?.replace(/\D/g, ""));
  await expect(page.getByTestId("dropped")).toBeVisible({ timeout: 30_000 });
  await page.getByTestId("repeat").click();
  const last = async () => (await page.getByTestId("message-row").locator(".time").allTextContents()).at(-1);
  let shown: string | undefined;
  const isQuiet = async () => {
    const before = shown;
    shown = await last();
    return shown === before;
  };
  await expect.poll(isQuiet).toBe(true);
  await page.getByTestId("pause").click();
  const before = await dropped();
  // Only some: the log has room for about forty, and what is shown goes when its packets do.
  for (let count = 0; count < 3; count += 1) await page.getByTestId("publish").click();
  await expect(page.getByTestId("paused")).toHaveText("paused · +6 new");
  await expect.poll(dropped).toBeGreaterThan(before);
  expect(await last()).toBe(shown);
  await page.getByTestId("paused").click();
  await expect(page.getByTestId("paused")).toHaveCount(0);
  await expect.poll(last).not.toBe(shown);
  const end = await page.getByTestId("messages").evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight);
  expect(end).toBeLessThan(2);
});

test("topics and handshakes are those of the connection, and of what is searched for", async ({ page }) => {
  await open(page);
  await publish(page, "one/a", "1", "1");
  await page.getByTestId("connection-0").click();
  await page.getByRole("menuitem", { name: /Duplicate/ }).click();
  await page.getByTestId("save-and-connect").click();
  await expect(page.getByTestId("connection").nth(1)).toHaveAttribute("data-state", "open");
  await publish(page, "two/b", "2", "1");
  const topics = page.locator('[data-testid="topic"][aria-level="1"]');
  await expect(topics).toHaveText([/^two/]);
  await page.getByTestId("look").first().click();
  await expect(topics).toHaveText([/^one/, /^two/]);
  await page.getByTestId("tab-handshakes").click();
  await expect(page.getByTestId("flow-row").filter({ hasText: "PUBLISH" })).toHaveCount(3);
  await page.getByTestId("search").fill("topic:two/+");
  await expect(page.getByTestId("flow-row")).toHaveText([/two\/b/]);
  await page.getByTestId("search").fill("nowhere");
  await expect(page.getByTestId("nothing")).toContainText("Nothing matches");
});

test("topics show what came last, and lead to their messages", async ({ page }) => {
  await open(page);
  await publish(page, "site/a/temp", "21.5");
  await page.getByTestId("publish-retain").check();
  await publish(page, "site/a/door", "open");
  // A small tree is open by itself.
  const topic = (name: string) => page.locator(`[data-testid="topic"][title="${name}"]`);
  await expect(topic("site/a/temp")).toContainText("21.5");
  await expect(topic("site/a/door")).toContainText("open");
  await topic("site").click();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowLeft");
  await expect(topic("site/a/door")).toHaveCount(0);
  await page.keyboard.press("ArrowRight");
  await topic("site/a/door").click();
  await expect(page.getByTestId("payload")).toContainText("open");
  await page.getByTestId("only-topic").click();
  await expect(page.getByTestId("search")).toHaveValue("topic:site/a/door/#");
  await topic("site/a/temp").click();
  await page.getByTestId("chart-topic-now").click();
  await publish(page, "site/a/temp", "22");
  await expect(page.getByTestId("plot")).toBeVisible();
});

test("what is recorded is saved as a file", async ({ page }) => {
  await open(page);
  await publish(page, "a/b", "x,y");
  await expect(rows(page, "PUBLISH")).toHaveCount(2);
  const choose = async (name: string) => {
    await page.getByTestId("export").click();
    await page.getByRole("menuitem", { name }).first().click();
  };
  const hex = await saved(page, () => choose("Packets as hex"));
  expect(hex.text.trim().split("\n").length).toBeGreaterThan(4);
  const lines = await saved(page, () => choose("Packets as JSON lines"));
  expect(lines.text.trim().split("\n").map((line) => JSON.parse(line)).length).toBeGreaterThan(4);
  const table = await saved(page, () => choose("Messages as CSV"));
  expect(table.text).toContain("a/b");
  // The Dissect page reads the first of them.
  await page.goto("#/dissect");
  await page.getByTestId("text").fill(hex.text);
  await expect(page.getByTestId("packet").first()).toContainText("CONNECT");
});

/** The connections that the browser's database holds, as JSON. */
const connections = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<string>((resolve, reject) => {
        const opening = indexedDB.open("mqttscope");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const database = opening.result;
          const all = database.transaction("profiles").objectStore("profiles").getAll();
          all.onerror = () => reject(all.error);
          all.onsuccess = () => {
            database.close();
            resolve(JSON.stringify(all.result));
          };
        };
      }),
  );

/** Waits until the browser's database holds a connection with this in it: it is written behind the page. */
async function stored(page: Page, text: string) {
  await expect.poll(() => connections(page)).toContain(text);
}

test("a connection is kept over a reload, its password only when asked", async ({ page }) => {
  await open(page);
  for (const [name, keep] of [["alpha", true], ["beta", false]] as const) {
    await page.getByTestId("new-connection").click();
    await page.getByRole("menuitem", { name: "mosquitto" }).click();
    await page.getByTestId("connect-name").fill(name);
    await page.getByTestId("connect-password").fill("4711");
    await page.getByTestId("connect-keep-secrets").setChecked(keep);
    await page.getByTestId("save").click();
    await expect(page.getByTestId("connection").filter({ hasText: name })).toBeVisible();
    await stored(page, name);
  }
  await page.reload();
  for (const [name, password] of [["alpha", "4711"], ["beta", ""]] as const) {
    const row = page.getByTestId("connection").filter({ hasText: name });
    await row.getByRole("button", { name: /^More for/ }).click();
    await page.getByRole("menuitem", { name: "Change" }).click();
    await expect(page.getByTestId("connect-password")).toHaveValue(password);
    await page.keyboard.press("Escape");
  }
});

test("a connection that was deleted comes back as it was", async ({ page }) => {
  await open(page);
  await page.getByTestId("connection-0").click();
  await page.getByRole("menuitem", { name: /Delete/ }).click();
  await expect(page.getByTestId("connection")).toHaveCount(0);
  await expect(page.getByTestId("deleted")).toContainText("“Built-in broker” is deleted.");
  // The focus is where the next key is wanted.
  await expect(page.getByTestId("undo-delete")).toBeFocused();
  await withoutViolations(page);
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("deleted")).toHaveCount(0);
  await expect(page.getByTestId("connection")).toHaveCount(1);
  await page.getByTestId("connect").click();
  await expect(page.getByTestId("connection")).toHaveAttribute("data-state", "open");
  await page.reload();
  await expect(page.getByTestId("connection")).toContainText("Built-in broker");
  await page.getByTestId("connection-0").click();
  await page.getByRole("menuitem", { name: /Delete/ }).click();
  await page.getByTestId("forget-deleted").click();
  await expect(page.getByTestId("deleted")).toHaveCount(0);
});

test("a menu that is open does not change under the pointer", async ({ page }) => {
  await open(page);
  await page.getByTestId("connection-0").click();
  await expect(page.getByRole("menuitem")).toHaveCount(7);
  // The connection ends by itself meanwhile.
  await page.evaluate(() => (document.querySelector("[data-testid=disconnect]") as HTMLElement).click());
  await expect(page.getByTestId("connection")).toHaveAttribute("data-state", "closed");
  await expect(page.getByRole("menuitem")).toHaveCount(7);
  await page.keyboard.press("Escape");
  await page.getByTestId("connection-0").click();
  await expect(page.getByRole("menuitem")).toHaveCount(5);
});

test("what was published and kept is there after a reload, and can be forgotten", async ({ page }) => {
  await open(page);
  await publish(page, "kept/one", "k", "1");
  await page.getByTestId("keep-message").click();
  await publish(page, "lately/two", "l");
  // When it is back from the broker, the browser has long kept it.
  await expect(rows(page, "PUBLISH").filter({ hasText: "lately/two" })).toHaveCount(2);
  await page.reload();
  await expect(page.getByTestId("connection").first()).toHaveAttribute("data-state", "open", { timeout: 15_000 });
  const sent = await rows(page, "PUBLISH").count();
  await page.getByTestId("saved").click();
  await expect(page.getByRole("menuitem", { name: /^kept\/one QoS 1 · k/ })).toHaveCount(2);
  await page.getByRole("menuitem", { name: /^lately\/two/ }).click();
  await expect(page.getByTestId("publish-topic")).toHaveValue("lately/two");
  await expect(page.getByTestId("publish-payload")).toHaveValue("l");
  await page.getByTestId("saved").click();
  await page.getByRole("menuitem", { name: /Clear recent/ }).click();
  await page.getByTestId("saved").click();
  await expect(page.getByRole("menuitem")).toHaveText([/^kept\/one/, /^kept\/one/]);
  // To look at what was sent sends nothing.
  await expect(rows(page, "PUBLISH")).toHaveCount(sent);
});

test("connections go out and come in as a file", async ({ page }) => {
  await open(page);
  const file = await saved(page, async () => {
    await page.getByTestId("new-connection").click();
    await page.getByRole("menuitem", { name: "Export without" }).or(page.getByRole("menuitem", { name: /^Export without|^Export\b/ })).first().click();
  });
  const upload = (text: string) =>
    page.getByTestId("connections-file").setInputFiles({ name: "c.json", mimeType: "application/json", buffer: Buffer.from(text) });
  await upload(file.text);
  await expect(page.getByTestId("connection")).toHaveCount(2);
  await upload(
    JSON.stringify([{ name: "from MQTTX", clientId: "x", protocol: "ws", host: "127.0.0.1", port: 8083, path: "/mqtt", mqttVersion: "5.0", keepalive: 60, clean: true }]),
  );
  await expect(page.getByTestId("connection").filter({ hasText: "from MQTTX" })).toContainText("ws://127.0.0.1:8083/mqtt");
  await upload("{");
  await expect(page.getByRole("status").filter({ hasText: "JSON" })).toBeVisible();
});

test("a file does not decide that its secrets are kept, and tokens in an address are secrets", async ({ page }) => {
  await open(page);
  const profile = { name: "hall", target: { WebSocket: "ws://127.0.0.1:1/mqtt?token=t0ken" }, password: "pa55word", keep_secrets: true };
  await page.getByTestId("connections-file").setInputFiles({
    name: "c.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify({ format: "mqttscope-profiles", version: 1, profiles: [profile] })),
  });
  const told = page.getByRole("dialog", { name: "1 connection imported" });
  await expect(told.getByRole("listitem")).toContainText("forgotten when the page is closed");
  await told.getByRole("button", { name: "Close" }).click();
  await stored(page, "hall");
  expect(await connections(page)).not.toMatch(/t0ken|pa55word/);
  const row = page.getByTestId("connection").filter({ hasText: "hall" });
  await expect(row).toContainText("ws://127.0.0.1:1/mqtt?token=***");
  for (const [name, is] of [[/^Export passwords/, false], [/^Export with/, true]] as const) {
    const file = await saved(page, async () => {
      await page.getByTestId("new-connection").click();
      await page.getByRole("menuitem", { name }).click();
    });
    expect(/t0ken/.test(file.text)).toBe(is);
    expect(/pa55word/.test(file.text)).toBe(is);
  }
  // It is kept when the person says so.
  await row.getByRole("button", { name: /^More for/ }).click();
  await page.getByRole("menuitem", { name: "Change" }).click();
  await expect(page.getByTestId("connect-keep-secrets")).not.toBeChecked();
  await page.getByTestId("connect-keep-secrets").check();
  await page.getByTestId("save").click();
  await stored(page, "t0ken");
  await stored(page, "pa55word");
});

test("an import tells all that it left out", async ({ page }) => {
  await open(page);
  await page.getByTestId("connections-file").setInputFiles({
    name: "mqttx.json",
    mimeType: "application/json",
    buffer: readFileSync(new URL("../corpus/inputs/48-mqttx-export.json", import.meta.url)),
  });
  const told = page.getByRole("dialog", { name: "2 connections imported" });
  for (const said of ["ALPN", "certificate files", "adds the time", "MQTT-3.8.3-4", "MQTT-3.1.3-8", "messages are left out", "it used mqtts://"]) {
    await expect(told.getByRole("listitem").filter({ hasText: said })).toHaveCount(1);
  }
  await told.getByRole("button", { name: "Close" }).click();
  await expect(page.getByTestId("connection")).toHaveCount(3);
});

test("a message is checked before it is sent", async ({ page }) => {
  await open(page);
  const fault = page.getByTestId("publish-fault");
  await page.getByTestId("publish-payload").fill("{");
  await expect(fault).toContainText("line 1, column");
  await expect(page.getByTestId("publish")).toBeDisabled();
  await page.getByTestId("payload-as").selectOption("hex");
  await page.getByTestId("publish-payload").fill("00 ff");
  await page.getByTestId("publish-topic").fill("a/+");
  await expect(fault).toContainText("wildcards");
  await page.getByTestId("publish-topic").fill("bytes");
  await page.keyboard.press("Control+Enter");
  await rows(page, "PUBLISH").last().click();
  await expect(page.getByTestId("payload")).toContainText("2 bytes");
  await page.getByTestId("saved").click();
  await page.getByRole("menuitem", { name: "bytes" }).click();
  await expect(page.getByTestId("publish-topic")).toHaveValue("bytes");
});

test("a message is repeated until it is stopped", async ({ page }) => {
  await open(page);
  await page.getByTestId("more-repeat").locator("summary").click();
  await page.getByTestId("repeat-every").fill("50");
  await page.getByTestId("repeat").click();
  await expect(page.getByTestId("repeat")).toHaveText("Stop");
  await expect(async () => expect(await rows(page, "PUBLISH").count()).toBeGreaterThan(5)).toPass();
  await page.getByTestId("repeat").click();
  await expect(page.getByTestId("repeat")).toHaveText("Start");
});

test("a request says where its answer is wanted", async ({ page }) => {
  await open(page);
  await page.getByTestId("more-request").locator("summary").click();
  await page.getByTestId("request").click();
  await rows(page, "PUBLISH").first().click();
  await expect(value(page, "Response Topic")).not.toHaveText('""');
  await expect(field(page, "Correlation Data")).toBeVisible();
});

test("what is subscribed to is remembered over a reload", async ({ page }) => {
  await open(page);
  await page.getByTestId("subscribe").click();
  await page.getByTestId("subscribe-topic-filter").fill("kept/+");
  await page.getByTestId("subscribe-now").click();
  await expect(page.getByTestId("subscription")).toHaveCount(2);
  await page.getByTestId("unsubscribe").first().click();
  await expect(page.getByTestId("subscription")).toHaveCount(1);
  await page.reload();
  await expect(page.getByTestId("subscription")).toHaveCount(1, { timeout: 15_000 });
  await expect(page.getByTestId("subscription")).toContainText("kept/+");
});

test("filters are hidden, shown and ended", async ({ page }) => {
  await open(page);
  await page.getByTestId("tab-messages").click();
  await publish(page, "m/1", "seen");
  await expect(page.getByTestId("message-row")).toHaveCount(2);
  await page.getByTestId("mute").click();
  await expect(page.getByTestId("mute")).toHaveAttribute("aria-pressed", "true");
  await page.getByTestId("unsubscribe").click();
  await expect(page.getByTestId("subscription")).toHaveCount(0);
  await page.getByTestId("tab-wire").click();
  await expect(rows(page, "UNSUBACK")).toHaveCount(1);
});

test("a port where nothing listens leads to advice", async ({ page }) => {
  const row = await connectToNothing(page);
  await expect(row).toHaveAttribute("data-state", /waiting|failed/);
  await row.getByTestId("why-not").click();
  await expect(page.getByTestId("advice")).toContainText("listener");
});

test("everything is reached by keys", async ({ page }) => {
  await open(page);
  await page.getByTestId("wire").focus();
  await page.keyboard.press("Home");
  await expect(page.getByTestId("event")).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByTestId("packet-type")).toHaveText("CONNECT");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByTestId("packet-type")).toHaveText("CONNACK");
  await page.keyboard.press("End");
  await expect(page.getByTestId("packet-type")).toHaveText("SUBACK");
  await page.getByTestId("tab-wire").focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByTestId("tab-handshakes")).toBeFocused();
  await expect(page.getByTestId("tab-handshakes")).toHaveAttribute("aria-selected", "true");
  await page.getByTestId("publish-topic").focus();
  await page.keyboard.press("Control+Enter");
  await page.getByTestId("tab-wire").click();
  await expect(rows(page, "PUBLISH")).toHaveCount(2);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`nothing stands in anyone's way, ${colorScheme}`, async ({ page }) => {
    test.slow();
    await page.emulateMedia({ colorScheme });
    await open(page);
    await page.getByTestId("publish").click();
    await rows(page, "PUBLISH").first().click();
    await expect(page.getByTestId("packet-type")).toHaveText("PUBLISH");
    for (const tab of ["wire", "messages", "handshakes", "chart", "findings"]) {
      await page.getByTestId(`tab-${tab}`).click();
      await withoutViolations(page);
    }
    await page.getByTestId("show-connection").click();
    await page.getByTestId("subscribe").click();
    await withoutViolations(page);
    await page.keyboard.press("Escape");
    await page.getByTestId("new-connection").click();
    await page.getByRole("menuitem", { name: "EMQX" }).click();
    await withoutViolations(page);
  });
}

test("at 390 pixels the parts are steps", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("#/live");
  await expect(rows(page, "SUBACK")).toBeVisible();
  await page.getByTestId("step-publish").click();
  await page.getByTestId("publish").click();
  await page.getByTestId("step-traffic").click();
  await rows(page, "PUBLISH").first().click();
  await expect(page.getByTestId("packet-type")).toBeVisible();
  await page.getByTestId("step-connections").click();
  await expect(page.getByTestId("connection")).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await withoutViolations(page);
  // What is counted takes one line, and a handshake's picture its pane.
  await page.getByTestId("step-traffic").click();
  const strip = await page.locator(".strip").boundingBox();
  expect(strip!.height).toBeLessThan(40);
  await page.getByTestId("tab-handshakes").click();
  await page.getByTestId("flow-row").first().click();
  await page.getByTestId("step-traffic").click();
  const room = page.getByTestId("flow-picture").getByRole("region");
  await expect(room).toBeVisible();
  await expect(async () => expect(await room.evaluate((room) => room.scrollWidth - room.clientWidth)).toBe(0)).toPass();
  await withoutViolations(page);
});

test("two tabs talk to each other through the built-in broker", async ({ page, context }) => {
  await open(page);
  const other = await context.newPage();
  await open(other);
  await publish(other, "tab/2", "from the other");
  await page.getByTestId("tab-messages").click();
  await expect(page.getByTestId("message-row").filter({ hasText: "from the other" })).toBeVisible();
  await publish(page, "tab/1", "from the first");
  await other.getByTestId("tab-messages").click();
  await expect(other.getByTestId("message-row").filter({ hasText: "from the first" })).toBeVisible();
});
