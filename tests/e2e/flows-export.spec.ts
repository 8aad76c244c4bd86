// The diagram as files: with the colours of the page, step by step, and animated.
import { readFile } from "node:fs/promises";

import { expect, type Page } from "@playwright/test";

import { open, scrub } from "./flows";
import { test } from "./quiet";

async function save(page: Page, name: string) {
  await page.getByTestId("export").click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem").filter({ has: page.getByText(name, { exact: true }) }).click(),
  ]);
  return { file: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

const colour = (page: Page, name: string) =>
  page.evaluate((name) => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = `var(${name})`;
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  }, name);

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`in ${colorScheme} colours`, () => {
    test.use({ colorScheme });
    test("a file has the colours of the page", async ({ page }) => {
      await open(page, "QoS 2, PUBREC lost");
      const { file, bytes } = await save(page, "SVG");
      expect(file).toBe("qos2-pubrec-lost.svg");
      const text = bytes.toString();
      for (const name of ["--ground", "--payload", "--variable", "--property", "--fixed", "--error"]) {
        expect(text).toContain(`"${await colour(page, name)}"`);
      }
    });
  });
}

test("the whole diagram, a step and the text are saved", async ({ page }) => {
  await open(page, "QoS 2, PUBREC lost");
  const png = await save(page, "PNG");
  expect(png.file).toBe("qos2-pubrec-lost.png");
  expect(png.bytes.subarray(1, 4).toString()).toBe("PNG");
  await scrub(page, 0.5);
  const number = /step (\d+)/.exec((await page.getByTestId("step").textContent())!)![1];
  const step = await save(page, "SVG of this step");
  expect(step.file).toBe(`qos2-pubrec-lost-step-${number}.svg`);
  const text = step.bytes.toString();
  expect(text).toContain('<g opacity=".3">');
  const said = (await page.getByTestId("caption").locator("p").textContent())!.split(" ").slice(0, 3).join(" ");
  expect(text).toContain(said);
  expect((await save(page, "PNG of this step")).bytes.subarray(1, 4).toString()).toBe("PNG");
  expect((await save(page, "Text")).bytes.toString()).toMatch(/^title QoS 2, PUBREC lost/);
});

test("the animation plays in an image, without a script", async ({ page }) => {
  await open(page, "QoS 1, no faults");
  const { file, bytes } = await save(page, "Animated SVG");
  expect(file).toBe("qos1-no-faults-animated.svg");
  const text = bytes.toString();
  expect(text).not.toContain("<script");
  // Drawn by the browser as a document of its own: a packet that is on its way moves.
  // The page's own policy would forbid the styles that stand in it.
  await page.goto("about:blank");
  await page.setContent(text);
  const moves = await page.evaluate(() => {
    const animations = document.getAnimations();
    const token = document.querySelector<SVGGElement>("g.t0")!;
    const places = new Set<string>();
    for (let at = 0; at < 60_000; at += 20) {
      for (const animation of animations) {
        animation.currentTime = at;
      }
      const style = getComputedStyle(token);
      if (Number(style.opacity) > 0.5) {
        places.add(style.transform);
      }
    }
    return { count: animations.length, places: places.size };
  });
  expect(moves.count).toBeGreaterThan(20);
  expect(moves.places).toBeGreaterThan(3);
});
