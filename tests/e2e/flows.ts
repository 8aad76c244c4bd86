// What the tests of the Flows page share.
import { expect, type Page } from "@playwright/test";

export async function open(page: Page, title?: string) {
  await page.goto("#/flows");
  // The program of the page comes behind the first one, which takes a while on a busy machine.
  await expect(page.getByTestId("diagram")).toBeVisible({ timeout: 15_000 });
  if (title) {
    await page.getByTestId("scenario").filter({ has: page.getByText(title, { exact: true }) }).click();
    await expect(page.getByTestId("title")).toHaveText(title);
  }
}

export const caption = (page: Page) => page.getByTestId("caption");
export const title = (page: Page) => page.getByTestId("title");
export const count = (page: Page, name: string) => page.getByTestId(name).locator("td");
export const step = async (page: Page) =>
  Number(/step (\d+)/.exec((await page.getByTestId("step").textContent()) ?? "")?.[1]);

/** Moves the slider as a hand does. */
export async function scrub(page: Page, part: number) {
  await page.getByTestId("time").evaluate((slider: HTMLInputElement, part) => {
    slider.value = String(Number(slider.max) * part);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }, part);
}

/** Scrubs to where a packet of this type is on its way, and gives its token. */
export async function catchToken(page: Page, name: string) {
  for (let part = 0; part < 1; part += 0.01) {
    await scrub(page, part);
    const token = page.locator("[data-testid=token][visibility=visible]").filter({ hasText: name }).first();
    if ((await token.count()) > 0) {
      return token;
    }
  }
  throw new Error(`${name} is never on its way`);
}
