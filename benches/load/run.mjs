// Measures, in one Chromium, a page that only counts with MQTT.js beside the Live page, which records
// and lists every packet; and how long the worst that a link can hold takes to be shown. Prints a report; exits with 1 when a goal is missed.
//
//   node run.mjs [--site DIST] [--chrome PATH] [--messages N] [--rounds N]
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

import { PACKETS } from "../../tests/e2e/links.mjs";
import { counting, Live, memory, opened, serve } from "./pages.mjs";
import { mosquitto, replay } from "./sources.mjs";

const { values: options } = parseArgs({
  options: {
    site: { type: "string", default: process.env.MQTTSCOPE_SITE ?? "../../dist" },
    chrome: { type: "string", default: process.env.CHROME },
    messages: { type: "string", default: "200000" },
    rounds: { type: "string", default: "3" },
  },
});
const MESSAGES = Number(options.messages);
const ROUNDS = Number(options.rounds);
const PAYLOAD = 64;
const MILLION = 1_000_000;

const whole = (number) => Math.round(number).toLocaleString("en");
const ms = (number) => `${number.toFixed(1)} ms`;
const megabytes = (bytes) => `${whole(bytes / 1e6)} MB`;
const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const goals = [];
function goal(name, is_met, seen) {
  goals.push(is_met);
  console.log(`${is_met ? "met   " : "MISSED"}  ${name}: ${seen}`);
}

const site = await serve(resolve(options.site));
const browser = await chromium.launch({
  executablePath: options.chrome,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--disable-background-networking"],
});
console.log(`Chromium ${browser.version()}, ${whole(MESSAGES)} messages of ${PAYLOAD} bytes at QoS 0, ${ROUNDS} rounds, medians\n`);

try {
  for (const [name, type, , [address]] of PACKETS) {
    const took = [];
    for (let round = 0; round < ROUNDS; round += 1) took.push(await opened(browser, `${site.url}/${address}`, type));
    goal(`a link of ${address.length} characters opens within a second: ${name}`, median(took) <= 1000, ms(median(took)));
  }
  console.log();

  for (const [start, factor] of [[mosquitto, 1], [replay, 8]]) {
    const source = await start(PAYLOAD);
    const rounds = { counting: [], live: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.counting.push(await counting(browser, site.url, source, MESSAGES));
      const live = await Live.open(browser, site.url, source);
      rounds.live.push(await live.take(source, MESSAGES));
      await live.close();
    }
    const of = (name, what) => median(rounds[name].map((round) => round[what]));
    console.log(`${source.name}`);
    console.log(`  MQTT.js, counting   ${whole(of("counting", "rate")).padStart(9)} a second, frames p99 ${ms(of("counting", "p99"))}`);
    console.log(`  Live, recording     ${whole(of("live", "rate")).padStart(9)} a second, frames p99 ${ms(of("live", "p99"))}, longest ${ms(of("live", "longest"))}`);
    const ratio = of("live", "rate") / of("counting", "rate");
    goal(`at least ${factor} times MQTT.js`, ratio >= factor, `${ratio.toFixed(2)} times`);
    const lost = rounds.live.map(({ lost }) => lost);
    goal("none lost", lost.every((count) => count === 0), lost.join(", "));
    goal("frames at most 50 ms (p99)", of("live", "p99") <= 50, ms(of("live", "p99")));
    console.log();
    source.stop();
  }

  const source = await replay(PAYLOAD);
  const live = await Live.open(browser, site.url, source);
  const empty = await memory(browser);
  const many = await live.take(source, MILLION);
  console.log(`${whole(MILLION)} packets in the log, ${whole(many.rate)} a second`);
  goal("none lost", many.lost === 0, many.lost);
  const { scrolling, searching, searched, found } = await live.browse();
  goal("scrolling: frames at most 50 ms (p99)", scrolling.p99 <= 50, ms(scrolling.p99));
  goal("searching: frames at most 50 ms (p99)", searching.p99 <= 50, `${ms(searching.p99)}; ${whole(found)} found in ${ms(searched)}`);
  const more = await live.take(source, 3 * MILLION);
  goal("none lost beyond the budget, those dropped counted", more.lost === 0, more.lost);
  const budget = Number(await live.page.getByTestId("budget").inputValue());
  const held = (await memory(browser)) - empty;
  goal("memory grows by less than twice the budget", held < 2 * budget, `${megabytes(held)} of ${megabytes(budget)}`);
  const flood = source.send(10 * MILLION);
  await live.page.waitForTimeout(1500);
  const stopped = await live.stop();
  goal("stop in the flood takes at most 200 ms", stopped <= 200, ms(stopped));
  await flood;
  await live.close();
  source.stop();
} finally {
  await browser.close();
  site.stop();
}
process.exitCode = goals.every(Boolean) ? 0 : 1;
