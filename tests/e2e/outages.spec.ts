// What can go wrong with each real broker that `cargo xtask test` could start, on one that the test
// kills and starts again. Mosquitto, with more trouble still, is in mosquitto.spec.ts.
import { expect, test } from "@playwright/test";

import { type Broker, brokers, publish, type Version } from "./peers/clients";
import { Desk } from "./peers/desk";
import { Own } from "./peers/own";

/** What a broker does that others do not. */
interface Habits {
  /** Its configuration makes it keep sessions on disk; the others have them in memory only. */
  keepsSessions?: true;
  /** What the page says of a wrong password; none: the broker ends the connection and says nothing. */
  refusal?: RegExp;
  /** More bytes than one packet may have; none: it has no limit that can be set. */
  tooMany?: number;
}

const HABITS: Record<string, Habits> = {
  // No limit for packets in its configuration; sessions are Erlang processes.
  ejabberd: { refusal: /not authorized|user name or password/i },
  // No limit for packets in this release.
  rabbitmq: { keepsSessions: true, refusal: /user name or password/i },
  // The limit is the WebSocket server's.
  aedes: { refusal: /user name or password/i, tooMany: 1_100_000 },
  // The limit is the WebSocket library's.
  amqtt: { refusal: /not authorized/i, tooMany: 1_100_000 },
  mqttv5: { keepsSessions: true, refusal: /not authorized|user name or password/i, tooMany: 17_000_000 },
  rumqttd: { tooMany: 1_100_000 },
};

function profile(broker: Broker, version: Version, more: object = {}) {
  const { username, password } = broker.tcp;
  return {
    target: { WebSocket: broker.url },
    version,
    client_identifier: "page",
    user_name: username,
    password,
    reconnect: { first_ms: 200, longest_ms: 500, attempts: null },
    ...more,
  };
}

for (const { name, versions } of brokers().filter(({ name }) => name in HABITS)) {
  const habits = HABITS[name]!;

  // One after the other, since they share a broker.
  test.describe(name, () => {
    test.describe.configure({ mode: "default", timeout: 120_000 });

    let own: Own;
    test.beforeAll(() => {
      test.setTimeout(120_000);
      own = Own.start(name);
    });
    test.afterAll(() => own.remove());

    for (const version of versions) {
      test(`${version}: a wrong password does not come in`, async ({ page }) => {
        const desk = await Desk.open(page, profile(own.broker, version, { password: "wrong", reconnect: null }));
        await desk.row.getByTestId("connect").click();
        await desk.state("failed");
        if (habits.refusal) {
          await expect(desk.row).toContainText(habits.refusal);
          await expect(await desk.advice()).toContainText(/The server said CONNACK with 0x(04|05|86|87)/i);
        } else {
          await expect(desk.packets("CONNACK")).toHaveCount(0);
          await expect(await desk.advice()).toContainText(/password/i);
        }
      });

      test(`${version}: the plain port leads to advice`, async ({ page }) => {
        const target = { WebSocket: `ws://127.0.0.1:${own.broker.tcp.port}/` };
        const desk = await Desk.open(page, profile(own.broker, version, { target, reconnect: null }));
        await desk.row.getByTestId("connect").click();
        await desk.state("failed");
        await expect(await desk.advice()).toContainText(/WebSocket/);
        await expect(desk.packets("CONNECT")).toHaveCount(0);
      });

      test(`${version}: a packet that is too large is not sent, or ends the connection`, async ({ page }) => {
        test.skip(!habits.tooMany, "this broker has no limit that its configuration can set");
        const desk = await Desk.open(page, profile(own.broker, version, { reconnect: null }));
        await desk.connect();
        await desk.publish("big", "x".repeat(habits.tooMany!));
        const kept = page.getByRole("status").filter({ hasText: "larger than the server accepts" });
        const ended = page.locator('[data-testid="connection"][data-state="failed"]');
        await expect(kept.or(ended).first()).toBeVisible();
      });

      test(`${version}: a broker that is killed is found again`, async ({ page }) => {
        const subscriptions = [{ topic_filter: "back", qos: 0 }];
        const desk = await Desk.open(page, profile(own.broker, version, { subscriptions }));
        await desk.connect();
        await expect(desk.packets("SUBACK")).toHaveCount(1);
        own.end("kill");
        await desk.state("waiting");
        own.again();
        await desk.state("open");
        await expect(desk.packets("SUBACK")).toHaveCount(2);
        await publish(own.broker, version, "back", "heard again");
        await desk.tab("messages");
        await expect(desk.message("heard again")).toBeVisible();
      });

      test(`${version}: the page says whether a session outlives the broker`, async ({ page }) => {
        const desk = await Desk.open(
          page,
          profile(own.broker, version, {
            client_identifier: "stays",
            clean_start: false,
            properties: version === "5" ? { session_expiry_interval: 600 } : {},
            subscriptions: [{ topic_filter: "kept/#", qos: 1 }],
          }),
        );
        await desk.connect();
        await expect(desk.row).toContainText("new session");
        await expect(desk.packets("SUBACK")).toHaveCount(1);
        await desk.row.getByTestId("disconnect").click();
        await desk.state("closed");
        await publish(own.broker, version, "kept/1", "while away", "-q", "1");
        own.end();
        own.again();
        await desk.connect();
        await expect(desk.row).toContainText(habits.keepsSessions ? "session present" : "new session");
        await desk.tab("messages");
        if (habits.keepsSessions) {
          await expect(desk.message("while away")).toBeVisible();
        } else {
          await publish(own.broker, version, "kept/2", "subscribed anew", "-q", "1");
          await expect(desk.message("subscribed anew")).toBeVisible();
          await expect(desk.message("while away")).toHaveCount(0);
        }
      });
    }
  });
}
