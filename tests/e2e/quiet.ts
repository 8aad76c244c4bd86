// The test of a page that has nothing to say to the console.
import { expect, test as base } from "@playwright/test";

import { watch } from "./operated";

/** A test whose pages are watched: `operated.ts`. */
export const watched = base.extend({
  context: async ({ context }, use) => {
    await watch(context);
    await use(context);
  },
});

/** What Chromium advises, when it has the time to, for forms that a password manager fills: those of a connection it must not. */
const ADVICE = /^verbose: \[DOM\] Password forms should have/;

/** Every test fails when the page writes to the console or throws, but for what the test provokes: `allowed`. */
export const test = watched.extend<{ quiet: void; allowed: RegExp | null }>({
  allowed: [null, { option: true }],
  quiet: [
    async ({ page, allowed }, use) => {
      const said: string[] = [];
      page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => said.push(`thrown: ${error}`));
      await use();
      expect(said.filter((text) => !ADVICE.test(text) && !allowed?.test(text))).toEqual([]);
    },
    { auto: true },
  ],
});
