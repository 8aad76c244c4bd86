// ActiveMQ from the page, as its user would: producer, broker, consumer, and what its own console has counted beside what
// the page has.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "@playwright/test";

import { brokers } from "./peers/clients";
import { program, test } from "./peers/companion";

const real = brokers().find((broker) => broker.name === "activemq");

test.skip(!program, "cargo xtask test builds the companion and says where it is (MQTTSCOPE_COMPANION)");
test.skip(!real, "cargo xtask test starts ActiveMQ where Debian has it (MQTTSCOPE_BROKERS)");

const run = promisify(execFile);
const console = fileURLToPath(new URL("../brokers/activemq/counts.sh", import.meta.url));

/** What ActiveMQ's console says of a topic: what producers sent, what consumers were sent, and what they acknowledged. */
async function counted(topic: string) {
  const { stdout } = await run(console, [topic.replaceAll("/", ".")]);
  const count = (name: string) => Number(stdout.match(new RegExp(`^${name}Count = (\\d+)$`, "m"))?.[1]);
  return { sent: count("Enqueue"), dispatched: count("Dispatch"), acknowledged: count("Dequeue") };
}

test("ActiveMQ's console counts what the page's producer sent and its consumer received, also what waited", async ({ page, companion }) => {
  const { host, username, password } = real!.tcp;
  const topic = `counted/${Date.now()}`;
  const end = (name: string, more: object) => ({
    name,
    target: { Socket: `mqtt://${host}` },
    version: "3.1.1",
    client_identifier: `${name}-${topic.replace("/", "-")}`,
    user_name: username,
    password,
    ...more,
  });
  const profiles = [
    end("producer", {}),
    // The session is kept while it is away.
    end("consumer", { clean_start: false, subscriptions: [{ topic_filter: topic, qos: 2 }] }),
  ];
  await page.goto(await companion().behind("the page is at "));
  await expect(page.getByTestId("connection")).toHaveCount(1, { timeout: 15_000 });
  const file = JSON.stringify({ format: "mqttscope-profiles", version: 1, profiles });
  await page.getByTestId("connections-file").setInputFiles({ name: "both.json", mimeType: "application/json", buffer: Buffer.from(file) });
  await page.getByRole("dialog", { name: "2 connections imported" }).getByRole("button", { name: "Close" }).click();
  const row = (name: string) => page.getByTestId("connection").filter({ hasText: name });
  for (const name of ["consumer", "producer"]) {
    await row(name).getByTestId("connect").click();
    await expect(row(name)).toHaveAttribute("data-state", "open");
  }
  await row("consumer").getByTestId("look").click();
  const packets = (type: string) => page.locator(`[data-testid="wire-row"][data-type="${type}"]`);
  await expect(packets("SUBACK")).toHaveCount(1);

  const publish = async (qos: number, payload: string) => {
    await page.getByTestId("publish-topic").fill(topic);
    await page.getByTestId("publish-qos").selectOption(String(qos));
    await page.getByTestId("payload-as").selectOption("text");
    await page.getByTestId("publish-payload").fill(payload);
    await page.getByTestId("publish").click();
  };
  const ours = page.locator(`[data-testid="topic"][title="${topic}"] .count`);
  await row("producer").getByTestId("look").click();
  for (const qos of [0, 1, 2]) await publish(qos, `order at QoS ${qos}`);
  await row("consumer").getByTestId("look").click();
  await expect(ours).toHaveAttribute("title", /^3 received, 0 sent;/);
  await expect.poll(() => counted(topic)).toEqual({ sent: 3, dispatched: 3, acknowledged: 3 });

  // Two more, while the consumer is away: they wait in the broker, and come when it is back.
  await row("consumer").getByTestId("disconnect").click();
  await expect(row("consumer")).toHaveAttribute("data-state", "closed");
  await row("producer").getByTestId("look").click();
  for (const qos of [1, 2]) await publish(qos, `late order at QoS ${qos}`);
  await expect.poll(async () => (await counted(topic)).sent).toBe(5);
  expect(await counted(topic)).toEqual({ sent: 5, dispatched: 3, acknowledged: 3 });
  await expect(ours).toHaveAttribute("title", /^0 received, 5 sent;/);
  await row("consumer").getByTestId("connect").click();
  await row("consumer").getByTestId("look").click();
  await expect(ours).toHaveAttribute("title", /^5 received, 0 sent;/);
  await expect.poll(() => counted(topic)).toEqual({ sent: 5, dispatched: 5, acknowledged: 5 });
});
