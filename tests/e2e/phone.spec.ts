// The Dissect page on a phone.
import { expect } from "@playwright/test";

import { open } from "./dissect";
import { test } from "./quiet";

test("at 390 pixels the invitation is whole below the bar of buttons", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page);
  const empty = page.getByTestId("empty");
  const bar = (await page.locator(".head.foot").boundingBox())!;
  expect((await empty.locator(".bytes").boundingBox())!.y).toBeGreaterThan(bar.y + bar.height);
  await expect(empty.getByText("The bytes stay in this tab")).toBeInViewport({ ratio: 1 });
});
