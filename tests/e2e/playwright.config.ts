// Drives the release page, served twice from one site: at its root and at /some/sub-path/.
// `cargo xtask test` builds the site and says where it and the browser are.
import { defineConfig, devices } from "@playwright/test";

const port = process.env.MQTTSCOPE_PORT ?? "4173";
const site = process.env.MQTTSCOPE_SITE ?? "../../dist";
const root = `http://127.0.0.1:${port}`;

/** Here a test mostly waits: for brokers, for programs, and for what lasts by itself. */
const patient = /\/(activemq|bridge|brokers|companion|examine|examine-client|mosquitto|outages|recorded-beside|redeemer|tap-faults|thrown-off)\.spec\.ts$/;

export default defineConfig({
  testDir: ".",
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  // In CI one more try, which the report lists as flaky: a race of one test in five hundred is to be
  // mended, but does not hold back the rest.
  retries: process.env.CI ? 1 : 0,
  // A test of the page keeps a core busy, so there run two of them; those that wait run beside them.
  workers: 3,
  reporter: [["list"]],
  timeout: 60_000,
  use: {
    baseURL: `${root}/some/sub-path/`,
    permissions: ["clipboard-read", "clipboard-write"],
    // Taking snapshots of every test costs a tenth of the run: in CI only what failed is recorded, when it is tried again.
    trace: process.env.CI ? "on-first-retry" : "retain-on-failure",
    launchOptions: {
      // Unset: the browser that `npx playwright install chromium` brings.
      executablePath: process.env.CHROME,
      // Each test loads the programs anew and uses them for seconds: optimising them costs more than it gives.
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--js-flags=--liftoff-only"],
    },
  },
  projects: [
    { name: "page", use: { ...devices["Desktop Chrome"] }, testIgnore: patient, workers: 2 },
    { name: "peers", use: { ...devices["Desktop Chrome"] }, testMatch: patient, workers: 2 },
  ],
  webServer: {
    command: "npm run site",
    env: { MQTTSCOPE_PORT: port, MQTTSCOPE_SITE: site },
    url: `${root}/index.html`,
    reuseExistingServer: false,
  },
});
