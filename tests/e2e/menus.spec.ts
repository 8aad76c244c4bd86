// A press on a menu's button is never lost, however soon it comes after the list was hidden.
import { expect } from "@playwright/test";

import { test } from "./quiet";

test("a menu opens again where its button is pressed before the browser has told that it was hidden", async ({ page }) => {
  await page.goto("#/live");
  const menu = page.getByTestId("export");
  const items = page.getByRole("menuitem");
  await menu.click();
  await expect(items.first()).toBeVisible();
  // As Escape does, with the press in the same moment: the `toggle` event is still to come.
  await menu.evaluate((button: HTMLElement) => {
    const list = document.querySelector<HTMLElement>(":popover-open")!;
    list.hidePopover();
    button.click();
  });
  await expect(items.first()).toBeVisible();
  await expect(items.first()).toBeFocused();
  await expect(menu).toHaveAttribute("aria-expanded", "true");

  // The button of a list that is open closes it, by mouse and by keys.
  await menu.click();
  await expect(items).toHaveCount(0);
  await expect(menu).toHaveAttribute("aria-expanded", "false");
  await menu.press("Enter");
  await expect(items.first()).toBeFocused();
  await menu.press("Enter");
  await expect(items).toHaveCount(0);
  await menu.click();
  await expect(items.first()).toBeVisible();
});
