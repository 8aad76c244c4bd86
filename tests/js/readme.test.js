// The examples of the README run as they stand there.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
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
