// The Live page with one connection to a real broker.
import { expect, type Page } from "@playwright/test";

export class Desk {
  private constructor(readonly page: Page) {}

  /** Opens the page and takes in the connection, as a person does with a file. */
  static async open(page: Page, profile: object, address = "#/live"): Promise<Desk> {
    await page.goto(address);
    const desk = new Desk(page);
    // The program of the page comes behind the first one, which takes a while on a busy machine.
    await expect(page.getByTestId("connection")).toHaveCount(1, { timeout: 15_000 });
    const file = { format: "mqttscope-profiles", version: 1, profiles: [{ name: "real", ...profile }] };
    await page.getByTestId("connections-file").setInputFiles({
      name: "real.json",
      mimeType: "application/json",
      buffer: Buffer.from(JSON.stringify(file)),
    });
    // A file with a password is not taken in without a word on how long that is kept.
    if ("password" in profile && profile.password) {
      await page.getByRole("dialog", { name: "1 connection imported" }).getByRole("button", { name: "Close" }).click();
    }
    await desk.row.getByTestId("look").click();
    return desk;
  }

  get row() {
    return this.page.getByTestId("connection").filter({ hasText: "real" });
  }

  async state(state: RegExp | string, timeout = 20_000) {
    await expect(this.row).toHaveAttribute("data-state", state, { timeout });
  }

  async connect() {
    await this.row.getByTestId("connect").click();
    await this.state("open");
  }

  /** Packets of a type, in the list of all packets. */
  packets(type: string) {
    return this.page.locator(`[data-testid="wire-row"][data-type="${type}"]`);
  }

  async tab(name: "wire" | "messages") {
    await this.page.getByTestId(`tab-${name}`).click();
  }

  message(words: string) {
    return this.page.getByTestId("message-row").filter({ hasText: words });
  }

  async publish(topic: string, payload: string, qos = 0, retain = false) {
    await this.page.getByTestId("publish-topic").fill(topic);
    await this.page.getByTestId("publish-qos").selectOption(String(qos));
    await this.page.getByTestId("publish-retain").setChecked(retain);
    await this.page.getByTestId("payload-as").selectOption("text");
    await this.page.getByTestId("publish-payload").fill(payload);
    await this.page.getByTestId("publish").click();
  }

  /** Drops the link without DISCONNECT. */
  async cut() {
    await this.row.getByRole("button", { name: /^More for/ }).click();
    await this.page.getByRole("menuitem", { name: "Cut the link" }).click();
  }

  /** What the doctor thinks is the matter. */
  async advice() {
    await this.row.getByTestId("why-not").click();
    return this.page.getByTestId("advice");
  }
}
