// Chunks of any size.
import assert from "node:assert/strict";
import { test } from "node:test";
import { StreamDecoder, decode, encode } from "mqttscope";
import { corpus, hex, thrown } from "./corpus.js";

for (const version of ["3.1", "3.1.1", "5"]) {
  const lines = corpus.filter((line) => line.version === version && line.from !== "server");
  const bytes = Uint8Array.from(lines.flatMap((line) => [...line.bytes]));
  const whole = decode(bytes, { version });
  for (const size of [1, 2, 3, 7, 64, bytes.length]) {
    test(`version ${version} in chunks of ${size}`, () => {
      const decoder = new StreamDecoder({ version });
      const packets = [];
      for (let at = 0; at < bytes.length; at += size) {
        packets.push(...decoder.push(bytes.subarray(at, at + size)));
      }
      assert.deepEqual(packets, whole);
      assert.equal(decoder.pending, 0);
    });
  }
}

test("what waits is counted", () => {
  const decoder = new StreamDecoder({ version: "5" });
  assert.deepEqual(decoder.push(hex("c0")), []);
  assert.equal(decoder.pending, 1);
  assert.deepEqual(decoder.push(hex("00 30")), [{ type: "PINGREQ" }]);
  assert.equal(decoder.pending, 1);
});

test("a CONNECT says the version of the stream", () => {
  const decoder = new StreamDecoder();
  decoder.push(encode({ type: "CONNECT", protocolVersion: "3.1.1", cleanStart: true }));
  const publish = encode({ type: "PUBLISH", topicName: "a", payload: hex("ff") }, { version: "3.1.1" });
  assert.deepEqual(decoder.push(publish)[0].payload, hex("ff"));
});

test("without one it is worked out from the first packet", () => {
  const decoder = new StreamDecoder();
  const publish = encode({ type: "PUBLISH", topicName: "a/b", properties: { contentType: "x" } });
  assert.deepEqual(decoder.push(publish.subarray(0, 5)), []);
  assert.equal(decoder.push(publish.subarray(5))[0].properties.contentType, "x");
});

test("a fault is thrown with its place in the stream, again and again", () => {
  const decoder = new StreamDecoder({ version: "5" });
  decoder.push(hex("c000 c0"));
  const first = thrown(() => decoder.push(hex("00 d000 00 00")));
  assert.equal(first.rule, "packet-type-0");
  assert.equal(first.offset, 6);
  assert.deepEqual(first.packets, [{ type: "PINGREQ" }, { type: "PINGRESP" }]);
  const second = thrown(() => decoder.push(hex("c000")));
  assert.equal(second.rule, "packet-type-0");
  assert.deepEqual(second.packets, []);
});

test("a length alone claims no memory", () => {
  const decoder = new StreamDecoder({ version: "5", maximumPacketSize: 1000 });
  assert.equal(thrown(() => decoder.push(hex("30 ffffff7f"))).rule, "too-large");
});

test("it can be freed", () => {
  const decoder = new StreamDecoder();
  decoder.free();
  assert.throws(() => decoder.push(hex("c000")), /this StreamDecoder was freed/);
});

test("a packet that is alike in all versions says nothing of the version", () => {
  const decoder = new StreamDecoder();
  assert.equal(decoder.push(hex("40020001"))[0].type, "PUBACK");
  const [publish] = decoder.push(encode({ type: "PUBLISH", topicName: "a", payload: hex("ff") }, { version: "3.1.1" }));
  assert.deepEqual(publish.payload, hex("ff"));
});

test("a stream accepts packets of 16 MiB unless it is told otherwise", () => {
  const decoder = new StreamDecoder({ version: "5" });
  assert.equal(thrown(() => decoder.push(hex("30ffffff7f"))).rule, "too-large");
});

test("the buffer of a payload shows nothing beside it", () => {
  const connect = encode({ type: "CONNECT", cleanStart: true, userName: "u", password: hex("736563726574") });
  const publish = encode({ type: "PUBLISH", topicName: "a", payload: new Uint8Array(100) });
  const [, packet] = decode(Uint8Array.of(...connect, ...publish));
  assert.equal(packet.payload.buffer.byteLength, 100);
});
