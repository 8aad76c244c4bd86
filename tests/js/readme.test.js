// The examples of the README run as they stand there.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

const readme = readFileSync(new URL("../../crates/js/README.md", import.meta.url), "utf8");

test("the example for Node", () => {
  const [, example] = readme.match(/```js\n(.*?)```/s);
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", example], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
  const lines = said.trim().split("\n");
  const promised = [...example.matchAll(/; \/\/ (.*)/g)].map(([, text]) => text);
  assert.equal(promised.length, 3);
  for (const [at, text] of promised.entries()) {
    assert.ok(lines[at].startsWith(text), `${lines[at]} for ${text}`);
  }
  assert.match(lines[3], /^server: \S/);
});

test("the example of payloads", () => {
  const [, example] = readme.match(/## Payloads.*?```js\n(.*?)```/s);
  const args = ["--input-type=module", "-e", example];
  const said = execFileSync(process.execPath, args, { cwd: import.meta.dirname, encoding: "utf8" });
  const promised = [...example.matchAll(/^console.*; \/\/ (.*)/gm)].map(([, text]) => text);
  assert.equal(promised.length, 3);
  assert.deepEqual(said.trim().split("\n"), promised);
});

test("the linter of captures", () => {
  const [, example] = readme.match(/## Captures.*?```js\n(.*?)```/s);
  const lint = (name) => {
    const file = new URL(`../../crates/capture/tests/captures/${name}`, import.meta.url).pathname;
    // As a file of its own it would have the arguments one place further on.
    const script = example.replace("process.argv[2]", "process.argv[1]");
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script, file], {
      cwd: import.meta.dirname,
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  };
  assert.deepEqual(lint("recorded/tcp.pcap"), { status: 0, stdout: "", stderr: "" });
  const { status, stdout } = lint("files/t12_keepalive.pcap");
  assert.equal(status, 1);
  assert.match(stdout, /^\S+ to \S+, frame \d+: error: (client|server): \S/m);
});

test("the example for a page, with the wasm given rather than fetched", async () => {
  const [, html] = readme.match(/```html\n(.*?)```/s);
  assert.match(html, /node_modules\/mqttscope\/web\/mqttscope\.js/);
  const web = await import("mqttscope/web");
  const wasm = createRequire(import.meta.url).resolve("mqttscope/web/mqttscope_bg.wasm");
  await web.default({ module_or_path: readFileSync(wasm) });
  assert.equal(web.dissect(Uint8Array.of(0xc0, 0)).packets[0].type, "PINGREQ");
});

test("require works", () => {
  const { decode } = createRequire(import.meta.url)("mqttscope");
  assert.deepEqual(decode(Uint8Array.of(0xc0, 0)), [{ type: "PINGREQ" }]);
});
