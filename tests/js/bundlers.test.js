// Bundles of the package work where its own files are not beside them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { build } from "esbuild";

const readme = readFileSync(new URL("../../crates/js/README.md", import.meta.url), "utf8");

for (const [format, extension] of [["esm", "mjs"], ["cjs", "cjs"]]) {
  test(`one file for Node by esbuild, ${format}`, async () => {
    const [, example] = readme.match(/--loader:\.wasm=binary.*?```js\n(.*?)```/s);
    const { outputFiles } = await build({
      stdin: { contents: example, resolveDir: import.meta.dirname },
      bundle: true,
      platform: "node",
      target: "node20",
      format,
      loader: { ".wasm": "binary" },
      logLevel: "silent",
      write: false,
    });
    const folder = mkdtempSync(join(tmpdir(), "bundled-"));
    try {
      const file = join(folder, `tool.${extension}`);
      writeFileSync(file, outputFiles[0].contents);
      assert.equal(execFileSync(process.execPath, [file], { cwd: folder, encoding: "utf8" }), "PINGREQ\n");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

// What reads schemas is a file of its own in a bundle that is split, and is loaded by who asks for it.
test("schemas come on first use", async () => {
  const contents = `
    import wasm from "mqttscope/schemas/wasm";
    const { Schemas, initSync } = await import("mqttscope/schemas/web");
    initSync({ module: wasm });
    const schemas = new Schemas({ topics: [["n", { numbers: "u16 big-endian" }]] });
    console.log(schemas.decode("n", Uint8Array.of(1, 2)).json);`;
  const folder = mkdtempSync(join(tmpdir(), "bundled-"));
  try {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: import.meta.dirname },
      bundle: true,
      splitting: true,
      platform: "node",
      target: "node20",
      format: "esm",
      outExtension: { ".js": ".mjs" },
      outdir: folder,
      loader: { ".wasm": "binary" },
      logLevel: "silent",
      write: false,
    });
    for (const { path, contents } of outputFiles) writeFileSync(path, contents);
    const entry = outputFiles.find(({ path }) => path.endsWith("stdin.mjs"));
    assert.ok(outputFiles.length > 1 && !entry.text.includes("class Schemas"));
    assert.equal(execFileSync(process.execPath, [entry.path], { cwd: folder, encoding: "utf8" }), "258\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
