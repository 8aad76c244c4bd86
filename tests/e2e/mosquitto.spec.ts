// What can go wrong with a real broker, on a mosquitto that is started, killed and started again.
import { chromium, expect, test as base } from "@playwright/test";

import { Paho, publish, Subscriber } from "./peers/clients";
import { Desk } from "./peers/desk";
import { Mosquitto } from "./peers/mosquitto";

const test = base.extend<{ mosquitto: Mosquitto }>({
  mosquitto: async ({}, use) => {
    const mosquitto = await Mosquitto.start();
    await use(mosquitto);
    await mosquitto.stop();
  },
});

function profile(mosquitto: Mosquitto, more: object = {}) {
  return {
    target: { WebSocket: mosquitto.url },
    client_identifier: "page",
    user_name: "user",
    password: "secret",
    reconnect: { first_ms: 200, longest_ms: 500, attempts: null },
    ...more,
  };
}

for (const version of ["3.1.1", "5"] as const) {
  test(`${version}: a session outlives the broker, and what came meanwhile is delivered`, async ({ page, mosquitto }) => {
    const desk = await Desk.open(
      page,
      profile(mosquitto, {
        version,
        clean_start: false,
        properties: { session_expiry_interval: 600 },
        subscriptions: [{ topic_filter: "kept/#", qos: 1 }],
      }),
    );
    await desk.connect();
    await expect(desk.row).toContainText("new session");
    await desk.row.getByTestId("disconnect").click();
    await desk.state("closed");
    await publish(mosquitto, version, "kept/1", "while away", "-q", "1");
    await mosquitto.end();
    await mosquitto.again();
    await desk.connect();
    await expect(desk.row).toContainText("session present");
    await desk.tab("messages");
    await expect(desk.message("while away")).toBeVisible();
  });

  test(`${version}: the page answers clients of Paho, and of twenty askers one redeems the code`, async ({ page, mosquitto }) => {
    const desk = await Desk.open(page, profile(mosquitto, { version }));
    await page.getByTestId("add-answer").click();
    await page.getByTestId("ready-1").click();
    await page.getByTestId("save-answer").click();
    await desk.connect();
    // It subscribes by itself; in version 5 with No Local.
    await expect(page.getByTestId("subscription")).toContainText("test");
    await expect(desk.packets("SUBACK")).toHaveCount(1);
    const subscriber = await Subscriber.to(mosquitto, version, "test");
    await publish(mosquitto, version, "test", '"NEVER"');
    await expect(page.getByTestId("answer-last")).toContainText("NEVER does not exist");
    await publish(mosquitto, version, "test", '"SUMMER"');
    await subscriber.hears("test 0 0 0");
    const count = page.getByTestId("answer-count");
    if (Paho.python) {
      const askers = Paho.ask(mosquitto, version, "test", '"WELCOME"');
      await askers.hears("ones 1 zeros 19");
      await expect(count).toContainText("21");
    } else {
      await publish(mosquitto, version, "test", '"WELCOME"');
      await subscriber.hears("test 1 0 1");
    }
    // The broker forgets and comes back; the table does not forget.
    await mosquitto.end("SIGKILL");
    await mosquitto.again();
    await desk.state("open");
    const before = await page.getByTestId("answer-count").innerText();
    await publish(mosquitto, version, "test", '"WELCOME"', "-q", "1");
    await expect(count).not.toHaveText(before);
    await expect(page.getByTestId("answer-last")).toContainText("Publishes 0 to test, QoS 0");
    await subscriber.stop();
  });

  test(`${version}: a wrong password is named`, async ({ page, mosquitto }) => {
    const desk = await Desk.open(page, profile(mosquitto, { version, password: "wrong", reconnect: null }));
    await desk.row.getByTestId("connect").click();
    await desk.state("failed");
    await expect(desk.row).toContainText(/refused: not authorized/i);
    const advice = await desk.advice();
    await expect(advice).toContainText(version === "5" ? "0x87" : "0x05");
    await expect(advice).toContainText("password_file");
    // A wrong password comes first; and where the server said why, nothing is guessed.
    await expect(advice).toContainText("Check the user name and the password");
    await expect(advice.getByRole("listitem")).toHaveCount(1);
  });
}

test("a broker that is killed is found again", async ({ page, mosquitto }) => {
  const desk = await Desk.open(page, profile(mosquitto, { subscriptions: [{ topic_filter: "back", qos: 0 }] }));
  await desk.connect();
  await mosquitto.end("SIGKILL");
  await desk.state("waiting");
  await expect(desk.row.getByTestId("why-not")).toBeVisible();
  await mosquitto.again();
  await desk.state("open");
  await expect(desk.packets("SUBACK")).toHaveCount(2);
  await publish(mosquitto, "5", "back", "heard again");
  await desk.tab("messages");
  await expect(desk.message("heard again")).toBeVisible();
});

test("a packet that the broker does not take is not sent", async ({ page, mosquitto }) => {
  const desk = await Desk.open(page, profile(mosquitto));
  await desk.connect();
  await expect(desk.page.getByTestId("limits")).toContainText("20,000 bytes");
  await desk.publish("big", "x".repeat(30_000));
  await expect(page.getByTestId("published")).toContainText("not sent: the packet is larger than the server accepts");
  await desk.state("open");
});

test("the plain port leads to advice", async ({ page, mosquitto }) => {
  const address = `ws://127.0.0.1:${mosquitto.tcp.port}/`;
  const desk = await Desk.open(page, profile(mosquitto, { target: { WebSocket: address }, reconnect: null }));
  await desk.row.getByTestId("connect").click();
  await desk.state("failed");
  await expect(await desk.advice()).toContainText("protocol websockets");
});

test("a hidden tab keeps its connection alive", async ({ mosquitto, baseURL }) => {
  test.setTimeout(90_000);
  // Playwright takes a browser's thrift with hidden tabs away; here it is what is tested.
  const browser = await chromium.launch({
    executablePath: process.env.CHROME,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic"],
    ignoreDefaultArgs: [
      "--disable-background-timer-throttling",
      "--disable-backgrounding-occluded-windows",
      "--disable-renderer-backgrounding",
    ],
  });
  const context = await browser.newContext({ baseURL });
  const page = await context.newPage();
  const desk = await Desk.open(page, profile(mosquitto, { keep_alive: 10, reconnect: null }));
  await desk.connect();
  const other = await context.newPage();
  await other.goto("about:blank");
  await other.bringToFront();
  // Three times what the server waits for a client that says nothing.
  await other.waitForTimeout(45_000);
  await page.bringToFront();
  await desk.state("open");
  await expect(desk.packets("CONNACK")).toHaveCount(1);
  expect(await desk.packets("PINGRESP").count()).toBeGreaterThanOrEqual(3);
  await browser.close();
});

for (const [qos, kinds] of [
  [1, ["PUBLISH", "PUBACK"]],
  [2, ["PUBLISH", "PUBREC", "PUBREL", "PUBCOMP"]],
] as const) {
  test(`a handshake of QoS ${qos} is drawn as it went, and becomes a scenario`, async ({ page, mosquitto }) => {
    const desk = await Desk.open(page, profile(mosquitto, { version: "5" }));
    await desk.connect();
    await desk.publish("drawn/a", "21", qos);
    await page.getByTestId("tab-handshakes").click();
    await page.getByTestId("flow-row").filter({ hasText: "drawn/a" }).first().click();
    const picture = page.getByTestId("flow-picture");
    await expect(picture.getByTestId("arrow")).toContainText([...kinds]);
    await expect(picture.locator(".unanswered")).toHaveCount(0);
    await picture.getByTestId("what-if").click();
    await expect(page.getByTestId("title")).toHaveText("Seen live: drawn/a");
  });
}
