// The test of a page that has nothing to say to the console.
import { expect, test as base } from "@playwright/test";

/** Every test fails when the page writes to the console or throws. */
export const test = base.extend<{ quiet: void }>({
  quiet: [
    async ({ page }, use) => {
      const said: string[] = [];
      page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => said.push(`thrown: ${error}`));
      await use();
      expect(said).toEqual([]);
    },
    { auto: true },
  ],
});
