// One test in two ways: what a hand does with the mouse is done again with the keyboard alone, and must do the same.
import { expect, type BrowserContext, type Locator, type Page } from "@playwright/test";

import { test } from "./quiet";

export type Way = "mouse" | "keyboard";

export class Hand {
  constructor(
    readonly page: Page,
    readonly way: Way,
  ) {}

  get hasMouse() {
    return this.way === "mouse";
  }

  /** Brings the focus, as Tab does, without a key that something else could take. */
  async focus(it: Locator) {
    await it.focus();
    await expect(it).toBeFocused();
  }

  /** A button, a link, a summary. */
  async press(it: Locator, key = "Enter") {
    if (this.hasMouse) return it.click();
    await this.focus(it);
    await this.page.keyboard.press(key);
  }

  /** A checkbox, a radio button or a switch. */
  async turn(it: Locator) {
    await this.press(it, "Space");
  }

  /** Replaces what a field says. */
  async write(it: Locator, text: string) {
    if (this.hasMouse) await it.click();
    else await this.focus(it);
    await this.page.keyboard.press("ControlOrMeta+A");
    if (text) await this.page.keyboard.insertText(text);
    else await this.page.keyboard.press("Delete");
  }

  /** One of a `select`: the browser draws its list, so that it is gone through with keys in both ways. */
  async choose(it: Locator, option: string) {
    if (this.hasMouse) await it.click();
    else await this.focus(it);
    await this.page.keyboard.type(option);
    if (this.hasMouse) await this.page.keyboard.press("Enter");
    await expect(it.locator("option:checked")).toHaveText(new RegExp(`^${option}`));
  }

  /** An entry of a menu, by its whole name or its place. */
  async pick(menu: Locator, entry: string | number) {
    await this.press(menu);
    const items = this.page.getByRole("menuitem");
    const item = typeof entry === "number" ? items.nth(entry) : items.filter({ has: this.page.getByText(entry, { exact: true }) }).first();
    await expect(item).toBeVisible();
    if (this.hasMouse) return item.click();
    const place = await item.evaluate((item) => [...item.parentElement!.querySelectorAll("[role=menuitem]")].indexOf(item));
    for (let down = 0; down < place; down += 1) await this.page.keyboard.press("ArrowDown");
    await expect(item).toBeFocused();
    await this.page.keyboard.press("Enter");
  }

  /** What the entries of a menu are called. */
  async entries(menu: Locator): Promise<string[]> {
    await this.press(menu);
    const names = this.page.getByRole("menuitem").locator(".name");
    await expect(names.first()).toBeVisible();
    const all = await names.allTextContents();
    await this.page.keyboard.press("Escape");
    await expect(names).toHaveCount(0);
    return all;
  }

  /** A slider, to its end or its beginning. */
  async slide(it: Locator, to: "end" | "beginning") {
    if (!this.hasMouse) return this.press(it, to === "end" ? "End" : "Home");
    const { width, height } = (await it.boundingBox())!;
    await it.click({ position: { x: to === "end" ? width - 1 : 1, y: height / 2 } });
  }

  /** A place that scrolls: whether it can, depends on what is in it. */
  async scroll(it: Locator) {
    const room = () => it.evaluate((it) => it.scrollHeight - it.clientHeight);
    await it.evaluate((it) => it.scrollTo(0, 0));
    if (this.hasMouse) {
      await it.hover({ position: { x: 5, y: 5 } });
      await this.page.mouse.wheel(0, 120);
    } else {
      await this.focus(it);
      await this.page.keyboard.press("ArrowDown");
    }
    if ((await room()) > 0) await expect.poll(() => it.evaluate((it) => it.scrollTop)).toBeGreaterThan(0);
  }

  /** Closes the window that is open. */
  async close() {
    const dialog = this.page.getByRole("dialog");
    await this.press(dialog.getByRole("button", { name: "Close", exact: true }));
    await expect(dialog).toHaveCount(0);
  }

  /** The same of one that holds something that would be lost. */
  async discard() {
    const dialog = this.page.getByRole("dialog");
    await this.press(dialog.getByRole("button", { name: "Close", exact: true }));
    await this.press(dialog.getByTestId("discard"));
    await expect(dialog).toHaveCount(0);
  }

  /** Presses a link to another site, which is not asked for it. */
  async follow(link: Locator) {
    const address = await link.getAttribute("href");
    const followed = this.page.evaluate(
      () =>
        new Promise<string | null | undefined>((done) => {
          const listen = (event: Event) => {
            event.preventDefault();
            done((event.target as Element).closest("a")?.getAttribute("href"));
          };
          window.addEventListener("click", listen, { capture: true, once: true });
        }),
    );
    await this.press(link);
    expect(await followed).toBe(address);
  }
}

/** The test by mouse, and by keyboard. */
export function twice(title: string, body: (hand: Hand, page: Page, context: BrowserContext) => Promise<void>) {
  for (const way of ["mouse", "keyboard"] as const) {
    test(`${title}, by ${way}`, async ({ page, context }) => {
      // A whole page of controls each.
      test.slow();
      // What is not there is said soon all the same.
      page.setDefaultTimeout(20_000);
      await body(new Hand(page, way), page, context);
    });
  }
}
