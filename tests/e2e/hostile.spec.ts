// Servers that send what is allowed and made to hurt, and a worker that fails all the same.
import { expect, type Page } from "@playwright/test";

import { open, publish, rows } from "./live";
import { connack, publish as publishPacket, serve } from "./peers/server";
import { test, watched as plain } from "./quiet";

async function connect(page: Page, url: string) {
  await page.getByTestId("new-connection").click();
  await page.getByRole("menuitem", { name: "mosquitto" }).click();
  await page.getByTestId("connect-address").fill(url);
  await page.getByTestId("save-and-connect").click();
  const row = page.getByTestId("connection").last();
  await expect(row).toHaveAttribute("data-state", "open");
  return row;
}

test("topics of very many levels are counted and not kept, and the connection goes on", async ({ page }) => {
  const deep = Array.from({ length: 200 }, (_, n) => publishPacket(`${n}${"/".padEnd(327, "x").repeat(199)}`.slice(0, 65_500)));
  const server = await serve(() => [connack(), publishPacket(`a${"/".repeat(65_533)}`), ...deep, publishPacket("still/here", "yes")]);
  try {
    await open(page);
    const row = await connect(page, server.url);
    // Two hundred topics stand above it.
    await page.getByTestId("topic-filter").fill("still");
    await expect(page.getByTestId("topic").filter({ hasText: "still" })).toBeVisible({ timeout: 20_000 });
    await expect(page.getByTestId("topics-left-out")).toHaveText("1 topic not shown: more than 200 levels. Its messages are under Messages and Wire, and filters find them.");
    await expect(rows(page, "PUBLISH").last()).toContainText("still/here");
    await expect(row).toHaveAttribute("data-state", "open");
  } finally {
    server.stop();
  }
});

test("a CONNACK with 100,000 User Properties shows the first of them", async ({ page }) => {
  const server = await serve(() => [connack(100_000)]);
  try {
    await open(page);
    await connect(page, server.url);
    await expect(page.getByTestId("limits").getByText("User Property", { exact: true })).toHaveCount(50);
    await expect(page.getByTestId("limits")).toContainText("99,950 more, in the CONNACK");
    expect(await page.locator("main.live *").count()).toBeLessThan(2_000);
  } finally {
    server.stop();
  }
});

// The browser writes to the console that the worker failed: these do not use the quiet test.
plain("when the worker fails, connections show as lost, and one press starts it again", async ({ page }) => {
  await open(page);
  await publish(page, "before/it", "x");
  await expect(rows(page, "PUBLISH")).toHaveCount(2);
  await page.workers()[0]!.evaluate(() => {
    setTimeout(() => {
      throw new Error("broken on purpose");
    });
  });
  const line = page.getByTestId("stopped");
  await expect(line).toContainText("broken on purpose");
  await expect(line).toContainText("The connection is lost. The 6 recorded packets are gone.");
  await expect(page.getByTestId("connection")).toHaveAttribute("data-state", "failed");
  await expect(page.getByTestId("wire-row")).toHaveCount(0);
  await expect(page.getByTestId("publish")).toBeDisabled();
  await page.getByTestId("start-again").click();
  await expect(line).toHaveCount(0);
  await expect(page.getByTestId("connection")).toHaveAttribute("data-state", "open", { timeout: 15_000 });
  await expect(page.getByTestId("subscription")).toContainText("#");
  await publish(page, "after/it", "y");
  await expect(rows(page, "PUBLISH").filter({ hasText: "after/it" })).toHaveCount(2);
});

plain("a promise that fails in the worker is heard of, too", async ({ page }) => {
  await open(page);
  await page.workers()[0]!.evaluate(() => {
    void Promise.reject(new Error("rejected on purpose"));
  });
  await expect(page.getByTestId("stopped")).toContainText("rejected on purpose");
});

plain("a worker that cannot be loaded is said so, and can be tried again", async ({ page }) => {
  let isBroken = true;
  await page.route(/worker[^/]*\.wasm/, (route) => (isBroken ? route.abort() : route.continue()));
  await page.goto("#/live");
  await expect(page.getByTestId("stopped")).toBeVisible({ timeout: 15_000 });
  isBroken = false;
  await page.getByTestId("start-again").click();
  await expect(page.getByTestId("stopped")).toHaveCount(0);
  await page.getByTestId("connect").click();
  await expect(page.getByTestId("connection")).toHaveAttribute("data-state", "open", { timeout: 15_000 });
});

test.describe("the worker has the page's policy", () => {
  // The browser says in the worker's console what the policy refused.
  test.use({ allowed: /Content Security Policy|Failed to load/ });

  test("it runs no code from text, and loads only from its own host or a WebSocket", async ({ page }) => {
    await page.goto("#/live");
    await expect(page.getByTestId("connection").first()).toHaveAttribute("data-state", "open", { timeout: 15_000 });
    const [worker] = page.workers();
    const tried = await worker.evaluate(async () => {
      const said = async (act: () => unknown) => {
        try {
          await act();
          return "allowed";
        } catch {
          return "refused";
        }
      };
      // What a debugger runs itself may do more, so this is a task of the worker's own.
      const later = (act: () => unknown) => new Promise((done) => setTimeout(() => done(said(act))));
      return {
        code: await later(() => new Function("return 1")()),
        // Another port of this machine is another host.
        others: await said(() => fetch("http://127.0.0.1:9/", { mode: "no-cors" })),
        own: await said(() => fetch(new URL("./", self.origin))),
        blocked: await new Promise((heard) => {
          addEventListener("securitypolicyviolation", (event) => heard((event as SecurityPolicyViolationEvent).effectiveDirective), { once: true });
          fetch("http://127.0.0.1:9/", { mode: "no-cors" }).catch(() => {});
        }),
      };
    });
    expect(tried).toEqual({ code: "refused", others: "refused", own: "allowed", blocked: "connect-src" });
  });

  test("where a host forbids workers from a blob, the worker is started from its file", async ({ page }) => {
    await page.addInitScript(() => {
      const Native = Worker;
      window.Worker = class extends Native {
        constructor(address: string | URL, options?: WorkerOptions) {
          // A browser says it so: an error event without a word.
          super(String(address).startsWith("blob:") ? "data:text/javascript,throw 0" : address, options);
        }
      };
    });
    await page.goto("#/live");
    await expect(page.getByTestId("connection").first()).toHaveAttribute("data-state", "open", { timeout: 15_000 });
  });
});
