// The Dissect page in every width: what it shows fits, and what it offers can be done there.
import { expect, type Page } from "@playwright/test";

import { byte, field, give, open, value } from "./dissect";
import { test } from "./quiet";
import { twice } from "./ways";

const CONNECT = "10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 61";
const LOG = [
  "1700000000: New connection from 10.0.0.2:4000 on port 1883.",
  "1700000000: New client connected from 10.0.0.2:4000 as sensor (p2, c1, k60).",
  "1700000000: Sending CONNACK to sensor (0, 0)",
  "1700000001: Received PUBLISH from sensor (d0, q0, r0, m0, 'a/b', ... (5 bytes))",
].join("\n");

/** How much of the bytes is cut off on the right, and how many stand in the first line. */
const line = (page: Page) =>
  page.getByTestId("bytes").evaluate((view) => ({
    cut: view.scrollWidth - view.clientWidth,
    count: view.querySelector(".hexline")!.querySelectorAll("[role=gridcell]").length,
  }));

test("a line of bytes is never cut: 16 where they fit, else 8", async ({ page }) => {
  await page.setViewportSize({ width: 1600, height: 900 });
  await open(page);
  await give(page, `32 50 00 03 61 2f 62 00 07 ${"68 ".repeat(73)}`);
  for (const [width, count] of [[1600, 16], [1440, 16], [1366, 16], [1280, 16], [1180, 8], [1100, 8], [1000, 16], [768, 8], [720, 8]] as const) {
    await page.setViewportSize({ width, height: 900 });
    await expect.poll(() => line(page), `at ${width}`).toEqual({ cut: 0, count });
  }
});

test("the buttons below the packets stand in one row", async ({ page }) => {
  await open(page);
  await give(page, CONNECT);
  for (const width of [1440, 1280, 1100, 768, 720, 390, 360]) {
    await page.setViewportSize({ width, height: 844 });
    const tops = page.locator(".head.foot button").evaluateAll((all) => all.map((button) => Math.round(button.getBoundingClientRect().top)));
    const all = (await tops).filter((top) => top > 0);
    expect(new Set(all).size, `at ${width}: ${all}`).toBe(1);
  }
});

twice("packets of another version are not appended", async (hand, page) => {
  await open(page);
  await give(page, CONNECT);
  await hand.press(page.getByTestId("build"));
  const dialog = page.getByRole("dialog", { name: "Build a packet" });
  const append = dialog.getByRole("checkbox");
  await expect(append).toBeChecked();
  await hand.turn(dialog.getByRole("radio", { name: "MQTT 5" }));
  await expect(append).toBeDisabled();
  await expect(append).not.toBeChecked();
  await expect(dialog).toContainText("Append to the current packets: they are of another version");
  await hand.turn(dialog.getByRole("radio", { name: "MQTT 3.1.1" }));
  await expect(append).toBeChecked();
  await hand.turn(dialog.getByRole("radio", { name: "MQTT 5" }));
  await hand.press(dialog.getByTestId("build-PUBLISH"));
  await expect(page.getByTestId("packet")).toHaveCount(1);
  await expect(page.getByTestId("fields-head")).toContainText("MQTT 5");
});

twice("a log in words is opened in Captures", async (hand, page) => {
  await open(page);
  await page.getByTestId("text").fill(LOG);
  await expect(page.getByTestId("text-error")).toContainText("a log that tells of packets in words");
  await expect(page.getByTestId("empty")).not.toContainText("left");
  await hand.press(page.getByTestId("open-in-captures"));
  await expect(page).toHaveURL(/captures$/);
  await expect(page.locator("main")).toContainText("sensor");
});

test("a question is no log", async ({ page }) => {
  await open(page);
  await page.getByTestId("text").fill("My device sends CONNECT with keep alive 60, but the broker closes the socket, why?");
  await expect(page.getByTestId("text-error")).toContainText("No bytes were found in this text");
  await expect(page.getByTestId("open-in-captures")).toHaveCount(0);
});

test("what is said of a packet is whole and does not contradict itself", async ({ page }) => {
  await open(page);
  await give(page, CONNECT);
  await expect(page.getByTestId("valid")).toHaveText("bytes valid");
  await page.getByTestId("why").click();
  await expect(page.getByTestId("reasons").getByRole("listitem")).toHaveText(["a CONNECT names its protocol level"]);
  await page.getByTestId("text").fill(`32 ff 03 00 03 61 2f 62 00 07 ${"68 ".repeat(2000)}`);
  const place = page.locator(".bytes-pane .head .sub").first();
  await expect(place).toHaveText("0–513 of 2,010");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByTestId("text").fill("32 f4 03 00 03 61 2f 62 00 01 68 65 6c 6c 6f 21 21");
  await page.getByTestId("step-fields").click();
  const says = page.getByTestId("fields-head").locator(".sub");
  await expect(says).toContainText("486 bytes are missing");
  expect(await says.evaluate((it) => it.scrollWidth - it.clientWidth)).toBe(0);
});

test("a packet keeps its identifier while its QoS is changed", async ({ page }) => {
  await open(page);
  await give(page, "32 09 00 03 61 2f 62 00 07 68 69");
  for (const qos of ["0", "3", "0", "1"]) {
    await field(page, "QoS").getByRole("button", { name: "Change QoS" }).click();
    await page.getByTestId("edit").selectOption(qos);
    await expect(value(page, "QoS")).toHaveText(qos);
  }
  await expect(value(page, "Packet Identifier")).toHaveText("7");
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });

  test("a byte is tapped and typed on the keyboard of the screen", async ({ page }) => {
    await open(page);
    await give(page, "c0 00");
    await page.getByTestId("step-bytes").tap();
    await byte(page, 0).tap();
    const typed = page.getByRole("textbox", { name: "New value of the byte, two hex digits" });
    await expect(typed).toBeFocused();
    // Such keyboards send no keys.
    await page.keyboard.insertText("d");
    await expect(byte(page, 0)).toHaveText("d_");
    await page.keyboard.insertText("0");
    await expect(page.getByTestId("packet-type")).toHaveText("PINGRESP");
    await expect(typed).toBeFocused();
  });
});

test("the name of a packet is never cut, and low windows have one column that scrolls", async ({ page }) => {
  await open(page);
  await give(page, CONNECT);
  for (const [width, height] of [[720, 450], [390, 844], [1080, 700], [1440, 900]] as const) {
    await page.setViewportSize({ width, height });
    if (width < 720) await page.getByTestId("step-fields").click();
    const name = page.getByTestId("packet-type");
    await expect(name).toHaveText("CONNECT");
    const cut = () => name.evaluate((name) => name.scrollWidth - name.clientWidth);
    await expect.poll(cut, `at ${width}`).toBeLessThanOrEqual(0);
    if (width < 720) await page.getByTestId("step-packets").click();
  }
  await page.setViewportSize({ width: 720, height: 450 });
  // Neither fields nor what is said of one scroll by themselves: the column around both does.
  const scrolls = (selector: string) => page.locator(selector).evaluate((it) => it.scrollHeight > it.clientHeight && getComputedStyle(it).overflowY !== "visible");
  await expect.poll(() => scrolls(".inspector")).toBe(true);
  expect(await scrolls(".fields-pane > .scroll")).toBe(false);
  await page.locator(".bytes-pane .legend").scrollIntoViewIfNeeded();
  await expect(page.locator(".bytes-pane .legend")).toBeInViewport({ ratio: 1 });
});

test("a field's value is read apart from what it means", async ({ page }) => {
  await open(page);
  await give(page, CONNECT);
  await expect(page.getByRole("treeitem", { name: /Remaining Length 13 13 bytes follow/ })).toBeVisible();
});

test("the version is undone, and a button that can do no more leaves the focus to its neighbour", async ({ page }) => {
  await open(page);
  // A PUBLISH that reads well in 3.1.1 alone.
  await give(page, "32 09 00 03 61 2f 62 00 01 68 69");
  await page.getByTestId("version").selectOption("MQTT 5");
  await expect(page.getByTestId("fields-head")).toContainText("MQTT 5");
  await page.getByTestId("undo").press("Enter");
  await expect(page.getByTestId("fields-head")).toContainText("MQTT 3.1.1");
  await expect(page.getByTestId("undo")).toBeDisabled();
  await expect(page.getByTestId("redo")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("fields-head")).toContainText("MQTT 5");
  await expect(page.getByTestId("undo")).toBeFocused();
});
