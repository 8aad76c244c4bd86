// Pasted packets of both sides, read as a conversation on the Dissect page.
import { expect, type Page } from "@playwright/test";

import { withoutViolations } from "./axe";
import { test } from "./quiet";

/** Each side's packets, the second of the client cut by the server's; the PUBREC is left out. */
const MARKED = [
  "> 10 0e 00 04 4d 51 54 54 04 02 00 3c 00 02 63 31",
  "< 20 02 00 00",
  "> 34 06 00 01 61",
  "< d0 00",
  "> 00 07 31",
  "> 62 02 00 07",
].join("\n");
const TURNS = "c0 00\n\nd0 00\n\ne0 00";

async function give(page: Page, text: string) {
  await page.goto("");
  await page.getByTestId("text").fill(text);
  await expect(page.getByTestId("packet").first()).toBeVisible();
}

const packet = (page: Page, number: number) => page.getByTestId("packet").nth(number - 1);
const arrows = (page: Page) => page.getByTestId("from").locator("[aria-hidden]").allTextContents();
const sides = (page: Page) => page.getByTestId("sides");

test("marks tell the sides, and the finding stands at its packet", async ({ page }) => {
  await give(page, MARKED);
  await expect(page.getByTestId("count")).toHaveText("5 packets · 34 bytes");
  await expect(page.getByTestId("notes")).toContainText("Bytes of both sides, marked by > and <");
  await expect(sides(page).locator("option:checked")).toHaveText("both sides");
  // The PUBLISH is complete behind the PINGRESP.
  await expect(page.getByTestId("packet")).toContainText(["CONNECT", "CONNACK", "PINGRESP", "PUBLISH", "PUBREL"]);
  expect(await arrows(page)).toEqual(["→", "←", "←", "→", "→"]);
  await expect(page.getByRole("option", { name: /client to server: .*PUBREL/ })).toBeVisible();

  await expect(packet(page, 5)).toContainText("1 error");
  await page.getByTestId("next-fault").click();
  await expect(packet(page, 5)).toHaveAttribute("aria-selected", "true");
  const finding = page.getByTestId("conversation").getByTestId("finding");
  await expect(finding).toHaveCount(1);
  await expect(finding).toHaveAttribute("data-rule", "pubrel-without-pubrec");
  await expect(finding).toContainText("PUBREL was sent before the PUBREC for identifier 7 arrived.");
  await expect(finding).toContainText("[MQTT-");
  await expect(finding).toContainText("by the client");
});

test("what the text says can be overruled", async ({ page }) => {
  await give(page, MARKED);
  await expect(page.getByTestId("conversation")).toBeVisible();
  await sides(page).selectOption("unrelated packets");
  await expect(page.getByTestId("from")).toHaveCount(0);
  await expect(page.getByTestId("conversation")).toHaveCount(0);
  await sides(page).selectOption("as found");
  await expect(page.getByTestId("from")).toHaveCount(5);
  await expect(page.getByTestId("conversation")).toBeVisible();
});

test("blocks take turns when asked, and one side is judged by itself", async ({ page }) => {
  await give(page, TURNS);
  await expect(page.getByTestId("from")).toHaveCount(0);
  await sides(page).selectOption("both sides, alternating");
  expect(await arrows(page)).toEqual(["→", "←", "→"]);
  await expect(page.getByTestId("verdict")).toContainText("no findings");
  await page.getByTestId("text").fill("e0 00\nc0 00");
  await sides(page).selectOption("from the client");
  await expect(packet(page, 2)).toContainText("1 error");
  await packet(page, 2).click();
  await expect(page.getByTestId("finding")).toHaveAttribute("data-rule", "packet-after-disconnect");
});

test("all findings are one list with one count, and lead to their packets", async ({ page }) => {
  await give(page, MARKED);
  await page.getByTestId("view-findings").click();
  await expect(page.getByTestId("conversation-findings")).toContainText("PUBREC");
  await expect(page.locator(".inspector")).toBeHidden();
  const all = await page.getByTestId("finding").count();
  await expect(page.getByTestId("verdict")).toHaveText(all === 1 ? "1 finding" : `${all} findings`);
  await expect(page.getByTestId("view-findings").locator(".count")).toHaveText(String(all));
  await page.getByTestId("grade-errors").click();
  await expect(page.getByTestId("finding")).toHaveCount(Number(await page.getByTestId("grade-errors").locator(".count").textContent()));
  await page.getByTestId("finding").getByRole("button", { name: "packet 5" }).first().click();
  await expect(packet(page, 5)).toHaveAttribute("aria-selected", "true");
  await page.getByTestId("view-fields").click();
  await expect(page.getByTestId("packet-type")).toHaveText("PUBREL");
  await expect(page.getByTestId("finding")).toBeVisible();
});

test("the state of both ends is shown with a slider", async ({ page }) => {
  await give(page, MARKED);
  await page.getByTestId("view-state").click();
  const slider = page.getByTestId("state-slider");
  await expect(page.getByTestId("state-place")).toHaveText("Packet 1 of 5");
  await slider.focus();
  await page.keyboard.press("End");
  await expect(packet(page, 5)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByTestId("state-place")).toHaveText("Packet 4 of 5");
  await expect(page.getByTestId("state-packet")).toHaveText("PUBLISH from the client");
  await expect(page.getByTestId("state-client")).toContainText("Packet Identifier 7");
  // There is no clock in a text.
  await expect(page.getByTestId("state-view")).not.toContainText("silent");
});

test("a packet's text is found by Enter and by pressing it twice", async ({ page }) => {
  await give(page, MARKED);
  const selected = () =>
    page.getByTestId("text").evaluate((text: HTMLTextAreaElement) => text.value.slice(text.selectionStart, text.selectionEnd));
  await page.getByTestId("packets").focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("text")).toBeFocused();
  expect(await selected()).toBe("62 02 00 07");
  await packet(page, 4).dblclick();
  await expect.poll(selected).toBe("34 06 00 01 61\n< d0 00\n> 00 07 31");
  await expect(page.getByTestId("text")).toHaveValue(MARKED);
});

test("a link keeps the sides", async ({ page, context }) => {
  await give(page, MARKED);
  await packet(page, 5).click();
  await page.getByTestId("share").click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const other = await context.newPage();
  await other.goto(link);
  await expect(other.getByTestId("from")).toHaveCount(5);
  expect(await arrows(other)).toEqual(["→", "←", "←", "→", "→"]);
  await expect(other.getByTestId("finding")).toHaveAttribute("data-rule", "pubrel-without-pubrec");
  await expect(other.getByTestId("text")).toHaveValue(/^C: 10 0e .*\nS: 20 02 00 00\n/);
});

test("a change keeps the sides and is judged again", async ({ page }) => {
  await give(page, MARKED);
  await expect(packet(page, 5)).toContainText("1 error");
  await page.getByTestId("text").fill(MARKED.replace("> 62", "< 50 02 00 07\n> 62"));
  await expect(page.getByTestId("packet")).toHaveCount(6);
  await expect(page.getByTestId("next-fault")).toHaveCount(0);
  // A PINGRESP that nobody asked for is left.
  await expect(page.getByTestId("verdict")).toHaveText("1 finding");
});

test("an example of a broken conversation says what it breaks", async ({ page }) => {
  await page.goto("");
  await page.getByTestId("examples").click();
  await page.getByRole("menuitem", { name: /Unknown topic alias/ }).click();
  await page.getByTestId("next-fault").click();
  await expect(page.getByTestId("finding")).toHaveAttribute("data-rule", "topic-alias-unknown");
});

test("the conversation outlives a look at another page", async ({ page }) => {
  await give(page, MARKED);
  await expect(packet(page, 5)).toContainText("1 error");
  await page.getByRole("link", { name: "Flows" }).click();
  await expect(page.getByRole("heading", { name: "Flows" }).or(page.locator("main.flows")).first()).toBeVisible();
  await page.getByRole("link", { name: "Dissect" }).click();
  await expect(packet(page, 5)).toContainText("1 error");
  await page.getByTestId("next-fault").click();
  await expect(page.getByTestId("finding")).toHaveCount(1);
});

for (const scheme of ["light", "dark"] as const) {
  test(`nothing is wrong for who reads it otherwise, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await give(page, MARKED);
    await page.getByTestId("next-fault").click();
    await expect(page.getByTestId("finding")).toBeVisible();
    await withoutViolations(page);
    for (const view of ["view-state", "view-findings"]) {
      await page.getByTestId(view).click();
      await expect(page.getByTestId(view)).toHaveAttribute("aria-pressed", "true");
      await withoutViolations(page);
    }
  });
}

test("on a narrow screen nothing is cut", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 780 });
  await give(page, MARKED);
  await expect(page.getByTestId("conversation")).toBeHidden();
  await packet(page, 5).click();
  await expect(page.getByTestId("finding")).toBeVisible();
  for (const view of ["view-fields", "view-state", "view-findings"]) {
    await page.getByTestId(view).click();
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, view).toBe(390);
  }
  await page.getByTestId("step-bytes").click();
  await expect(page.getByTestId("conversation")).toBeHidden();
  await expect(page.locator("#byte-0")).toBeVisible();
});

test("a paste without marks is judged where the types of the packets tell who sent them", async ({ page }) => {
  await page.goto("");
  const connect = "10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 61";
  // The server says that it has a session, which a client that begins a clean one cannot have.
  await page.getByTestId("text").fill(`${connect}\n20 02 01 00`);
  await expect(page.getByTestId("notes")).toContainText("the packets' types tell it");
  await expect(page.getByTestId("from")).toHaveCount(2);
  await page.getByTestId("view-findings").click();
  await expect(page.getByTestId("finding").filter({ hasText: "by the server" })).not.toHaveCount(0);
  await sides(page).selectOption("unrelated packets");
  await expect(page.getByTestId("conversation")).toHaveCount(0);
  // A message may be either side's: nothing is said.
  await sides(page).selectOption({ index: 0 });
  await page.getByTestId("text").fill(`${connect}\n20 02 01 00\n30 03 00 01 61`);
  await expect(page.getByTestId("packet")).toHaveCount(3);
  await expect(page.getByTestId("from")).toHaveCount(0);
  await expect(page.getByTestId("conversation")).toHaveCount(0);
});

/** Keep Alive 1 s, kept until the PINGREQ that comes after 8 s. */
const TIMED = [
  "12:00:01.000 TX: 10 10 00 04 4d 51 54 54 04 02 00 01 00 04 64 65 76 31",
  "12:00:01.050 RX: 20 02 00 00",
  "12:00:01.400 TX: 30 05 00 01 61 68 69",
  "12:00:09.000 TX: c0 00",
].join("\n");

test("an edit keeps the times of a log, and what they show of Keep Alive", async ({ page }) => {
  await give(page, TIMED);
  const notes = page.getByTestId("notes");
  await expect(notes).toContainText("imes and sides were read from the words around the bytes");
  await expect(notes).not.toContainText("the words around the bytes were ignored");
  const verdict = page.getByTestId("verdict");
  await expect(verdict).toHaveText(/^\d+ findings?$/);
  const before = (await verdict.textContent())!;
  await packet(page, 3).click();
  await page.getByTestId("field").and(page.locator('[data-name="Topic Name"]')).first().dblclick();
  await page.getByTestId("edit").fill("a/b");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("text")).toHaveValue(/30 07 00 03 61 2f 62 68 69/);
  await expect(notes).toContainText("each packet keeps its time");
  await expect(verdict).toHaveText(before);
  await page.reload();
  await expect(page.getByTestId("packet").first()).toBeVisible();
  await expect(verdict).toHaveText(before);
  // They stand in the text, so that typing in it keeps them.
  const text = page.getByTestId("text");
  await expect(text).toHaveValue(/^12:00:01\.000 C: 10 10 /);
  await text.fill((await text.inputValue()).replace("68 69", "68 6a"));
  await expect(packet(page, 3)).toContainText("PUBLISH");
  await expect(notes).toContainText("imes and sides were read from the words around the bytes");
  await expect(verdict).toHaveText(before);
});
