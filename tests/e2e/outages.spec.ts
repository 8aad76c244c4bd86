// What can go wrong with each real broker that `cargo xtask test` could start, on one that the test
// kills and starts again. Mosquitto, with more trouble still, is in mosquitto.spec.ts.
import { expect, test } from "@playwright/test";

import { type Broker, brokers, publish, type Version } from "./peers/clients";
import { Desk } from "./peers/desk";
import { Own } from "./peers/own";

/** What a broker does that others do not. */
interface Habits {
  /** What it has on disk of sessions, and finds again when it is started anew; none: all is in memory. */
  keeps?: "sessions" | "sessions and messages";
  /** What the page says of a wrong password; none: it ends the connection without a CONNACK. */
  refusal?: RegExp;
  /** More bytes than one packet may have; none: it keeps no limit over WebSocket. */
  tooMany?: number;
}

const HABITS: Record<string, Habits> = {
  // Sessions are Erlang processes. Its limit for packets is for TCP listeners only.
  ejabberd: { refusal: /not authorized|user name or password/i },
  // Over WebSocket it refuses with a close code. It takes larger frames than its limit for them allows.
  rabbitmq: { keeps: "sessions and messages" },
  // The limit is the WebSocket server's.
  aedes: { refusal: /user name or password/i, tooMany: 1_100_000 },
  // The limit is the WebSocket library's.
  amqtt: { refusal: /not authorized/i, tooMany: 1_100_000 },
  // It writes what waits for a client a while after it took it, so that a restart may lose it.
  mqttv5: { keeps: "sessions", refusal: /not authorized|user name or password/i, tooMany: 1_100_000 },
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
          await expect(await desk.advice()).toContainText(/CONNACK with 0x(04|05|86|87)/i);
        } else {
          await expect(desk.packets("CONNACK")).toHaveCount(0);
          await expect(await desk.advice()).toContainText(/password/i);
        }
      });

      test(`${version}: the plain port leads to advice`, async ({ page }) => {
        const target = { WebSocket: `ws://127.0.0.1:${own.broker.tcp.port}/` };
        const desk = await Desk.open(page, profile(own.broker, version, { target, reconnect: null }));
        await desk.row.getByTestId("connect").click();
        // Some wait for more of what they take for a packet, and it is the page that gives up.
        await desk.state("failed", 60_000);
        await expect(await desk.advice()).toContainText(/WebSocket/);
        await expect(desk.packets("CONNECT")).toHaveCount(0);
      });

      test(`${version}: a packet that is too large is not sent, or ends the connection`, async ({ page }) => {
        test.skip(!habits.tooMany, "it keeps no limit over WebSocket that could be set");
        const desk = await Desk.open(page, profile(own.broker, version, { reconnect: null }));
        await desk.connect();
        await desk.publish("big", "x".repeat(habits.tooMany!));
        const kept = page.getByRole("status").filter({ hasText: "larger than the server accepts" });
        const ended = page.locator('[data-testid="connection"][data-state="failed"]');
        await expect(kept.or(ended).first()).toBeVisible();
      });

      test(`${version}: a broker that is killed is found again`, async ({ page }) => {
        test.skip(version !== versions.at(-1), "a crash is the same in each version");
        const subscriptions = [{ topic_filter: "back", qos: 0 }];
        const desk = await Desk.open(page, profile(own.broker, version, { subscriptions }));
        await desk.connect();
        await expect(desk.packets("SUBACK")).toHaveCount(1);
        const first = await desk.packets("SUBACK").getAttribute("data-row");
        own.end("kill");
        await desk.state("waiting");
        own.again();
        await desk.state("open");
        // Of a long outage many attempts are listed, and the first SUBACK may be above what is seen.
        await expect(desk.packets("SUBACK").last()).not.toHaveAttribute("data-row", first!);
        await publish(own.broker, version, "back", "heard again");
        await desk.tab("messages");
        await expect(desk.message("heard again")).toBeVisible();
      });

      test(`${version}: the page says whether a session outlives the broker`, async ({ page }) => {
        test.skip(version === "3.1", "its CONNACK cannot say whether the session is there");
        const desk = await Desk.open(
          page,
          profile(own.broker, version, {
            client_identifier: `stays-${version}`,
            clean_start: false,
            properties: version === "5" ? { session_expiry_interval: 600 } : {},
            subscriptions: [{ topic_filter: "kept/#", qos: 1 }],
          }),
        );
        await desk.connect();
        await expect(desk.row).toContainText("new session");
        await expect(desk.packets("SUBACK")).toHaveCount(1);
        const first = await desk.packets("SUBACK").getAttribute("data-row");
        await desk.row.getByTestId("disconnect").click();
        await desk.state("closed");
        await publish(own.broker, version, "kept/1", "while away", "-q", "1");
        own.end();
        own.again();
        await desk.connect();
        await expect(desk.row).toContainText(habits.keeps ? "session present" : "new session");
        if (!habits.keeps) await expect(desk.packets("SUBACK").last()).not.toHaveAttribute("data-row", first!);
        await publish(own.broker, version, "kept/2", "to one who is back", "-q", "1");
        await desk.tab("messages");
        await expect(desk.message("to one who is back")).toBeVisible();
        const missed = desk.message("while away");
        if (habits.keeps !== "sessions") await expect(missed).toHaveCount(habits.keeps ? 1 : 0);
      });
    }
  });
}
