// Real brokers, and mosquitto's clients on their TCP side.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";

export type Version = "3.1" | "3.1.1" | "5";

export interface Broker {
  name: string;
  /** Its WebSocket address; empty: it has none. */
  url: string;
  /** Its TCP address, with user name and password where it wants them. */
  tcp: URL;
  /** The same for version 5. */
  tcp5: URL;
  /** What it speaks over WebSocket. */
  versions: Version[];
  /** What it speaks over TCP. */
  tcpVersions: Version[];
}

/** Runs tests/brokers/brokers.sh, and gives what it prints. */
export function script(name: string, what: string, env: NodeJS.ProcessEnv = process.env): string {
  const path = fileURLToPath(new URL("../../brokers/brokers.sh", import.meta.url));
  return execFileSync(path, [name, what], { encoding: "utf8", env }).trim();
}

/** A broker as the script would start it in this environment. */
export function known(name: string, env: NodeJS.ProcessEnv = process.env): Broker {
  const versions = script(name, "versions", env).split(" ") as Version[];
  const url = script(name, "url", env);
  // rumqttd's WebSocket listener speaks 3.1.1 only.
  const overWebSocket: Version[] = name === "rumqttd" ? ["3.1.1"] : versions;
  return {
    name,
    url,
    tcp: new URL(script(name, "tcp", env)),
    tcp5: new URL(script(name, "tcp5", env)),
    versions: url ? overWebSocket : [],
    tcpVersions: versions,
  };
}

/** Those that `cargo xtask test` has started. */
export function brokers(): Broker[] {
  const names = (process.env.MQTTSCOPE_BROKERS ?? "").split(" ").filter(Boolean);
  return names.map((name) => known(name));
}

const NAMES = { "3.1": "mqttv31", "3.1.1": "mqttv311", "5": "mqttv5" };

function to(broker: Pick<Broker, "tcp" | "tcp5">, version: Version): string[] {
  const { hostname, port, username, password } = version === "5" ? broker.tcp5 : broker.tcp;
  const login = username ? ["-u", username, "-P", password] : [];
  return ["-V", NAMES[version], "-h", hostname, "-p", port, ...login];
}

/** A program, and what it has printed. */
export class Program {
  private text = "";
  private readonly exit: Promise<unknown>;

  protected constructor(private readonly child: ChildProcess) {
    child.stdout?.on("data", (data) => { this.text += data; });
    this.exit = once(child, "exit");
  }

  async hears(words: RegExp | string) {
    const has = () => (typeof words === "string" ? this.text.includes(words) : words.test(this.text));
    const end = Date.now() + 10_000;
    while (!has()) {
      if (Date.now() > end) throw new Error(`not heard: ${words}; but:\n${this.text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends it at once. */
  async stop() {
    this.child.kill("SIGKILL");
    await this.exit;
  }
}

/** mosquitto_sub: it prints a line `TOPIC QOS RETAIN PAYLOAD` for each message. */
export class Subscriber extends Program {
  /** Subscribed once this is done. */
  static async to(broker: Pick<Broker, "tcp" | "tcp5">, version: Version, filter: string, ...more: string[]) {
    const args = [...to(broker, version), "-d", "-q", "2", "-t", filter, "-F", "%t %q %r %p", ...more];
    // Into a pipe it prints nothing before it has much to say, unless it is told to.
    const subscriber = new Subscriber(spawn("stdbuf", ["-oL", "mosquitto_sub", ...args]));
    await subscriber.hears(/^Subscribed/m);
    return subscriber;
  }
}

/** Paho with a persistent session; see paho_client.py for what it prints. */
export class Paho extends Program {
  /** A Python that has Paho; none where `cargo xtask test` could not get it. */
  static readonly python = process.env.MQTTSCOPE_PAHO_PYTHON;

  /** Twenty of them ask for one code at once; see paho_askers.py for what it prints. */
  static ask(broker: Pick<Broker, "tcp">, version: Version, topic: string, payload: string) {
    const program = fileURLToPath(new URL("paho_askers.py", import.meta.url));
    const { hostname, port, username, password } = broker.tcp;
    const args = [program, hostname, port, username, password, version, topic, payload];
    return new Paho(spawn(Paho.python ?? "python3", args, { stdio: ["ignore", "pipe", "inherit"] }));
  }

  static run(
    what: "subscribe" | "publish",
    broker: Pick<Broker, "tcp" | "tcp5">,
    version: Version,
    identifier: string,
    topic: string,
    ...more: string[]
  ) {
    const program = fileURLToPath(new URL("paho_client.py", import.meta.url));
    const { hostname, port, username, password } = version === "5" ? broker.tcp5 : broker.tcp;
    const args = [program, what, hostname, port, username, password, version, identifier, topic, ...more];
    return new Paho(spawn(Paho.python ?? "python3", args, { stdio: ["ignore", "pipe", "inherit"] }));
  }
}

/** Django's ORM behind Paho, which redeems codes or asks for one; see redeemer.py for what it prints. */
export class Redeemer extends Program {
  /** Pythons that have both; none where `cargo xtask test` could not get them. */
  static readonly pythons = (process.env.MQTTSCOPE_DJANGO_PYTHONS ?? "").split(delimiter).filter(Boolean);

  /** `more`: the database that serves, or the code that is asked for. */
  static run(python: string, what: "serve" | "ask", broker: Pick<Broker, "tcp">, more: string) {
    const program = fileURLToPath(new URL("redeemer.py", import.meta.url));
    const { hostname, port, username, password } = broker.tcp;
    // Its first call is one of Paho 1.6, which 2.2 warns of.
    const args = ["-W", "ignore::DeprecationWarning", program, what, hostname, port, username, password, more];
    return new Redeemer(spawn(python, args, { stdio: ["ignore", "pipe", "inherit"] }));
  }
}

/** mosquitto_pub; done when the broker has the message. */
export async function publish(
  broker: Pick<Broker, "tcp" | "tcp5">,
  version: Version,
  topic: string,
  payload: string | null,
  ...more: string[]
) {
  const what = payload === null ? ["-n"] : ["-m", payload];
  const child = spawn("mosquitto_pub", [...to(broker, version), "-t", topic, ...what, ...more], { stdio: "inherit" });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`mosquitto_pub ended with ${code}`);
}
