// A client is examined from the Live page: the companion is the broker that it connects to.
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { connect as inTls } from "node:tls";
import { once } from "node:events";
import { expect, type Page } from "@playwright/test";

import { withoutViolations } from "./axe";
import { open, rows } from "./live";
import { Paho } from "./peers/clients";
import { type Companion, program, test } from "./peers/companion";
import { Hand, twice } from "./ways";

/** A CONNECT of 3.1.1 that goes on with the session, with a user name and a password. */
const CONNECT = Buffer.from("\x10\x1b\x00\x04MQTT\x04\xc0\x00\x3c\x00\x01a\x00\x02me\x00\x08p4ssw0rd", "latin1");
/** A PUBLISH of QoS 1 that is not said to be sent again. */
const PUBLISH = Buffer.from("\x32\x06\x00\x01t\x00\x07x", "latin1");
/** The password as reports write bytes. */
const PASSWORD = /p4ssw0rd|70 ?34 ?73 ?73/;

const state = (page: Page) => page.getByTestId("led-state");
const row = (page: Page, name: string) => page.locator(`[data-testid="led-row"][data-name="${name}"]`);
const shows = (page: Page, name: string, verdict: string) => expect(row(page, name)).toHaveAttribute("data-verdict", verdict, { timeout: 40_000 });

/** Opens the view in the page that the companion serves. */
async function examine(hand: Hand, companion: Companion, isFirst = true) {
  const { page } = hand;
  await page.goto(await companion.behind("the page is at "));
  await expect(page.getByTestId("connection").first()).toHaveAttribute("data-state", "open", { timeout: 15_000 });
  await hand.pick(page.getByTestId("new-connection"), "Examine a client…");
  if (isFirst) await expect(page.getByTestId("led-form")).toBeVisible({ timeout: 15_000 });
}

/** Listens at a free port for a client of 3.1.1; gives where. */
async function listen(hand: Hand): Promise<URL> {
  const { page } = hand;
  await hand.write(page.getByTestId("led-port"), "0");
  await hand.choose(page.getByTestId("led-version"), "3.1.1");
  await hand.press(page.getByTestId("led-start"));
  await expect(state(page)).toHaveText("Waiting for a client.");
  return new URL((await page.getByTestId("led-address").textContent())!);
}

/** A device that has connected, and has read its CONNACK. */
async function device(at: URL): Promise<Socket> {
  const socket = connect(Number(at.port), at.hostname);
  // A connection that is cut may be reset.
  socket.on("error", () => {});
  socket.write(CONNECT);
  await once(socket, "data");
  return socket;
}

/** Loses the PUBACK of a message, and does not say DUP when it sends it again. */
async function forgetsDup(at: URL): Promise<Socket> {
  const first = await device(at);
  const gone = once(first, "close");
  first.resume();
  first.write(PUBLISH);
  await gone;
  const second = await device(at);
  second.resume();
  second.write(PUBLISH);
  return second;
}

test.describe("by the companion", () => {
  test.skip(!program, "cargo xtask test builds the companion and says where it is (MQTTSCOPE_COMPANION)");

  for (const [width, height] of [[1440, 900], [390, 844]] as const) {
    test(`Paho is led through a CONNECT and a lost PUBACK, at ${width} pixels`, async ({ page, companion }) => {
      test.skip(!Paho.python, "cargo xtask test gets it");
      test.slow();
      await page.setViewportSize({ width: 1440, height: 900 });
      const hand = new Hand(page, "mouse");
      await examine(hand, companion());
      await page.setViewportSize({ width, height });
      const fits = async () => expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await fits();
      await withoutViolations(page);
      const at = await listen(hand);
      await expect(page.getByTestId("led-now")).toContainText("Switch the client on.");
      await fits();
      await withoutViolations(page);
      const login = new URL(`mqtt://me:p4ssw0rd@${at.host}`);
      const paho = Paho.run("publish", { tcp: login, tcp5: login }, "3.1.1", "examined", "examined/t", "1", "hello");
      try {
        await shows(page, "connects", "kept");
        await shows(page, "repeats-qos-1", "kept");
      } finally {
        // It would go on to connect.
        await paho.stop();
      }

      await row(page, "repeats-qos-1").click();
      await expect(page.getByTestId("led-verdict")).toHaveText("kept");
      await expect(page.getByTestId("check-statements")).toContainText(/MQTT-4\.4\.0-1.*MUST: \S/);
      // The message, and the same one with DUP; Paho may send others in between.
      await expect.poll(() => rows(page, "PUBLISH").count()).toBeGreaterThanOrEqual(2);
      await fits();
      await withoutViolations(page);
      await page.getByTestId("led-close").click();
      await page.getByTestId("led-cancel").click();
      await expect(state(page)).toHaveText(/^Ended after/);
      await shows(page, "pings", "unknown");
      await expect(row(page, "pings")).toContainText("never shown");
      const download = page.waitForEvent("download");
      await page.getByTestId("led-json").click();
      const text = readFileSync(await (await download).path(), "utf8");
      const { checks } = JSON.parse(text) as { checks: { id: string; verdict: string }[] };
      expect(checks.find(({ id }) => id === "repeats-qos-1")?.verdict).toBe("kept");
      expect(text).not.toMatch(PASSWORD);
    });
  }

  for (const way of ["mouse", "keyboard"] as const) {
    test(`every control of an examination of a client, by ${way}`, async ({ page, companion }) => {
      test.slow();
      page.setDefaultTimeout(20_000);
      const hand = new Hand(page, way);
      await examine(hand, companion());
      const start = page.getByTestId("led-start");
      await hand.write(page.getByTestId("led-port"), "65536");
      await expect(start).toBeDisabled();
      await hand.turn(page.getByTestId("led-everywhere"));
      await expect(page.getByTestId("led-everywhere")).toBeChecked();
      await hand.turn(page.getByTestId("led-everywhere"));
      const at = await listen(hand);
      await hand.press(page.getByTestId("led-pause"));
      await expect(state(page)).toHaveText("Paused: no situation begins.");
      await expect(page.getByTestId("led-pause")).toHaveText("Go on");
      await hand.press(page.getByTestId("led-pause"));
      await expect(page.getByTestId("led-now")).toContainText("Switch the client on.");

      const client = await forgetsDup(at);
      await shows(page, "connects", "kept");
      await shows(page, "repeats-qos-1", "broken");
      await expect(state(page)).toHaveText("The client is connected: MQTT 3.1.1.");
      // What is asked for next is left out, and another one by its row.
      const [, next] = (await page.getByTestId("led-done").textContent())!.match(/^(\d+) of/)!;
      await hand.press(page.getByTestId("led-skip"));
      await expect(page.getByTestId("led-done")).toHaveText(new RegExp(`^${Number(next) + 1} of`));
      const select = async (name: string) => {
        if (hand.hasMouse) return row(page, name).click();
        await hand.focus(page.getByTestId("situations"));
        await page.keyboard.press("Home");
        const place = Number(await row(page, name).getAttribute("aria-posinset"));
        for (let down = 1; down < place; down += 1) await page.keyboard.press("ArrowDown");
      };
      await select("repeats-qos-2");
      await hand.press(page.getByTestId("led-leave-out"));
      await expect(page.getByTestId("led-why")).toHaveText("It was left out.");
      await hand.press(page.getByTestId("led-close"));
      await expect(page.getByTestId("led-situation")).toHaveCount(0);
      await expect(page.getByTestId("situations")).toBeFocused();

      // What it broke: the statement, the words, the packets.
      await select("repeats-qos-1");
      await expect(page.getByTestId("led-verdict")).toHaveText("broken");
      await expect(rows(page, "PUBLISH")).toHaveCount(2);
      await hand.scroll(page.getByTestId("led-body"));
      await hand.follow(page.getByTestId("check-statements").getByRole("link").first());
      await hand.scroll(page.getByTestId("check-picture"));
      if (hand.hasMouse) await rows(page, "PUBLISH").first().click();
      else {
        await hand.focus(page.getByTestId("exchanged"));
        await page.keyboard.press("Home");
      }
      await expect(page.getByTestId("check-packet").getByTestId("field").first()).toBeVisible();
      await hand.press(page.getByTestId("led-close"));

      // It goes on behind another view.
      await hand.press(page.getByTestId("led-back"));
      await expect(page.getByTestId("led")).toHaveCount(0);
      await hand.pick(page.getByTestId("new-connection"), "Examine a client…");
      await shows(page, "repeats-qos-1", "broken");
      await hand.press(page.getByTestId("led-cancel"));
      await expect(state(page)).toHaveText(/^Ended after/);
      if (!client.closed) await once(client, "close");
      await hand.scroll(page.getByTestId("led-card"));
      for (const [button, end] of [["led-json", "json"], ["led-html", "html"], ["led-text", "txt"]] as const) {
        const download = page.waitForEvent("download");
        await hand.press(page.getByTestId(button));
        const saved = await download;
        expect(saved.suggestedFilename()).toBe(`mqttscope-client.${end}`);
        const text = readFileSync(await saved.path(), "utf8");
        expect(text).toContain("repeats-qos-1");
        expect(text).not.toMatch(PASSWORD);
      }
      // Another one, in TLS, with a certificate that is made for it. What the form lacks is said.
      await hand.press(page.getByTestId("led-anew"));
      await hand.choose(page.getByTestId("led-way"), "TLS, with a certificate of yours");
      await expect(page.getByTestId("led-form")).toContainText("The certificate is missing.");
      await hand.write(page.getByTestId("led-certificate"), "/nowhere/cert.pem");
      await hand.write(page.getByTestId("led-key"), "/nowhere/key.pem");
      await hand.write(page.getByTestId("led-passphrase"), "open sesame");
      await hand.press(start);
      await expect(page.getByTestId("led-failed")).toContainText("cannot be used: reading");
      await hand.choose(page.getByTestId("led-way"), "TLS, with a certificate that is made here");
      await hand.write(page.getByTestId("led-names"), "device.example");
      const secured = await listen(hand);
      expect(secured.protocol).toBe("mqtts:");
      await expect(row(page, "repeats-qos-1")).toHaveAttribute("data-verdict", /open|later/);
      const authority = page.waitForEvent("download");
      await hand.press(page.getByTestId("led-ca"));
      const ca = readFileSync(await (await authority).path());
      const stranger = inTls({ host: secured.hostname, port: Number(secured.port) });
      await once(stranger, "error");
      await expect(page.getByTestId("led-trouble")).toContainText("does not trust the certificate");
      const trusting = inTls({ host: secured.hostname, port: Number(secured.port), ca, servername: "device.example" });
      trusting.on("error", () => {});
      trusting.write(CONNECT);
      await shows(page, "connects", "kept");
      await expect(page.getByTestId("led-trouble")).toHaveCount(0);
      trusting.destroy();

      // The companion has it still when the page is loaded anew, and the browser its last report when the companion has not.
      await page.reload();
      await hand.pick(page.getByTestId("new-connection"), "Examine a client…");
      await shows(page, "connects", "kept");
      await expect(page.getByTestId("led-address")).toHaveText(`mqtts://${secured.host}`);
      await hand.press(page.getByTestId("led-cancel"));
      await expect(state(page)).toHaveText(/^Ended after/);
      await select("connects");
      await expect(rows(page, "CONNECT")).toHaveCount(1);
      await hand.press(page.getByTestId("led-close"));

      // The facts take the place of the list where there is room for one only.
      await page.setViewportSize({ width: 390, height: 844 });
      await expect(page.getByTestId("led-card")).toBeHidden();
      await hand.press(page.getByTestId("led-facts"));
      await expect(page.getByTestId("led-card")).toBeVisible();
      await hand.press(page.getByTestId("led-facts"));
      await expect(row(page, "connects")).toBeVisible();
    });
  }

  test("the last report outlives the companion that made it, without its packets", async ({ page, companion }) => {
    const hand = new Hand(page, "mouse");
    const first = companion();
    await examine(hand, first);
    await forgetsDup(await listen(hand));
    await shows(page, "repeats-qos-1", "broken");
    await page.getByTestId("led-cancel").click();
    await expect(state(page)).toHaveText(/^Ended after/);
    const port = new URL(page.url()).port;
    await page.goto("about:blank");
    await first.end("SIGINT");
    // Another one at the same place, as the browser sees it.
    await examine(hand, companion("--port", port), false);
    await expect(state(page)).toHaveText(/^The last report, of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d, without its packets\. Ended after/);
    await row(page, "repeats-qos-1").click();
    await expect(page.getByTestId("led-verdict")).toHaveText("broken");
    await expect(page.getByTestId("led-kept")).toBeVisible();
    await expect(page.getByTestId("led-json")).toHaveCount(0);
    await withoutViolations(page);
    await page.getByTestId("led-close").click();
    await page.getByTestId("led-anew").click();
    await listen(hand);
    await expect(row(page, "repeats-qos-1")).toHaveAttribute("data-verdict", /open|later/);
  });

  test("a port that is taken is said, and another is taken", async ({ page, companion, run }) => {
    const hand = new Hand(page, "mouse");
    const port = (await run("broker", "0").behind("broker at ")).split(":").pop()!;
    await examine(hand, companion());
    await hand.write(page.getByTestId("led-port"), port);
    await hand.press(page.getByTestId("led-start"));
    await expect(page.getByTestId("led-failed")).toContainText(`Nobody can be listened for at port ${port}`);
    await listen(hand);
  });

  test.describe("that is gone", () => {
    // The browser itself writes of the WebSocket that breaks off.
    test.use({ allowed: /WebSocket|ERR_/ });

    for (const way of ["mouse", "keyboard"] as const) {
      test(`what was found stays, and it is asked again, by ${way}`, async ({ page, companion }) => {
        const hand = new Hand(page, way);
        const running = companion();
        await examine(hand, running);
        await forgetsDup(await listen(hand));
        await shows(page, "repeats-qos-1", "broken");
        await running.end("SIGKILL");
        const gone = page.getByTestId("led-gone");
        await expect(gone).toBeVisible();
        await expect(row(page, "repeats-qos-1")).toBeVisible();
        await hand.press(page.getByTestId("led-again"));
        await expect(gone).toBeVisible();
      });
    }
  });
});

twice("without the companion the page says what it takes", async (hand, page) => {
  await open(page);
  await hand.pick(page.getByTestId("new-connection"), "Examine a client…");
  await expect(page.getByTestId("led-alone")).toContainText("mqttscope examine-client");
  await expect(page.getByTestId("led-form")).toHaveCount(0);
  await withoutViolations(page);
  await hand.press(page.getByTestId("led-back"));
  await expect(page.getByTestId("connection")).toHaveCount(1);
});
