// Every control of the Flows page, by mouse and by keyboard: what other files leave out.
import { expect } from "@playwright/test";

import { byte, field } from "./dissect";
import { caption, count, open, title } from "./flows";
import { twice } from "./ways";

const MINE =
  "title Mine\nversion 3.1.1\npublisher P\nsubscriber S\nat 0 P connect\nat 0 S connect\nat 200 S subscribe # 0\nat 400 P publish a/b 0 : hello";

twice("the playback and the settings", async (hand, page) => {
  await open(page);
  const scenario = page.getByTestId("scenario").filter({ has: page.getByText("QoS 1, no faults", { exact: true }) });
  await hand.press(scenario);
  await expect(title(page)).toHaveText("QoS 1, no faults");
  await hand.press(page.getByTestId("forward"));
  await expect(caption(page)).toContainText("step 2 of");
  await hand.press(page.getByTestId("back"));
  await expect(caption(page)).toContainText("step 1 of");
  await hand.slide(page.getByTestId("time"), "end");
  await expect(caption(page)).toContainText("Finished");
  await hand.press(page.getByTestId("restart"));
  await expect(caption(page)).toContainText("step 1 of");
  const play = page.getByTestId("play");
  if ((await play.getAttribute("aria-label")) === "Pause (Space)") await hand.press(play);
  await expect(play).toHaveAttribute("aria-label", "Play (Space)");
  await hand.press(play);
  await expect(play).toHaveAttribute("aria-label", "Pause (Space)");
  await hand.press(play);
  await hand.press(page.getByTestId("speed"));
  await expect(page.getByTestId("speed")).toHaveText("2×");
  await hand.choose(page.getByTestId("version"), "MQTT 3.1.1");
  await hand.choose(page.getByTestId("publish-qos"), "publish QoS 2");
  await hand.choose(page.getByTestId("subscribe-qos"), "subscribe QoS 0");
  await expect(page.getByTestId("effective")).toHaveText("delivered at QoS 0");
  await hand.press(page.getByTestId("share"));
  const said = page.getByRole("status").filter({ hasText: "Link copied" });
  await hand.press(said.getByRole("button", { name: "Close this message" }));
  await expect(said).toHaveCount(0);
  await hand.press(page.getByTestId("present"));
  await expect(page.locator("main.flows")).toHaveAttribute("data-presenting", "true");
  await hand.press(page.getByTestId("present"));
  await expect(page.locator("main.flows")).toHaveAttribute("data-presenting", "false");
  await hand.scroll(page.getByTestId("room"));
  await hand.scroll(page.getByTestId("memory"));
});

twice("the diagram is saved in every form", async (hand, page) => {
  await open(page, "QoS 0, no faults");
  const menu = page.getByTestId("export");
  const ends = { SVG: ".svg", PNG: ".png", "SVG of this step": ".svg", "PNG of this step": ".png", "Animated SVG": ".svg", Text: ".txt" };
  const names = await hand.entries(menu);
  expect(names.toSorted()).toEqual(Object.keys(ends).toSorted());
  for (const [index, name] of names.entries()) {
    const [download] = await Promise.all([page.waitForEvent("download"), hand.pick(menu, index)]);
    expect(download.suggestedFilename().endsWith(ends[name as keyof typeof ends])).toBe(true);
  }
});

twice("a fault is added, runs are compared, a term is explained", async (hand, page) => {
  await page.setViewportSize({ width: 600, height: 900 });
  await open(page);
  const term = caption(page).getByTestId("term").first();
  for (let steps = 0; steps < 12 && !(await term.isVisible()); steps += 1) await page.getByTestId("forward").click();
  await hand.press(term);
  const meaning = page.locator("[data-testid=meaning]:popover-open");
  await hand.follow(meaning.getByRole("link").first());
  await page.keyboard.press("Escape");
  await expect(meaning).toHaveCount(0);
  const chip = caption(page).getByTestId("rule-chip").first();
  for (let steps = 0; steps < 12 && !(await chip.isVisible()); steps += 1) await page.getByTestId("forward").click();
  await hand.follow(chip);
  await hand.press(page.getByTestId("compare"));
  // Two of the three have room; the names lead to the third.
  await expect(page.getByTestId("diagram")).toHaveCount(2);
  await expect(page.getByTestId("column-title")).toHaveText(["QoS 1", "QoS 2"]);
  await hand.press(page.getByTestId("column").first());
  await expect(page.getByTestId("column").first()).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByTestId("column-title")).toHaveText(["QoS 0", "QoS 1"]);
  await hand.press(page.getByTestId("alone"));
  await page.setViewportSize({ width: 390, height: 844 });
  await page.evaluate(() => location.assign("#/flows/shared-subscription"));
  await expect(title(page)).toHaveText("Shared subscription");
  const left = () => page.getByTestId("room").evaluate((room) => room.scrollLeft);
  const before = await left();
  await hand.press(page.getByTestId("more-lanes"));
  await expect.poll(left).not.toBe(before);
  await page.setViewportSize({ width: 600, height: 900 });
  await page.evaluate(() => location.assign("#/flows/qos2-no-faults"));
  await expect(title(page)).toHaveText("QoS 2, no faults");
  await hand.pick(page.getByTestId("fork"), 0);
  await expect(page.getByTestId("diagram")).toHaveCount(2);
  for (const part of ["memory", "scenarios", "diagram"] as const) {
    await hand.press(page.getByTestId(`part-${part}`));
    await expect(page.getByTestId({ memory: "memory", scenarios: "gallery", diagram: "room" }[part])).toBeVisible();
  }
});

twice("a packet is looked at in a window", async (hand, page) => {
  await open(page, "QoS 1, no faults");
  await page.getByTestId("time").focus();
  await page.keyboard.press("End");
  const publish = page.getByTestId("arrow").filter({ hasText: /PUBLISH/ }).first();
  await hand.press(publish);
  const window = page.getByTestId("packet-window");
  await expect(window.getByTestId("packet-type")).toHaveText("PUBLISH");
  if (hand.hasMouse) await field(page, "Topic Name").locator(".label").first().click();
  else {
    await hand.focus(window.getByTestId("fields"));
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowUp");
  }
  await expect(window.locator("[data-testid=field][aria-selected=true]")).toHaveCount(1);
  if (hand.hasMouse) await byte(page, 0).click();
  else {
    await hand.focus(window.getByTestId("bytes"));
    await page.keyboard.press("Control+Home");
  }
  await expect(byte(page, 0)).toHaveClass(/cursor/);
  await hand.press(window.getByTestId("bits").getByRole("button", { name: /QoS/ }));
  await expect(field(page, "QoS").first()).toHaveAttribute("aria-selected", "true");
  for (const tab of await window.getByRole("tab").all()) {
    await hand.press(tab);
    await expect(tab).toHaveAttribute("aria-selected", "true");
    await hand.scroll(window.getByRole("tabpanel"));
  }
  await hand.scroll(window.getByRole("region", { name: "The selected field" }));
  await hand.close();
});

twice("a scenario is written, kept, renamed, copied and deleted", async (hand, page) => {
  await open(page, "Slow link");
  await hand.press(page.getByTestId("edit-this"));
  await expect(page.getByTestId("script")).toHaveValue(/Slow link/);
  await hand.write(page.getByTestId("script"), `${MINE}\nat 5 P conect`);
  await hand.press(page.getByRole("button", { name: "Line 9" }));
  await expect(page.getByTestId("script")).toBeFocused();
  await hand.press(page.getByTestId("fix"));
  await expect(page.getByTestId("script")).toHaveValue(/at 5 P connect/);
  await hand.press(page.getByTestId("script-help"));
  await expect(page.locator("details.script-help")).toHaveAttribute("open", "");
  await hand.press(page.getByTestId("cancel-edit"));
  await hand.press(page.getByTestId("keep-writing"));
  await expect(page.getByTestId("script")).toBeFocused();
  await hand.press(page.getByTestId("cancel-edit"));
  await hand.press(page.getByTestId("discard-text"));
  await expect(title(page)).toHaveText("Slow link");
  await hand.press(page.getByTestId("new-scenario"));
  await hand.press(page.getByTestId("restore-draft"));
  await expect(page.getByTestId("script")).toHaveValue(/at 5 P connect/);
  await hand.write(page.getByTestId("script"), MINE);
  await hand.press(page.getByTestId("save-scenario"));
  const own = page.getByTestId("own-scenario");
  await expect(own).toHaveText(/^Mine/);

  const menu = page.getByTestId(/^own-menu-/).first();
  await hand.pick(menu, "Rename…");
  await hand.write(page.getByTestId("scenario-name"), "Ours");
  await hand.press(page.getByTestId("rename"));
  await expect(own).toHaveText(/^Ours/);
  await hand.pick(menu, "Duplicate");
  await expect(own).toHaveCount(2);
  await hand.press(own.first());
  await expect(own.first()).toHaveAttribute("aria-current", "true");
  await hand.pick(menu, "Edit");
  await expect(page.getByTestId("script")).toHaveValue(/^title Ours/);
  await hand.press(page.getByTestId("cancel-edit"));
  await hand.pick(menu, "Delete");
  await expect(own).toHaveCount(1);
  await hand.press(page.getByTestId("undo-scenario"));
  await expect(own).toHaveCount(2);
  await hand.pick(menu, "Delete");
  const deleted = page.getByTestId("deleted-scenario");
  await hand.press(deleted.getByRole("button", { name: "Close this message" }));
  await expect(deleted).toHaveCount(0);
  await page.keyboard.press("End");
  await expect(count(page, "delivered").first()).toHaveText("1");
});
