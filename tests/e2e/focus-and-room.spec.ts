// Live and Flows with fresh eyes: where the focus goes, what a filter that is none leaves shown, what has room.
import { expect, type Page } from "@playwright/test";

import { open as openFlows } from "./flows";
import { open, publish, rows } from "./live";
import { test } from "./quiet";
import { twice } from "./ways";

const focused = (page: Page) => page.locator(":focus");

/** Subscribes to a Topic Filter. */
async function subscribe(page: Page, filter: string) {
  await page.getByTestId("subscribe").click();
  await page.getByTestId("subscribe-topic-filter").fill(filter);
  await page.getByTestId("subscribe-now").click();
  await expect(page.getByTestId("subscription").filter({ hasText: filter })).toBeVisible();
}

test("the focus goes to the neighbour of what was unsubscribed from, and at last to what adds another", async ({ page }) => {
  await open(page);
  for (const filter of ["one/#", "two/#"]) await subscribe(page, filter);
  const all = page.getByTestId("subscription");
  await expect(all).toHaveCount(3);
  const first = page.getByRole("button", { name: "Unsubscribe from #", exact: true });
  await first.focus();
  await page.keyboard.press("Enter");
  await expect(all).toHaveCount(2);
  await expect(page.getByRole("button", { name: "Unsubscribe from one/#" })).toBeFocused();
  // The last of the list.
  await page.getByRole("button", { name: "Unsubscribe from two/#" }).press("Enter");
  await expect(all).toHaveCount(1);
  await expect(page.getByRole("button", { name: "Unsubscribe from one/#" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(all).toHaveCount(0);
  await expect(page.getByTestId("subscribe")).toBeFocused();
});

test("a button that can be pressed once gives the focus to its neighbour", async ({ page }) => {
  await open(page);
  await page.getByTestId("subscribe-system").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("subscribe-system")).toBeDisabled();
  await expect(page.getByTestId("subscribe")).toBeFocused();
  // It has a colour of its own.
  await expect(page.getByTestId("subscription").filter({ hasText: "$SYS/#" })).toHaveAttribute("data-colour", "1");
});

test("the focus goes with a handshake that becomes a scenario", async ({ page }) => {
  await open(page);
  await publish(page, "site/a", "21", "1");
  await page.locator("[data-testid^=tab-]").filter({ hasText: "Handshakes" }).click();
  await page.getByTestId("flow-row").filter({ hasText: "QoS 1" }).first().click();
  await page.getByTestId("what-if").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("title")).toHaveText("Seen live: site/a");
  await expect(page.locator("main.flows")).toBeFocused();
});

test("what a shared subscription may not have is told in its form, which stays", async ({ page }) => {
  await open(page);
  await page.getByTestId("subscribe").click();
  await page.getByTestId("subscribe-form").getByText("More (MQTT 5)").click();
  await expect(page.getByTestId("subscribe-retain-handling")).toBeVisible();
  await page.getByTestId("subscribe-no-local").check();
  await page.getByTestId("subscribe-topic-filter").fill("$share/g/x/#");
  await expect(page.getByTestId("subscribe-wrong")).toContainText("No Local is not allowed on a shared subscription");
  await expect(page.getByTestId("subscribe-now")).toBeDisabled();
  // To a shared subscription no retained message is sent.
  await expect(page.getByTestId("subscribe-retain-handling")).toHaveCount(0);
  await page.getByTestId("subscribe-no-local").uncheck();
  await page.getByTestId("subscribe-now").click();
  await expect(page.getByTestId("subscription").filter({ hasText: "$share/g/x/#" })).toBeVisible();
});

test("a person who went elsewhere meanwhile keeps the focus there", async ({ page }) => {
  await open(page);
  await subscribe(page, "one/#");
  await page.getByRole("button", { name: "Unsubscribe from one/#" }).click();
  await page.getByTestId("publish-topic").focus();
  await expect(page.getByTestId("subscription")).toHaveCount(1);
  await expect(page.getByTestId("publish-topic")).toBeFocused();
});

test("windows of the Live page give the focus back", async ({ page }) => {
  await open(page);
  for (const opener of ["subscribe", "answer-tables", "answer-log", "add-answer"]) {
    await page.getByTestId(opener).press("Enter");
    await expect(page.getByRole("dialog")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(page.getByTestId(opener)).toBeFocused();
  }
  // From one window to another, and away.
  await page.getByTestId("add-answer").press("Enter");
  await page.getByTestId("ready-0").press("Enter");
  await page.getByTestId("save-answer").press("Enter");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByTestId("add-answer")).toBeFocused();
  // Through a menu, and saved.
  await page.getByTestId("new-connection").press("Enter");
  await page.getByRole("menuitem", { name: "mosquitto" }).press("Enter");
  await page.getByTestId("save").press("Enter");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByTestId("connection")).toHaveCount(2);
  await expect(focused(page)).toBeVisible();
  await expect(focused(page)).not.toHaveJSProperty("tagName", "BODY");
});

twice("an answer that was removed comes back among those that are there by then", async (hand, page) => {
  await open(page);
  const answers = page.getByTestId("answer");
  for (const ready of ["0", "1"]) {
    await page.getByTestId("add-answer").click();
    await page.getByTestId(`ready-${ready}`).click();
    await page.getByTestId("save-answer").click();
    await expect(page.getByRole("dialog")).toHaveCount(0);
  }
  await expect(answers).toHaveCount(2);
  const name = await answers.nth(0).locator(".name").textContent();
  const other = await answers.nth(1).locator(".name").textContent();
  await hand.press(answers.nth(0).getByTestId("remove-answer"));
  await expect(answers).toHaveCount(1);
  await expect(page.getByTestId("undo-answer")).toBeFocused();
  await expect(page.getByTestId("removed-answer")).toContainText(name!);
  // What was changed since stays changed.
  await page.getByTestId("edit-answer").click();
  await page.getByTestId("answer-name").fill("Renamed since");
  await page.getByTestId("save-answer").click();
  await expect(answers).toContainText(["Renamed since"]);
  await hand.press(page.getByTestId("undo-answer"));
  await expect(answers).toContainText([name!, "Renamed since"]);
  await expect(page.getByTestId("removed-answer")).toHaveCount(0);
  expect(other).not.toBe("Renamed since");
  await expect(focused(page)).not.toHaveJSProperty("tagName", "BODY");
  await page.reload();
  await expect(answers).toContainText([name!, "Renamed since"]);

  await hand.press(answers.nth(1).getByTestId("remove-answer"));
  await hand.press(page.getByTestId("forget-answer"));
  await expect(page.getByTestId("removed-answer")).toHaveCount(0);
  await expect(answers).toHaveCount(1);
  await expect(focused(page)).not.toHaveJSProperty("tagName", "BODY");
});

twice("a table that was removed comes back, unless another has its name by then", async (hand, page) => {
  await open(page);
  await page.getByTestId("answer-tables").click();
  const make = async (text: string) => {
    if (!(await page.getByTestId("table-name").isVisible())) await page.getByTestId("new-table").locator("summary").click();
    await page.getByTestId("table-name").fill("codes");
    await page.getByTestId("table-text").fill(text);
    await page.getByTestId("take-table").click();
    await expect(page.getByTestId("table-choice")).toHaveValue("codes");
  };
  await make("code\nA\nB");
  await hand.press(page.getByTestId("remove-table"));
  await expect(page.getByTestId("table-choice")).toHaveCount(0);
  await expect(page.getByTestId("undo-table")).toBeFocused();
  await hand.press(page.getByTestId("undo-table"));
  await expect(page.getByTestId("table-size")).toHaveText("2 rows");
  await expect(focused(page)).not.toHaveJSProperty("tagName", "BODY");
  await hand.press(page.getByTestId("remove-table"));
  await make("code\nC");
  await expect(page.getByTestId("undo-table")).toHaveCount(0);
  await expect(page.getByTestId("table-size")).toHaveText("1 row");
  await hand.press(page.getByTestId("forget-table"));
  await expect(page.getByTestId("removed-table")).toHaveCount(0);
});

test("a test of an answer follows its topic filter, and says nothing of an answer that was changed since", async ({ page }) => {
  await open(page);
  await page.getByTestId("add-answer").click();
  await page.getByTestId("ready-empty").click();
  await expect(page.getByTestId("trial-topic")).toHaveValue("request/x");
  await page.getByTestId("try-answer").click();
  await expect(page.getByTestId("trial-says")).toContainText("Publishes");
  await page.getByTestId("answer-filter").fill("lamp/+/set");
  await expect(page.getByTestId("trial-topic")).toHaveValue("lamp/x/set");
  await expect(page.getByTestId("trial-says")).toHaveText("");
  // What is wrong is seen wherever the fields are scrolled to.
  await page.setViewportSize({ width: 1440, height: 600 });
  await page.getByTestId("action-0-topic").fill("{{nonsense}}");
  for (const to of [0, 9_999]) {
    await page.locator("dialog").evaluate((dialog, to) => dialog.scrollTo(0, to), to);
    await expect(page.getByTestId("answer-problems")).toBeInViewport({ ratio: 1 });
  }
});

for (const width of [1180, 1280, 1440]) {
  test(`a filter has room at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await open(page);
    expect((await page.getByTestId("search").boundingBox())!.width).toBeGreaterThanOrEqual(240);
    // The names of the lists and the buttons beside the panels are in one line.
    const middle = async (id: string) => {
      const at = (await page.getByTestId(id).boundingBox())!;
      return at.y + at.height / 2;
    };
    const line = await middle("tab-wire");
    for (const id of ["panel-side", "panel-details", "tab-findings"]) expect(Math.abs((await middle(id)) - line)).toBeLessThan(8);
  });
}

test("beside a filter that is none stands what the list shows meanwhile", async ({ page }) => {
  await open(page);
  const search = page.getByTestId("search");
  const stands = page.getByTestId("search-stands");
  await search.fill("mqtt.qos == high");
  await expect(stands).toHaveText("The list is not filtered.");
  await expect(rows(page, "CONNECT")).toHaveCount(1);
  await search.fill("mqtt.msgtype == CONNACK");
  await expect(rows(page, "CONNECT")).toHaveCount(0);
  await search.fill("mqtt.qos == high");
  await expect(stands).toHaveText("The list is still filtered by: mqtt.msgtype == CONNACK");
  await expect(rows(page, "CONNACK")).toHaveCount(1);
  // Half a filter is said to be one on Enter, and when the field is left.
  await search.fill("mqtt.topic contains");
  await expect(page.getByTestId("search-wrong")).toBeHidden();
  await search.press("Enter");
  await expect(page.getByTestId("search-wrong")).toContainText("This filter is unfinished");
  await expect(stands).toBeVisible();
  await search.fill("mqtt.qos ==");
  await expect(page.getByTestId("search-wrong")).toBeHidden();
  await search.blur();
  await expect(stands).toBeVisible();
  await expect(stands).toHaveText("The list is still filtered by: mqtt.msgtype == CONNACK");
});

test("words that look like a filter are searched as text, and the field's name is told", async ({ page }) => {
  await open(page);
  await page.getByTestId("search").fill("qos>=1");
  const nothing = page.getByTestId("nothing");
  await expect(nothing).toContainText("Searched as text. For the field, write mqtt.qos >= 1.");
  await expect(nothing).not.toContainText("in the time that is chosen");
});

test("a sound connection has no findings, whatever its client identifier", async ({ page }) => {
  await open(page);
  await publish(page, "sound/1", "1", "1");
  await expect(rows(page, "PUBACK")).toHaveCount(2);
  await page.getByTestId("new-connection").click();
  await page.getByRole("menuitem", { name: "Built-in broker" }).click();
  await page.getByTestId("connect-client-identifier").fill("sensor-1 of a plant with a long name");
  await page.getByTestId("save-and-connect").click();
  await expect(page.getByTestId("connection").nth(1)).toHaveAttribute("data-state", "open");
  await page.getByTestId("scope").selectOption("all");
  await expect(page.getByTestId("tab-findings")).toHaveText("Findings");
});

twice("a fork is shown, and kept only when it is asked for", async (hand, page) => {
  await openFlows(page, "QoS 1, no faults");
  await expect(page.getByTestId("save-shown")).toHaveCount(0);
  await hand.pick(page.getByTestId("fork"), 0);
  await expect(page.getByTestId("diagram")).toHaveCount(2);
  await expect(page.getByTestId("own-scenario")).toHaveCount(0);
  await hand.press(page.getByTestId("save-shown"));
  await expect(page.getByTestId("own-scenario")).toHaveCount(1);
  await expect(page.locator(".toast")).toContainText("Saved under “Yours”");
  await expect(page.getByTestId("save-shown")).toHaveCount(0);
  await expect(page.getByTestId("room")).toBeFocused();
  // The run that it came from is of the gallery.
  await page.getByTestId("column").first().click();
  await expect(page.getByTestId("save-shown")).toHaveCount(0);
});

test("a comparison that is closed leaves the keys with the diagram", async ({ page }) => {
  await openFlows(page, "QoS 1, no faults");
  await page.getByTestId("compare").click();
  await page.getByTestId("column").last().press("Enter");
  await page.getByTestId("alone").press("Enter");
  await expect(page.getByTestId("diagram")).toHaveCount(1);
  await expect(page.getByTestId("alone")).toHaveCount(0);
  // It became another button, or it is gone: no key changes a field by mistake.
  await expect(focused(page)).not.toHaveJSProperty("tagName", "SELECT");
});

test("on a phone a message of the Flows page covers nothing that is pressed", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openFlows(page);
  await page.getByTestId("fork").click();
  await page.getByRole("menuitem").first().click();
  await page.getByTestId("save-shown").click();
  await expect(page.locator(".toast")).toContainText("Saved under “Yours”");
  const message = (await page.locator(".toast").boundingBox())!;
  for (const id of ["run-names", "play", "time", "fork", "alone", "part-memory"]) {
    const box = (await page.getByTestId(id).boundingBox())!;
    expect(box.y >= message.y + message.height || box.y + box.height <= message.y, id).toBe(true);
  }
});

test("on a phone the button for more lanes is above the bar", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("#/flows/shared-subscription");
  const more = (await page.getByTestId("more-lanes").boundingBox())!;
  const play = (await page.getByTestId("play").boundingBox())!;
  expect(more.y + more.height).toBeLessThanOrEqual(play.y);
});

test("a long line of a scenario can be reached, and its bar is not a thin one", async ({ page }) => {
  await openFlows(page);
  await page.getByTestId("new-scenario").click();
  await page.getByTestId("script").fill(`title ${"long ".repeat(60)}`);
  const code = page.locator(".code");
  expect(await code.evaluate((code) => code.scrollWidth - code.clientWidth)).toBeGreaterThan(200);
  expect(await code.evaluate((code) => getComputedStyle(code).scrollbarWidth)).toBe("auto");
  await page.getByTestId("script").press("Control+Home");
  await expect.poll(() => code.evaluate((code) => code.scrollLeft)).toBe(0);
  await page.getByTestId("script").press("End");
  await expect.poll(() => code.evaluate((code) => code.scrollLeft)).toBeGreaterThan(100);
});

test("the ring of the diagram is whole: the names of the lanes are below it", async ({ page }) => {
  await openFlows(page);
  const room = page.getByTestId("room");
  await page.getByTestId("present").focus();
  await page.keyboard.press("Tab");
  await expect(room).toBeFocused();
  const box = (await room.boundingBox())!;
  // One row of pixels at the upper edge, from side to side: all of the ring's colour.
  const clip = { x: box.x + 2, y: box.y + 1, width: box.width - 4, height: 1 };
  const picture = (await page.screenshot({ clip })).toString("base64");
  const colours = await page.evaluate(async (picture) => {
    const image = new Image();
    image.src = `data:image/png;base64,${picture}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const pen = canvas.getContext("2d")!;
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, image.width, 1);
    return [...new Set(Array.from({ length: image.width }, (_, at) => data.slice(at * 4, at * 4 + 3).join()))];
  }, picture);
  expect(colours).toHaveLength(1);
});

for (const width of [390, 600, 640]) {
  test(`a presentation hides no lane at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await openFlows(page);
    await page.getByTestId("room").focus();
    await page.keyboard.press("p");
    await expect(page.locator("main.flows")).toHaveAttribute("data-presenting", "true");
    const right = Math.max(...(await page.locator(".lane-heads text").evaluateAll((all) => all.map((it) => it.getBoundingClientRect().right))));
    expect(right).toBeLessThanOrEqual(width);
  });
}

test("who goes to a page while it is loading is there when it has come", async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  await page.route("**/annex*_bg*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("#/flows");
  await page.locator("main.loading").focus();
  await expect(page.locator("main.loading")).toBeFocused();
  release();
  await expect(page.locator("main.flows")).toBeFocused();
});
