// A mosquitto of one's own: with a password, a small Maximum Packet Size, and a life that a test ends.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

export class Mosquitto {
  private child?: ChildProcess;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly websocket: number,
  ) {}

  static async start(): Promise<Mosquitto> {
    const folder = mkdtempSync(join(tmpdir(), "mqttscope-mosquitto-"));
    const broker = new Mosquitto(folder, await freePort(), await freePort());
    execFileSync("mosquitto_passwd", ["-b", "-c", join(folder, "passwords"), "user", "secret"]);
    const lines = [
      "per_listener_settings false",
      "allow_anonymous false",
      `password_file ${join(folder, "passwords")}`,
      "persistence true",
      `persistence_location ${folder}/`,
      "max_packet_size 20000",
      ...(process.getuid?.() === 0 ? ["user root"] : []),
      `listener ${broker.port} 127.0.0.1`,
      `listener ${broker.websocket} 127.0.0.1`,
      "protocol websockets",
      "socket_domain ipv4",
    ];
    writeFileSync(join(folder, "mosquitto.conf"), lines.join("\n"));
    await broker.again();
    return broker;
  }

  get url() {
    return `ws://127.0.0.1:${this.websocket}/mqtt`;
  }

  get tcp() {
    return new URL(`mqtt://user:secret@127.0.0.1:${this.port}`);
  }

  get tcp5() {
    return this.tcp;
  }

  /** Starts it, with what it kept. */
  async again() {
    this.child = spawn("mosquitto", ["-c", join(this.folder, "mosquitto.conf")], { stdio: "ignore" });
    for (const end = Date.now() + 10_000; ; ) {
      const socket = connect(this.websocket, "127.0.0.1");
      const up = await new Promise((resolve) => {
        socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      });
      socket.destroy();
      if (up) return;
      if (Date.now() > end) throw new Error("mosquitto does not start");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends it in order, so that it keeps its sessions, or at once. */
  async end(signal: "SIGTERM" | "SIGKILL" = "SIGTERM") {
    const gone = once(this.child!, "exit");
    this.child!.kill(signal);
    await gone;
  }

  async stop() {
    await this.end();
    rmSync(this.folder, { recursive: true });
  }
}
