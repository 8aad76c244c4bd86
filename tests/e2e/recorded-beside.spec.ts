// The traffic of the Live page, taken by tcpdump at the same time and opened on the Captures page: the same packets,
// findings and handshakes.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test as base } from "@playwright/test";

import { publish } from "./peers/clients";
import { Desk } from "./peers/desk";
import { Mosquitto } from "./peers/mosquitto";

/** tcpdump, which records what passes at a port of loopback. */
class Tcpdump {
  private constructor(private readonly child: ChildProcess, private readonly port: number, readonly file: string) {}

  /** Recording once this is done. */
  static async at(port: string, folder: string): Promise<Tcpdump> {
    const file = join(folder, "beside.pcap");
    // Each packet is written as it comes, as it is; as the user that runs the test, who can read it.
    const args = ["-i", "lo", "-U", "-s", "0", "-Z", "root", "-w", file, "tcp", "port", port];
    const child = spawn("tcpdump", args, { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    await new Promise<void>((resolve) => {
      child.stderr.on("data", (more) => {
        said += more;
        if (said.includes("listening on")) resolve();
      });
    });
    return new Tcpdump(child, Number(port), file);
  }

  /** All that has passed until now is in its file once this is done: a last word that passes the same way is there. */
  async caughtUp() {
    const word = "the end of what is recorded";
    connect(this.port, "127.0.0.1").on("error", () => undefined).end(word);
    await expect.poll(() => readFileSync(this.file).includes(word)).toBe(true);
  }

  /** Ends it; what it has recorded is in its file. */
  async stop() {
    if (this.child.exitCode !== null) return;
    this.child.kill("SIGINT");
    await once(this.child, "exit");
  }
}

const test = base.extend<{ mosquitto: Mosquitto; recorder: Tcpdump }>({
  mosquitto: async ({}, use) => {
    const mosquitto = await Mosquitto.start();
    await use(mosquitto);
    await mosquitto.stop();
  },
  recorder: async ({ mosquitto }, use) => {
    const folder = mkdtempSync(join(tmpdir(), "mqttscope-beside-"));
    const recorder = await Tcpdump.at(new URL(mosquitto.url).port, folder);
    await use(recorder);
    await recorder.stop();
    rmSync(folder, { recursive: true });
  },
});

test.skip(!mayRecord(), "tcpdump, run as root, records what passes");

// All rows are in the page, where the lists have room for them.
test.use({ viewport: { width: 1440, height: 2600 } });

function mayRecord(): boolean {
  try {
    execFileSync("tcpdump", ["--version"], { stdio: "ignore" });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}

/**
 * Direction, type, size, what it says and how it is graded, of each packet in the list: first what was received, then what
 * was sent. What crosses on the way stands in one order in the page and in another on the wire.
 */
async function packets(page: Page): Promise<string[]> {
  await page.getByTestId("tab-wire").click();
  const all = await page.getByTestId("wire-row").evaluateAll((rows) =>
    rows.map((row) => {
      const text = (part: string) => row.querySelector(part)?.textContent ?? "";
      return [text(".went .unseen"), row.getAttribute("data-type"), text(".size"), text(".says"), text(".after .unseen")].join(" | ");
    }),
  );
  return [...all.filter((row) => row.startsWith("received")), ...all.filter((row) => row.startsWith("sent"))];
}

/** Each handshake: what it is, and how it went. */
async function handshakes(page: Page): Promise<string[]> {
  await page.getByTestId("tab-handshakes").click();
  await expect(page.getByTestId("flow-row").first()).toBeVisible();
  const rows = await page.getByTestId("flow-row").evaluateAll((all) =>
    all.map((row) => {
      const text = (part: string) => row.querySelector(part)?.textContent ?? "";
      return [text("b"), text(".id"), text(".count"), text(".chip")].join(" | ");
    }),
  );
  return rows.sort();
}

for (const version of ["3.1.1", "5"] as const) {
  test(`${version}: the packets, findings and handshakes of Live are those of a capture taken beside it`, async ({ page, mosquitto, recorder }) => {
    const desk = await Desk.open(page, {
      target: { WebSocket: mosquitto.url },
      // Not of letters and digits alone: a note at the CONNECT.
      client_identifier: "beside-the-wire",
      user_name: "user",
      password: "secret",
      version,
      reconnect: null,
      subscriptions: [{ topic_filter: "beside/#", qos: 2 }],
    });
    await desk.connect();
    await expect(desk.packets("SUBACK")).toHaveCount(1);
    for (const qos of [0, 1, 2]) {
      await desk.publish(`beside/page/${qos}`, `from the page ${qos}`, qos);
      await expect(desk.packets("PUBLISH").filter({ hasText: `from the page ${qos}` })).toHaveCount(2);
      await publish(mosquitto, version, `beside/outside/${qos}`, `from outside ${qos}`, "-q", String(qos));
      await expect(desk.packets("PUBLISH").filter({ hasText: `from outside ${qos}` })).toHaveCount(1);
    }
    await expect(desk.packets("PUBCOMP")).toHaveCount(3);
    await desk.row.getByTestId("disconnect").click();
    await desk.state("closed");
    const live = await packets(page);
    expect(live.length).toBeGreaterThan(20);
    const flows = await handshakes(page);
    expect(flows.length).toBeGreaterThan(5);
    await recorder.caughtUp();
    await recorder.stop();

    await page.goto("#/captures");
    await page.getByTestId("capture-files").setInputFiles(recorder.file);
    await expect(page.getByTestId("wire-row")).toHaveCount(live.length);
    expect(await packets(page)).toEqual(live);
    expect(await handshakes(page)).toEqual(flows);
  });
}
