// The Live page on every real broker that `cargo xtask test` could start, with mosquitto's clients on
// the broker's TCP side.
import { expect, test } from "@playwright/test";

import { bothWays, delivered, wanted } from "./peers/both-ways";
import { type Broker, brokers, Paho, publish, Subscriber, type Version } from "./peers/clients";
import { Desk } from "./peers/desk";

function profile(broker: Broker, version: Version, more: object = {}) {
  const { username, password } = broker.tcp;
  return {
    target: { WebSocket: broker.url },
    version,
    client_identifier: `page-${broker.name}-${version.replaceAll(".", "")}`,
    user_name: username || null,
    password: password || null,
    ...more,
  };
}

test("there are brokers to talk to", () => {
  test.skip(brokers().length === 0, "cargo xtask test starts them");
  expect(brokers().map(({ name }) => name)).toContain("mosquitto");
});

for (const broker of brokers()) {
  for (const version of broker.versions) {
    // RabbitMQ makes a slash of each dot.
    const base = `page/${broker.name}/${version.replaceAll(".", "")}`;

    test(`${broker.name}, ${version}: messages of every QoS go both ways`, async ({ page }) => {
      const desk = await Desk.open(page, profile(broker, version, { subscriptions: wanted(base) }));
      await bothWays(desk, broker, version, base);
    });

    test(`${broker.name}, ${version}: what is retained comes with its mark`, async ({ page }) => {
      await publish(broker, version, `${base}/kept`, "kept for the page", "-r", "-q", "1");
      const subscriptions = [{ topic_filter: `${base}/kept`, qos: 1 }];
      const desk = await Desk.open(page, profile(broker, version, { client_identifier: "", subscriptions }));
      await desk.connect();
      await desk.tab("messages");
      await expect(desk.message("kept for the page")).toContainText("retain");
      await publish(broker, version, `${base}/kept`, null, "-r");
    });

    test(`${broker.name}, ${version}: the will is published when the link is cut`, async ({ page }) => {
      const subscriber = await Subscriber.to(broker, version, `${base}/will`);
      const will = { message: { topic: `${base}/will`, payload: [...Buffer.from("gone")], qos: 1 } };
      const desk = await Desk.open(page, profile(broker, version, { client_identifier: `will-${version}`, will, reconnect: null }));
      await desk.connect();
      await desk.cut();
      await subscriber.hears(/will \d 0 gone/);
      await subscriber.stop();
    });

    test(`${broker.name}, ${version}: Paho with a persistent session, both ways`, async ({ page }) => {
      test.skip(!Paho.python, "cargo xtask test gets it");
      test.skip(version === "3.1", "one old version is enough for it");
      const desk = await Desk.open(
        page,
        profile(broker, version, {
          client_identifier: `stays-${version}`,
          clean_start: false,
          properties: version === "5" ? { session_expiry_interval: 600 } : {},
          subscriptions: [{ topic_filter: `${base}/paho/in/#`, qos: 2 }],
        }),
      );
      await desk.connect();
      await expect(desk.packets("SUBACK")).toHaveCount(1);
      const topic = `${base}/paho/out`;
      const listen = () => Paho.run("subscribe", broker, version, `listener-${version}`, `${topic}/#`);
      const tell = async (name: string, qos: number, payload: string) => {
        const publisher = Paho.run("publish", broker, version, `teller-${version}`, `${base}/paho/in/${name}`, String(qos), payload);
        await publisher.hears("published");
      };

      let listener = listen();
      await listener.hears("subscribed");
      await desk.publish(`${topic}/1`, "to one who listens", 2);
      await listener.hears(`${topic}/1 ${delivered(broker, 2)} to one who listens`);
      await listener.stop();
      await desk.publish(`${topic}/2`, "to one who is away", 1);
      await expect(desk.packets("PUBACK").first()).toBeVisible();
      listener = listen();
      await listener.hears("session 1");
      await listener.hears(`${topic}/2 ${delivered(broker, 1)} to one who is away`);
      await listener.stop();

      await tell("1", 2, "to the page");
      await desk.row.getByTestId("disconnect").click();
      await desk.state("closed");
      await tell("2", 1, "to the page that is away");
      await desk.connect();
      await desk.tab("messages");
      await expect(desk.message("paho/in/1")).toContainText("to the page");
      await expect(desk.message("paho/in/2")).toContainText("to the page that is away");
    });
  }
}
