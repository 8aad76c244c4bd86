// Payloads by schemas: what others encoded is read and written, and what does not fit is thrown.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

import { MqttError as OfPackets, decode } from "mqttscope";

const { MqttError, Schemas } = await import("mqttscope/schemas");

const fixtures = new URL("../../crates/schema/tests/fixtures/", import.meta.url);
const file = (name) => ({ name, content: readFileSync(new URL(name, fixtures)) });
const lines = readFileSync(new URL("payloads.txt", fixtures), "utf8").trim().split("\n");
const FORMS = {
  "Protobuf plant.v1.Motor": { protobuf: "plant.v1.Motor" },
  "Protobuf old.Order": { protobuf: "old.Order" },
  "Avro bare": { avro: "plant.Reading" },
  "Avro single object": { avro: "plant.Reading", framing: "single object" },
  "Avro Confluent": { avro: "plant.Reading", framing: "confluent", id: 258 },
};

test("what others encode is read, and written so that it is read the same", () => {
  const files = ["plant.proto", "shared.proto", "old.proto", "reading.avsc"].map(file);
  const seen = new Set();
  for (const line of lines) {
    const [of, hex, theirs] = line.split("\t");
    const schemas = new Schemas({ files, topics: [["plant/#", FORMS[of]]] });
    const { json, form } = schemas.decode("plant/1", Buffer.from(hex, "hex"));
    assert.match(form, /^(Protobuf|Avro) [a-zA-Z0-9.]+$/);
    const again = schemas.decode("plant/1", schemas.encode("plant/1", json)).json;
    assert.equal(again, json);
    // Without a value that JSON has several spellings for.
    if (of === "Protobuf old.Order") assert.equal(JSON.parse(json).number, JSON.parse(theirs).number);
    assert.equal(schemas.decode("other", Buffer.from(hex, "hex")), undefined);
    assert.equal(schemas.encode("other", "{}"), undefined);
    schemas.free();
    seen.add(of);
  }
  assert.deepEqual([...seen].sort(), Object.keys(FORMS).sort());
});

test("a descriptor set, JSON Schema and bare numbers are forms, too", () => {
  const schema = { name: "t.json", content: '{"type": "object", "required": ["t"]}' };
  const schemas = new Schemas({
    files: [file("plant.desc"), schema],
    topics: [["n/+", { numbers: "u16 big-endian" }], ["j", { jsonSchema: "t.json" }]],
  });
  assert.ok(schemas.types.some((type) => type.protobuf === "plant.v1.Motor"));
  assert.equal(schemas.decode("n/1", Uint8Array.of(1, 2)).json, "258");
  assert.deepEqual(schemas.encode("n/1", "[1, 2]"), Uint8Array.of(0, 1, 0, 2));
  assert.throws(() => schemas.decode("j", Buffer.from("{}")), { name: "MqttError", message: /^JSON Schema t\.json: / });
});

test("with the packets of the package", () => {
  const content = "syntax = 'proto3'; message M { double speed = 1; }";
  const schemas = new Schemas({ files: [{ name: "m.proto", content }], topics: [["m/+", { protobuf: "M" }]] });
  const [packet] = decode(Buffer.from("300e00036d2f31090000000000803540", "hex"), { version: "3.1.1" });
  assert.deepEqual(JSON.parse(schemas.decode(packet.topicName, packet.payload).json), { speed: 21.5 });
});

test("what is wrong is thrown, with its place", () => {
  assert.equal(MqttError, OfPackets);
  const motor = { name: "m.proto", content: "syntax = 'proto3'; message M { double speed = 1; }" };
  const form = { protobuf: "M" };
  const schemas = new Schemas({ files: [motor], topics: [["m", form]] });
  for (const [call, message] of [
    [() => schemas.decode("m", Uint8Array.of(0x0d, 0, 0, 0, 0)), "Protobuf M: byte 0, field speed: the schema says double, and here are four bytes"],
    [() => schemas.encode("m", '{"a": 1}'), "Protobuf M: field a: M has no such field"],
    [() => schemas.encode("m", "{"), /^Protobuf M: it is no JSON/],
    [() => schemas.decode("m", "08"), "bytes must be a Uint8Array"],
    [() => schemas.decode(1, Uint8Array.of()), "topic must be a string"],
    [() => new Schemas({ files: [{ ...motor, content: "message M { int32 a 1; }" }] }), /^m\.proto: line 1: /],
    [() => new Schemas({ files: [motor], topics: [["#", { protobuf: "N" }]] }), "topics[0]: Protobuf N is in no file that was given"],
    [() => new Schemas({ topics: [["#", { numbers: "u7" }]] }), /^topics\[0\]: a form has numbers as/],
    [() => new Schemas({ topics: [["#", { avro: "A", framing: "confluent" }]] }), /^topics\[0\]: a form has its id/],
    [() => new Schemas({ topics: [["#"]] }), "topics[0] must be a topic filter and its form"],
    [() => new Schemas({ topics: [["#", { proto: "M" }]] }), "topics[0]: there is no field proto"],
    [() => new Schemas({ file: [] }), "schemas: there is no field file"],
    [() => new Schemas({ files: [{ name: "a" }] }), "files[0] must have a name and its content"],
    [() => new Schemas(), "schemas must be an object with files and topics"],
  ]) {
    assert.throws(call, (thrown) => thrown instanceof MqttError && (message.test?.(thrown.message) ?? thrown.message === message), String(message));
  }
  schemas.free();
  assert.throws(() => schemas.decode("m", Uint8Array.of()), { message: "this Schemas was freed" });
});

test("what the caller's own code throws is the caller's", () => {
  const mine = new Error("mine");
  const hostile = { get files() { throw mine; } };
  for (let times = 0; times < 2000; times += 1) assert.throws(() => new Schemas(hostile), mine);
  assert.deepEqual(new Schemas({}).types, []);
});

test("a payload whose JSON is too long is refused, not cut", () => {
  const schemas = new Schemas({ topics: [["#", { numbers: "u8" }]] });
  const long = new Uint8Array(100_000).fill(200);
  assert.throws(() => schemas.decode("a", long), { message: "numbers, u8: its JSON is longer than 256 KiB" });
});

test("require works, and the module for a page", async () => {
  const require = createRequire(import.meta.url);
  assert.equal(require("mqttscope/schemas").Schemas, Schemas);
  const web = await import("mqttscope/schemas/web");
  await web.default({ module_or_path: readFileSync(require.resolve("mqttscope/schemas/wasm")) });
  const schemas = new web.Schemas({ topics: [["a", { numbers: "i8" }]] });
  assert.equal(schemas.decode("a", Uint8Array.of(0xff)).json, "-1");
});
