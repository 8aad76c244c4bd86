// Scripts of answers, on the built-in broker: what they can do, what they cannot, and what stops them.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, type Page } from "@playwright/test";

import { withoutViolations } from "./axe";
import { open, publish } from "./live";
import { test } from "./quiet";
import { twice } from "./ways";

const frames = (page: Page) => page.locator("iframe");
const last = (page: Page) => page.getByTestId("answer-last");
const messages = (page: Page, words: string | RegExp) => page.getByTestId("message-row").filter({ hasText: words });

/** Adds a script of this text. Behind this it has begun, and waits for its messages. */
async function add(page: Page, script: string) {
  await page.getByTestId("add-answer").click();
  await page.getByTestId("ready-5").click();
  await page.getByTestId("script-text").fill(`${script}\nlog("ready");`);
  await page.getByTestId("save-answer").click();
  await expect(page.getByTestId("answer-form")).toBeHidden();
  await expect(last(page)).toHaveText("ready", { timeout: 20_000 });
}

/** The lines of the log, the oldest first. */
async function logged(page: Page): Promise<string[]> {
  await page.getByTestId("answer-log").click();
  const lines = await page.getByTestId("log-line").locator("span:last-child").allInnerTexts();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  return lines.reverse();
}

test("a script answers messages, keeps its state, and is not told what it published itself", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await open(page);
  const ofScripts = () => asked.filter((url) => /script[^/]*\.html/.test(url));
  expect(ofScripts(), "nothing of it is loaded before it is used").toEqual([]);
  await add(page, `state.count ??= 0;
onMessage("ask/#", (message) => {
  state.count += 1;
  publish("told/" + message.topic, { number: state.count, was: message.json.a }, { qos: 1 });
});
onMessage("told/#", (message) => log("heard", message.text));`);
  await page.getByTestId("tab-messages").click();
  await expect(frames(page)).toHaveCount(1);
  expect(ofScripts()).toHaveLength(1);
  await expect(frames(page)).toHaveAttribute("sandbox", "allow-scripts");
  await publish(page, "ask/x", '{"a":[1]}');
  // There and back.
  await expect(messages(page, "told/ask/x")).toHaveCount(2);
  await expect(messages(page, '{"number":1,"was":[1]}')).toHaveCount(2);
  await expect(last(page)).toContainText("Loop stopped");
  await expect(page.getByTestId("answer-count")).toContainText("1 published");
  expect((await logged(page)).filter((line) => line.startsWith("heard"))).toEqual([]);
  // Turned off it is gone, and turned on it goes on counting.
  await page.getByTestId("answer-on").click();
  await expect(frames(page)).toHaveCount(0);
  await publish(page, "ask/off", '{"a":2}');
  await expect(messages(page, "ask/off")).toHaveCount(2);
  await page.getByTestId("answer-on").click();
  await expect(last(page)).toHaveText("ready");
  await publish(page, "ask/y", '{"a":3}');
  await expect(messages(page, '{"number":2,"was":3}')).toHaveCount(2);
  await expect(messages(page, "told/ask/off")).toHaveCount(0);
  // It is kept with the connection, and runs when that is open again.
  await page.reload();
  await expect(last(page)).toHaveText("ready", { timeout: 20_000 });
  await expect(frames(page)).toHaveCount(1);
});

test("a code is redeemed once by a script, and the page shows its table", async ({ page }) => {
  await open(page);
  await page.getByTestId("answer-tables").click();
  await page.getByTestId("table-name").fill("codes");
  await page.getByTestId("table-text").fill("code,used\nWELCOME,no\nSUMMER,yes");
  await page.getByTestId("take-table").click();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await add(page, `const codes = table("codes");
onMessage("redeem", (message) => {
  const row = codes.find("code", message.text);
  if (!row) return log(message.text, "does not exist");
  publish("redeemed", row.used === "yes" ? "0" : "1", { qos: 1 });
  codes.set(row, "used", "yes");
});
onMessage("new", (message) => codes.add({ code: message.text, used: "no" }));
onMessage("gone", (message) => codes.remove(codes.find("code", message.text)));`);
  await page.getByTestId("tab-messages").click();
  await publish(page, "redeem", "WELCOME");
  // The others do not wait for the answer to the first.
  await page.getByTestId("publish").click();
  await page.getByTestId("publish").click();
  await expect(messages(page, "redeemed")).toHaveCount(6);
  const lines = async () => (await logged(page)).filter((line) => line.includes("to redeemed"));
  await expect.poll(lines).toEqual([1, 0, 0].map((answer) => `Publishes ${answer} to redeemed, QoS 1`));
  await publish(page, "redeem", "NEVER");
  await expect(last(page)).toHaveText("NEVER does not exist");
  await publish(page, "new", "WINTER");
  await publish(page, "gone", "SUMMER");
  await page.getByTestId("answer-tables").click();
  await expect(page.getByTestId("cell-0-1")).toHaveValue("yes");
  await expect(page.getByTestId("cell-1-0")).toHaveValue("WINTER");
  // What a person changes is what it sees.
  await page.getByTestId("cell-0-1").fill("no");
  await page.getByTestId("cell-0-1").press("Tab");
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await publish(page, "redeem", "WELCOME");
  await expect(last(page)).toHaveText("Publishes 1 to redeemed, QoS 1");
});

test.describe("the sandbox", () => {
  // The browser itself writes what a policy forbids.
  test.use({ allowed: /Content Security Policy|ERR_BLOCKED_BY_CSP|Refused to/ });

  let server: Server;
  const hits: string[] = [];
  test.beforeAll(async () => {
    server = createServer((request, response) => {
      hits.push(request.url!);
      response.setHeader("access-control-allow-origin", "*").end("x");
    });
    server.on("upgrade", (request, socket) => {
      hits.push(request.url!);
      socket.destroy();
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  });
  test.afterAll(() => {
    server.close();
  });

  test("a script reaches no network, no storage and not the page", async ({ page }) => {
    await open(page);
    const at = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    await page.evaluate(() => {
      localStorage.setItem("proof", "secret");
      const all = ((window as unknown as { heard: unknown[] }).heard = [] as unknown[]);
      new BroadcastChannel("proof").onmessage = (event) => all.push(event.data);
    });
    const tries = {
      fetch: `fetch("http://${at}/fetch", { mode: "no-cors" })`,
      own: `fetch("index.html")`,
      xhr: `(() => { const it = new XMLHttpRequest(); it.open("GET", "http://${at}/xhr", false); it.send(); })()`,
      websocket: `new Promise((done, no) => { const it = new WebSocket("ws://${at}/ws"); it.onopen = done; it.onerror = () => no(new Error("closed")); })`,
      events: `new Promise((done, no) => { const it = new EventSource("http://${at}/events"); it.onopen = done; it.onerror = () => no(new Error("closed")); })`,
      scripts: `importScripts("http://${at}/script")`,
      module: `import("http://${at}/module")`,
      data: `importScripts("data:text/javascript,1")`,
      database: `new Promise((done, no) => { const it = indexedDB.open("mqttscope"); it.onsuccess = done; it.onerror = () => no(it.error); })`,
      local: `localStorage.getItem("proof")`,
      cookies: `cookieStore.getAll()`,
      caches: `caches.open("x")`,
      files: `navigator.storage.getDirectory()`,
      locks: `navigator.locks.request("mqttscope-broker", () => 1)`,
      document: `parent.document`,
      post: `postMessage({ says: [{ log: { text: "forged", is_problem: false } }] })`,
      worker: `new Worker("blob:x")`,
      eval: `eval("1")`,
      code: `new Function("return 1")()`,
    };
    const lines = Object.entries(tries).map(([name, code]) => `  ${name}: async () => ${code},`);
    await add(page, `const tries = {\n${lines.join("\n")}\n};
onMessage("go", async () => {
  new BroadcastChannel("proof").postMessage("from the script");
  for (const [name, attempt] of Object.entries(tries)) {
    try {
      await attempt();
      log(name, "WORKED");
    } catch (why) {
      log(name, "no", why?.name ?? String(why));
    }
  }
  log("all tried", origin);
});`);
    await publish(page, "go", "!");
  await expect.poll(async () => (await logged(page)).at(-1), { timeout: 30_000 }).toBe("all tried null");
    const said = await logged(page);
    // A lock of an origin of its own is nobody's.
    expect(said.filter((line) => line.includes("WORKED")).filter((line) => !line.startsWith("locks"))).toEqual([]);
    expect(said.filter((line) => / no /.test(line)).length).toBeGreaterThanOrEqual(Object.keys(tries).length - 1);
    expect(said).not.toContain("forged");
    expect(hits).toEqual([]);
    expect(await page.evaluate(() => (window as unknown as { heard: unknown[] }).heard)).toEqual([]);
    // The frame around the worker has no more than that.
    const frame = page.frames().find((frame) => frame !== page.mainFrame())!;
    const reached = await frame.evaluate(async (at) => {
      const tried = async (name: string, attempt: () => unknown) => {
        try {
          await attempt();
          return [name];
        } catch {
          return [];
        }
      };
      return [
        ...(await tried("parent", () => parent.document.title)),
        ...(await tried("storage", () => localStorage.length)),
        ...(await tried("database", () => indexedDB.open("x"))),
        ...(await tried("network", () => fetch(`http://${at}/frame`, { mode: "no-cors" }))),
        ...(await tried("page", () => fetch(document.baseURI))),
        ...(await tried("top", () => { parent.location.hash = "x"; throw new Error(String(origin)); })),
      ];
    }, at);
    expect(reached).toEqual([]);
    expect(await frame.evaluate(() => origin)).toBe("null");
    expect(hits).toEqual([]);
    await expect(page).toHaveURL(/#\/live/);
  });
});

test("an endless loop is stopped and said so, and the page goes on meanwhile", async ({ page }) => {
  await open(page);
  await add(page, `onMessage("spin", () => {
  for (;;) log("again");
});
onMessage("hello", () => publish("answer", "yes"));`);
  await page.getByTestId("tab-messages").click();
  await publish(page, "hello", "?");
  await expect(messages(page, "answer")).toHaveCount(2);
  await publish(page, "spin", "!");
  // As many frames as the machine gives; one that stands still gives none.
  const drawn = await page.evaluate(() => new Promise<number>((done) => {
    const end = performance.now() + 1000;
    let count = 0;
    const next = () => (performance.now() < end ? requestAnimationFrame(() => { count += 1; next(); }) : done(count));
    next();
  }));
  expect(drawn).toBeGreaterThan(3);
  await expect(last(page)).toContainText("Stopped: it did not answer for 2 seconds, as in an endless loop. Change it, or turn it off and on, to start it again.", { timeout: 20_000 });
  await expect(frames(page)).toHaveCount(0);
  await publish(page, "hello", "still?");
  await expect(messages(page, "still?")).toHaveCount(2);
  await expect(messages(page, "answer")).toHaveCount(2);
  // Turned off and on it begins anew.
  await page.getByTestId("answer-on").click();
  await page.getByTestId("answer-on").click();
  await expect(last(page)).toHaveText("ready", { timeout: 20_000 });
  await publish(page, "hello", "again?");
  await expect(messages(page, "answer")).toHaveCount(4);
});

test("what is thrown is shown at its line, and what cannot be read too", async ({ page }) => {
  await open(page);
  await page.getByTestId("add-answer").click();
  await page.getByTestId("ready-5").click();
  const text = page.getByTestId("script-text");
  const says = page.getByTestId("trial-says");
  const wrong = page.getByTestId("script-wrong");
  const numbers = page.getByTestId("script-lines").locator(".is-error");
  await page.getByTestId("trial-topic").fill("a");
  for (const [script, line, words] of [
    ['onMessage("a", () => {\n  log("before");\n  boom();\n});', 3, "ReferenceError: boom is not defined"],
    ['onMessage("a", async () => {\n  await 0;\n  throw new Error("late");\n});', 3, "Error: late"],
    ["\n\nnull.x;", 3, "TypeError"],
    ["let a = 1;\nlet b = ;", 2, "SyntaxError"],
    ['onMessage("a", () => {\n  publish("a/#", "x");\n});', 2, "TypeError: publish takes a topic without + and #, and not a/#"],
    ['\ntable("none");', 2, 'TypeError: there is no table "none"'],
  ] as const) {
    await text.fill(script);
    await page.getByTestId("try-answer").click();
    await expect(wrong).toContainText(`Line ${line}: ${words}`);
    await expect(says).toContainText(`Line ${line}: ${words}`);
    await expect(numbers).toHaveText(String(line));
    await expect(text).toHaveAttribute("aria-invalid", "true");
  }
  await withoutViolations(page);
  await text.fill("for (;;) {}");
  await expect(wrong).toHaveCount(0);
  await page.getByTestId("try-answer").click();
  await expect(says).toContainText("Stopped: it did not answer for 2 seconds", { timeout: 20_000 });
  await expect(frames(page)).toHaveCount(0);
  await text.fill(" ");
  await expect(page.getByTestId("answer-problems")).toContainText("the script is empty");
  // A trial sends nothing; what is saved runs, and says where it went wrong.
  await text.fill('onMessage("a", () => {\n  boom();\n});\nlog("ready");');
  await page.getByTestId("save-answer").click();
  await expect(last(page)).toHaveText("ready", { timeout: 20_000 });
  await publish(page, "a", "x");
  await expect(last(page)).toHaveText("Line 2: ReferenceError: boom is not defined");
  await page.getByTestId("edit-answer").click();
  await expect(wrong).toHaveText("Line 2: ReferenceError: boom is not defined");
});

test("a script that says too much is bounded as an answer is", async ({ page }) => {
  await open(page);
  await page.getByTestId("add-answer").click();
  await page.getByTestId("ready-5").click();
  await page.getByTestId("answer-most").fill("5");
  await page.getByTestId("script-text").fill('for (let at = 0; at < 40; at += 1) publish("many", `${at}`);');
  await page.getByTestId("save-answer").click();
  await expect(last(page)).toContainText("Too fast: more than 5 messages in a second. The others of this second are not published.");
  await expect(page.getByTestId("answer-count")).toContainText("35 stopped");
});

test("a script of a file is turned off until a person turns it on", async ({ page }) => {
  await open(page);
  const script = 'publish("pwned", "x");';
  const profile = {
    name: "foreign", target: "BuiltIn", version: "5",
    answers: [{ name: "theirs", on: true, script }],
  };
  await page.getByTestId("connections-file").setInputFiles({
    name: "c.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify({ format: "mqttscope-profiles", version: 1, profiles: [profile] })),
  });
  const dialog = page.getByRole("dialog", { name: "1 connection imported" });
  await expect(dialog).toContainText("A script is turned off: read what a script does before you turn it on.");
  await dialog.getByRole("button", { name: "Close" }).click();
  await page.getByTestId("tab-messages").click();
  const row = page.getByTestId("connection").filter({ hasText: "foreign" });
  await row.getByTestId("look").click();
  await row.getByTestId("connect").click();
  await expect(row).toHaveAttribute("data-state", "open");
  await expect(page.getByTestId("answer-on")).not.toBeChecked();
  await expect(frames(page)).toHaveCount(0);
  await page.getByTestId("scope").selectOption("all");
  await expect(messages(page, "pwned")).toHaveCount(0);
  await page.getByTestId("answer-on").click();
  await expect(messages(page, "pwned").first()).toBeVisible();
});

twice("a script is written, tried with a recorded message, and saved", async (hand, page) => {
  await open(page);
  await hand.press(page.getByTestId("tab-messages"));
  await publish(page, "hall/lamp", '{"on":true}');
  await messages(page, "hall/lamp").first().click();
  await expect(page.getByTestId("packet-type").first()).toHaveText("PUBLISH");
  await hand.press(page.getByTestId("add-answer"));
  await hand.press(page.getByTestId("ready-empty"));
  await hand.write(page.getByTestId("answer-name"), "Lamp");
  // A plain answer is tried with it, too.
  await hand.press(page.getByTestId("trial-take"));
  await expect(page.getByTestId("trial-topic")).toHaveValue("hall/lamp");
  await hand.choose(page.getByTestId("answer-when"), "by a script");
  await expect(page.getByTestId("script-text")).toHaveValue(/^onMessage/);
  await expect(page.getByTestId("action-0")).toHaveCount(0);
  await hand.write(page.getByTestId("script-text"), 'onMessage("+/lamp", (message) => {\n  publish("seen", message.json.on ? "bright" : "dark");\n  log("told", message.topic);\n});');
  await expect(page.getByTestId("script-lines").locator("span")).toHaveText(["1", "2", "3", "4"]);
  await hand.press(page.getByTestId("trial-take"));
  await expect(page.getByTestId("trial-payload")).toHaveValue('{"on":true}');
  await hand.press(page.getByTestId("try-answer"));
  await expect(page.getByTestId("trial-says")).toContainText("Publishes bright to seen, QoS 0.");
  await expect(page.getByTestId("trial-says")).toContainText("told hall/lamp");
  await hand.write(page.getByTestId("trial-payload"), '{"on":false}');
  await hand.press(page.getByTestId("try-answer"));
  await expect(page.getByTestId("trial-says")).toContainText("Publishes dark to seen, QoS 0.");
  await hand.write(page.getByTestId("trial-topic"), "hall/door");
  await hand.press(page.getByTestId("try-answer"));
  await expect(page.getByTestId("trial-says")).toContainText("none of its topic filters matches the topic");
  await hand.press(page.getByTestId("script-calls").locator("summary"));
  await expect(page.getByTestId("script-calls")).toContainText("publish(topic, payload, options)");
  await withoutViolations(page);
  // Nothing was sent, and another choice does not lose what was written.
  await expect(messages(page, "seen")).toHaveCount(0);
  await page.getByTestId("answer-when").selectOption("timer");
  await page.getByTestId("answer-when").selectOption("script");
  await expect(page.getByTestId("script-text")).toHaveValue(/bright/);
  await hand.write(page.getByTestId("script-text"), 'onMessage("+/lamp", (message) => publish("seen", message.json.on ? "bright" : "dark"));\nlog("ready");');
  await hand.press(page.getByTestId("save-answer"));
  await expect(page.getByTestId("answer")).toContainText("script");
  await expect(last(page)).toHaveText("ready", { timeout: 20_000 });
  await publish(page, "hall/lamp", '{"on":true}');
  await expect(messages(page, "bright")).toHaveCount(2);
});
