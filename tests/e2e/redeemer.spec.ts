// The program that the answer “Redeem a code” stands in for, with Django and Paho as people write it: the page asks it, and
// then the page answers in its place.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { expect } from "@playwright/test";

import { Redeemer } from "./peers/clients";
import { Desk } from "./peers/desk";
import { Mosquitto } from "./peers/mosquitto";
import { test as base } from "./quiet";

const test = base.extend<{ mosquitto: Mosquitto; folder: string }>({
  mosquitto: async ({}, use) => {
    const mosquitto = await Mosquitto.start();
    await use(mosquitto);
    await mosquitto.stop();
  },
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), "mqttscope-redeemer-"));
    await use(folder);
    rmSync(folder, { recursive: true });
  },
});

const settings = (mosquitto: Mosquitto) => ({
  target: { WebSocket: mosquitto.url },
  version: "3.1.1",
  client_identifier: "page",
  user_name: "user",
  password: "secret",
});

// All rows are in the page, where the lists have room for them.
test.use({ viewport: { width: 1440, height: 2600 } });

for (const python of Redeemer.pythons) {
  // …/paho-mqtt-1.6.1-django-5.2/bin/python
  const name = basename(dirname(dirname(python)));

  test(`${name}: the page asks a program that was started before its broker, over a restart of that`, async ({ page, mosquitto, folder }) => {
    await mosquitto.end();
    const program = Redeemer.run(python, "serve", mosquitto, join(folder, "codes.sqlite3"));
    await program.hears("waiting");
    await mosquitto.again();
    await program.hears("subscribed");
    const desk = await Desk.open(page, {
      ...settings(mosquitto),
      reconnect: { first_ms: 500, longest_ms: 2000, attempts: null },
      subscriptions: [{ topic_filter: "test", qos: 2 }],
    });
    await desk.connect();
    await expect(desk.packets("SUBACK")).toHaveCount(1);
    await desk.tab("messages");
    const answer = (payload: string) => page.getByTestId("message-row").locator(".preview", { hasText: new RegExp(`^${payload}$`) });
    const ask = (code: string) => desk.publish("test", JSON.stringify(code), 1);
    await ask("SUMMER");
    await expect(answer("1")).toHaveCount(1);
    await ask("SUMMER");
    await expect(answer("0")).toHaveCount(1);
    for (const code of ["NEVER", "GONE"]) {
      await ask(code);
      await program.hears(`${code} does not exist`);
    }
    await mosquitto.end();
    await desk.state("waiting");
    await mosquitto.again();
    await desk.state("open");
    // Both are there again; the program may be the later one, and its session keeps what comes before.
    await ask("WINTER");
    await expect(answer("1")).toHaveCount(2);
    await ask("SUMMER");
    await expect(answer("0")).toHaveCount(2);
    await program.stop();
  });

  test(`${name}: the page answers it`, async ({ page, mosquitto }) => {
    const desk = await Desk.open(page, settings(mosquitto));
    await page.getByTestId("add-answer").click();
    await page.getByTestId("ready-1").click();
    await page.getByTestId("save-answer").click();
    await desk.connect();
    await expect(desk.packets("SUBACK")).toHaveCount(1);
    for (const says of ["1", "0"]) {
      const asker = Redeemer.run(python, "ask", mosquitto, "WELCOME");
      await asker.hears(new RegExp(`^${says}$`, "m"));
      await asker.stop();
    }
  });
}
