// The companion as `cargo xtask test` has built it, with the page of this run.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

import { test as base } from "../quiet";

/** Where it is; unset: it was not built. */
export const program = process.env.MQTTSCOPE_COMPANION;

export class Companion {
  private said = "";

  private constructor(private readonly child: ChildProcess) {
    child.stderr?.on("data", (data) => {
      this.said += data;
    });
  }

  static start(...more: string[]): Companion {
    const site = process.env.MQTTSCOPE_SITE ?? "../../dist";
    const port = more.includes("--port") ? [] : ["--port", "0"];
    return Companion.run("open", "--no-browser", ...port, "--page", site, ...more);
  }

  /** Any of its commands. */
  static run(...all: string[]): Companion {
    return new Companion(spawn(program!, all, { stdio: ["pipe", "ignore", "pipe"] }));
  }

  /** What stands behind these words in what it says, up to a blank. */
  async behind(words: string): Promise<string> {
    for (;;) {
      const found = this.said.split(words)[1]?.match(/^(\S+)\s/);
      if (found) return found[1]!;
      if (this.child.exitCode !== null) throw new Error(`the companion has ended: ${this.said}`);
      await once(this.child.stderr!, "data");
    }
  }

  /** Into its standard input. */
  write(bytes: Uint8Array) {
    this.child.stdin!.write(bytes);
  }

  async end(signal: "SIGINT" | "SIGKILL") {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, "exit");
    this.child.kill(signal);
    await gone;
  }
}

/** A test that starts companions, which end with it. */
export const test = base.extend<{ companion: (...more: string[]) => Companion; run: (...all: string[]) => Companion }>({
  run: async ({}, use) => {
    const all: Companion[] = [];
    await use((...arguments_) => {
      const one = Companion.run(...arguments_);
      all.push(one);
      return one;
    });
    for (const one of all) await one.end("SIGKILL");
  },
  companion: async ({}, use) => {
    const all: Companion[] = [];
    await use((...more) => {
      const one = Companion.start(...more);
      all.push(one);
      return one;
    });
    for (const one of all) await one.end("SIGKILL");
  },
});
