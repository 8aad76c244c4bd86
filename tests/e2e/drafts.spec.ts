// What was typed or recorded is not lost by a key or a list that was touched by mistake.
import { expect, type Page } from "@playwright/test";

import { give, open as openDissect } from "./dissect";
import { open as openFlows } from "./flows";
import { open, publish, rows } from "./live";
import { test } from "./quiet";
import { twice } from "./ways";

twice("a subscription that was typed is given up on a second word only", async (hand, page) => {
  await open(page);
  await page.getByTestId("subscribe").click();
  // Nothing was typed: it goes.
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("subscribe-form")).toHaveCount(0);
  await page.getByTestId("subscribe").click();
  await page.getByTestId("subscribe-topic-filter").fill("plant/+/temperature");
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("keep-editing")).toBeFocused();
  await hand.press(page.getByTestId("keep-editing"));
  await expect(page.getByTestId("subscribe-topic-filter")).toBeFocused();
  await expect(page.getByTestId("subscribe-topic-filter")).toHaveValue("plant/+/temperature");
  await page.keyboard.press("Escape");
  await hand.press(page.getByTestId("discard"));
  await expect(page.getByTestId("subscribe-form")).toHaveCount(0);
  await expect(page.getByTestId("subscription")).toHaveCount(1);
});

test("Escape again and again neither loses what was typed nor leaves a dead button", async ({ page }) => {
  await open(page);
  const form = page.getByTestId("subscribe-form");
  await page.getByTestId("subscribe").click();
  await page.getByTestId("subscribe-topic-filter").fill("abc/d");
  for (let press = 0; press < 4; press += 1) {
    await page.keyboard.press("Escape");
    await expect(page.getByTestId("keep-editing")).toBeVisible();
  }
  await expect(form).toBeVisible();
  // Whoever goes on typing stays.
  await page.getByTestId("subscribe-topic-filter").fill("abc/d/e");
  await expect(page.getByTestId("keep-editing")).toHaveCount(0);
  await page.getByTestId("subscribe-now").click();
  await expect(form).toHaveCount(0);
  await expect(page.getByTestId("subscription")).toHaveCount(2);
  await page.getByTestId("subscribe").click();
  await expect(form).toBeVisible();
});

twice("a lower limit of the log asks before it drops packets", async (hand, page) => {
  // Megabytes go through a text field.
  test.slow();
  await open(page);
  const budget = page.getByTestId("budget");
  // Nothing is dropped: nothing is asked.
  await budget.selectOption("64 MB");
  await expect(page.getByTestId("lower-limit")).toHaveCount(0);
  const large = "x".repeat(6 << 20);
  for (const topic of ["large/1", "large/2"]) await publish(page, topic, large);
  // Sent and received.
  await expect(rows(page, "PUBLISH")).toHaveCount(4, { timeout: 30_000 });
  await page.getByTestId("publish-payload").fill("");
  await budget.selectOption("16 MB");
  await expect(page.getByRole("dialog")).toContainText("are dropped at once");
  await hand.press(page.getByRole("dialog").getByRole("button", { name: "Cancel" }));
  await expect(page.getByTestId("lower-limit")).toHaveCount(0);
  await expect(budget.locator("option:checked")).toHaveText("64 MB");
  await expect(rows(page, "PUBLISH")).toHaveCount(4);
  await budget.selectOption("16 MB");
  await hand.press(page.getByTestId("lower-limit"));
  await expect(page.getByTestId("dropped")).toBeVisible();
  await expect(budget.locator("option:checked")).toHaveText("16 MB");
});

test("on a phone the limit of the log says what it is", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page);
  const label = page.locator("label.log");
  await expect(label).toBeVisible();
  expect(await label.innerText()).toContain("Log limit");
});

/** What can be pressed and is covered by a message. */
const covered = (page: Page) =>
  page.evaluate(() => {
    const toasts = [...document.querySelectorAll(".toast")];
    const all = [...document.querySelectorAll<HTMLElement>("button, a, select, input, textarea")];
    return all.filter((it) => !it.closest(".toasts") && it.checkVisibility()).filter((it) => {
      const at = it.getBoundingClientRect();
      return toasts.some((toast) => {
        const over = toast.getBoundingClientRect();
        return at.left < over.right && at.right > over.left && at.top < over.bottom && at.bottom > over.top;
      });
    }).map((it) => it.dataset.testid ?? it.textContent);
  });

test("a message says itself what it is about, and covers nothing that can be pressed", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page);
  await page.getByTestId("publish-topic").fill("kept/here");
  await page.getByTestId("keep-message").click();
  await expect(page.locator(".toast")).toHaveCount(1);
  expect(await covered(page)).toEqual([]);
});

for (const width of [390, 768, 1440]) {
  test(`several messages at once cover nothing at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    // They stay until they are looked at.
    await page.clock.install();
    await openDissect(page);
    await give(page, "c0 00 d0 00");
    await expect(page.getByTestId("packet")).toHaveCount(2);
    const place = () => page.locator("main.dissect").boundingBox();
    const before = await place();
    await page.getByTestId("share").click();
    await page.getByTestId("copy").click();
    await page.getByRole("menuitem").first().click();
    await expect(page.locator(".toast")).toHaveCount(2);
    expect(await covered(page)).toEqual([]);
    // The page stands still under the pointer. (It used to make room, and what was about to be pressed went away.)
    expect(await place()).toEqual(before);
    for (const toast of await page.locator(".toast").all()) await expect(toast).toBeInViewport({ ratio: 1 });
    await page.clock.runFor(7_000);
    await expect(page.locator(".toast")).toHaveCount(0);
    expect(await place()).toEqual(before);
  });
}

for (const [width, height] of [[390, 844], [768, 1024], [844, 390], [1440, 900]] as const) {
  test(`messages move nothing and cover no form at ${width} by ${height}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await page.clock.install();
    await open(page);
    // What is seen and can be pressed, and where it is.
    const places = () =>
      page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>("button, a, select, input, textarea, summary")]
          .filter((it) => !it.closest(".toasts") && it.checkVisibility())
          .map((it) => [it.dataset.testid ?? it.textContent, it.getBoundingClientRect().x, it.getBoundingClientRect().y]),
      );
    const isApart = width < 720 || height < 600;
    if (isApart) await page.getByTestId("step-publish").click();
    await page.getByTestId("publish-topic").fill("kept/here");
    const before = await places();
    await page.getByTestId("keep-message").click();
    await expect(page.locator(".toast")).toHaveCount(1);
    await expect(page.getByTestId("saved")).toBeEnabled();
    expect(await places()).toEqual(before);
    const isLow = height < 600;
    if (!isLow) expect(await covered(page)).toEqual([]);
    // Where the form fills a low screen, it can be scrolled out from under the message.
    else {
      const last = page.getByTestId("saved");
      await page.getByTestId("publish").evaluate((form) => form.closest(".publish")!.scrollTo(0, 9_999));
      const [shown, over] = [(await last.boundingBox())!, (await page.locator(".toast").boundingBox())!];
      expect(shown.y + shown.height).toBeLessThanOrEqual(over.y);
    }
    await page.clock.runFor(7_000);
    await expect(page.locator(".toast")).toHaveCount(0);
  });
}

twice("a scenario that was being written comes back after a handshake of Live was opened", async (hand, page) => {
  await openFlows(page);
  await page.getByTestId("new-scenario").click();
  const script = page.getByTestId("script");
  await script.fill(`${await script.inputValue()}\n# mine`);
  const text = await script.inputValue();
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Live" }).click();
  await expect(page.getByTestId("connection").first()).toHaveAttribute("data-state", "open", { timeout: 15_000 });
  await publish(page, "drafts/a", "1", "2");
  await page.getByTestId("tab-handshakes").click();
  await page.getByTestId("flow-row").filter({ hasText: "drafts/a" }).first().click();
  await page.getByTestId("what-if").click();
  await expect(page.getByTestId("diagram")).toBeVisible();
  await expect(page.getByTestId("set-aside")).toBeVisible();
  await hand.press(page.getByTestId("resume-editing"));
  await expect(script).toHaveValue(text);
  await expect(page.getByTestId("set-aside")).toHaveCount(0);
  // Another time it is not wanted any more.
  await page.evaluate(() => location.assign("#/flows/qos2-pubrec-lost"));
  await expect(page.getByTestId("set-aside")).toBeVisible();
  await hand.press(page.getByTestId("forget-set-aside"));
  await expect(page.getByTestId("set-aside")).toHaveCount(0);
});
