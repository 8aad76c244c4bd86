// The Live page against real brokers over WebSocket, with Paho's client on their other side over TCP.
import { expect, test, type Page } from "@playwright/test";
import { Broker, Peer, names, publish } from "./brokers";

/** What a broker refuses or lacks, so that a test says it rather than fails. */
const USER: Record<string, [string, string]> = { ejabberd: ["test", "test"] };
/** The highest QoS that a subscription is granted. */
const GRANTS: Record<string, number> = { rabbitmq: 1 };

const rows = (page: Page, type: string) => page.locator(`[data-testid="wire-row"][data-type="${type}"]`);
const messages = (page: Page, text: string) => page.getByTestId("message-row").filter({ hasText: text });

type Settings = { version?: string; client?: string; fields?: Record<string, string>; ticks?: Record<string, boolean> };

/** Makes a connection in the window for it, and opens it. */
async function connect(page: Page, broker: Broker, address: string, settings: Settings = {}) {
  await page.getByTestId("new-connection").click();
  await page.getByRole("menuitem", { name: "mosquitto" }).click();
  await page.getByTestId("connect-name").fill(broker.name);
  await page.getByTestId("connect-address").fill(address);
  await page.getByTestId("connect-version").selectOption(settings.version ?? "3.1.1");
  await page.getByTestId("connect-client-identifier").fill(settings.client ?? `page-${Date.now()}`);
  await page.getByTestId("edit").locator("details").evaluateAll((all) => all.forEach((one) => ((one as HTMLDetailsElement).open = true)));
  const [name, password] = USER[broker.name] ?? [];
  const fields = { ...(name ? { "user-name": name, password: password ?? "" } : {}), ...settings.fields };
  for (const [tick, on] of Object.entries(settings.ticks ?? {})) await page.getByTestId(`connect-${tick}`).setChecked(on);
  for (const [field, text] of Object.entries(fields)) await page.getByTestId(`connect-${field}`).fill(text);
  await page.getByTestId("save-and-connect").click();
}

const opened = (page: Page, broker: Broker) =>
  expect(page.getByTestId("connection").filter({ hasText: broker.name })).toHaveAttribute("data-state", "open", { timeout: 15_000 });

async function subscribe(page: Page, filter: string, qos = "2") {
  await page.getByTestId("subscribe").click();
  await page.getByTestId("subscribe-topic-filter").fill(filter);
  await page.getByTestId("subscribe-maximum-qos").selectOption(qos);
  await page.getByTestId("subscribe-now").click();
  await expect(page.getByTestId("subscription").filter({ hasText: filter })).not.toContainText("no answer yet");
}

async function send(page: Page, topic: string, payload: string, qos: number, retain = false) {
  await page.getByTestId("publish-topic").fill(topic);
  await page.getByTestId("publish-qos").selectOption(String(qos));
  await page.getByTestId("publish-retain").setChecked(retain);
  await page.getByTestId("payload-as").selectOption("text");
  await page.getByTestId("publish-payload").fill(payload);
  await page.getByTestId("publish").click();
}

for (const name of names) {
  const broker = new Broker(name);
  const highest = GRANTS[name] ?? 2;

  test.describe(name, () => {
    // One after the other: one of them stops the broker.
    test.describe.configure({ mode: "default" });
    test.beforeAll(() => void broker.start());
    test.afterAll(() => void broker.start());

    for (const version of ["3.1", "3.1.1", "5"]) {
      test(`${name}, ${version}: messages go both ways at every QoS`, async ({ page }) => {
        test.skip(!broker.versions().includes(version), `${name} does not speak ${version}`);
        test.slow();
        const [tcp, topic] = [broker.tcp(version), `both/${version}`];
        const peer = new Peer(tcp, version, "subscribe", `${topic}/out`, "2");
        await peer.ready();
        await page.goto("#/live");
        await connect(page, broker, broker.url(), { version });
        await opened(page, broker);
        await subscribe(page, `${topic}/in`);
        for (const qos of [0, 1, 2]) {
          await send(page, `${topic}/out`, `out ${qos}`, qos);
          expect(await peer.message(`out ${qos}`)).toMatchObject({ topic: `${topic}/out`, qos: Math.min(qos, highest) });
          await publish(tcp, version, `${topic}/in`, `in ${qos}`, { qos });
          await page.getByTestId("tab-messages").click();
          await expect(messages(page, `in ${qos}`)).toContainText(`QoS ${Math.min(qos, highest)}`);
          await page.getByTestId("tab-wire").click();
        }
        await expect(rows(page, "PUBCOMP").first()).toBeVisible();
        await peer.end();
      });
    }

    const version = "3.1.1";

    test(`${name}: a retained message comes, and the will of a page whose link is cut`, async ({ page }) => {
      const tcp = broker.tcp(version);
      await publish(tcp, version, "kept/here", `kept by ${name}`, { retain: true });
      const peer = new Peer(tcp, version, "subscribe", "gone/page", "1");
      await peer.ready();
      await page.goto("#/live");
      await connect(page, broker, broker.url(), {
        ticks: { will: true, reconnect: false },
        fields: { "will-topic": "gone/page", "will-payload": "it is gone" },
      });
      await opened(page, broker);
      await subscribe(page, "kept/#");
      await page.getByTestId("tab-messages").click();
      await expect(messages(page, `kept by ${name}`)).toContainText("retain");
      await page.getByRole("button", { name: `More for ${name}` }).click();
      await page.getByRole("menuitem", { name: "Cut the link" }).click();
      await peer.message("it is gone");
      await peer.end();
    });

    test(`${name}: a session outlives the broker's end`, async ({ page }) => {
      test.slow();
      test.skip(!["mosquitto", "ejabberd", "rabbitmq"].includes(name), `${name} keeps no session on disk`);
      await page.goto("#/live");
      await connect(page, broker, broker.url(), { client: `page-kept-${name}`, ticks: { "clean-start": false } });
      await opened(page, broker);
      await subscribe(page, "session/#", "1");
      broker.stop();
      const row = page.getByTestId("connection").filter({ hasText: name });
      await expect(row).not.toHaveAttribute("data-state", "open");
      broker.start();
      await opened(page, broker);
      await expect(row).toContainText("session present");
      await publish(broker.tcp(version), version, "session/after", "still subscribed");
      await page.getByTestId("tab-messages").click();
      await expect(messages(page, "still subscribed")).toBeVisible();
    });

    test(`${name}: a wrong port leads to advice`, async ({ page }) => {
      await page.goto("#/live");
      // The port for plain TCP: it answers, but not as a WebSocket does.
      const address = broker.url().replace(/:\d+/, `:${new URL(broker.tcp(version).replace("mqtt:", "http:")).port}`);
      await connect(page, broker, address, { ticks: { reconnect: false } });
      const row = page.getByTestId("connection").filter({ hasText: name });
      await expect(row).toHaveAttribute("data-state", /failed|waiting/, { timeout: 20_000 });
      await row.getByTestId("why-not").click();
      await expect(page.getByTestId("advice").locator("li").first()).toBeVisible();
    });

    test(`${name}: a wrong password leads to advice`, async ({ page }) => {
      test.skip(!(name in USER) && name !== "rabbitmq", `${name} lets everybody in`);
      await page.goto("#/live");
      await connect(page, broker, broker.url(), { ticks: { reconnect: false }, fields: { "user-name": "test", password: "wrong" } });
      const row = page.getByTestId("connection").filter({ hasText: name });
      await expect(row).toHaveAttribute("data-state", /failed|waiting/);
      await row.getByTestId("why-not").click();
      await expect(page.getByTestId("advice")).toContainText(/password|user/i);
    });
  });
}
