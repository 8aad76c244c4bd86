// The two pages: one that counts with MQTT.js and does nothing else, and the Live page.
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
};

/** Serves the built page at `/` and the one that counts at `/count`. */
export async function serve(site) {
  const library = fileURLToPath(new URL("node_modules/mqtt/dist/mqtt.min.js", import.meta.url));
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    if (path === "/count") {
      response.setHeader("content-type", "text/html");
      response.end("<!doctype html><title>count</title><script src=mqtt.min.js></script>");
      return;
    }
    const file = path === "/mqtt.min.js" ? library : join(site, normalize(path === "/" ? "index.html" : path));
    if (!existsSync(file)) {
      response.statusCode = 404;
      response.end();
      return;
    }
    response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
    createReadStream(file).pipe(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

/** Notes in the page how long each frame takes, from now on. */
function watchFrames() {
  window.frames_ = [];
  let last = performance.now();
  const next = (now) => {
    window.frames_.push(now - last);
    last = now;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}

const percentile = (numbers, part) => numbers.sort((a, b) => a - b)[Math.floor((numbers.length - 1) * part)] ?? 0;

async function frames(page) {
  const all = await page.evaluate(() => window.frames_.splice(0));
  return { p99: percentile(all, 0.99), longest: Math.max(0, ...all) };
}

/** Milliseconds until a link's packet is shown, and the page hears again. */
export async function opened(browser, address, type) {
  const page = await browser.newPage();
  await page.goto(address, { waitUntil: "commit" });
  await page.getByTestId("packet-type").filter({ hasText: type }).waitFor();
  // What is painted: a frame after it.
  const took = await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now())))));
  await page.close();
  return took;
}

/** MQTT.js counts `count` messages; how many a second. */
export async function counting(browser, base, source, count) {
  const page = await browser.newPage();
  await page.goto(`${base}/count`);
  const subscribed = source.subscribed();
  await page.evaluate(
    (url) =>
      new Promise((resolve) => {
        window.seen = 0;
        const client = mqtt.connect(url, { protocolVersion: 4, keepalive: 0 });
        client.on("message", () => {
          if (window.seen === 0) window.began = performance.now();
          window.seen += 1;
          window.ended = performance.now();
        });
        client.on("connect", () => client.subscribe("#", () => resolve()));
      }),
    source.url,
  );
  await subscribed;
  await page.evaluate(watchFrames);
  await Promise.all([
    source.send(count),
    page.waitForFunction((count) => window.seen >= count, count, { timeout: 300_000, polling: 50 }),
  ]);
  const took = await page.evaluate(() => window.ended - window.began);
  const smooth = await frames(page);
  await page.close();
  return { rate: (count / took) * 1000, ...smooth };
}

/** The Live page, connected to the source and subscribed to everything. */
export class Live {
  static async open(browser, base, source, budget) {
    const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
    const live = new Live(page);
    await page.goto(`${base}/#/live`);
    await page.getByTestId("connections").waitFor();
    const profile = {
      name: "load",
      target: { WebSocket: source.url },
      version: "3.1.1",
      client_identifier: "live",
      keep_alive: 0,
      subscriptions: [{ topic_filter: "#" }],
    };
    const file = JSON.stringify({ format: "mqttscope-profiles", version: 1, profiles: [profile] });
    await page.getByTestId("connections-file").setInputFiles({
      name: "load.json",
      mimeType: "application/json",
      buffer: Buffer.from(file),
    });
    // Its packets would be counted among those of the load.
    await page.getByTestId("connection").first().getByTestId("disconnect").click();
    await page.getByTestId("scope").selectOption("all");
    live.row = page.getByTestId("connection").filter({ hasText: "load" });
    await live.row.getByTestId("look").click();
    if (budget) await page.getByTestId("budget").selectOption(budget);
    await live.connect(source);
    await page.evaluate(watchFrames);
    return live;
  }

  constructor(page) {
    this.page = page;
  }

  async connect(source) {
    const subscribed = source.subscribed();
    const answers = this.page.getByTestId("wire-row").filter({ hasText: "SUBACK" });
    const before = await answers.count();
    await this.row.getByTestId("connect").click();
    await subscribed;
    await answers.nth(before).waitFor();
  }

  /** What the page says of its list: packets in it, those that made room included. */
  total() {
    return this.page.evaluate(() => window.total_());
  }

  async prepare() {
    await this.page.evaluate(() => {
      const number = (id) => {
        const text = document.querySelector(`[data-testid="${id}"]`)?.textContent ?? "";
        return Number(text.replace(/\D/g, ""));
      };
      window.total_ = () => number("total") + number("dropped");
    });
  }

  /** Takes `count` messages; how many a second, as the page shows them. */
  async take(source, count) {
    await this.prepare();
    const before = await this.total();
    await frames(this.page);
    const timed = this.page.evaluate(
      ({ before, count }) =>
        new Promise((resolve) => {
          let began;
          const look = (now) => {
            const seen = window.total_() - before;
            if (seen > 0) began ??= { now, seen };
            if (seen >= count) {
              resolve({ took: now - began.now, counted: seen - began.seen });
            } else {
              requestAnimationFrame(look);
            }
          };
          requestAnimationFrame(look);
        }),
      { before, count },
    );
    const [, { took, counted }] = await Promise.all([source.send(count), timed]);
    const smooth = await frames(this.page);
    // Whatever else came would show by now.
    await this.page.waitForTimeout(300);
    return { rate: (counted / took) * 1000, lost: before + count - (await this.total()), ...smooth };
  }

  /** Ends the connection while messages pour in; milliseconds until the page shows that it has. */
  async stop() {
    const took = await this.row.evaluate(
      (row) =>
        new Promise((resolve) => {
          const began = performance.now();
          row.querySelector('[data-testid="disconnect"]').click();
          const look = () => {
            if (row.dataset.state === "open") requestAnimationFrame(look);
            else resolve(performance.now() - began);
          };
          look();
        }),
    );
    return took;
  }

  /** Scrolls and searches what is recorded; how long frames took, and the search. */
  async browse() {
    await frames(this.page);
    const list = this.page.getByTestId("wire");
    await list.evaluate(async (node) => {
      const paint = () => new Promise((resolve) => requestAnimationFrame(resolve));
      for (let step = 0; step <= 200; step += 1) {
        node.scrollTop = (node.scrollHeight * step) / 200;
        await paint();
      }
    });
    const scrolling = await frames(this.page);
    const began = performance.now();
    const before = await this.total();
    await this.page.getByTestId("search").fill("topic:load/00042");
    await this.page.waitForFunction(
      (before) => {
        const now = window.total_();
        // Of a hundred topics one is left; it is found a slice at a time.
        const settled = now === window.last_ && now > 0 && now <= before / 100 + 10;
        window.last_ = now;
        return settled;
      },
      before,
      { polling: 200, timeout: 60_000 },
    );
    const searched = performance.now() - began;
    const found = await this.total();
    const searching = await frames(this.page);
    await this.page.getByTestId("search").fill("");
    await this.page.waitForFunction((before) => window.total_() >= before, before, { polling: 200 });
    return { scrolling, searching, searched, found };
  }

  async close() {
    await this.page.context().close();
  }
}

/** Bytes that the browser's renderers hold in memory together, as Linux counts them. */
export async function memory(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const resident = ({ id }) =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1] ?? 0) * 1024;
  return processInfo.filter(({ type }) => type === "renderer").map(resident).reduce((a, b) => a + b, 0);
}
