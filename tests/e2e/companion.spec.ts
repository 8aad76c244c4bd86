// What the companion lends to the page that it serves: a tap between mosquitto and its clients, a pipe, files.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";

import { capture } from "./captures";
import { publish } from "./peers/clients";
import { program, test as base } from "./peers/companion";
import { Mosquitto } from "./peers/mosquitto";

const test = base.extend<{ mosquitto: Mosquitto }>({
  mosquitto: async ({}, use) => {
    const mosquitto = await Mosquitto.start();
    await use(mosquitto);
    await mosquitto.stop();
  },
});

test.skip(!program, "cargo xtask test builds the companion and says where it is (MQTTSCOPE_COMPANION)");

const rows = (page: Page) => page.getByTestId("wire-row");
const state = (page: Page) => page.getByTestId("file-state").last();

/** A port that nobody listens at. */
const free = async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return `${port}`;
};

test.describe("a tap", () => {
  // The browser itself writes of the stream that breaks off when the companion is killed.
  test.use({ allowed: /ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION/ });

  test("between mosquitto and a client is on the page as it happens, and goes on when the companion that died was started again", async ({ page, mosquitto, run }) => {
    // Here the companion keeps the token of the page.
    const runtime = mkdtempSync(join(tmpdir(), "mqttscope-runtime-"));
    process.env.XDG_RUNTIME_DIR = runtime;
    const [port, tap] = [await free(), await free()];
    const site = process.env.MQTTSCOPE_SITE ?? "../../dist";
    const all = ["open", "--no-browser", "--port", port, "--page", site, "--tap", tap, "--to", mosquitto.tcp.host];
    const running = run(...all);
    const address = await running.behind("the page is at ");
    const through = new URL(`mqtt://user:secret@127.0.0.1:${tap}`);
    const client = { tcp: through, tcp5: through };
    await page.goto(address);
    await expect(state(page)).toContainText("live");
    await publish(client, "5", "hall/1", "before any other", "-q", "1");
    await expect(rows(page).filter({ hasText: "hall/1" })).toHaveCount(1);
    await expect(page.getByTestId("captured-row")).toHaveCount(1);
    // Another page that comes later sees the same.
    const late = await page.context().newPage();
    await late.goto(address);
    await expect(rows(late).filter({ hasText: "hall/1" })).toHaveCount(1);
    await late.close();
    // The list follows its end.
    for (let number = 2; number < 14; number++) {
      await publish(client, "3.1.1", `hall/${number}`, "more", "-q", "2");
    }
    await expect(rows(page).filter({ hasText: "hall/13" }).last()).toBeInViewport();
    await expect(page.getByTestId("captured-row")).toHaveCount(13);
    const total = await page.getByTestId("total").textContent();
    await running.end("SIGKILL");
    await expect(state(page)).toContainText("waits for the companion to run again");
    await expect(page.getByTestId("total")).toHaveText(total ?? "");
    await rows(page).filter({ hasText: "hall/13" }).first().click();
    await expect(page.getByTestId("details")).toContainText("hall/13");
    // What was there stays, and nothing comes twice.
    const again = run(...all);
    await again.behind("the page is at ");
    await publish(client, "5", "hall/14", "after it", "-q", "1");
    await expect(page.getByTestId("captured-total")).toHaveText("14");
    await expect(page.getByTestId("total")).not.toHaveText(total ?? "");
    await expect(state(page)).toContainText("live");
    await page.getByTestId("stop-reading").click();
    await expect(state(page)).toContainText("stopped");
    rmSync(runtime, { recursive: true });
  });
});

test("a capture from a pipe is shown as it grows, behind a file that is whole", async ({ page, companion }) => {
  const running = companion("-", capture("recorded/websocket.pcap"));
  await page.goto(await running.behind("the page is at "));
  await expect(page.getByTestId("capture-file")).toHaveCount(2);
  await expect(page.getByTestId("file-state").first()).not.toContainText("waits");
  const before = await page.getByTestId("captured-row").count();
  const bytes = readFileSync(capture("recorded/tcp.pcap"));
  running.write(bytes.subarray(0, 1000));
  await expect(page.getByTestId("captured-row")).toHaveCount(before + 1);
  await expect(state(page)).toContainText("live, 1");
  running.write(bytes.subarray(1000));
  await expect(rows(page).filter({ hasText: "DISCONNECT" }).last()).toBeInViewport();
  await running.end("SIGINT");
  await expect(state(page)).not.toContainText("live");
});

test.describe("a page that was left open", () => {
  test.use({ allowed: /403/ });

  test("while the companion was started again is lent nothing, and says so", async ({ page, companion }) => {
    const running = companion(capture("recorded/tcp.pcap"));
    const address = await running.behind("the page is at ");
    await page.goto(address.replace(/companion=.*/, `companion=${"0".repeat(32)}`));
    await expect(page.getByText("The companion does not know this address")).toBeVisible();
    await page.goto(address);
    await expect(page.getByTestId("captured-row")).toHaveCount(1);
  });
});
