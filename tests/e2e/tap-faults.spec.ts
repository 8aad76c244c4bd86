// Faults on a tap, from the page: a device that loses its PUBACK, and what it does then.
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";

import { program, test as base } from "./peers/companion";
import { Hand } from "./ways";

/** The faults that the page offers. */
const CHOICES = 16;

/** A CONNECT of 3.1.1 that goes on with the session. */
const connecting = (client: string) =>
  Buffer.concat([Buffer.from([0x10, 12 + client.length, 0, 4]), Buffer.from("MQTT"), Buffer.from([4, 0, 0, 0x3c, 0, client.length]), Buffer.from(client)]);

/** A PUBLISH of QoS 1 to the topic `t`. */
const publish = (id: number, dup = false) => Buffer.from([dup ? 0x3a : 0x32, 6, 0, 1, 0x74, 0, id, 0x78]);

/** Whole packets of less than 130 bytes out of what comes in any pieces. */
function packets(socket: Socket, take: (packet: Buffer) => void) {
  let rest = Buffer.alloc(0);
  socket.on("data", (data: Buffer) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= 2 && rest.length >= 2 + rest[1]!) {
      const end = 2 + rest[1]!;
      take(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  });
  // A connection that is cut may be reset.
  socket.on("error", () => {});
}

/** A broker that keeps each client's session and acknowledges what it gets. */
async function start(): Promise<Server> {
  const known = new Set<string>();
  const server = createServer((socket) => {
    packets(socket, (packet) => {
      const type = packet[0]! >> 4;
      const client = packet.subarray(14).toString();
      if (type === 1) socket.write(Buffer.from([0x20, 2, known.has(client) ? 1 : 0, 0]));
      if (type === 1) known.add(client);
      if (type === 3) socket.write(Buffer.from([0x40, 2, packet[5]!, packet[6]!]));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

class Device {
  readonly heard: Buffer[] = [];
  isOpen = true;

  private constructor(private readonly socket: Socket) {
    packets(socket, (packet) => this.heard.push(Buffer.from(packet)));
    socket.on("close", () => { this.isOpen = false; });
  }

  /** Connected once it is accepted. */
  static async to(port: number, client = "device"): Promise<Device> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const device = new Device(socket);
    device.send(connecting(client));
    await expect.poll(() => device.heard[0]?.[0]).toBe(0x20);
    return device;
  }

  send(packet: Buffer) {
    this.socket.write(packet);
  }

  end() {
    this.socket.destroy();
  }
}

const test = base.extend<{ broker: Server }>({
  broker: async ({}, use) => {
    const server = await start();
    await use(server);
    server.close();
  },
});

test.skip(!program, "cargo xtask test builds the companion and says where it is (MQTTSCOPE_COMPANION)");
// The browser itself writes of a companion that ends before its page.
test.use({ allowed: /ERR_CONNECTION|ERR_INCOMPLETE_CHUNKED_ENCODING/ });

const to = (broker: Server) => `127.0.0.1:${(broker.address() as AddressInfo).port}`;
const dialog = (page: Page) => page.getByRole("dialog", { name: "Faults of the tap" });
const text = (page: Page) => page.getByTestId("faults-text");
const rows = (page: Page) => page.getByTestId("fault-row");

for (const way of ["mouse", "keyboard"] as const) {
  test(`a lost PUBACK: the device sends again with DUP, by ${way}`, async ({ page, companion, broker }) => {
    test.slow();
    const hand = new Hand(page, way);
    const running = companion("--tap", "0", "--to", to(broker));
    const address = await running.behind("the page is at ");
    const tap = Number((await running.behind("mqttscope: tap ")).split(":").pop());
    await page.goto(address);
    const device = await Device.to(tap);
    await expect(page.getByTestId("captured-row")).toHaveCount(1);

    await hand.press(page.getByTestId("faults-open"));
    await expect(dialog(page)).toBeVisible();
    await expect(page.getByTestId("faults-says")).toHaveText("No fault is in force.");
    await hand.pick(page.getByTestId("fault-choices"), "Lose the next PUBACK to the client");
    await expect(text(page)).toHaveValue("cut * before PUBACK 1 from server");
    await expect(text(page)).toBeFocused();
    await hand.press(page.getByTestId("faults-apply"));
    await expect(rows(page)).toHaveCount(1);
    await expect(page.getByTestId("fault-struck")).toHaveText("struck not yet");
    // Another page on the same tap sees it.
    const other = await page.context().newPage();
    await other.goto(address);
    await expect(other.getByTestId("faults-count")).toHaveText("1");
    await other.close();
    await page.bringToFront();

    device.send(publish(3));
    await expect.poll(() => device.isOpen).toBe(false);
    expect(device.heard).toHaveLength(1);
    await expect(page.getByTestId("fault-struck")).toHaveText("struck once");
    await expect(dialog(page).getByTestId("fault-awaits")).toBeVisible();
    const again = await Device.to(tap);
    again.send(publish(3, true));
    await expect(dialog(page).getByTestId("fault-answer")).toContainText("was sent again with DUP");
    await expect.poll(() => again.heard.at(-1)?.[0]).toBe(0x40);

    // A line more leaves the one that has struck as it is.
    await hand.pick(page.getByTestId("fault-choices"), "Hold the client’s acknowledgements back for 10 s");
    await hand.write(text(page), `${await text(page).inputValue()} # later\nhold nobody until 5`);
    await hand.press(page.getByTestId("faults-apply"));
    await expect(rows(page)).toHaveCount(3);
    await expect(page.getByTestId("fault-struck").first()).toHaveText("struck once");
    again.send(publish(4));
    await expect.poll(() => again.heard.at(-1)?.[3]).toBe(4);
    expect(again.isOpen).toBe(true);
    for (const line of ["hold nobody until 5", "hold * until 10000 # later"]) {
      await hand.press(rows(page).filter({ has: page.getByText(line, { exact: true }) }).getByTestId("fault-remove"));
      await expect.poll(async () => (await text(page).inputValue()).includes(line)).toBe(false);
    }
    await expect(text(page)).toHaveValue("cut * before PUBACK 1 from server");

    // The packet that shows it, and where the fault struck.
    await hand.press(dialog(page).getByTestId("fault-packet"));
    await expect(dialog(page)).toHaveCount(0);
    await expect(page.getByTestId("details")).toContainText("PUBLISH");
    await hand.press(page.getByTestId("faults-open"));
    await hand.press(dialog(page).getByTestId("fault-show"));
    await expect(dialog(page)).toHaveCount(0);
    const mark = page.locator("[data-testid=wire-event][data-type=fault]");
    await expect(mark).toHaveCount(1);
    await expect(mark).toHaveAttribute("aria-selected", "true");
    await expect(mark).toContainText("cut before PUBACK 1");
    await expect(page.getByTestId("event")).toContainText("What it did");
    // The packet that it took away is no delivered one, in the list and in the picture.
    await expect(page.locator("[data-testid=wire-row][data-type=PUBACK]").first().getByTestId("fate")).toHaveText("lost");
    await expect(page.getByTestId("fate")).toHaveCount(1);
    await page.getByTestId("tab-handshakes").click();
    await page.getByTestId("flow-row").filter({ hasText: "PUBACK lost by a fault" }).click();
    await expect(page.getByTestId("flow-picture").locator(".lost")).not.toHaveCount(0);
    await page.getByTestId("tab-wire").click();

    // The same in the card of the capture, when the fault is gone.
    await hand.press(page.getByTestId("faults-open"));
    await hand.press(page.getByTestId("fault-remove"));
    await expect(rows(page)).toHaveCount(0);
    await expect(page.getByTestId("fault-earlier")).toHaveCount(1);
    await hand.close();
    await expect(page.getByTestId("faults-count")).toHaveCount(0);
    await hand.press(page.getByTestId("show-connection"));
    const recorded = page.getByTestId("recorded-fault");
    await expect(recorded).toContainText("was sent again with DUP");
    await hand.press(recorded.getByTestId("fault-show"));
    await expect(page.getByTestId("event")).toContainText("What it did");
    await hand.press(page.getByTestId("show-connection"));
    await hand.press(recorded.getByTestId("fault-packet"));
    await expect(page.getByTestId("details")).toContainText("PUBLISH");
    again.end();
  });

  test(`lines are chosen, written, refused, corrected and cleared, by ${way}`, async ({ page, companion, broker }) => {
    test.slow();
    const hand = new Hand(page, way);
    const running = companion("--tap", "0", "--to", to(broker));
    await page.goto(await running.behind("the page is at "));
    await hand.press(page.getByTestId("faults-open"));
    const menu = page.getByTestId("fault-choices");
    for (let entry = 0; entry < CHOICES; entry += 1) {
      await hand.pick(menu, entry);
      await expect.poll(async () => (await text(page).inputValue()).split("\n").length).toBe(entry + 1);
    }

    await hand.write(text(page), "slow device at 0 by 5\ncut * before PUBAK 1");
    await hand.press(page.getByTestId("faults-apply"));
    await expect(page.getByTestId("fault-error")).toContainText("Line 2: ");
    await expect(page.getByTestId("faults-says")).toContainText("Nothing has changed.");
    await expect(rows(page)).toHaveCount(0);
    await hand.press(page.getByTestId("fault-fix"));
    await expect(text(page)).toHaveValue("slow device at 0 by 5\ncut * before PUBACK 1");
    await hand.press(page.getByTestId("faults-apply"));
    await expect(rows(page)).toHaveCount(2);
    await expect(page.getByTestId("fault-error")).toHaveCount(0);
    await expect(page.getByTestId("faults-says")).toHaveText("They are in force.");
    // What is in force is there to be changed.
    await hand.close();
    await expect(page.getByTestId("faults-count")).toHaveText("2");
    await hand.press(page.getByTestId("faults-open"));
    await expect(text(page)).toHaveValue("slow device at 0 by 5\ncut * before PUBACK 1");
    await hand.press(page.getByTestId("faults-clear"));
    await expect(rows(page)).toHaveCount(0);
    await expect(text(page)).toHaveValue("");
    await expect(page.getByTestId("faults-says")).toHaveText("No fault is in force any more.");
  });
}

test("two pages on a tap keep what the other one sets", async ({ page, companion, broker }) => {
  const running = companion("--tap", "0", "--to", to(broker));
  const address = await running.behind("the page is at ");
  await page.goto(address);
  await page.getByTestId("faults-open").click();
  await text(page).fill("slow a at 0 by 5");
  const other = await page.context().newPage();
  await other.goto(address);
  await other.getByTestId("faults-open").click();
  await text(other).fill("slow b at 0 by 5");
  await other.getByTestId("faults-apply").click();
  await expect(rows(other)).toHaveCount(1);
  await page.bringToFront();
  await expect(text(page)).toHaveValue("slow a at 0 by 5\nslow b at 0 by 5");
  await page.getByTestId("faults-apply").click();
  await expect(rows(page)).toHaveCount(2);
  await other.bringToFront();
  await expect(text(other)).toHaveValue("slow b at 0 by 5\nslow a at 0 by 5");
  await other.close();
});

test("a line that strikes two devices has an answer for each", async ({ page, companion, broker }) => {
  const running = companion("--tap", "0", "--to", to(broker));
  const address = await running.behind("the page is at ");
  const tap = Number((await running.behind("mqttscope: tap ")).split(":").pop());
  await page.goto(address);
  await page.getByTestId("faults-open").click();
  await text(page).fill("cut * before PUBACK 1 from server");
  await page.getByTestId("faults-apply").click();
  await expect(rows(page)).toHaveCount(1);
  for (const client of ["one", "two"]) {
    const device = await Device.to(tap, client);
    device.send(publish(3));
    await expect.poll(() => device.isOpen).toBe(false);
  }
  const again = await Device.to(tap, "one");
  again.send(publish(3, true));
  const strikes = dialog(page).getByTestId("fault-strike");
  await expect(strikes).toHaveCount(2);
  await expect(strikes.nth(0)).toContainText("one");
  await expect(strikes.nth(0).getByTestId("fault-answer")).toContainText("was sent again with DUP");
  await expect(strikes.nth(1)).toContainText("two");
  await expect(strikes.nth(1).getByTestId("fault-awaits")).toHaveText("The client has not come back yet.");
  // Two comes back, and does not send it again.
  const silent = await Device.to(tap, "two");
  await expect(strikes.nth(1).getByTestId("fault-answer")).toContainText("was not sent again on the new connection", { timeout: 15_000 });
  again.end();
  silent.end();
});

for (const [width, height] of [[390, 844], [768, 1024]] as const) {
  test(`faults are in sight and can be read at a width of ${width}`, async ({ page, companion, broker }) => {
    await page.setViewportSize({ width, height });
    const running = companion("--tap", "0", "--to", to(broker));
    await page.goto(await running.behind("the page is at "));
    await page.getByTestId("faults-open").click();
    await page.getByTestId("fault-choices").click();
    const items = page.getByRole("menuitem");
    await expect(items).toHaveCount(CHOICES);
    const boxes = await items.evaluateAll((all) => all.map((it) => {
      const { top, bottom } = it.getBoundingClientRect();
      return { top, bottom, hidden: it.scrollHeight - it.clientHeight };
    }));
    for (const [at, box] of boxes.entries()) {
      expect(box.hidden).toBeLessThanOrEqual(1);
      if (at > 0) expect(box.top).toBeGreaterThanOrEqual(boxes[at - 1]!.bottom - 1);
    }
    await page.keyboard.press("Escape");
  });
}

test("a tap tells that its broker is gone, and that it has ended", async ({ page, companion, broker }) => {
  const running = companion("--tap", "0", "--to", to(broker));
  const address = await running.behind("the page is at ");
  const tap = Number((await running.behind("mqttscope: tap ")).split(":").pop());
  await page.goto(address);
  const says = page.getByTestId("tap-says");
  await expect(page.getByTestId("tap-line")).toContainText(`tap 127.0.0.1:${tap} to ${to(broker)}`);
  await expect(says).toHaveText("");
  // Both sockets have their own ports.
  const device = await Device.to(tap);
  await expect(page.getByTestId("wire-event").first()).toContainText(`${to(broker)} through the tap 127.0.0.1:${tap}`);
  device.end();
  broker.close();
  const socket = connect(tap, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "close");
  await expect(says).toContainText("The broker cannot be reached", { timeout: 15_000 });
  await running.end("SIGINT");
  await expect(says).toContainText("This page goes on trying.");
});

test("a tap that is closed to faults from pages shows those of its command", async ({ page, companion, broker }) => {
  const folder = mkdtempSync(join(tmpdir(), "mqttscope-faults-"));
  const file = join(folder, "faults.txt");
  writeFileSync(file, "lose * PUBACK 1\n");
  const running = companion("--tap", "0", "--to", to(broker), "--faults", file, "--no-page-faults");
  await page.goto(await running.behind("the page is at "));
  await page.getByTestId("faults-open").click();
  await expect(page.getByTestId("faults-closed")).toContainText("--no-page-faults");
  await expect(rows(page)).toContainText(["lose * PUBACK 1"]);
  await expect(page.getByTestId("fault-remove")).toHaveCount(0);
  await expect(page.getByTestId("faults-apply")).toHaveCount(0);
  await expect(text(page)).toHaveCount(0);
  rmSync(folder, { recursive: true });
});
