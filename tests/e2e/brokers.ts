// Real brokers on this machine, and Paho's client on their other side.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const SCRIPT = here("../brokers/brokers.sh");

const script = (...words: string[]) => execFileSync("bash", [SCRIPT, ...words], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 120_000 }).trim();

/** A real broker, by its name in tests/brokers. */
export class Broker {
  constructor(readonly name: string) {}
  start = () => script(this.name, "start");
  stop = () => script(this.name, "stop");
  /** Its WebSocket address. */
  url = () => script(this.name, "url");
  /** Its TCP address for a version, with user name and password where it wants them. */
  tcp = (version: string) => script(this.name, version === "5" ? "tcp5" : "tcp");
  versions = () => script(this.name, "versions").split(/\s+/);
}

/** `cargo xtask test` says which brokers it could start; without it mosquitto is tried. */
export const names = (process.env.MQTTSCOPE_BROKERS ?? "mosquitto").split(/\s+/).filter((name) => name && existsSync(here(`../brokers/${name}`)));

export type Message = { topic: string; payload: string; qos: number; retain: boolean };

/** A Paho client in a process of its own. */
export class Peer {
  private readonly process: ChildProcess;
  private lines: Record<string, unknown>[] = [];
  private wrong = "";
  private readonly ended: Promise<unknown>;

  constructor(url: string, version: string, ...what: string[]) {
    this.process = spawn(process.env.MQTTSCOPE_PYTHON ?? "python3", [here("peer.py"), url, version, ...what], { stdio: ["pipe", "pipe", "pipe"] });
    this.ended = new Promise((resolve) => this.process.on("exit", resolve));
    let rest = "";
    this.process.stdout?.on("data", (data: Buffer) => {
      const parts = (rest + data).split("\n");
      rest = parts.pop() ?? "";
      this.lines.push(...parts.map((line) => JSON.parse(line)));
    });
    // One that is gone already hears nothing.
    this.process.stdin?.on("error", () => undefined);
    this.process.stderr?.on("data", (data: Buffer) => (this.wrong += data));
  }

  /** The first line that fits; waits for it. */
  async line(fits: (line: Record<string, unknown>) => boolean) {
    const end = Date.now() + 15_000;
    while (Date.now() < end) {
      const found = this.lines.find(fits);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the peer said ${JSON.stringify(this.lines)} ${this.wrong}`);
  }

  ready = () => this.line((line) => Boolean(line.ready));
  message = async (payload: string) => (await this.line((line) => line.payload === payload)) as unknown as Message;

  /** Ends it in order. */
  async end() {
    this.process.stdin?.end();
    await this.ended;
  }
}

/** Publishes one message with Paho. */
export async function publish(url: string, version: string, topic: string, payload: string, { qos = 1, retain = false } = {}) {
  const peer = new Peer(url, version, "publish", topic, String(qos), retain ? "retain" : "-", payload);
  await peer.ready();
  await peer.end();
}
