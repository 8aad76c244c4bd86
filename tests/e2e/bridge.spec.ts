// Connections of the page that the companion opens: MQTT over TCP and TLS, and what goes wrong there.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";

import { bothWays, wanted } from "./peers/both-ways";
import { brokers, publish, Subscriber } from "./peers/clients";
import { type Companion, program, test as base } from "./peers/companion";
import { Desk } from "./peers/desk";
import { Hand } from "./ways";

const test = base.extend<{ folder: string }>({
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), "mqttscope-bridge-"));
    await use(folder);
    rmSync(folder, { recursive: true });
  },
});

test.skip(!program, "cargo xtask test builds the companion and says where it is (MQTTSCOPE_COMPANION)");

/** Where the page is that the companion serves. */
const served = (companion: Companion) => companion.behind("the page is at ");

/** Our broker, and the port that it listens at. */
async function broker(run: (...all: string[]) => Companion, ...how: string[]): Promise<string> {
  const address = await run("broker", ...how).behind("broker at ");
  return address.split(":").pop()!;
}

/** The settings of a new connection, through the menu. */
async function begin(page: Page, entry: string) {
  await page.getByTestId("new-connection").click();
  await page.getByRole("menuitem", { name: entry }).click();
  return page.getByRole("dialog");
}

test("mqtt:// to a broker: messages of every QoS go both ways, and the rows tell of TCP", async ({ page, companion, run }) => {
  const port = await broker(run, "0");
  await page.goto(await served(companion()));
  await expect(page.getByTestId("connection").first()).toHaveAttribute("data-state", "open", { timeout: 15_000 });
  const dialog = await begin(page, "Other broker…");
  await expect(dialog.getByTestId("connect-address")).toHaveValue("mqtt://");
  await dialog.getByTestId("connect-name").fill("real");
  await dialog.getByTestId("connect-address").fill(`mqtt://127.0.0.1:${port}`);
  await expect(dialog.getByTestId("connect-tls-ca")).toHaveCount(0);
  await dialog.getByTestId("save-and-connect").click();
  const row = page.getByTestId("connection").filter({ hasText: "real" });
  await expect(row).toHaveAttribute("data-state", "open");
  await expect(page.getByTestId("link")).toHaveText(`TCP to 127.0.0.1:${port}`);
  const event = page.getByTestId("wire-event");
  await expect(event.first()).toContainText(`TCP to 127.0.0.1:${port}`);
  const url = new URL(`mqtt://127.0.0.1:${port}`);
  const outside = { tcp: url, tcp5: url };
  const subscriber = await Subscriber.to(outside, "5", "out/#");
  await page.getByTestId("subscribe").click();
  await page.getByTestId("subscribe-topic-filter").fill("in/#");
  await page.getByTestId("subscribe-maximum-qos").selectOption("2");
  await page.getByTestId("subscribe-now").click();
  const packets = (type: string) => page.locator(`[data-testid="wire-row"][data-type="${type}"]`);
  await expect(packets("SUBACK")).toHaveCount(1);
  await page.getByTestId("publish-form").getByTestId("payload-as").selectOption("text");
  for (const qos of ["0", "1", "2"]) {
    await page.getByTestId("publish-topic").fill(`out/${qos}`);
    await page.getByTestId("publish-qos").selectOption(qos);
    await page.getByTestId("publish-payload").fill(`from the page ${qos}`);
    await page.getByTestId("publish").click();
    await subscriber.hears(`out/${qos} ${qos} 0 from the page ${qos}`);
    await publish(outside, "5", `in/${qos}`, `from outside ${qos}`, "-q", qos);
    await expect(packets("PUBLISH").filter({ hasText: `from outside ${qos}` })).toHaveCount(1);
  }
  // Both handshakes of QoS 2, to their end.
  await expect(packets("PUBCOMP")).toHaveCount(2);
  await subscriber.stop();
  await row.getByTestId("disconnect").click();
  await expect(row).toHaveAttribute("data-state", "closed");
  await expect(event.last()).toContainText("by you");
});

for (const real of brokers()) {
  for (const version of real.tcpVersions) {
    test(`${real.name} over TCP, ${version}: messages of every QoS go both ways`, async ({ page, companion }) => {
      const { host, username, password } = version === "5" ? real.tcp5 : real.tcp;
      const base = `bridged/${version.replaceAll(".", "")}`;
      const profile = {
        target: { Socket: `mqtt://${host}` },
        version,
        client_identifier: `bridged-${version.replaceAll(".", "")}`,
        user_name: username || null,
        password: password || null,
        subscriptions: wanted(base),
      };
      const desk = await Desk.open(page, profile, await served(companion()));
      await bothWays(desk, real, version, base);
      await expect(page.getByTestId("link")).toHaveText(`TCP to ${host}`);
    });
  }
}

test("mqtts:// with a made CA: verified with it, refused in words without it, and a warning where nobody verifies", async ({ page, companion, run, folder }) => {
  const made = join(folder, "made");
  const port = await broker(run, "--tls", "0", "--listen-make", made);
  const other = join(folder, "other");
  await broker(run, "--tls", "0", "--listen-make", other);
  const address = `mqtts://localhost:${port}`;
  const tls = { ca: join(made, "ca.pem") };
  const desk = await Desk.open(page, { target: { Socket: address }, reconnect: null, bridged: { tls } }, await served(companion()));
  await desk.connect();
  await expect(page.getByTestId("link")).toContainText(/TCP to .* · TLS 1\.3, .* · certificate until/);
  await expect(page.getByTestId("unverified")).toHaveCount(0);
  // With another CA, and for another name.
  const change = async (id: string, text: string) => {
    await desk.row.getByRole("button", { name: /^More for/ }).click();
    await page.getByRole("menuitem", { name: "Change…" }).click();
    const field = page.getByTestId(`connect-${id}`);
    if (id === "tls-unverified") await field.check();
    else await field.fill(text);
    await page.getByTestId("save-and-connect").click();
  };
  const says = async (cause: RegExp | string, wrong: string) => {
    await desk.state("failed");
    const advice = await desk.advice();
    await expect(advice.getByTestId("cause")).toHaveCount(1);
    await expect(advice).toContainText(cause);
    const certificates = advice.getByTestId("certificates");
    await expect(certificates).toContainText(`WRONG: ${wrong}`);
    for (const way of ["mouse", "keyboard"] as const) await new Hand(page, way).scroll(certificates);
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  };
  await change("tls-ca", join(other, "ca.pem"));
  await says("which is not trusted", "by an unknown issuer");
  await change("tls-ca", join(made, "ca.pem"));
  await desk.state("open");
  await change("tls-name", "broker.test");
  await says("The server's certificate is not for broker.test, but for", "for another name");
  await change("tls-unverified", "yes");
  await desk.state("open");
  await expect(page.getByTestId("unverified")).toContainText("The server of “real” is not verified");
  await expect(desk.row).toContainText("NOT VERIFIED");
  await desk.row.getByTestId("disconnect").click();
  await expect(page.getByTestId("unverified")).toHaveCount(0);
  await change("tls-ca", "/nowhere/ca.pem");
  await desk.state("open");
});

test("what cannot be reached says why, and the page that the companion did not open says what it takes", async ({ page, companion, run }) => {
  const running = companion("--bridge-patience", "1");
  const open = await served(running);
  const desk = await Desk.open(page, { target: { Socket: "mqtt://127.0.0.1:1" }, reconnect: null }, open);
  const change = async (address: string) => {
    await desk.row.getByRole("button", { name: /^More for/ }).click();
    await page.getByRole("menuitem", { name: "Change…" }).click();
    await page.getByTestId("connect-address").fill(address);
    await page.getByTestId("save-and-connect").click();
  };
  const says = async (cause: string) => {
    await desk.state("failed");
    const advice = await desk.advice();
    await expect(advice).toContainText(cause);
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  };
  await desk.row.getByTestId("connect").click();
  await says("nobody listens at 127.0.0.1:1");
  await change("mqtt://nobody.invalid");
  await says("No address is known for the name nobody.invalid");
  const sockets: Socket[] = [];
  const silent = await listening((socket) => void sockets.push(socket));
  await change(`mqtts://127.0.0.1:${port(silent)}`);
  await says("did not answer the TLS handshake within 1 seconds");
  for (const socket of sockets) socket.destroy();
  silent.close();
  const closing = await listening((socket) => void socket.on("data", () => socket.end()));
  await change(`mqtts://127.0.0.1:${port(closing)}`);
  await says("The server closed the connection (FIN) during the TLS handshake");
  closing.close();
  await change("unix:///nowhere/broker.sock");
  await says("/nowhere/broker.sock cannot be reached");
  await change(`mqtt://127.0.0.1:${await broker(run, "0")}`);
  await desk.state("open");
  // The same page without what the companion put into its address.
  const other = await page.context().newPage();
  await other.goto(open.replace(/#.*/, "#/live"));
  const row = other.getByTestId("connection").filter({ hasText: "real" });
  await row.getByTestId("connect").click({ timeout: 15_000 });
  await row.getByTestId("why-not").click();
  await expect(other.getByTestId("advice")).toContainText("A browser reaches WebSocket only; mqttscope (the companion) opens mqtt://");
});

test.describe("a companion that is gone", () => {
  // The browser itself writes that it could not connect.
  test.use({ allowed: /WebSocket connection to/ });

  test("is named, and so is what its end did to a connection", async ({ page, companion, run }) => {
    const running = companion();
    const target = { Socket: `mqtt://127.0.0.1:${await broker(run, "0")}` };
    const desk = await Desk.open(page, { target, reconnect: null }, await served(running));
    await desk.connect();
    await running.end("SIGINT");
    await desk.state("failed");
    await expect(desk.row).toContainText("the companion was ended");
    await desk.row.getByTestId("connect").click();
    await expect(await desk.advice()).toContainText("The companion does not answer");
  });
});

test("a broker that closes or resets is told apart", async ({ page, companion }) => {
  let next: (socket: Socket) => void = () => {};
  const server = await listening((socket) => void socket.on("data", () => next(socket)));
  const target = { Socket: `mqtt://127.0.0.1:${port(server)}` };
  const desk = await Desk.open(page, { target, reconnect: null }, await served(companion()));
  for (const [act, words] of [
    [(socket: Socket) => void socket.end(), "the server closed the connection (FIN)"],
    [(socket: Socket) => void socket.resetAndDestroy(), "the connection was reset (RST)"],
  ] as const) {
    next = act;
    await desk.row.getByTestId("connect").click();
    await expect(page.getByTestId("wire-event").last()).toContainText(words);
  }
  server.close();
});

for (const way of ["mouse", "keyboard"] as const) {
  test.describe(`by ${way}`, () => {
    // The browser would have a user name in every form with a password; MQTT does not need one.
    test.use({ allowed: /\[DOM\] Password forms/ });

    test("every setting of TLS and of the way is set and kept", async ({ page, companion, run }) => {
      test.slow();
      const hand = new Hand(page, way);
      const open = await served(companion());
      await page.goto(open);
      await expect(page.getByTestId("connection")).toHaveCount(1, { timeout: 15_000 });
      const menu = page.getByTestId("new-connection");
      const dialog = page.getByRole("dialog");
      // Each preset leads to its broker, and says what it needs.
      for (const [name, address] of [
        ["ActiveMQ over TCP", "mqtt://127.0.0.1:1883"],
        ["Azure IoT Hub", "mqtts://YOUR-HUB.azure-devices.net:8883"],
        ["HiveMQ Cloud", "mqtts://YOUR-CLUSTER.s1.eu.hivemq.cloud:8883"],
        ["EMQX over TCP", "mqtt://127.0.0.1:1883"],
        ["AWS IoT with a certificate", "mqtts://YOUR-ENDPOINT-ats.iot.REGION.amazonaws.com:8883"],
      ] as const) {
        if ((await dialog.count()) > 0) await hand.close();
        await hand.pick(menu, name);
        await expect(dialog.getByTestId("connect-address")).toHaveValue(address);
      }
      const note = dialog.locator("summary").filter({ hasText: "What this broker needs" });
      await hand.press(note);
      await hand.scroll(dialog.locator("pre[tabindex='0']"));
      const texts = {
        "tls-ca": "/etc/ca.pem",
        "tls-certificate": "/etc/device.pem",
        "tls-key": "/etc/device.key",
        "tls-passphrase": "open sesame",
        "tls-name": "broker.test",
        "tls-alpn": "mqtt, x-amzn-mqtt-ca",
      };
      const group = dialog.locator("summary").filter({ hasText: "TLS to the broker" });
      await hand.press(group);
      await expect(dialog.getByTestId("connect-tls-ca")).toBeHidden();
      await hand.press(group);
      for (const [id, text] of Object.entries(texts)) await hand.write(dialog.getByTestId(`connect-${id}`), text);
      await hand.choose(dialog.getByTestId("connect-tls-version"), "1.3");
      await hand.turn(dialog.getByTestId("connect-tls-unverified"));
      await hand.press(dialog.locator("summary").filter({ hasText: "Proxy, and who opens the connection" }));
      await hand.write(dialog.getByTestId("connect-proxy"), "https://proxy");
      await expect(dialog.locator("#connect-proxy-about")).toHaveText("A proxy begins with http:// or socks5://.");
      await hand.write(dialog.getByTestId("connect-proxy"), "socks5://proxy:1080");
      await hand.press(dialog.getByTestId("save"));
      await expect(page.getByTestId("connection")).toHaveCount(2);
      const row = page.getByTestId("connection").nth(1);
      await hand.pick(row.getByRole("button", { name: /^More for/ }), "Change…");
      for (const [id, text] of Object.entries(texts)) await expect(dialog.getByTestId(`connect-${id}`)).toHaveValue(text);
      await expect(dialog.getByTestId("connect-tls-version").locator("option:checked")).toHaveText("1.3 only");
      await expect(dialog.getByTestId("connect-tls-unverified")).toBeChecked();
      await expect(dialog.getByTestId("connect-proxy")).toHaveValue("socks5://proxy:1080");
      // A key that is typed is not shown.
      await expect(dialog.getByTestId("connect-tls-key")).toHaveCSS("-webkit-text-security", "disc");
      // What the browser opens has none of it, and reaches WebSocket all the same.
      const ws = await broker(run, "--ws", "0");
      await hand.write(dialog.getByTestId("connect-address"), `ws://127.0.0.1:${ws}/mqtt`);
      await hand.press(dialog.locator("summary").filter({ hasText: "Proxy, and who opens the connection" }));
      await hand.turn(dialog.getByTestId("connect-by-browser"));
      await expect(dialog.getByTestId("connect-proxy")).toHaveCount(0);
      await expect(dialog.getByTestId("connect-tls-ca")).toHaveCount(0);
      await hand.press(dialog.getByTestId("save-and-connect"));
      await expect(row).toHaveAttribute("data-state", "open");
      await expect(page.getByTestId("link")).toHaveCount(0);
    });
  });
}

/** A server that the test plays. */
async function listening(act: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    act(socket);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return server;
}

function port(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}
