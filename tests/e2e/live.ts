// The Live page on the broker that is built in: what every test of it does.
import { expect, test, type Page } from "@playwright/test";

/** Packets of a type, in the list of all packets. */
export const rows = (page: Page, type: string) => page.locator(`[data-testid="wire-row"][data-type="${type}"]`);

/** Opens the page; the built-in broker is connected to and everything subscribed to. */
export async function open(page: Page) {
  await page.goto("#/live");
  // The worker comes after the page, which takes a while on a busy machine.
  await expect(page.getByTestId("connection").first()).toHaveAttribute("data-state", "open", { timeout: 15_000 });
  await expect(page.getByTestId("subscription").first()).toContainText("#");
  await expect(rows(page, "SUBACK")).toHaveCount(1);
}

export async function publish(page: Page, topic: string, payload: string, qos = "0", as = "text") {
  await page.getByTestId("publish-topic").fill(topic);
  await page.getByTestId("publish-qos").selectOption(qos);
  await page.getByTestId("payload-as").selectOption(as);
  await page.getByTestId("publish-payload").fill(payload);
  await page.getByTestId("publish").click();
}

/** Connects to a port where nothing listens; the row of the connection. */
export async function connectToNothing(page: Page) {
  // The browser itself writes that it could not connect; that is nobody's fault here.
  test.info().annotations.push({ type: "console", description: "a failed WebSocket is written by the browser" });
  await open(page);
  await page.getByTestId("new-connection").click();
  await page.getByRole("menuitem", { name: "mosquitto" }).click();
  await page.getByTestId("connect-address").fill("ws://127.0.0.1:1/");
  await page.getByTestId("save-and-connect").click();
  return page.getByTestId("connection").nth(1);
}
