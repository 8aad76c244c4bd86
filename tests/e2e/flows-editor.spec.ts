// A scenario is written beside its diagram.
import { expect } from "@playwright/test";

import { count, open, title } from "./flows";
import { test } from "./quiet";
import { twice } from "./ways";

const MINE =
  "title Mine\nversion 3.1.1\npublisher P\nsubscriber S\nat 0 P connect\nat 0 S connect\nat 200 S subscribe # 0\nat 400 P publish a/b 0 : hello";

test("the diagram follows as one types, and wrong lines are named and corrected", async ({ page }) => {
  await open(page);
  await page.getByTestId("new-scenario").click();
  const says = page.getByTestId("script-says");
  await expect(says).toContainText("No errors");
  await expect(title(page)).toHaveText("New scenario");
  await page.getByTestId("script").fill(`${MINE}\nfoo\nat 5 P conect\nat 6 P publish t 3`);
  await expect(says).toContainText("Line 9: A line cannot begin with foo.");
  await expect(says).toContainText("Line 10: Unknown action conect. Did you mean connect?");
  await expect(says).toContainText("Line 11: 3 is not a QoS: use 0, 1 or 2.");
  await expect(page.locator(".numbers .wrong")).toHaveText(["9", "10", "11"]);
  await expect(page.getByTestId("save-scenario")).toBeDisabled();
  await page.getByTestId("fix").click();
  await expect(page.locator(".numbers .wrong")).toHaveText(["9", "11"]);
  await page.getByRole("button", { name: "Line 9" }).click();
  await expect(page.getByTestId("script")).toBeFocused();
  await page.keyboard.type("# ");
  await expect(page.locator(".numbers .wrong")).toHaveText(["11"]);
  await page.getByTestId("script").fill(MINE);
  await expect(title(page)).toHaveText("Mine");
  await expect(page.getByTestId("run-list")).toContainText("The application of P publishes to a/b.");
  await page.getByTestId("save-scenario").click();
  await expect(page.getByTestId("own-scenario")).toContainText("Mine");
  await page.keyboard.press("End");
  await expect(count(page, "delivered")).toHaveText("1");
});

test("an application answers as its line says", async ({ page }) => {
  await open(page);
  await page.getByTestId("new-scenario").click();
  const line = "on S a/+ replay 0 to done/{{topic.2}} after 300 : got {{payload}}";
  await page.getByTestId("script").fill(`${MINE}\n${line}`);
  await expect(page.getByTestId("script-says")).toContainText("Did you mean reply?");
  await page.getByTestId("fix").click();
  await expect(page.getByTestId("script")).toHaveValue(`${MINE}\n${line.replace("replay", "reply")}`);
  const run = page.getByTestId("run-list");
  await expect(run).toContainText("The application of S works on the message from a/b.");
  await expect(run).toContainText("The application of S publishes its answer to done/b.");
  await page.getByTestId("script").fill(`${MINE}\non S a/+ reply 0 to x : {{payloadd}}`);
  await expect(page.getByTestId("script-says")).toContainText("This answer cannot work: {{payloadd}} stands for nothing that is known, at character 1; what may stand there: topic, payload, json,");
});

test("a fault that never happens is told in the editor and in the result", async ({ page }) => {
  await open(page);
  await page.getByTestId("new-scenario").click();
  await page.getByTestId("script").fill(`${MINE}\ncut P before PUBACK 1`);
  const text = "cut P before PUBACK 1 never happens: no PUBACK is sent on P's connection.";
  await expect(page.getByTestId("unused")).toHaveText(text);
  await page.getByTestId("save-scenario").click();
  await page.keyboard.press("End");
  await expect(page.getByTestId("caption")).toContainText(text);
});

test("an answer that no message asks for is told, and a wrong one with what may stand there", async ({ page }) => {
  await open(page);
  await page.getByTestId("new-scenario").click();
  const script = page.getByTestId("script");
  await script.fill(`${MINE}\non S b/# reply 0 to x : y`);
  await expect(page.getByTestId("unused")).toHaveText(
    "on S b/# reply 0 to x : y answers nothing: no message is published to a topic that b/# matches.",
  );
  await script.fill(`${MINE}\non S reply 0 to x : y`);
  await expect(page.getByTestId("script-says")).toContainText(
    "A topic filter is missing before reply: which messages does it answer? Such a line is on CLIENT FILTER reply QOS,",
  );
});

test("a job that died with its worker is among the totals", async ({ page }) => {
  await open(page, "A worker dies with a job, QoS 2");
  await page.keyboard.press("End");
  await expect(count(page, "lost-at-work")).toHaveText("1");
  await expect(page.getByTestId("caption")).toContainText("1 lost at work");
});

test("what is not saved goes back to what was shown, and can be restored", async ({ page }) => {
  await open(page, "Slow link");
  await page.keyboard.press("e");
  await expect(page.getByTestId("script")).toBeFocused();
  await page.getByTestId("script").fill(MINE);
  await expect(title(page)).toHaveText("Mine");
  await page.keyboard.press("Escape");
  await page.getByTestId("discard-text").click();
  await expect(title(page)).toHaveText("Slow link");
  await expect(page.getByTestId("room")).toBeFocused();
  await expect(page).toHaveURL(/slow-link$/);
  await page.reload();
  await page.getByTestId("new-scenario").click();
  await page.getByTestId("restore-draft").click();
  await expect(page.getByTestId("script")).toHaveValue(MINE);
  await page.getByTestId("script").focus();
  await page.keyboard.press("Control+Enter");
  await expect(page.getByTestId("own-scenario")).toContainText("Mine");
  await page.getByTestId("new-scenario").click();
  await expect(page.getByTestId("unsaved")).toHaveCount(0);
  await page.getByTestId("script-help").click();
  await expect(page.getByText("holds back its acknowledgements")).toBeVisible();
  await page.getByTestId("cancel-edit").click();
});

test("what was written is given up only on a second word", async ({ page }) => {
  await open(page, "Slow link");
  const script = page.getByTestId("script");
  await page.keyboard.press("e");
  // Nothing was changed, so there is nothing to ask.
  await page.keyboard.press("Escape");
  await expect(script).toHaveCount(0);
  await expect(page.getByTestId("room")).toBeFocused();
  for (const close of [() => page.keyboard.press("Escape"), () => page.getByTestId("cancel-edit").click()]) {
    await page.keyboard.press("e");
    await script.fill(MINE);
    await close();
    await expect(page.getByRole("alert")).toContainText("Your changes are not saved.");
    await expect(page.getByTestId("keep-writing")).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(page.getByTestId("ask-discard")).toHaveCount(0);
    await expect(script).toBeFocused();
    await expect(script).toHaveValue(MINE);
    await close();
    await page.getByTestId("keep-writing").click();
    await expect(script).toBeFocused();
    await close();
    await page.getByTestId("discard-text").click();
    await expect(title(page)).toHaveText("Slow link");
    await expect(page.getByTestId("room")).toBeFocused();
  }
});

for (const [name, text, shown] of [
  ["a text", MINE, "Mine"],
  ["a text with errors", `${MINE}\nat 5 P conect`, "Slow link"],
] as const) {
  test(`the editor is still open with ${name} when one comes back to the page`, async ({ page }) => {
    await open(page, "Slow link");
    await page.keyboard.press("e");
    const script = page.getByTestId("script");
    await script.fill(text);
    await expect(title(page)).toHaveText(shown);
    const pages = page.getByRole("navigation").first();
    const ways = [() => pages.getByRole("link", { name: "Flows" }).click(), () => page.goBack()];
    for (const back of ways) {
      await pages.getByRole("link", { name: "Dissect" }).click();
      await expect(page.locator("main.flows")).toHaveCount(0);
      await back();
      await expect(script).toHaveValue(text);
      await expect(title(page)).toHaveText(shown);
    }
    await page.getByTestId("cancel-edit").click();
    await page.getByTestId("discard-text").click();
    await expect(title(page)).toHaveText("Slow link");
    await expect(page.locator("[data-testid=scenario][aria-current]")).toContainText("Slow link");
    await expect(page.getByTestId("fork")).toBeEnabled();
    await expect(page).toHaveURL(/slow-link$/);
  });
}

test("a text that no scenario can have is refused at once, and one that can be shortened is not", async ({ page }) => {
  await open(page);
  await page.getByTestId("new-scenario").click();
  const script = page.getByTestId("script");
  const before = await script.inputValue();
  const lines = (count: number) => Array.from({ length: count }, (_, line) => `at ${line} P publish t 1 : ${line}`).join("\n");
  const paste = async (text: string) => {
    await page.evaluate((text) => navigator.clipboard.writeText(text), text);
    await script.focus();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.press("ControlOrMeta+V");
  };
  await paste(lines(20_000));
  await expect(page.getByRole("status").filter({ hasText: "Not inserted: this text is too long." })).toBeVisible();
  await expect(script).toHaveValue(before);
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText(lines(20_000));
  await expect(script).toHaveValue(before);
  await paste(lines(1_000));
  await expect(script).toHaveValue(lines(1_000));
  await expect(page.getByTestId("script-says")).toContainText("The text is longer than 16384 bytes.");
});

twice("a draft is offered on the page after a reload, and what is discarded is offered no more", async (hand, page) => {
  await open(page, "Slow link");
  await page.getByTestId("new-scenario").click();
  const script = page.getByTestId("script");
  await script.fill(MINE);
  await expect(title(page)).toHaveText("Mine");
  await page.reload();
  const line = page.getByTestId("set-aside");
  await expect(line).toContainText("Unsaved draft of “Mine”.");
  await hand.press(page.getByTestId("resume-editing"));
  await expect(script).toHaveValue(MINE);
  await page.reload();
  await hand.press(page.getByTestId("forget-set-aside"));
  await expect(line).toHaveCount(0);
  await page.reload();
  await expect(page.getByTestId("diagram")).toBeVisible();
  await expect(line).toHaveCount(0);
  // What was given up on a second word is not offered on the page, but still where one writes.
  await page.getByTestId("new-scenario").click();
  await script.fill(MINE);
  await page.keyboard.press("Escape");
  await page.getByTestId("discard-text").click();
  await page.reload();
  await expect(page.getByTestId("diagram")).toBeVisible();
  await expect(line).toHaveCount(0);
  await page.getByTestId("new-scenario").click();
  await page.getByTestId("restore-draft").click();
  await expect(script).toHaveValue(MINE);
});

test("a draft of an own scenario replaces it after a reload", async ({ page }) => {
  await open(page, "Slow link");
  await page.getByTestId("new-scenario").click();
  const script = page.getByTestId("script");
  await script.fill(MINE);
  await page.getByTestId("save-scenario").click();
  await expect(page.getByTestId("own-scenario")).toHaveCount(1);
  await page.keyboard.press("e");
  await script.fill(MINE.replace("title Mine", "title Mine again"));
  await page.reload();
  await page.getByTestId("resume-editing").click();
  await page.getByTestId("save-scenario").click();
  await expect(page.getByTestId("own-scenario")).toHaveText(/^Mine again/);
});

test("a wrong line makes no other line wrong, and the diagram of before says that it is that", async ({ page }) => {
  await open(page);
  await page.getByTestId("new-scenario").click();
  const says = page.getByTestId("script-says");
  await expect(says).toContainText("No errors");
  await expect(page.getByTestId("not-shown")).toHaveCount(0);
  const clients = Array.from({ length: 8 }, (_, index) => `subscriber S${index}`).join("\n");
  await page.getByTestId("script").fill(`${clients}\nat 0 S0 connect\nat 0 S7 connect`);
  await expect(page.locator(".numbers .wrong")).toHaveText(["8"]);
  await expect(says).toContainText("Line 8: A scenario can have at most 7 clients.");
  await expect(page.getByTestId("not-shown")).toHaveText("The diagram does not show this text: it stays as it was without errors.");
  await page.getByTestId("script").fill("publisher a-name-that-is-far-too-long\nat 0 a-name-that-is-far-too-long connect");
  await expect(page.locator(".numbers .wrong")).toHaveText(["1"]);
});

test("a new scenario begins at its first step, whatever step was looked at before", async ({ page }) => {
  await open(page, "QoS 2, no faults");
  for (let forward = 0; forward < 4; forward += 1) await page.getByTestId("forward").click();
  await expect(page.getByTestId("step")).toContainText("step 5 of");
  await page.getByTestId("new-scenario").click();
  await expect(title(page)).toHaveText("New scenario");
  await expect(page.getByTestId("step")).toContainText("step 1 of");
});
