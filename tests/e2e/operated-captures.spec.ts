// Every control of the Captures page that Live does not have, by mouse and by keyboard.
import { expect } from "@playwright/test";

import { capture, large } from "./captures";
import { twice } from "./ways";

twice("files are opened, listed and closed", async (hand, page) => {
  await page.goto("#/dissect");
  await hand.press(page.getByRole("link", { name: "Captures", exact: true }));
  const chosen = page.waitForEvent("filechooser");
  await hand.press(page.getByTestId("open-captures"));
  await (await chosen).setFiles(capture("recorded/tcp.pcap"));
  await expect(page.getByTestId("captured-row")).toHaveCount(1);
  const more = page.waitForEvent("filechooser");
  await hand.press(page.getByTestId("open-captures"));
  await (await more).setFiles(capture("recorded/websocket.pcap"));
  await expect(page.getByTestId("captured-row")).toHaveCount(2);
  await hand.press(page.getByTestId("close-captures"));
  await hand.press(page.getByTestId("sample"));
  await expect(page.getByTestId("captured-row")).toHaveCount(5);
  await hand.choose(page.getByTestId("captured-order"), "by packets");
  const list = page.getByTestId("captured");
  if (hand.hasMouse) {
    await page.getByTestId("captured-row").first().click();
  } else {
    await hand.focus(list);
    await page.keyboard.press("Home");
  }
  await hand.press(page.getByTestId("all-connections"));
  const bars = page.getByTestId("timeline-bars");
  if (hand.hasMouse) {
    await bars.click();
  } else {
    await hand.focus(bars);
    await page.keyboard.press("Home");
  }
  await hand.press(page.getByTestId("whole-time"));
  await hand.scroll(page.getByTestId("capture-summary"));
  await hand.press(page.getByTestId("show-findings"));
  await expect(page.getByTestId("finding-row")).not.toHaveCount(0);
});

twice("reading is stopped", async (hand, page) => {
  await page.goto("#/captures");
  await large(page);
  await hand.press(page.getByTestId("stop-reading"));
  await expect(page.getByTestId("file-state")).toContainText("stopped at");
});
