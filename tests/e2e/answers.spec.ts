// Answers of a connection, on the built-in broker: made, tried, changed, switched off, kept, and never a loop.
import { expect, type Page } from "@playwright/test";

import { withoutViolations } from "./axe";
import { open, publish } from "./live";
import { test } from "./quiet";

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
  await expect(messages(page)).toHaveCount(10);

  await page.getByTestId("answer-log").click();
  await expect(page.getByTestId("log-line").first()).toContainText("NEVER does not exist");
  await withoutViolations(page);
  await page.getByTestId("log-lines").focus();
  await page.keyboard.press("ArrowDown");
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

test("an answer is written by hand, changed, switched off and removed", async ({ page }) => {
  await open(page);
  await page.getByTestId("add-answer").focus();
  await page.keyboard.press("Enter");
  await page.getByTestId("ready-empty").focus();
  await page.keyboard.press("Enter");
  await page.getByTestId("answer-name").fill("Lamp");
  await page.getByTestId("answer-filter").fill("");
  await expect(page.getByTestId("answer-problems")).toContainText("it needs a topic filter");
  await expect(page.getByTestId("save-answer")).toBeDisabled();
  await page.getByTestId("answer-filter").fill("lamp/+");
  await page.getByTestId("answer-most").fill("50");

  await page.getByTestId("add-condition").click();
  for (const [kind, field, value] of [
    ["is", "text", "on"],
    ["number", "from", "1"],
    ["number", "to", "9"],
    ["json-there", "path", "$.a"],
    ["json-is", "text", "x"],
    ["json-number", "from", "1"],
    ["json-number", "to", "9"],
    ["user", "name", "unit"],
    ["user", "value", "C"],
    ["content", "text", "text/plain"],
    ["contains", "text", "on"],
  ] as const) {
    await page.getByTestId("condition-0-kind").selectOption(kind);
    await page.getByTestId(`condition-0-${field}`).fill(value);
    await expect(page.getByTestId(`condition-0-${field}`)).toHaveValue(value);
  }
  await page.getByTestId("add-condition").focus();
  await page.keyboard.press("Enter");
  await page.getByTestId("condition-1-kind").selectOption("qos");
  await page.getByTestId("condition-1-qos").selectOption("1");
  await page.getByTestId("condition-1-kind").selectOption("retained");
  await page.getByTestId("condition-1-retained").selectOption("yes");
  await page.getByTestId("condition-1-remove").click();
  await expect(page.getByTestId("condition-1")).toHaveCount(0);

  await page.getByTestId("action-0-topic").fill("{{nonsense}}");
  await expect(page.getByTestId("answer-problems")).toContainText("{{nonsense}} stands for nothing that is known");
  await page.getByTestId("action-0-topic").fill("{{topic}}/state");
  await page.getByTestId("action-0-payload").fill("{{topic.2}} is {{payload}}, {{count.lamps}}");
  await page.getByTestId("action-0-qos").selectOption("1");
  await page.getByTestId("action-0-respond").click();
  await page.getByTestId("action-0-retain").click();
  await page.getByTestId("action-0-more").locator("summary").click();
  await page.getByTestId("action-0-content-type").fill("text/plain");
  await page.getByTestId("action-0-user").fill("by=mqttscope");
  await page.getByTestId("action-0-user").press("Tab");
  await page.getByTestId("action-add").click();
  await page.getByTestId("action-1-kind").selectOption("count");
  await page.getByTestId("action-1-name").fill("lamps");
  await page.getByTestId("action-1-up").click();
  await expect(page.getByTestId("action-0-name")).toHaveValue("lamps");
  await page.getByTestId("action-add").focus();
  await page.keyboard.press("Enter");
  await page.getByTestId("action-2-kind").selectOption("log");
  await page.getByTestId("action-2-line").fill("told {{topic.2}}");
  await page.getByTestId("action-add").click();
  await page.getByTestId("action-3-kind").selectOption("stop");
  await page.getByTestId("action-3-remove").click();
  await page.getByTestId("answer-places").locator("summary").click();
  await expect(page.getByTestId("answer-places")).toContainText("{{row.COLUMN}}");
  await page.getByTestId("trial-topic").fill("lamp/hall");
  await expect(await tryIt(page, "on")).toContainText("Publishes hall is on, 1 to lamp/hall/state, QoS 1");
  await withoutViolations(page);

  // Escape asks; whoever stays goes on.
  await page.keyboard.press("Escape");
  await page.getByTestId("keep-editing").click();
  await page.getByTestId("save-answer").focus();
  await page.keyboard.press("Enter");
  await expect(answer(page)).toContainText("Lamp");
  await publish(page, "lamp/hall", "on");
  await expect(page.getByTestId("answer-count")).toContainText("1");
  await page.getByTestId("answer-on").click();
  await publish(page, "lamp/hall", "on");
  await page.getByTestId("tab-messages").click();
  await expect(messages(page).filter({ hasText: "lamp/hall/state" })).toHaveCount(2);
  await page.getByTestId("answer-on").focus();
  await page.keyboard.press("Space");
  await publish(page, "lamp/hall", "on");
  await expect(page.getByTestId("answer-count")).toContainText("2");

  await page.getByTestId("edit-answer").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("answer-name")).toHaveValue("Lamp");
  await page.getByTestId("answer-name").fill("Light");
  await page.getByTestId("save-answer").click();
  await expect(answer(page)).toContainText("Light");
  await page.getByTestId("remove-answer").click();
  await expect(answer(page)).toHaveCount(0);
});

test("a table is pasted, looked up in, and changed by hand", async ({ page }) => {
  await open(page);
  await page.getByTestId("answer-tables").click();
  await page.getByTestId("table-name").fill("lamps");
  await page.getByTestId("table-text").fill("name;state\nhall;off\nhall");
  await page.getByTestId("take-table").click();
  await expect(page.getByTestId("cell-0-1")).toHaveValue("off");
  await expect(page.getByTestId("table-size")).toHaveText("2 rows");
  await page.getByTestId("remove-row-1").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("table-size")).toHaveText("1 rows");
  await page.getByTestId("add-row").click();
  await page.getByTestId("cell-1-0").fill("door");
  await page.getByTestId("cell-1-0").press("Tab");
  await page.getByTestId("new-table").locator("summary").click();
  await page.getByTestId("table-name").fill("seen");
  await page.getByTestId("table-text").fill("[1]");
  await page.getByTestId("take-table").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("table-fault")).toContainText("something that is no object");
  await page.getByTestId("table-text").fill('[{"topic":"x","at":1}]');
  await page.getByTestId("take-table").click();
  await expect(page.getByTestId("cell-0-1")).toBeVisible();
  await page.getByTestId("table-choice").selectOption("lamps");
  await expect(page.getByTestId("cell-1-0")).toHaveValue("door");
  const saved = page.waitForEvent("download");
  await page.getByTestId("save-table").click();
  expect((await saved).suggestedFilename()).toBe("lamps.csv");
  await close(page);

  await page.getByTestId("add-answer").click();
  await page.getByTestId("ready-empty").click();
  await page.getByTestId("answer-filter").fill("lamp");
  await page.getByTestId("action-0-kind").selectOption("look-up");
  await page.getByTestId("action-0-table").selectOption("lamps");
  await page.getByTestId("action-0-column").selectOption("name");
  await page.getByTestId("action-0-value").fill("{{payload}}");
  await page.getByTestId("action-0-found-add").click();
  await page.getByTestId("action-0-found-0-kind").selectOption("when");
  await page.getByTestId("action-0-found-0-column").selectOption("state");
  await page.getByTestId("action-0-found-0-test").selectOption("is");
  await page.getByTestId("action-0-found-0-value").fill("off");
  await page.getByTestId("action-0-found-0-then-add").click();
  await page.getByTestId("action-0-found-0-then-0-kind").selectOption("set");
  await page.getByTestId("action-0-found-0-then-0-column").selectOption("state");
  await page.getByTestId("action-0-found-0-then-0-value").fill("on");
  await page.getByTestId("action-0-found-0-otherwise-add").click();
  await page.getByTestId("action-0-found-0-otherwise-0-kind").selectOption("remove-row");
  await page.getByTestId("action-0-missing-add").click();
  await page.getByTestId("action-0-missing-0-kind").selectOption("add-row");
  await page.getByTestId("action-0-missing-0-table").selectOption("lamps");
  await page.getByTestId("action-0-missing-0-cell-name").fill("{{payload}}");
  await expect(page.getByTestId("answer-problems")).toHaveCount(0);
  await page.getByTestId("save-answer").click();
  for (const lamp of ["hall", "new", "door"]) await publish(page, "lamp", lamp);
  await page.getByTestId("answer-tables").click();
  await expect(page.getByTestId("cell-0-1")).toHaveValue("on");
  await expect(page.getByTestId("cell-1-0")).toHaveValue("new");
  await expect(page.getByTestId("table-size")).toHaveText("2 rows");
  await page.getByTestId("remove-table").click();
  await expect(page.getByTestId("table-choice")).toHaveValue("seen");
  await page.getByTestId("remove-table").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("table-choice")).toHaveCount(0);
  await close(page);
  await expect(page.getByTestId("answer-last")).toContainText('there is no table "lamps"');
});

test("two tabs: one asks, the other answers", async ({ page, context }) => {
  await open(page);
  await add(page, "0");
  const other = await context.newPage();
  await other.goto("#/live");
  await expect(other.getByTestId("connection").first()).toHaveAttribute("data-state", "open", { timeout: 15_000 });
  // The answers are the profile's: the other tab must not answer, too.
  if (await other.getByTestId("answer-on").isChecked()) await other.getByTestId("answer-on").click();
  await other.getByTestId("publish-topic").fill("echo");
  await other.getByTestId("publish-payload").fill("hello");
  await other.getByTestId("more-request").locator("summary").click();
  await other.getByTestId("request").click();
  await expect(other.getByText(/Response after .* ms: hello/)).toBeVisible();
});

test("long tables go page by page, and all fits on a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("#/live");
  await page.getByTestId("step-connections").click();
  await page.getByTestId("answer-tables").click();
  await page.getByTestId("table-name").fill("long");
  const rows = Array.from({ length: 250 }, (_, n) => `${n},x`);
  await page.getByTestId("table-text").fill(["number,text", ...rows].join("\n"));
  await page.getByTestId("take-table").click();
  await page.getByTestId("rows-behind").click();
  await expect(page.getByTestId("cell-100-0")).toHaveValue("100");
  await page.getByTestId("rows-behind").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("rows-behind")).toBeDisabled();
  await page.getByTestId("rows-before").click();
  await page.getByTestId("rows-before").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("cell-0-0")).toHaveValue("0");
  await withoutViolations(page);
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(await fits()).toBeLessThanOrEqual(0);
  await close(page);
  await page.getByTestId("add-answer").click();
  await page.getByTestId("ready-1").click();
  const dialog = page.locator("dialog");
  expect(await dialog.evaluate((it) => it.scrollWidth - it.clientWidth)).toBeLessThanOrEqual(0);
  await withoutViolations(page);
});
