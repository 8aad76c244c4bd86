import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { build } from "esbuild";
import { chromium } from "playwright-core";

const { outputFiles } = await build({
  entryPoints: ["page.js"],
  bundle: true,
  write: false,
  format: "iife",
  inject: ["shim.js"],
  define: { global: "globalThis" },
  logOverride: {
    // The page is given the wasm; nothing is fetched beside the script.
    "empty-import-meta": "silent",
    // Of what wasm-bindgen writes twice, the later holds: `free` is ours, and a module is the same each time.
    "duplicate-class-member": "silent",
    "duplicate-object-key": "silent",
  },
});
const wasm = readFileSync(createRequire(import.meta.url).resolve("mqttscope/web/mqttscope_bg.wasm"));

const browser = await chromium.launch({
  // Unset: the browser that `npx playwright install chromium` brings.
  executablePath: process.env.CHROME,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic"],
});
try {
  const page = await browser.newPage();
  await page.addScriptTag({ content: outputFiles[0].text });
  const rows = await page.evaluate((base64) => globalThis.bench(base64), wasm.toString("base64"));
  console.log(`Chromium ${browser.version()}, nanoseconds a packet`);
  console.table(rows);
} finally {
  await browser.close();
}
