// What people stumbled over on the Live page, and how it is now.
import { expect, type Page } from "@playwright/test";

import { connectToNothing, open, publish, rows } from "./live";
import { connack, publish as publishPacket, serve } from "./peers/server";
import { test } from "./quiet";
import { twice } from "./ways";

const topic = (page: Page, name: string) => page.locator(`[data-testid="topic"][title="${name}"]`);

test("a Will without a topic is said at its field, and cannot be saved", async ({ page }) => {
  await open(page);
  await page.getByTestId("new-connection").click();
  await page.getByRole("menuitem", { name: "mosquitto" }).click();
  await page.locator("summary").filter({ hasText: "Will:" }).click();
  await page.getByTestId("connect-will").check();
  await expect(page.locator("#connect-will-topic-about")).toHaveText("A Will Message needs a topic.");
  await expect(page.getByTestId("save-and-connect")).toBeDisabled();
  await page.getByTestId("connect-will-topic").fill("gone");
  await expect(page.getByTestId("save-and-connect")).toBeEnabled();
});

test("the first packet of a list has no gap, also where another connection was busy before", async ({ page }) => {
  await open(page);
  await publish(page, "a", "b");
  await page.getByTestId("connection-0").click();
  await page.getByRole("menuitem", { name: /Duplicate/ }).click();
  await page.getByTestId("save-and-connect").click();
  await expect(page.getByTestId("connection").nth(1)).toHaveAttribute("data-state", "open");
  await expect(rows(page, "SUBACK")).toHaveCount(1);
  // The list begins with the opening of the connection.
  await expect(page.getByTestId("wire-event").first().locator(".delta")).toHaveText("");
  await expect(page.getByTestId("wire-row").first().locator(".delta")).toHaveText(/^\+\d{1,3}(\.\d)? ms$/);
});

test("a payload in one line is the payload, with its backslashes as they are", async ({ page }) => {
  await open(page);
  const payload = String.raw`{"a":"say \"hi\" \n é","p":"C:\\x"}`;
  await publish(page, "json/a", payload);
  await page.getByTestId("tab-messages").click();
  await expect(page.getByTestId("message-row").first()).toContainText(payload);
  await expect(topic(page, "json/a")).toContainText(payload);
});

test("topics count what was received, and tell what was sent", async ({ page }) => {
  await open(page);
  for (const payload of ["1", "2", "3"]) await publish(page, "count/me", payload);
  await expect(topic(page, "count/me").locator(".count")).toHaveText("3");
  await expect(topic(page, "count/me").locator(".count")).toHaveAttribute("title", /^3 received, 3 sent;/);
});

test("topics are in natural order, filtered by a text, opened and closed at once", async ({ page }) => {
  await open(page);
  for (const name of ["n/10", "n/2", "n/1"]) await publish(page, name, "x");
  const levels = page.getByTestId("topic").locator(".level");
  await expect(levels).toHaveText(["n", "1", "2", "10"]);
  await page.getByRole("button", { name: "Collapse all" }).click();
  await expect(levels).toHaveText(["n"]);
  await page.getByTestId("topic-filter").fill("10");
  await expect(levels).toHaveText(["n", "10"]);
  await page.getByTestId("topic-filter").fill("none of this");
  await expect(page.getByText("No topic contains this text.")).toBeVisible();
  await page.getByTestId("topic-filter").fill("");
  await page.getByRole("button", { name: "Expand all" }).click();
  await expect(levels).toHaveText(["n", "1", "2", "10"]);
});

test("retained messages are listed, and cleared when that is confirmed", async ({ page }) => {
  await open(page);
  await page.getByTestId("publish-retain").check();
  for (const name of ["kept/a", "kept/b"]) await publish(page, name, "x");
  await page.getByTestId("publish-retain").uncheck();
  await publish(page, "other", "x");
  await page.getByTestId("only-retained").click();
  const levels = page.getByTestId("topic").locator(".level");
  await expect(levels).toHaveText(["kept", "a", "b"]);
  await topic(page, "kept").click();
  await page.getByTestId("clear-retained").click();
  await expect(page.getByRole("dialog")).toContainText("deletes 2 retained messages of kept");
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(levels).toHaveCount(3);
  await page.getByTestId("clear-retained").click();
  await page.getByTestId("clear-retained-now").click();
  await expect(page.getByRole("status").filter({ hasText: "Cleared 2 retained messages." })).toBeVisible();
  await expect(levels).toHaveCount(0);
  await expect(page.getByText("No retained message was seen.")).toBeVisible();
});

test("rows of handshakes count their packets in one way", async ({ page }) => {
  await open(page);
  await publish(page, "q", "x", "2");
  await page.getByTestId("tab-handshakes").click();
  const row = page.getByTestId("flow-row").filter({ hasText: "QoS 2" }).first();
  await expect(row.locator(".count")).toHaveText("×4 packets");
  await row.click();
  await expect(row).toHaveAttribute("aria-selected", "true");
  await expect(row.locator(".count")).toHaveText("×4 packets");
});

for (const width of [390, 1440]) {
  test(`at ${width} pixels the form says that a message was sent, and leads to it`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await open(page);
    if (width < 720) await page.getByTestId("step-publish").click();
    await publish(page, "did/it/go", "x");
    await expect(page.getByTestId("published")).toContainText("Sent to did/it/go");
    await expect(page.getByTestId("published")).toBeInViewport();
    await page.getByTestId("publish").click();
    await expect(page.getByTestId("published")).toContainText("(2 messages so far)");
    await page.getByTestId("show-published").click();
    await expect(page.getByTestId("packet-type")).toHaveText("PUBLISH");
    await expect(page.getByTestId("packet-type")).toBeVisible();
  });
}

twice("a response is told with its payload, away from the form, and leads to its packet", async (hand, page, context) => {
  await open(page);
  const other = await context.newPage();
  await open(other);
  await page.getByTestId("publish-topic").fill("ask");
  await page.getByTestId("more-request").locator("summary").click();
  await page.getByTestId("request-timeout").fill("30000");
  await page.getByTestId("request").click();
  // The other tab answers as the request says.
  await rows(other, "PUBLISH").filter({ hasText: "ask" }).first().click();
  const value = async (name: string) =>
    (await other.locator(`[data-testid="field"][data-name="${name}"]`).first().locator("code").first().textContent())!.replace(/^"|"$/g, "");
  await expect(other.getByTestId("packet-type")).toHaveText("PUBLISH");
  const [to, data] = [await value("Response Topic"), await value("Correlation Data")];
  await other.getByTestId("more-properties").locator("summary").first().click();
  const hex = data.replace(/[^0-9a-f]/gi, "").match(/../g)!;
  await other.getByTestId("publish-correlation-data").fill(hex.map((byte) => `\\x${byte}`).join(""));
  await publish(other, to, '{"answer":42}');
  const toast = page.getByRole("status").filter({ hasText: '{"answer":42}' });
  await expect(toast).toContainText("Response after");
  // What was waited for takes the place of the waiting.
  await expect(page.locator(".toast").filter({ hasText: "waiting for the response" })).toHaveCount(0);
  const [said, form] = [(await page.locator(".toast").last().boundingBox())!, (await page.getByTestId("publish").boundingBox())!];
  expect(said.y > form.y + form.height || said.y + said.height < form.y || said.x > form.x + form.width).toBe(true);
  await hand.press(toast.getByRole("button", { name: "Show" }));
  await expect(page.getByTestId("payload")).toContainText("42");
});

test("a large log asks before the page is left, a small one does not", async ({ page }) => {
  const many = Array.from({ length: 1_200 }, (_, n) => publishPacket(`many/${n % 5}`, String(n)));
  const server = await serve(() => [connack(), ...many]);
  try {
    await open(page);
    const asked: string[] = [];
    page.on("dialog", (dialog) => {
      asked.push(dialog.type());
      void dialog.accept();
    });
    await page.getByTestId("publish").click();
    await page.reload();
    await expect(rows(page, "SUBACK")).toHaveCount(1, { timeout: 15_000 });
    expect(asked).toEqual([]);
    await page.getByTestId("new-connection").click();
    await page.getByRole("menuitem", { name: "mosquitto" }).click();
    await page.getByTestId("connect-address").fill(server.url);
    await page.getByTestId("save-and-connect").click();
    await expect(page.getByTestId("total")).toHaveText(/^1,2\d\d packets/);
    await page.reload();
    expect(asked).toEqual(["beforeunload"]);
  } finally {
    server.stop();
  }
});

test("any broker has a place in the menu, and its address can be pasted", async ({ page }) => {
  await open(page);
  await page.getByTestId("new-connection").click();
  await page.getByRole("menuitem", { name: /Other broker/ }).click();
  await expect(page.getByTestId("connect-address")).toHaveValue("ws://");
  // Nothing is blamed before somebody typed, or wants to be done.
  await expect(page.locator("#connect-address-about.is-error")).toHaveCount(0);
  await page.getByTestId("save").click();
  await expect(page.locator("#connect-address-about.is-error")).toHaveCount(1);
  await expect(page.getByTestId("save")).toBeDisabled();
  await page.keyboard.press("Escape");
  const paste = async (text: string) => {
    await page.evaluate((text) => navigator.clipboard.writeText(text), text);
    await page.locator("main").focus();
    await page.keyboard.press("ControlOrMeta+V");
  };
  await paste("wss://broker.example:8084/mqtt");
  await expect(page.getByTestId("connect-address")).toHaveValue("wss://broker.example:8084/mqtt");
  await expect(page.getByTestId("connect-name")).toHaveValue("broker.example");
  await page.keyboard.press("Escape");
  await paste("mqtt://broker.example:1883");
  await expect(page.locator("#connect-address-about")).toContainText("A browser reaches WebSocket only; mqttscope (the companion) opens mqtt://");
  await expect(page.getByTestId("save-and-connect")).toBeDisabled();
});

test("one press subscribes to what a broker says of itself, and shows it", async ({ page }) => {
  const server = await serve(() => [connack(), publishPacket("$SYS/broker/clients/connected", "17")]);
  try {
    await open(page);
    await page.getByTestId("new-connection").click();
    await page.getByRole("menuitem", { name: "mosquitto" }).click();
    await page.getByTestId("connect-address").fill(server.url);
    await page.getByTestId("save-and-connect").click();
    await expect(page.getByTestId("system")).toContainText("broker/clients/connected");
    await expect(page.getByTestId("system")).toContainText("17");
    await page.getByTestId("subscribe-system").click();
    await expect(page.getByTestId("subscription")).toContainText("$SYS/#");
    await expect(page.getByTestId("subscribe-system")).toBeDisabled();
  } finally {
    server.stop();
  }
});

test("the list of packets shows the beginning of payloads", async ({ page }) => {
  await open(page);
  await publish(page, "p", '{"t": 21}', "0", "JSON");
  await expect(rows(page, "PUBLISH").last()).toContainText('{"t": 21}');
});

test("what became of a message is said in place, and the form does not move under the pointer", async ({ page }) => {
  await open(page);
  await publish(page, "first", "x", "1");
  const button = page.getByTestId("publish");
  await page.getByTestId("clear").click();
  await expect(page.getByTestId("published")).toHaveText("");
  await expect(page.getByTestId("nothing")).toContainText("Connected. The next packet");
  const before = await button.boundingBox();
  await button.click();
  await expect(page.getByTestId("published")).toContainText("Sent to first, acknowledged (PUBACK");
  expect(await button.boundingBox()).toEqual(before);
  // Another connection says nothing of it.
  await page.getByTestId("connection-0").click();
  await page.getByRole("menuitem", { name: /Duplicate/ }).click();
  await page.getByTestId("save").click();
  await expect(page.getByTestId("published")).toHaveText("");
});

test("a dialog opens in its first field, and what cannot be subscribed to is said there", async ({ page }) => {
  await open(page);
  await page.getByTestId("connection-0").click();
  await page.getByRole("menuitem", { name: /Duplicate/ }).click();
  await expect(page.getByTestId("connect-name")).toBeFocused();
  await page.keyboard.press("Escape");
  await page.getByTestId("subscribe").click();
  const field = page.getByTestId("subscribe-topic-filter");
  await expect(field).toBeFocused();
  await expect(field).not.toHaveAttribute("aria-invalid");
  await field.fill("$share/g/");
  await page.keyboard.press("Enter");
  await expect(page.locator("#subscribe-topic-filter-about")).toHaveText("The filter after the group is missing: $share/group/filter.");
  await expect(page.getByTestId("subscribe-now")).toBeDisabled();
  await field.fill("$share/g/a");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("subscription").filter({ hasText: "$share/g/a" })).toHaveCount(1);
});

test("the focus stays on why? while a connection is tried again", async ({ page }) => {
  const row = await connectToNothing(page);
  const why = row.getByTestId("why-not");
  await why.focus();
  const states = await page.evaluateHandle(() => {
    const row = document.querySelectorAll('[data-testid="connection"]')[1];
    const seen = new Set<string>();
    new MutationObserver(() => seen.add(row.getAttribute("data-state") ?? "")).observe(row, { attributes: true });
    return seen;
  });
  // Tried again, and failed again.
  await page.waitForFunction((seen) => seen.has("waiting") && seen.size > 1, states, { timeout: 15_000 });
  await expect(why).toBeFocused();
});

test("every button of the topic tree has words, for eyes and for screen readers", async ({ page }) => {
  await open(page);
  await publish(page, "words/one", "1");
  await publish(page, "words/two", "2");
  await topic(page, "words/one").click();
  const tree = page.getByRole("region", { name: "Topics" });
  const buttons = tree.locator("button");
  await expect.poll(() => buttons.count()).toBeGreaterThan(4);
  const mute = await buttons.evaluateAll((all) =>
    all.filter((it) => !(it.getAttribute("aria-label") ?? it.textContent)?.match(/\w\w/) || !it.getAttribute("title")).map((it) => it.outerHTML),
  );
  expect(mute).toEqual([]);
  await expect(topic(page, "words").locator(".fold")).toHaveAttribute("title", "Collapse");
  await topic(page, "words").locator(".fold").click();
  await expect(topic(page, "words").locator(".fold")).toHaveAttribute("title", "Expand");
});

test("a note at a packet is in the list and in the count of findings", async ({ page }) => {
  await open(page);
  // Two bytes that are, as a number, the length of the text behind them: whoever sends it may have meant something else.
  await page.getByTestId("publish-topic").fill("notes");
  await page.getByTestId("publish-qos").selectOption("0");
  await page.getByTestId("payload-as").first().selectOption("text");
  await page.getByTestId("publish-payload").fill(`  ${"x".repeat(0x2020)}`);
  await page.getByTestId("publish").click();
  await page.getByTestId("tab-findings").click();
  const rows = page.getByTestId("finding-row").filter({ hasText: "publish-payload-prefixed" });
  await expect(rows.first()).toBeVisible();
  await expect(page.getByTestId("grade-notes").locator(".count")).not.toHaveText("0");
});

test("numbers and marks say what they count, and the topic of a handshake is whole", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page);
  await publish(page, "home/kitchen/temp", "21", "2");
  await expect(page.getByTestId("subscription").locator(".count")).toHaveAttribute("title", /A message that several filters match counts with each/);
  await expect(page.getByTestId("only-retained")).toHaveAttribute("title", /this connection published a retained message there/);
  await expect(page.getByTestId("log-size")).toHaveAttribute("title", /in blocks/);
  await expect(page.getByTestId("log-size")).toHaveText(/^Log: [\d.]+ [kM]?B of at most$/);
  await page.getByTestId("publish-retain").check();
  await page.getByTestId("publish").click();
  await expect(page.getByRole("treeitem", { name: /^temp Retained 21/ })).toBeVisible();
  await page.getByTestId("tab-handshakes").click();
  const says = page.getByTestId("flow-row").locator(".says").filter({ hasText: "home/kitchen/temp" }).first();
  await expect(says).toBeVisible();
  expect(await says.evaluate((it) => it.scrollWidth - it.clientWidth)).toBeLessThanOrEqual(0);
});
