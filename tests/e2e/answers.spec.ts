// Answers of a connection, on the built-in broker: made, tried, changed, switched off, kept, and never a loop.
import { expect, type Page } from "@playwright/test";

import { withoutViolations } from "./axe";
import { open, publish } from "./live";
import { test } from "./quiet";
import { twice } from "./ways";

const answer = (page: Page) => page.getByTestId("answer");
const messages = (page: Page) => page.getByTestId("message-row");

/** Adds an answer of the gallery as it is. */
async function add(page: Page, ready: string) {
  await page.getByTestId("add-answer").click();
  await page.getByTestId(`ready-${ready}`).click();
  await page.getByTestId("save-answer").click();
  await expect(page.getByTestId("answer-form")).toBeHidden();
}

/** Says what a press on “What would happen?” tells. */
async function tryIt(page: Page, payload: string) {
  await page.getByTestId("trial-payload").fill(payload);
  await page.getByTestId("try-answer").click();
  return page.getByTestId("trial-says");
}

/** Closes the window that is open. */
const close = (page: Page) => page.getByRole("button", { name: "Close", exact: true }).click();

test("a code is redeemed once, and the table remembers it", async ({ page }) => {
  await open(page);
  await expect(page.getByLabel("Answers", { exact: true })).toContainText("Let this connection reply by itself");
  await page.getByTestId("add-answer").click();
  await withoutViolations(page);
  await page.getByTestId("ready-1").click();
  await expect(page.getByTestId("answer-name")).toHaveValue("Redeem a code");
  await expect(await tryIt(page, '"WELCOME"')).toContainText("Publishes 1 to test, QoS 1");
  await expect(page.getByTestId("trial-says")).toContainText("Changes a table.");
  await expect(await tryIt(page, '"SUMMER"')).toContainText("Publishes 0 to test, QoS 0");
  await expect(await tryIt(page, '"RETIRED"')).toContainText("RETIRED does not exist");
  await expect(await tryIt(page, "WELCOME")).toContainText("Nothing: a condition does not hold.");
  await page.getByTestId("trial-topic").fill("else");
  await expect(await tryIt(page, '"WELCOME"')).toContainText("Nothing: the topic filter does not match the topic.");
  await withoutViolations(page);
  await page.getByTestId("save-answer").click();
  await expect(answer(page)).toHaveCount(1);

  // Trying it has redeemed nothing.
  await page.getByTestId("tab-messages").click();
  await publish(page, "test", '"WELCOME"', "1");
  await expect(page.getByTestId("answer-count")).toContainText("1");
  await expect(page.getByTestId("answer-last")).toContainText("Publishes 1 to test, QoS 1");
  // The question and its answer, each there and back: the answer answers nothing.
  await expect(messages(page)).toHaveCount(4);
  await publish(page, "test", '"WELCOME"', "1");
  await expect(page.getByTestId("answer-last")).toContainText("Publishes 0 to test, QoS 0");
  await expect(messages(page)).toHaveCount(8);
  await publish(page, "test", '"NEVER"');
  await expect(page.getByTestId("answer-last")).toContainText("NEVER does not exist");
  await expect(page.getByTestId("answer-count")).toHaveText("2 answered");

  await page.getByTestId("answer-log").click();
  await expect(page.getByTestId("log-line").first()).toContainText("NEVER does not exist");
  await withoutViolations(page);
  await close(page);

  await page.getByTestId("answer-tables").click();
  await expect(page.getByTestId("cell-0-2")).toHaveValue("true");
  await withoutViolations(page);
  await page.getByTestId("cell-0-2").fill("false");
  await page.getByTestId("cell-0-2").press("Tab");
  await close(page);
  await publish(page, "test", '"WELCOME"');
  await expect(page.getByTestId("answer-last")).toContainText("Publishes 1 to test, QoS 1");

  // Another visit knows all of it.
  await page.getByTestId("answer-tables").click();
  await expect(page.getByTestId("cell-0-2")).toHaveValue("true");
  await close(page);
  await page.reload();
  await expect(answer(page)).toHaveCount(1);
  await page.getByTestId("answer-tables").click();
  await expect(page.getByTestId("cell-0-2")).toHaveValue("true");
});

test("a loop is stopped with a word", async ({ page }) => {
  await open(page);
  await page.getByTestId("add-answer").click();
  await page.getByTestId("ready-empty").click();
  await page.getByTestId("answer-filter").fill("loop");
  await page.getByTestId("action-0-topic").fill("loop");
  await page.getByTestId("action-0-payload").fill("{{payload}}!");
  await page.getByTestId("save-answer").click();
  await page.getByTestId("tab-messages").click();
  await publish(page, "loop", "a");
  await expect(page.getByTestId("answer-last")).toContainText("Loop stopped");
  await expect(page.getByTestId("answer-count")).toContainText("1 stopped");
  await expect(messages(page)).toHaveCount(4);
});

twice("an answer is written, changed, switched off and removed", async (hand, page) => {
  await open(page);
  await hand.press(page.getByTestId("add-answer"));
  await hand.press(page.getByTestId("ready-2"));
  await hand.discard();
  await hand.press(page.getByTestId("add-answer"));
  await hand.press(page.getByTestId("ready-empty"));
  await hand.write(page.getByTestId("answer-name"), "Lamp");
  await hand.write(page.getByTestId("answer-filter"), "");
  await expect(page.getByTestId("answer-problems")).toContainText("it needs a topic filter");
  await expect(page.getByTestId("save-answer")).toBeDisabled();
  await hand.write(page.getByTestId("answer-filter"), "lamp/+");
  await hand.write(page.getByTestId("answer-most"), "50");

  await hand.press(page.getByTestId("add-condition"));
  for (const [kind, field, value] of [
    ["Payload is", "text", "on"],
    ["Payload is a number", "from", "1"],
    ["Payload is a number", "to", "9"],
    ["JSON has something at", "path", "$.a"],
    ["JSON is, at", "text", "x"],
    ["JSON is a number, at", "from", "1"],
    ["JSON is a number, at", "to", "9"],
    ["User Property", "name", "unit"],
    ["User Property", "value", "C"],
    ["Content Type is", "text", "text/plain"],
    ["Payload contains", "text", "on"],
  ] as const) {
    const chosen = page.getByTestId("condition-0-kind");
    // Another one begins with the same words, which typing them may choose.
    if (kind === "Payload is") await chosen.selectOption(kind);
    else await hand.choose(chosen, kind);
    await hand.write(page.getByTestId(`condition-0-${field}`), value);
    await expect(page.getByTestId(`condition-0-${field}`)).toHaveValue(value);
  }
  await hand.press(page.getByTestId("add-condition"));
  await hand.choose(page.getByTestId("condition-1-kind"), "QoS");
  await hand.choose(page.getByTestId("condition-1-qos"), "QoS 1");
  await hand.choose(page.getByTestId("condition-1-kind"), "Retained");
  await hand.choose(page.getByTestId("condition-1-retained"), "It is");
  await hand.press(page.getByTestId("condition-1-remove"));
  await expect(page.getByTestId("condition-1")).toHaveCount(0);

  await hand.write(page.getByTestId("action-0-topic"), "{{nonsense}}");
  await expect(page.getByTestId("answer-problems")).toContainText("{{nonsense}} stands for nothing that is known, at character 1; what may stand there: topic, payload, json,");
  await hand.write(page.getByTestId("action-0-topic"), "a/{{sine 18}}");
  await expect(page.getByTestId("answer-problems")).toContainText("{{sine 18}} is not complete or not right, at character 3: it takes LOW HIGH SECONDS behind it, as in {{sine 18 24 60}}");
  await hand.write(page.getByTestId("action-0-topic"), "a/{{topic");
  await expect(page.getByTestId("answer-problems")).toContainText("{{topic is not closed, at character 3: }} belongs behind the name");
  await hand.write(page.getByTestId("action-0-topic"), "{{topic}}/state");
  await hand.write(page.getByTestId("action-0-payload"), "{{topic.2}} is {{payload}}, {{count.lamps}}");
  await hand.choose(page.getByTestId("action-0-qos"), "QoS 1");
  await hand.turn(page.getByTestId("action-0-respond"));
  await hand.turn(page.getByTestId("action-0-retain"));
  await hand.press(page.getByTestId("action-0-more").locator("summary"));
  await hand.write(page.getByTestId("action-0-content-type"), "text/plain");
  await hand.write(page.getByTestId("action-0-user"), "by=mqttscope");
  await page.getByTestId("action-0-user").press("Tab");
  await hand.press(page.getByTestId("action-add"));
  await hand.choose(page.getByTestId("action-1-kind"), "Count");
  await hand.write(page.getByTestId("action-1-name"), "lamps");
  await hand.press(page.getByTestId("action-1-up"));
  await expect(page.getByTestId("action-0-name")).toHaveValue("lamps");
  await hand.press(page.getByTestId("action-add"));
  await hand.choose(page.getByTestId("action-2-kind"), "Log a line");
  await hand.write(page.getByTestId("action-2-line"), "told {{topic.2}}");
  await hand.press(page.getByTestId("action-add"));
  await hand.choose(page.getByTestId("action-3-kind"), "Stop here");
  await hand.press(page.getByTestId("action-3-remove"));
  await hand.press(page.getByTestId("answer-places").locator("summary"));
  await expect(page.getByTestId("answer-places")).toContainText("{{row.COLUMN}}");
  await hand.write(page.getByTestId("trial-topic"), "lamp/hall");
  await hand.write(page.getByTestId("trial-payload"), "on");
  await hand.press(page.getByTestId("try-answer"));
  await expect(page.getByTestId("trial-says")).toContainText("Publishes hall is on, 1 to lamp/hall/state, QoS 1");
  await withoutViolations(page);

  // Escape asks; whoever stays goes on.
  await page.keyboard.press("Escape");
  await hand.press(page.getByTestId("keep-editing"));
  await hand.press(page.getByTestId("save-answer"));
  await expect(answer(page)).toContainText("Lamp");
  await publish(page, "lamp/hall", "on");
  await expect(page.getByTestId("answer-count")).toContainText("1");
  await hand.turn(page.getByTestId("answer-on"));
  await publish(page, "lamp/hall", "on");
  await hand.press(page.getByTestId("tab-messages"));
  await expect(messages(page).filter({ hasText: "lamp/hall/state" })).toHaveCount(2);
  await hand.turn(page.getByTestId("answer-on"));
  await publish(page, "lamp/hall", "on");
  await expect(page.getByTestId("answer-count")).toContainText("2");

  await hand.press(page.getByTestId("answer-log"));
  await expect(page.getByTestId("log-line").first()).toContainText("told hall");
  await hand.press(page.getByTestId("log-lines"), "ArrowDown");
  await hand.close();
  await hand.press(page.getByTestId("edit-answer"));
  await expect(page.getByTestId("answer-name")).toHaveValue("Lamp");
  await hand.write(page.getByTestId("answer-name"), "Light");
  await hand.press(page.getByTestId("save-answer"));
  await expect(answer(page)).toContainText("Light");
  await hand.press(page.getByTestId("remove-answer"));
  await expect(answer(page)).toHaveCount(0);
});

twice("a table is pasted, looked up in, and changed", async (hand, page) => {
  await open(page);
  await hand.press(page.getByTestId("answer-tables"));
  await hand.write(page.getByTestId("table-name"), "lamps");
  await hand.write(page.getByTestId("table-text"), "name;state\nhall;off\nhall");
  await hand.press(page.getByTestId("take-table"));
  await expect(page.getByTestId("cell-0-1")).toHaveValue("off");
  await expect(page.getByTestId("table-size")).toHaveText("2 rows");
  await hand.press(page.getByTestId("remove-row-1"));
  await expect(page.getByTestId("table-size")).toHaveText("1 row");
  await hand.press(page.getByTestId("add-row"));
  await hand.write(page.getByTestId("cell-1-0"), "door");
  await page.getByTestId("cell-1-0").press("Tab");
  await hand.press(page.getByTestId("new-table").locator("summary"));
  await hand.write(page.getByTestId("table-name"), "seen");
  await hand.write(page.getByTestId("table-text"), "[1]");
  await hand.press(page.getByTestId("take-table"));
  await expect(page.getByTestId("table-fault")).toContainText("something that is no object");
  await hand.write(page.getByTestId("table-text"), '[{"topic":"x","at":1}]');
  await hand.press(page.getByTestId("take-table"));
  await expect(page.getByTestId("cell-0-1")).toBeVisible();
  await hand.choose(page.getByTestId("table-choice"), "lamps");
  await expect(page.getByTestId("cell-1-0")).toHaveValue("door");
  const saved = page.waitForEvent("download");
  await hand.press(page.getByTestId("save-table"));
  expect((await saved).suggestedFilename()).toBe("lamps.csv");
  await hand.close();

  await hand.press(page.getByTestId("add-answer"));
  await hand.press(page.getByTestId("ready-empty"));
  await hand.write(page.getByTestId("answer-filter"), "lamp");
  await hand.choose(page.getByTestId("action-0-kind"), "Look up in a table");
  await hand.choose(page.getByTestId("action-0-table"), "lamps");
  await hand.choose(page.getByTestId("action-0-column"), "name");
  await hand.write(page.getByTestId("action-0-value"), "{{payload}}");
  await hand.press(page.getByTestId("action-0-found-add"));
  await hand.choose(page.getByTestId("action-0-found-0-kind"), "If a cell of the row");
  await hand.choose(page.getByTestId("action-0-found-0-column"), "state");
  await hand.choose(page.getByTestId("action-0-found-0-test"), "equals");
  await hand.write(page.getByTestId("action-0-found-0-value"), "off");
  await hand.press(page.getByTestId("action-0-found-0-then-add"));
  await hand.choose(page.getByTestId("action-0-found-0-then-0-kind"), "Write into the row");
  await hand.choose(page.getByTestId("action-0-found-0-then-0-column"), "state");
  await hand.write(page.getByTestId("action-0-found-0-then-0-value"), "on");
  await hand.press(page.getByTestId("action-0-found-0-otherwise-add"));
  await hand.choose(page.getByTestId("action-0-found-0-otherwise-0-kind"), "Remove the row");
  await hand.press(page.getByTestId("action-0-missing-add"));
  await hand.choose(page.getByTestId("action-0-missing-0-kind"), "Add a row");
  await hand.choose(page.getByTestId("action-0-missing-0-table"), "lamps");
  await hand.write(page.getByTestId("action-0-missing-0-cell-name"), "{{payload}}");
  await expect(page.getByTestId("answer-problems")).toHaveCount(0);
  await hand.press(page.getByTestId("save-answer"));
  for (const lamp of ["hall", "new", "door"]) await publish(page, "lamp", lamp);
  await hand.press(page.getByTestId("answer-tables"));
  await expect(page.getByTestId("cell-0-1")).toHaveValue("on");
  await expect(page.getByTestId("cell-1-0")).toHaveValue("new");
  await expect(page.getByTestId("table-size")).toHaveText("2 rows");
  await hand.press(page.getByTestId("remove-table"));
  await expect(page.getByTestId("table-choice")).toHaveValue("seen");
  await hand.press(page.getByTestId("remove-table"));
  await expect(page.getByTestId("table-choice")).toHaveCount(0);
  await hand.close();
  await expect(page.getByTestId("answer-last")).toContainText('there is no table "lamps"');
});

test("two tabs: one asks, the other answers", async ({ page, context }) => {
  await open(page);
  await add(page, "0");
  const other = await context.newPage();
  await other.goto("#/live");
  await expect(other.getByTestId("connection").first()).toHaveAttribute("data-state", "open", { timeout: 45_000 });
  // The answers are the profile's: the other tab must not answer, too.
  if (await other.getByTestId("answer-on").isChecked()) await other.getByTestId("answer-on").click();
  await other.getByTestId("publish-topic").fill("echo");
  await other.getByTestId("payload-as").selectOption("text");
  await other.getByTestId("publish-payload").fill("hello");
  await other.getByTestId("more-request").locator("summary").click();
  await other.getByTestId("request").click();
  await expect(other.getByText(/Response after .* ms: hello/)).toBeVisible();
});

twice("long tables go page by page, and all fits on a phone", async (hand, page) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("#/live");
  await hand.press(page.getByTestId("step-connections"));
  await hand.press(page.getByTestId("answer-tables"));
  await hand.write(page.getByTestId("table-name"), "long");
  const rows = Array.from({ length: 250 }, (_, n) => `${n},x`);
  await hand.write(page.getByTestId("table-text"), ["number,text", ...rows].join("\n"));
  await hand.press(page.getByTestId("take-table"));
  await hand.press(page.getByTestId("rows-behind"));
  await expect(page.getByTestId("cell-100-0")).toHaveValue("100");
  await hand.press(page.getByTestId("rows-behind"));
  await expect(page.getByTestId("rows-behind")).toBeDisabled();
  await hand.press(page.getByTestId("rows-before"));
  await hand.press(page.getByTestId("rows-before"));
  await expect(page.getByTestId("cell-0-0")).toHaveValue("0");
  await withoutViolations(page);
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(await fits()).toBeLessThanOrEqual(0);
  await hand.close();
  await hand.press(page.getByTestId("add-answer"));
  await hand.press(page.getByTestId("ready-1"));
  const dialog = page.locator("dialog");
  expect(await dialog.evaluate((it) => it.scrollWidth - it.clientWidth)).toBeLessThanOrEqual(0);
  await withoutViolations(page);
});
