// The Flows page, driven as a person drives it.
import { expect } from "@playwright/test";

import { withoutViolations } from "./axe";
import { caption, catchToken, count, open, scrub, step } from "./flows";
import { test } from "./quiet";

test("a flow is played to its end", async ({ page }) => {
  await open(page, "QoS 1, PUBACK lost");
  await expect(caption(page)).toContainText('Why "at least once" can mean twice.');
  for (let turns = 0; turns < 2; turns += 1) {
    await page.getByTestId("speed").click();
  }
  await expect(page.getByTestId("speed")).toHaveText("4×");
  await page.getByTestId("play").click();
  await expect(page.getByRole("button", { name: "Pause (Space)" })).toBeVisible();
  await expect(caption(page)).toContainText("Finished: 1 published, 1 delivered, 1 duplicated.", { timeout: 15_000 });
  await expect(page.getByRole("button", { name: "Play (Space)" })).toBeVisible();
  await expect(count(page, "duplicates")).toHaveText("1");
  await expect(count(page, "packets")).toHaveText("16");
});

test("stepping and scrubbing show the same moments", async ({ page }) => {
  await open(page, "QoS 2, PUBREC lost");
  expect(await step(page)).toBe(1);
  await page.getByTestId("forward").click();
  await expect(caption(page)).toContainText("step 2 of 21");
  await expect(page.getByTestId("play")).toHaveAttribute("aria-label", "Play (Space)");
  await page.getByTestId("back").click();
  await expect(caption(page)).toContainText("step 1 of 21");
  await scrub(page, 1);
  await expect(caption(page)).toContainText("Finished");
  await expect(page.getByTestId("memory")).not.toContainText("waiting for");
  await scrub(page, 0.6);
  const middle = await step(page);
  expect(middle).toBeGreaterThan(10);
  await expect(page.getByTestId("memory")).toContainText("id 1, message stored: waiting for PUBREC");
  await page.getByTestId("restart").click();
  await expect(caption(page)).toContainText("step 1 of 21");
  await expect(page.getByTestId("run-list").getByRole("listitem")).toHaveCount(21);
});

test("a caption cites the statement of its version", async ({ page }) => {
  await open(page, "QoS 1, no faults");
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  await expect(caption(page)).toContainText("MQTT-4.3.2-5");
  await page.getByTestId("version").selectOption("MQTT 3.1.1");
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  await expect(caption(page)).toContainText("MQTT-2.3.1-3");
});

test("a packet opens in the inspector", async ({ page }) => {
  await open(page, "QoS 2, no faults");
  await page.keyboard.press("End");
  await page.getByTestId("arrow").filter({ hasText: "PUBREC" }).first().click();
  const shown = page.getByTestId("packet-window");
  await expect(shown.getByTestId("packet-type")).toHaveText("PUBREC");
  await expect(shown.getByTestId("field").filter({ hasText: "Packet Identifier" }).first()).toContainText("1");
  await page.keyboard.press("Escape");
  await expect(shown).toHaveCount(0);
});

test("a packet on its way that is pressed is lost, and the fork stands beside the run", async ({ page }) => {
  await open(page, "QoS 1, no faults");
  const token = await catchToken(page, "PUBACK");
  await token.click();
  await expect(page.getByTestId("diagram")).toHaveCount(2);
  await expect(page.getByTestId("column").nth(1)).toHaveAttribute("title", /^With the fault: cut/);
  await page.keyboard.press("End");
  await expect(count(page, "duplicates").nth(0)).toHaveText("0");
  await expect(count(page, "duplicates").nth(1)).toHaveText("1");
  await page.getByTestId("column").first().click();
  await expect(page.getByTestId("column").first()).toHaveAttribute("aria-pressed", "true");
  await page.getByTestId("alone").click();
  await expect(page.getByTestId("diagram")).toHaveCount(1);
});

test("from any moment another fault can be tried", async ({ page }) => {
  await open(page, "QoS 2, no faults");
  await scrub(page, 0.7);
  await page.getByTestId("fork").click();
  await page.getByRole("menuitem", { name: /^Restart, state lost all sessions/ }).click();
  await expect(page.getByTestId("diagram")).toHaveCount(2);
  await page.keyboard.press("End");
  await expect(caption(page)).toContainText("Finished");
  await expect(page.getByTestId("run-list")).toContainText("The broker crashes and loses its stored state");
});

test("an acknowledgement is held back from a moment on", async ({ page }) => {
  await open(page, "QoS 2, no faults");
  await catchToken(page, "PUBLISH");
  await page.getByTestId("fork").click();
  await page.getByRole("menuitem", { name: /^Hold back acknowledgements the application delays PUBREC/ }).click();
  await expect(page.getByTestId("diagram")).toHaveCount(2);
  await expect(page.getByTestId("run-list")).toContainText("holds back its acknowledgement");
  await page.keyboard.press("End");
  await expect(count(page, "delivered")).toHaveText(["1", "1"]);
  // Nobody waits for what is answered.
  await page.getByTestId("fork").click();
  await expect(page.getByRole("menuitem", { name: /^Cut the connection/ }).first()).toBeVisible();
  await expect(page.getByRole("menuitem", { name: /^Hold back/ })).toHaveCount(0);
});

test("three QoS are compared under the same fault", async ({ page }) => {
  await open(page, "QoS 1, PUBACK lost");
  await page.getByTestId("compare").click();
  await expect(page.getByTestId("column")).toHaveText(["QoS 0", "QoS 1", "QoS 2"]);
  await page.keyboard.press("End");
  await expect(count(page, "delivered")).toHaveText(["1", "1", "1"]);
  await expect(count(page, "duplicates")).toHaveText(["0", "1", "0"]);
});

test("the QoS in force is the lower of the two", async ({ page }) => {
  await open(page, "QoS 2, no faults");
  await page.getByTestId("subscribe-qos").selectOption("subscribe QoS 1");
  await expect(page.getByTestId("effective")).toHaveText("delivered at QoS 1");
  await page.getByTestId("publish-qos").selectOption("publish QoS 0");
  await expect(page.getByTestId("effective")).toHaveText("delivered at QoS 0");
});

test("everything works by keys alone", async ({ page }) => {
  await open(page);
  await page.keyboard.press("]");
  await expect(page.getByTestId("title")).toHaveText("Published at QoS 2, subscribed at QoS 1");
  await page.keyboard.press("[");
  await expect(page.getByTestId("title")).toHaveText("QoS 2, no faults");
  await page.keyboard.press("ArrowRight");
  await expect(caption(page)).toContainText("step 2 of");
  await page.keyboard.press("ArrowLeft");
  await expect(caption(page)).toContainText("step 1 of");
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Pause (Space)" })).toBeVisible();
  await page.keyboard.press("k");
  await expect(page.getByRole("button", { name: "Play (Space)" })).toBeVisible();
  await page.keyboard.press("+");
  await expect(page.getByTestId("speed")).toHaveText("2×");
  await page.keyboard.press("f");
  await expect(page.getByRole("menuitem").first()).toBeFocused();
  await page.keyboard.press("Escape");
  await catchToken(page, "PUBREL");
  await page.keyboard.press("x");
  await expect(page.getByTestId("column").nth(1)).toHaveAttribute("title", /^With the fault: cut/);
  await page.keyboard.press("a");
  await expect(page.getByTestId("diagram")).toHaveCount(1);
  await page.keyboard.press("c");
  await expect(page.getByTestId("column")).toHaveCount(3);
  await page.keyboard.press("a");
  await page.getByTestId("time").focus();
  await page.keyboard.press("Home");
  await expect(caption(page)).toContainText("step 1 of");
  await page.getByTestId("arrow").first().focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("packet-window")).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Help and keys" })).toContainText("One step forward");
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`in ${colorScheme} colours`, () => {
    test.use({ colorScheme });
    test("nothing stands in the way of anyone", async ({ page }) => {
      await open(page, "QoS 2, PUBREC lost");
      await page.keyboard.press("End");
      await withoutViolations(page);
      await page.getByTestId("compare").click();
      await page.keyboard.press("End");
      await withoutViolations(page);
      await page.getByTestId("new-scenario").click();
      await page.getByTestId("script").fill("publisher P\nat 0 P conect");
      await expect(page.getByTestId("script-says")).toContainText("Did you mean");
      await withoutViolations(page);
    });
  });
}

test.describe("where motion is not wanted", () => {
  test.use({ contextOptions: { reducedMotion: "reduce" } });
  test("playing goes from step to step", async ({ page }) => {
    await open(page, "QoS 0, no faults");
    await page.getByTestId("speed").click();
    await page.getByTestId("speed").click();
    await page.getByTestId("play").click();
    const seen = new Set<string>();
    await expect
      .poll(
        async () => {
          seen.add((await page.locator(".curtain").getAttribute("style")) ?? "");
          return step(page);
        },
        { intervals: [60], timeout: 10_000 },
      )
      .toBeGreaterThan(5);
    expect(seen.size).toBeLessThanOrEqual(8);
    await expect(page.locator("[data-testid=token][visibility=visible]")).toHaveCount(0);
  });
});

test.describe("at 390 pixels", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });
  test("the panes are steps of one column", async ({ page }) => {
    await open(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.getByTestId("part-scenarios").tap();
    await page.getByTestId("scenario").filter({ hasText: "QoS 1, no faults" }).tap();
    await expect(page.getByTestId("diagram")).toBeVisible();
    await page.getByTestId("edit-this").tap();
    await expect(page.getByTestId("script")).toBeVisible();
    await page.getByTestId("part-diagram").tap();
    await expect(page.getByTestId("diagram")).toBeVisible();
    await page.getByTestId("part-scenarios").tap();
    await page.getByTestId("cancel-edit").tap();
    await page.getByTestId("forward").tap();
    await expect(caption(page)).toContainText("step 2 of");
    await page.getByTestId("part-memory").tap();
    await expect(page.getByTestId("memory")).toBeVisible();
    await expect(page.getByTestId("diagram")).toBeHidden();
    await withoutViolations(page);
  });
});

test("what an older version does not have is told when it is chosen", async ({ page }) => {
  await open(page, "Receive Maximum 1");
  await page.getByTestId("version").selectOption({ label: "MQTT 3.1.1" });
  await page.getByTestId("room").focus();
  await page.keyboard.press("Home");
  await expect(caption(page)).toContainText("MQTT 3.1.1 has no Receive Maximum: all messages are sent to Subscriber at once");
  await page.keyboard.press("End");
  await expect(caption(page)).toContainText("3 published, 3 delivered. MQTT 3.1.1 has no Receive Maximum");
  await page.getByTestId("version").selectOption({ label: "MQTT 5" });
  await page.getByTestId("room").focus();
  await page.keyboard.press("Home");
  await expect(caption(page)).toContainText("One unacknowledged message at a time.");
});

for (const qos of ["1", "2"]) {
  test(`a live handshake of QoS ${qos} is drawn, and becomes a scenario`, async ({ page }) => {
    await page.goto("#/live");
    await expect(page.getByTestId("connection").first()).toHaveAttribute("data-state", "open");
    await expect(page.getByTestId("subscription").first()).toContainText("#");
    await page.getByTestId("publish-topic").fill("site/a");
    await page.getByTestId("publish-qos").selectOption(qos);
    await page.getByTestId("publish-payload").fill("21");
    await page.getByTestId("publish").click();
    await page.locator("[data-testid^=tab-]").filter({ hasText: "Handshakes" }).click();
    await page.getByTestId("flow-row").filter({ hasText: `QoS ${qos}` }).first().click();
    const picture = page.getByTestId("flow-picture");
    const kinds = qos === "1" ? ["PUBLISH", "PUBACK"] : ["PUBLISH", "PUBREC", "PUBREL", "PUBCOMP"];
    await expect(picture.getByTestId("arrow")).toContainText(kinds);
    await picture.getByTestId("arrow").nth(1).click();
    await expect(page.getByTestId("packet-type")).toHaveText(kinds[1]!);
    await withoutViolations(page);
    await picture.getByTestId("what-if").click();
    await expect(page.getByTestId("title")).toHaveText("Seen live: site/a");
    await page.keyboard.press("End");
    await expect(caption(page)).toContainText("1 published, 1 delivered");
    // The flow is still there when one comes back from another page.
    await page.getByRole("link", { name: "Dissect" }).click();
    await page.getByRole("link", { name: "Flows", exact: true }).click();
    await expect(page.getByTestId("title")).toHaveText("Seen live: site/a");
  });
}

test("two hundred packets are played at the pace of the screen", async ({ page }) => {
  await open(page);
  const lines = ["publisher P", "subscriber S", "at 0 P connect", "at 0 S connect", "at 200 S subscribe t 2"];
  for (let index = 0; index < 25; index += 1) {
    lines.push(`at ${400 + index * 30} P publish t 2 : ${index}`);
  }
  await page.getByTestId("new-scenario").click();
  await page.getByTestId("script").fill(lines.join("\n"));
  await page.getByTestId("save-scenario").click();
  await expect(page.getByTestId("arrow")).toHaveCount(206);
  // A frame moves what is in transit and touches nothing else, however many arrows there are: so it takes no long,
  // whatever machine plays it.
  const picture = await page.getByTestId("diagram").elementHandle();
  const changes = page.evaluate(
    ([picture, frames]) =>
      new Promise<number>((done) => {
        let [seen, changed, most] = [0, 0, 0];
        const watch = new MutationObserver((records) => (changed += records.length));
        watch.observe(picture as Node, { subtree: true, childList: true, attributes: true, characterData: true });
        const look = () => {
          most = Math.max(most, changed);
          changed = 0;
          seen += 1;
          if (seen < (frames as number)) requestAnimationFrame(look);
          else done(most);
        };
        requestAnimationFrame(look);
      }),
    [picture, 90] as const,
  );
  await page.getByTestId("play").click();
  const most = await changes;
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(60);
});

test("the totals agree with what each side stores at every step", async ({ page }) => {
  await open(page, "QoS 2, no faults");
  const told = new Set<string>();
  const steps = Number(/of (\d+)/.exec((await page.getByTestId("step").textContent()) ?? "")?.[1]);
  for (let now = 1; now <= steps; now += 1) {
    await expect(caption(page)).toContainText(`step ${now} of`);
    const [published, delivered, waiting, lost] = await Promise.all(
      ["published", "delivered", "waiting", "lost"].map(async (name) => Number(await count(page, name).textContent())),
    );
    expect(published).toBe(delivered! + waiting! + lost!);
    told.add(`${published} ${delivered} ${waiting} ${lost}`);
    await page.keyboard.press("ArrowRight");
  }
  expect([...told]).toEqual(["0 0 0 0", "1 0 1 0", "1 1 0 0"]);
});

test("a retained message that was replaced is not lost", async ({ page }) => {
  await open(page, "Retained message");
  await page.keyboard.press("End");
  await expect(caption(page)).toContainText("2 published, 1 delivered, 1 replaced.");
  await expect(count(page, "replaced")).toHaveText("1");
  await expect(count(page, "lost")).toHaveText("0");
});
