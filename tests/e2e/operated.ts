// What of the page the tests operate: every interactive element that was in a page, and whether a real press of the
// mouse and real keys came to it. `cargo xtask coverage` reads it and names what nothing operates.
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

import type { BrowserContext } from "@playwright/test";

/** Where it is written, one file a process. Unset: nothing is watched. */
const folder = process.env.MQTTSCOPE_OPERATED;
const known = new Set<string>();

/** `shown`, `mouse` and `keys`; `reached` is what keys have to work, which is less than what is shown. */
type How = "shown" | "reached" | "mouse" | "keys";

function write(lines: string[]) {
  const news = lines.filter((line) => !known.has(line));
  for (const line of news) known.add(line);
  if (news.length > 0) appendFileSync(join(folder!, `${process.pid}.txt`), `${news.join("\n")}\n`);
}

/** Watches every page of a context, from before its first script on. */
export async function watch(context: BrowserContext) {
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await context.exposeBinding("mqttscopeOperated", (_, lines: string[]) => write(lines));
  await context.addInitScript(observe);
}

/** Runs in the page, so it can use nothing of this file. */
function observe() {
  // Another site's page, and the browser's own for one that does not come, are not ours.
  if (window.top !== window || !/^http/.test(location.protocol)) return;
  const INTERACTIVE = [
    "button, a[href], select, textarea, summary, [tabindex='0'], [role=separator][tabindex], [contenteditable=true]",
    // A file is chosen with a button; its input is hidden behind that.
    "input:not([type=file], [type=hidden])",
    ...["button", "tab", "option", "menuitem", "switch", "slider", "treeitem", "checkbox", "radio"].map((role) => `[role=${role}]`),
    // Others fill a line up.
    "[role=gridcell][data-testid]",
  ].join(", ");
  // Parts of one thing that keys go through: they are reached without being in the order of Tab.
  const PARTS = new Set(["tab", "option", "menuitem", "treeitem", "gridcell", "radio"]);
  // What Enter and the space bar press; to others more keys mean something.
  const PRESSED = new Set(["button", "link", "summary", "menuitem", "switch", "checkbox"]);
  // What is in these menus comes from data: one entry stands for all of them.
  const OF_DATA = /^(examples|fork|saved|add|break|kept-cases)$/;
  // Here everything is named by a field, a rule or a repair.
  const OF_FIELDS = "[data-testid=bits], [data-testid=diagnostic], [data-testid=repairs], [data-testid=history-row], [data-testid=event-facts]";
  // What else stands in the menu of brokers.
  const COMMAND = /^(Other broker…|Import…|Export|Export with passwords|Examine a client…)$/;
  // Actions stand within each other: what they have is the same at every depth.
  const NESTED = /^(action|condition|cell)-.*-/;
  // A name that ends with what a person gave, or with one of many fields.
  const WITH_DATA = /^(Change|Remove|Reload|Read as(?! MQTT)).*/;

  const say = (window as unknown as { mqttscopeOperated(lines: string[]): Promise<void> }).mqttscopeOperated;
  const said = new Set<string>();
  let pending: string[] = [];
  const note = (how: How, element: Element) => {
    const line = `${how}\t${keyOf(element)}`;
    if (said.has(line)) return;
    said.add(line);
    if (pending.push(line) === 1) {
      queueMicrotask(() => {
        // A page that is being left can say no more.
        void say(pending).catch(() => {});
        pending = [];
      });
    }
  };

  const stable = (text: string) =>
    text
      .replace(/\s+/g, " ")
      .trim()
      .replace(/[“"`].*?[”"`]/g, "“…”")
      .replace(/0x[0-9a-f]+|\d[\d,.]*/gi, "#")
      .replace(NESTED, "$1 … ")
      .replace(WITH_DATA, "$1 …")
      .slice(0, 60);
  const testOf = (element: Element | null | undefined) => stable(element?.getAttribute("data-testid") ?? "");
  const roleOf = (element: Element) => {
    const role = element.getAttribute("role");
    // One list has the role that fits what is in it.
    if (role && /^(group|grid|listbox|tree)$/.test(role)) return "list";
    if (role) return role;
    const tag = element.localName;
    if (tag === "input") {
      const type = element.getAttribute("type") ?? "text";
      return ({ checkbox: "checkbox", radio: "radio", range: "slider" } as Record<string, string>)[type] ?? "textbox";
    }
    return ({ a: "link", textarea: "textbox" } as Record<string, string>)[tag] ?? tag;
  };
  const nameOf = (element: Element) => {
    const by = element.getAttribute("aria-labelledby");
    const labels = (element as HTMLInputElement).labels;
    return stable(
      element.getAttribute("aria-label") ??
        (by ? (document.getElementById(by)?.textContent ?? "") : null) ??
        labels?.[0]?.textContent ??
        (element.textContent || element.getAttribute("title") || element.getAttribute("placeholder") || ""),
    );
  };
  const keyOf = (element: Element) => {
    const role = roleOf(element);
    const menu = element.closest("[popover]")?.previousElementSibling;
    let name = testOf(element);
    if (role === "menuitem") {
      const item = element.querySelector(".name")?.textContent ?? "";
      const isAny = OF_DATA.test(testOf(menu)) || (testOf(menu) === "new-connection" && !COMMAND.test(item));
      name = `${testOf(menu)} > ${isAny ? "any" : stable(item)}`;
    } else if (name === "menu-search") {
      name = `${testOf(menu)} > search`;
    } else if (!name && element.closest(OF_FIELDS)) {
      name = testOf(element.closest(OF_FIELDS));
    } else if (role === "switch") {
      name = testOf(element.closest("[data-testid=field]"));
    } else if (role === "tabpanel" || element.matches("[data-testid=event] [role=region]")) {
      // It is named by what it shows.
      name = testOf(element.closest("[data-testid]"));
    } else if (!name) {
      name = PARTS.has(role) && role !== "radio" ? testOf(element.parentElement?.closest("[data-testid]")) : nameOf(element);
    }
    const route = /^#\/(live|captures|flows)/.exec(location.hash)?.[1] ?? "dissect";
    const page = ["live", "flows"].find((page) => element.closest(`main.${page}`));
    const place = element.closest("header.site, .skip")
      ? "header"
      : element.closest("[role=alertdialog]")
        ? "failure"
        : element.closest(".toasts")
          ? "message"
          : element.closest("dialog")
            ? `${route} dialog`
            : (page ?? route);
    return `${place}\t${role}\t${name}`;
  };

  const show = (element: Element) => {
    if (element.matches(":disabled")) return;
    note("shown", element);
    if (PARTS.has(roleOf(element)) || (element as HTMLElement).tabIndex >= 0) note("reached", element);
  };
  const look = (root: Element) => {
    if (root.matches(INTERACTIVE)) show(root);
    for (const element of root.querySelectorAll(INTERACTIVE)) show(element);
  };
  // One element may become another button, and a button may be enabled.
  new MutationObserver((records) => {
    for (const record of records) {
      if (record.type === "attributes") look(record.target as Element);
      for (const node of record.addedNodes) if (node instanceof Element && node.isConnected) look(node);
    }
  }).observe(document, { childList: true, subtree: true, attributeFilter: ["disabled", "data-testid"] });

  const operated = (how: "mouse" | "keys", at: EventTarget | null) => {
    const label = at instanceof Element ? at.closest("label") : null;
    for (let element = at instanceof Element ? at.closest(INTERACTIVE) : null; element; ) {
      if (!element.matches(":disabled")) note(how, element);
      // A row in a list: both are operated. A button in a row is another thing than the row.
      element = PARTS.has(roleOf(element)) ? (element.parentElement?.closest(INTERACTIVE) ?? null) : null;
    }
    if (label?.control && !label.control.matches(":disabled")) note(how, label.control);
  };
  for (const type of ["pointerdown", "wheel"] as const) {
    const listen = (event: Event) => {
      if (!event.isTrusted || (event instanceof PointerEvent && event.pointerType !== "mouse")) return;
      // The wheel operates only what does nothing but scroll.
      const at = event.target instanceof Element ? event.target.closest(INTERACTIVE) : null;
      if (type === "pointerdown" || /^(region|tabpanel|pre)$/.test(at ? roleOf(at) : "")) operated("mouse", event.target);
    };
    window.addEventListener(type, listen, { capture: true, passive: true });
  }
  const active = (element: Element) => document.getElementById(element.getAttribute("aria-activedescendant") ?? "");
  const onKey = (event: KeyboardEvent) => {
    const element = event.target instanceof Element ? event.target.closest(INTERACTIVE) : null;
    if (!event.isTrusted || !element) return;
    const isPressed = event.key === "Enter" || event.key === " ";
    if (PRESSED.has(roleOf(element)) ? !isPressed : /^(Tab|Escape|Shift|Control|Alt|Meta)$/.test(event.key)) return;
    operated("keys", element);
    const part = active(element);
    if (part) operated("keys", part);
  };
  // When a key comes up, what it led to is the active part.
  window.addEventListener("keydown", onKey, { capture: true });
  window.addEventListener("keyup", onKey, { capture: true });
  const onInput = (event: Event) => {
    const isText = event.target instanceof Element && roleOf(event.target) === "textbox";
    if (event.isTrusted && isText) operated("keys", event.target);
  };
  window.addEventListener("input", onInput, { capture: true });
}
