// The test of a page that has nothing to say to the console.
import { expect, test as base } from "@playwright/test";

/** Every test fails when the page writes to the console or throws, but for what the test provokes: `allowed`. */
export const test = base.extend<{ quiet: void; allowed: RegExp | null }>({
  allowed: [null, { option: true }],
  quiet: [
    async ({ page, allowed }, use) => {
      const said: string[] = [];
      page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => said.push(`thrown: ${error}`));
      await use();
      expect(said.filter((text) => !allowed?.test(text))).toEqual([]);
    },
    { auto: true },
  ],
});
