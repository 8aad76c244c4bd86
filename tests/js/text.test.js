// The reader of text: what people paste, each with its right answer.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { readText } from "mqttscope";
import { thrown } from "./corpus.js";

const folder = new URL("../corpus/inputs/", import.meta.url);
const answers = new Map(
  readFileSync(new URL("answers.txt", folder), "utf8")
    .split(/^# /m)
    .filter((section) => section !== "")
    .map((section) => [section.slice(0, section.indexOf("\n")), section.slice(section.indexOf("\n") + 1).trim()]),
);

function read(bytes) {
  const { format, sure, other, parts } = readText(bytes);
  const lines = parts.map(({ from, atMs, bytes }) => `${from ?? "?"} ${atMs ?? "-"} ${Buffer.from(bytes).toString("hex")}`);
  return [`${format}${sure ? "" : ", not sure"}`, other ?? "mqtt", ...lines].join("\n");
}

/** What is read, or why nothing is. */
function answer(bytes) {
  try {
    return read(bytes);
  } catch (error) {
    assert.equal(error.name, "MqttError");
    return `error: ${error.message}`;
  }
}

for (const name of readdirSync(folder).filter((name) => !["answers.txt", "found.txt", "README.md"].includes(name))) {
  test(name, () => assert.equal(answer(readFileSync(new URL(name, folder))), answers.get(name)));
}

test("a text, and the format that is asked for", () => {
  const text = "连接：\n2021-03-09 22:23:42.010 TX: c0 00\n2021-03-09 22:23:42.090 RX: d0 00\n";
  const { parts, sure, other, notes } = readText(text);
  assert.ok(sure && other === undefined && notes.length > 0);
  assert.deepEqual(parts.map(({ from }) => from), ["client", "server"]);
  assert.equal(parts[1].atMs - parts[0].atMs, 80);
  const utf8 = new TextEncoder().encode(text);
  const place = ({ start, end }) => new TextDecoder().decode(utf8.slice(start, end));
  assert.deepEqual(parts.map(place), ["c0 00", "d0 00"]);
  assert.deepEqual([...readText("13 10", { format: "list of numbers" }).parts[0].bytes], [13, 10]);
});

test("what holds no bytes is an Error about the whole text", () => {
  assert.match(thrown(() => readText("How do I connect to port 1883?")).message, /no bytes were found/);
  assert.match(thrown(() => readText("c0 00", { format: "morse" })).message, /format/);
  assert.match(thrown(() => readText(17)).message, /Uint8Array/);
});
