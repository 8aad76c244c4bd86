// The companion as `cargo xtask test` has built it, with the page of this run.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

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
    const all = ["open", "--no-browser", "--port", "0", "--page", site, ...more];
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
