// The Dissect page: what every test of it does.
import { expect, type Page } from "@playwright/test";

export async function open(page: Page, hash = "") {
  await page.goto(hash);
  await expect(page.getByTestId("text").or(page.getByTestId("packets")).first()).toBeVisible();
}

export async function give(page: Page, text: string) {
  await page.getByTestId("text").fill(text);
  await expect(page.getByTestId("packet").first()).toBeVisible();
}

export const field = (page: Page, name: string) => page.getByTestId("field").and(page.locator(`[data-name="${name}"]`));
export const value = (page: Page, name: string) => field(page, name).first().locator("code").first();
export const byte = (page: Page, index: number) => page.locator(`#byte-${index}`);
