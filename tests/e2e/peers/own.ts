// A broker that a test may stop, kill and start again: beside the one that all tests share, on ports
// and in a folder of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Broker, known, script } from "./clients";

/** Above all ports that the shared brokers take. */
const PORTS_ABOVE = 200;

export class Own {
  private constructor(
    readonly broker: Broker,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  static start(name: string): Own {
    const env = {
      ...process.env,
      BROKERS_RUN: mkdtempSync(join(tmpdir(), "mqttscope-brokers-")),
      BROKERS_PORT_BASE: String(Number(process.env.BROKERS_PORT_BASE ?? 21800) + PORTS_ABOVE),
    };
    const own = new Own(known(name, env), env);
    own.again();
    return own;
  }

  /** Starts it, with what it kept; it answers when this is done. */
  again() {
    script(this.broker.name, "start", this.env);
  }

  /** Ends it in order, or as a crash would. */
  end(how: "stop" | "kill" = "stop") {
    script(this.broker.name, how, this.env);
  }

  /** Ends it and forgets what it kept. */
  remove() {
    this.end();
    rmSync(this.env.BROKERS_RUN!, { recursive: true, force: true });
  }
}
