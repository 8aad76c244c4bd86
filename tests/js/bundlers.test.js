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
