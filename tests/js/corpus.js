// The packets that others wrote: `version sender hex  # what`.
import { readFileSync } from "node:fs";

const SENDERS = { c: "client", s: "server", "-": undefined };

export const hex = (text) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

export const corpus = ["mqtt-packet.txt", "mosquitto.txt"].flatMap((file) =>
  readFileSync(new URL(`../corpus/${file}`, import.meta.url), "utf8")
    .split("\n")
    .map((line) => line.match(/^(\S+) ([cs-]) ([0-9a-f]+)(?: +# (.*))?$/))
    .filter((line) => line !== null)
    .map(([, version, sender, bytes, what]) => ({
      version,
      from: SENDERS[sender],
      bytes: hex(bytes),
      name: `${version} ${what ?? bytes}`,
    })),
);

/** What `call` throws. */
export function thrown(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
