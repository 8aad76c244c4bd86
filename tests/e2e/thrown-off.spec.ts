// Why was I thrown off: servers that misbehave, each in one way, and what the Live page says of it.
import { expect, type Page } from "@playwright/test";

import { Desk } from "./peers/desk";
import { Misbehaving, type Mode } from "./peers/misbehaving";
import { watched as test } from "./quiet";

/** The findings. */
const broken = (page: Page) => page.getByTestId("finding-row");

interface Setting {
  desk: Desk;
  peer: Misbehaving;
  page: Page;
}

async function met(page: Page, mode: Mode, more: object, then: (setting: Setting) => Promise<void>) {
  const peer = await Misbehaving.start(mode);
  try {
    const desk = await Desk.open(page, {
      target: { WebSocket: peer.url },
      version: "5",
      client_identifier: "sensor-1",
      reconnect: null,
      ...more,
    });
    await desk.row.getByTestId("connect").click();
    await then({ desk, peer, page });
  } finally {
    await peer.stop();
  }
}

const SUBSCRIBED = { subscriptions: [{ topic_filter: "hall/#", qos: 1 }] };
const AGAIN = { reconnect: { first_ms: 100, longest_ms: 200, attempts: null } };

/** Rows of connections that opened or closed. */
const events = (page: Page, name: string) => page.locator(`[data-testid="wire-event"][data-type="${name}"]`);

/** The causes in the doctor's window, the likeliest first. */
async function causes(desk: Desk) {
  return (await desk.advice()).getByTestId("cause");
}

for (const mode of ["nosub", "oldsub", "http200", "http400"] as const) {
  test(`${mode}: what answers is not a WebSocket of MQTT`, async ({ page }) => {
    await met(page, mode, {}, async ({ desk, peer }) => {
      await desk.state("failed");
      await expect(events(page, "not opened")).toHaveCount(1);
      await expect(page.getByTestId("wire-event")).toContainText("WebSocket code 1006");
      const list = await causes(desk);
      await expect(list.filter({ hasText: "may not answer with the WebSocket subprotocol" })).toHaveCount(1);
      const web = list.filter({ hasText: "A web server may answer" });
      await expect(web).toContainText(`Open http://127.0.0.1:${peer.port}/mqtt in a tab`);
      await expect(list.filter({ hasText: "path" }).first()).toBeVisible();
    });
  });
}

test("tcp: a plain MQTT port never answers a WebSocket", async ({ page }) => {
  test.setTimeout(90_000);
  await met(page, "tcp", {}, async ({ desk }) => {
    await desk.state("failed", 75_000);
    await expect(desk.row).not.toContainText("CONNECT");
    const first = (await causes(desk)).first();
    await expect(first).toContainText("A plain MQTT port never answers a WebSocket");
  });
});

test("text: a CONNACK in a text frame", async ({ page }) => {
  await met(page, "text", {}, async ({ desk }) => {
    await desk.state("failed");
    const first = (await causes(desk)).first();
    await expect(first).toContainText("a CONNACK in a text frame");
    await expect(first.getByTestId("rule-chip")).toHaveAttribute("href", /mqtt-v5\.0-os\.html#_Toc3901285$/);
    await page.keyboard.press("Escape");
    await expect(events(page, "closed")).toContainText("by this client");
    // What came is a row among the packets and a finding.
    await expect(events(page, "text frame")).toContainText("5 characters of text, not binary, which are a CONNACK: 20 03 00 00 00");
    await page.getByTestId("tab-findings").click();
    const finding = broken(page).filter({ hasText: "MQTT comes in binary WebSocket frames only" });
    await expect(finding).toHaveCount(1);
    await expect(finding).toContainText("MQTT-6.0.0-1");
  });
});

test("bye: who ended it and who closed the socket is one sentence", async ({ page }) => {
  await met(page, "bye", {}, async ({ desk }) => {
    await desk.state("failed");
    const row = events(page, "closed");
    await expect(row).toContainText("by the server after");
    await expect(row).toContainText("; this client closed the socket after that");
    await expect(row).not.toContainText("ended by");
    await row.click();
    await expect(page.getByTestId("event-facts")).toContainText("this client closed the socket after that");
  });
});

test("silent: how long a CONNACK is waited for, and until when", async ({ page }) => {
  await met(page, "silent", {}, async ({ desk }) => {
    await desk.state("opening");
    await expect(desk.row).toContainText(/no CONNACK for [2-9] s, gives up in 2\d s/);
  });
});

test("pings: findings that are alike are one row with their number, which opens", async ({ page }) => {
  await met(page, "pings", {}, async ({ desk }) => {
    await desk.state("open");
    await page.getByTestId("tab-findings").click();
    const row = broken(page).filter({ hasText: "pingresp-unasked" });
    await expect(row).toHaveCount(1);
    await expect(row.getByTestId("finding-count")).toHaveText(/^×30/);
    await expect(page.getByTestId("grade-warnings")).toContainText("30");
    await expect(page.getByTestId("total")).toContainText(/^3\d findings$/);
    await row.click();
    const all = page.getByTestId("finding-all");
    await expect(all).toHaveText("List all 30");
    await all.click();
    await expect(all).toHaveAttribute("aria-expanded", "true");
    await expect(page.locator(".finding-row.part").first()).toBeVisible();
    await expect(page.getByTestId("total")).toContainText(/^3\d findings$/);
    await all.press("Enter");
    await expect(row).toHaveCount(1);
    // A filter that leaves none of them leaves none beside the tab either.
    await page.getByTestId("search").fill("mqtt.msgtype == CONNACK");
    await expect(page.getByTestId("tab-findings")).toContainText("0 of 30");
    await expect(page.getByTestId("grade-warnings")).toContainText("0 of 30");
  });
});

for (const mode of ["split", "joined", "empty", "good"] as const) {
  test(`${mode}: frames do not matter, rows are packets`, async ({ page }) => {
    await met(page, mode, SUBSCRIBED, async ({ desk }) => {
      await desk.state("open");
      await expect(desk.packets("SUBACK")).toHaveCount(1);
      await expect(desk.packets("PUBLISH")).toHaveCount(mode === "joined" ? 2 : 0);
      await expect(events(page, "opened")).toHaveCount(1);
      await expect(events(page, "closed")).toHaveCount(0);
      await expect(page.getByTestId("total")).toHaveText(mode === "joined" ? "6 packets" : "4 packets");
    });
  });
}

test("denysub: the filter is named, and the loop ends with a word", async ({ page }) => {
  await met(page, "denysub", { ...SUBSCRIBED, ...AGAIN }, async ({ desk, peer }) => {
    await desk.state("failed", 50_000);
    await expect(desk.row).toContainText("stopped after 5 connections");
    // One SUBSCRIBE each time.
    expect(peer.came.filter((kind) => kind === 8)).toHaveLength(5);
    // As many as are in view.
    await expect(events(page, "closed")).not.toHaveCount(0);
    const first = (await causes(desk)).first();
    await expect(first).toContainText("right after the SUBSCRIBE of hall/#");
    await expect(first).toContainText("AWS");
  });
});

for (const version of ["3.1.1", "5"] as const) {
  for (const { mode, statement, packet } of [
    { mode: "suback92", statement: version === "5" ? "MQTT-2.1.3-1" : "MQTT-2.2.2-1", packet: "SUBACK" },
    { mode: "subackempty", statement: "", packet: "SUBACK" },
  ] as const) {
    test(`${mode} in ${version}: the doctor names the packet and its rule, as the findings do`, async ({ page }) => {
      await met(page, mode, { ...SUBSCRIBED, version }, async ({ desk }) => {
        await desk.state("failed");
        const first = (await causes(desk)).first();
        await expect(first).toContainText(`The server's ${packet} breaks a rule`);
        if (statement) await expect(first.getByTestId("rule-chip")).toContainText(statement);
        await page.keyboard.press("Escape");
        await page.getByTestId("tab-findings").click();
        await expect(broken(page).first()).toContainText("by the server");
      });
    });
  }

  test(`sp1 in ${version}: Session Present after Clean Start is named`, async ({ page }) => {
    await met(page, "sp1", { version }, async ({ page }) => {
      await page.getByTestId("tab-findings").click();
      const row = broken(page).first();
      await expect(row).toContainText(version === "5" ? "MQTT-3.2.2-2" : "MQTT-3.2.2-1");
    });
  });
}

test("takeover: another client with this identifier, the window stays, the fight ends", async ({ page }) => {
  await met(page, "takeover", { ...SUBSCRIBED, ...AGAIN }, async ({ desk }) => {
    await desk.state("waiting");
    const window = await desk.advice();
    const first = window.getByTestId("cause").first();
    // More certain with every attempt.
    await expect(first).toContainText(/nother client .*connect.* as sensor-1/);
    // Through every attempt that follows.
    await expect(events(page, "closed")).not.toHaveCount(1);
    await expect(first).toContainText("another client connects as sensor-1");
    await desk.state("failed", 50_000);
    await expect(desk.row).toContainText("stopped after 5 connections");
    await expect(events(page, "closed").first()).toContainText("WebSocket code 1000");
    await expect(first.getByTestId("repair")).toHaveText("Connect with another identifier");
    await first.getByTestId("repair").click();
    await expect(window).toBeHidden();
    await expect(desk.row).toContainText(/sensor-1-[0-9a-f]{4}/);
  });
});

test("noping: the keep alive is named", async ({ page }) => {
  await met(page, "noping", { keep_alive: 2 }, async ({ desk }) => {
    await desk.state("open");
    await desk.state("failed", 50_000);
    const first = (await causes(desk)).first();
    await expect(first).toContainText("did not answer a PINGREQ");
    await expect(first.getByTestId("rule-chip")).toContainText("MQTT-3.12.4-1");
  });
});

test("form311: this server does not speak version 5, and one press connects with 3.1.1", async ({ page }) => {
  await met(page, "form311", AGAIN, async ({ desk }) => {
    await desk.state(/failed|waiting/);
    const first = (await causes(desk)).first();
    await expect(first).toContainText("This server does not speak version 5");
    await first.getByTestId("repair").click();
    await desk.state("open");
    await expect(desk.row).toContainText("MQTT 3.1.1");
  });
});

test("maxqos2: the finding names the property", async ({ page }) => {
  await met(page, "maxqos2", {}, async ({ page }) => {
    await expect(page.locator('[data-testid="wire-row"][data-type="CONNACK"]')).toHaveClass(/is-error/);
    await expect(page.getByTestId("limits")).toContainText("2 was sent, which is not allowed: taken as 2");
    await page.getByTestId("tab-findings").click();
    await expect(broken(page).first()).toContainText("by the server");
  });
});

test("frozen: answers that are missing stand at the connection, and in the form", async ({ page }) => {
  await met(page, "frozen", { keep_alive: 5 }, async ({ desk }) => {
    await desk.state("open");
    await expect(page.getByTestId("standing")).toHaveText("connected");
    await desk.publish("ok/frozen", "x", 1);
    await expect(page.getByTestId("overdue")).toHaveText(/^The server does not answer: no PUBACK for \d+ s\.$/, { timeout: 15_000 });
    await expect(desk.row).toContainText("no PUBACK for");
    await expect(desk.row.locator(".dot")).toHaveClass(/late/);
    await expect(page.getByTestId("standing")).toContainText("no PUBACK for");
    await expect(desk.row).toContainText(/no PUBACK for \d+ s, no PINGRESP for \d+ s/, { timeout: 20_000 });
  });
});

test("a message that is repeated can be stopped while the server is away", async ({ page }) => {
  await met(page, "good", AGAIN, async ({ desk, peer, page }) => {
    await desk.state("open");
    await page.getByTestId("more-repeat").locator("summary").click();
    await page.getByTestId("repeat").click();
    await expect(page.getByTestId("repeat-state")).toHaveText("running");
    await peer.stop();
    await expect(page.getByTestId("repeat-state")).toHaveText("waits for the connection");
    await expect(page.getByTestId("repeat")).toHaveText("Stop");
    await page.getByTestId("repeat").click();
    await expect(page.getByTestId("repeat-state")).toHaveCount(0);
    // What does not run is not begun without a connection.
    await expect(page.getByTestId("repeat")).toHaveText("Start");
    await expect(page.getByTestId("repeat")).toBeDisabled();
  });
});

test("the port that this page came from is told to be a web server's", async ({ page, baseURL }) => {
  const { host, port } = new URL(baseURL!);
  const desk = await Desk.open(page, { target: { WebSocket: `ws://${host}/mqtt` }, version: "5", client_identifier: "c", reconnect: null });
  await desk.row.getByTestId("connect").click();
  await desk.state("failed");
  const list = await causes(desk);
  await expect(list.first()).toContainText(`A web server listens on port ${port} of 127.0.0.1, from where this page came`);
  await expect(list.filter({ hasText: "Nothing may be listening" })).toHaveCount(0);
});

for (const width of [390, 768, 1440]) {
  test(`why a connection closed is what a row shows first, at ${width}`, async ({ page }) => {
    await met(page, "bye", {}, async ({ desk }) => {
      await desk.state("failed");
      await page.setViewportSize({ width, height: 844 });
      if (width === 390) await page.getByTestId("step-traffic").click();
      await expect(events(page, "closed").locator(".says")).toHaveText(/^DISCONNECT: Server shutting down · by the server after /);
    });
  });
}

test("half: a packet that stops is told while it waits, and its bytes are in the log", async ({ page }) => {
  await met(page, "half", SUBSCRIBED, async ({ desk, peer }) => {
    await desk.state("open");
    await expect(desk.row).toContainText("incomplete: 9 of 300 bytes of a PUBLISH came");
    await peer.stop();
    await desk.state("failed");
    await expect(desk.packets("PUBLISH")).toContainText("9 B");
    const list = await causes(desk);
    await expect(list.first()).toContainText("ended within a packet: 9 of 300 bytes of a PUBLISH came");
  });
});

test("garbage: the bytes are in the log, and what is wrong with them is a finding", async ({ page }) => {
  await met(page, "garbage", {}, async ({ desk }) => {
    await desk.state("failed");
    await expect(desk.packets("AUTH")).toHaveCount(1);
    await page.getByTestId("tab-findings").click();
    await expect(broken(page).first()).toBeVisible();
    const list = await causes(desk);
    await expect(list.first()).toContainText("The server's AUTH breaks a rule");
  });
});

test("an attempt need not be waited for", async ({ page }) => {
  const peer = await Misbehaving.start("good");
  const reconnect = { first_ms: 600_000, longest_ms: 600_000, attempts: null };
  const desk = await Desk.open(page, { target: { WebSocket: peer.url }, version: "5", client_identifier: "sensor-1", reconnect });
  await desk.connect();
  await peer.stop();
  await desk.state("waiting");
  const again = desk.row.getByTestId("retry");
  await again.click();
  await expect(events(page, "not opened")).toHaveCount(1);
  await desk.state("waiting");
  await again.focus();
  await page.keyboard.press("Enter");
  await expect(events(page, "not opened")).toHaveCount(2);
});

test("a server that was stopped is told as that", async ({ page }) => {
  const peer = await Misbehaving.start("good");
  const desk = await Desk.open(page, {
    target: { WebSocket: peer.url },
    version: "5",
    client_identifier: "sensor-1",
    ...AGAIN,
  });
  await desk.connect();
  await peer.stop();
  await expect(events(page, "not opened").first()).toBeVisible();
  const list = await causes(desk);
  await expect(list.first()).toContainText(/This address worked until \d\d:\d\d:\d\d/);
  await expect(list.filter({ hasText: /path|subprotocol|origin/ })).toHaveCount(0);
});

test("a cut is told as a cut, and its row leads to what is known", async ({ page }) => {
  await page.goto("#/live");
  const row = page.getByTestId("connection").first();
  await expect(row).toHaveAttribute("data-state", "open", { timeout: 15_000 });
  await row.getByRole("button", { name: /^More for/ }).click();
  await page.getByRole("menuitem", { name: "Cut the link" }).click();
  const closed = events(page, "closed").first();
  await expect(closed).toContainText("by you");
  await closed.click();
  const card = page.getByTestId("event");
  await expect(card.getByTestId("event-facts")).toContainText("cut by you");
  await expect(card).toContainText("You cut the connection");
  await expect(card).not.toContainText("tab");
  await card.getByRole("button", { name: "SUBACK" }).click();
  await expect(page.getByTestId("details")).toBeVisible();
});

test("two connections of ours with one identifier name each other", async ({ page }) => {
  await page.goto("#/live");
  await expect(page.getByTestId("connection")).toHaveCount(1);
  const file = {
    format: "mqttscope-profiles",
    version: 1,
    profiles: ["one", "two"].map((name) => ({ name, target: "BuiltIn", version: "3.1.1", client_identifier: "same" })),
  };
  await page.getByTestId("connections-file").setInputFiles({
    name: "two.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(file)),
  });
  const named = (name: string) =>
    page.getByTestId("connection").filter({ has: page.locator(".name").filter({ hasText: name }) });
  const [one, two] = [named("one"), named("two")];
  await one.getByTestId("connect").click();
  await expect(one).toHaveAttribute("data-state", "open");
  await two.getByTestId("connect").click();
  await expect(one).toHaveAttribute("data-state", "failed");
  await expect(one).toContainText("thrown off by your connection “two”");
  await expect(two).toHaveAttribute("data-state", "open");
  await one.getByTestId("why-not").click();
  const list = page.getByTestId("advice").getByTestId("cause");
  await expect(list).toHaveCount(1);
  await list.getByTestId("repair").click();
  await expect(one).toHaveAttribute("data-state", "open");
  await expect(two).toHaveAttribute("data-state", "open");
});

test("the rules of a broken packet lead to their place in the standard", async ({ page }) => {
  await page.goto("");
  await page.getByTestId("text").fill("32 09 00 03 61 2f 62 00 00 68 69");
  await page.getByTestId("faults").click();
  const chip = page.getByTestId("fault-list").getByTestId("rule-chip").first();
  await expect(chip).toHaveAttribute("href", /^https:\/\/docs\.oasis-open\.org\/mqtt\/mqtt\/v[35].*#_Toc\d+$/);
  await expect(chip).toHaveAttribute("rel", "noopener");
  await expect(chip).toHaveAttribute("target", "_blank");
});

test("a term explains itself, by keyboard too", async ({ page }) => {
  await page.goto("#/live");
  const term = page.getByTestId("limits").getByRole("button", { name: "Receive Maximum" });
  await term.focus();
  await page.keyboard.press("Enter");
  const meaning = page.getByTestId("meaning").filter({ hasText: "Receive Maximum" });
  await expect(meaning).toBeVisible();
  await expect(meaning.getByRole("link")).toHaveAttribute("href", /#_Toc3901049$/);
  await page.keyboard.press("Escape");
  await expect(meaning).toBeHidden();
  await expect(term).toBeFocused();
});
