// What is thrown: an Error with the rule, its statement, the byte and a message.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Monitor, MqttError, StreamDecoder, decode, dissect, encode } from "mqttscope";
import { hex, thrown } from "./corpus.js";

test("a broken rule, where it is broken", () => {
  // A PINGREQ, then a PUBLISH with both QoS bits.
  const error = thrown(() => decode(hex("c000 36 05 0001 61 0001"), { version: "3.1.1" }));
  assert.ok(error instanceof Error);
  assert.equal(error.name, "MqttError");
  assert.equal(error.rule, "publish-qos-reserved");
  assert.equal(error.statement, "MQTT-3.3.1-4");
  assert.equal(error.offset, 2);
  assert.match(error.message, /QoS/);
  assert.deepEqual(error.packets, [{ type: "PINGREQ" }]);
});

test("the message has the numbers", () => {
  const error = thrown(() => decode(hex("32 05 0001 61 0001 20"), { version: "5" }));
  assert.equal(error.rule, "property-length-missing");
  assert.match(error.message, /\S/);
  const reason = thrown(() => decode(hex("40 03 0001 07"), { version: "5" }));
  assert.equal(reason.rule, "puback-reason-undefined");
  assert.match(reason.message, /0x07/);
});

test("a packet that is not whole", () => {
  const error = thrown(() => decode(hex("d000 30 04 0001"), { version: "5" }));
  assert.equal(error.rule, "incomplete");
  assert.equal(error.offset, 2);
  assert.match(error.message, /2 more bytes/);
  assert.equal(error.packets.length, 1);
});

test("direction", () => {
  const options = { version: "5", from: "server" };
  assert.equal(thrown(() => decode(hex("c000"), options)).rule, "packet-not-from-server");
  assert.equal(decode(hex("c000"), { version: "5", from: "client" }).length, 1);
});

test("a packet that is larger than is accepted", () => {
  const error = thrown(() => decode(hex("30 ff01"), { version: "5", maximumPacketSize: 100 }));
  assert.equal(error.rule, "too-large");
  assert.match(error.message, /258 bytes/);
});

test("a rule that writing would break", () => {
  const error = thrown(() => encode({ type: "PUBLISH", topicName: "" }));
  assert.equal(error.rule, "publish-topic-empty");
  assert.equal(error.statement, "MQTT-4.7.3-1");
  assert.equal(error.offset, undefined);
  assert.match(error.message, /^PUBLISH: /);
  const version = thrown(() => encode({ type: "AUTH" }, { version: "3.1.1" }));
  assert.equal(version.rule, undefined);
  assert.match(version.message, /^AUTH: .*version/);
});

const PUBLISH = { type: "PUBLISH", topicName: "a" };
for (const [what, call, message] of [
  ["no packet", () => encode(undefined), /packet must be an object/],
  ["a null in a list", () => encode([null]), /packet must be an object/],
  ["no type", () => encode({}), /type must be/],
  ["an unknown type", () => encode({ type: "HELLO" }), /type must be/],
  ["a topic that is no string", () => encode({ ...PUBLISH, topicName: 1 }), /PUBLISH: topicName must be a string/],
  ["a wildcard", () => encode({ ...PUBLISH, topicName: "a/#" }), /topicName must be .*wildcards/],
  ["U+0000", () => encode({ ...PUBLISH, topicName: "a\0" }), /topicName must be/],
  ["a lone surrogate", () => encode({ ...PUBLISH, topicName: "a\ud800" }), /topicName must be .*surrogates/],
  ["a long topic", () => encode({ ...PUBLISH, topicName: "x".repeat(65536) }), /topicName must be/],
  ["QoS 3", () => encode({ ...PUBLISH, qos: 3 }), /qos must be a whole number from 0 to 2/],
  ["QoS in a string", () => encode({ ...PUBLISH, qos: "1" }), /qos must be/],
  ["a BigInt", () => encode({ ...PUBLISH, qos: 1, packetIdentifier: 1n }), /packetIdentifier must be/],
  ["identifier 0", () => encode({ ...PUBLISH, qos: 1, packetIdentifier: 0 }), /packetIdentifier must be/],
  ["no identifier", () => encode({ ...PUBLISH, qos: 1 }), /Packet Identifier/],
  ["a payload that is a number", () => encode({ ...PUBLISH, payload: 7 }), /payload must be a Uint8Array or a string/],
  ["a payload with half a character", () => encode({ ...PUBLISH, payload: "\ud800" }), /payload must be/],
  ["a field that is none", () => encode({ type: "PUBLISH", topic: "a" }), /PUBLISH: there is no field topic/],
  ["a field of a will that is none", () => encode({ type: "CONNECT", will: { topic: "a" } }), /CONNECT\.will: there is no field topic/],
  ["an option that is none", () => decode(hex("c000"), { vers: "5" }), /options: there is no field vers/],
  ["a property that is none", () => encode({ ...PUBLISH, properties: { expiry: 1 } }), /no property expiry/],
  ["a property's type", () => encode({ ...PUBLISH, properties: { contentType: 1 } }), /contentType must be a string/],
  ["a property's range", () => encode({ ...PUBLISH, properties: { topicAlias: 70000 } }), /topicAlias must be .* 65535/],
  ["a property's rule", () => encode({ ...PUBLISH, properties: { topicAlias: 0 } }), /topicAlias: .*range/],
  ["pairs that are none", () => encode({ ...PUBLISH, properties: { userProperties: { a: "b" } } }), /list of pairs/],
  ["half a pair", () => encode({ ...PUBLISH, properties: { userProperties: [["a"]] } }), /list of pairs/],
  ["a will without a topic", () => encode({ type: "CONNECT", will: {} }), /CONNECT\.will: topicName/],
  ["a version that is none", () => encode({ type: "CONNECT", protocolVersion: 4 }), /protocolVersion must be/],
  ["no subscriptions", () => encode({ type: "SUBSCRIBE", packetIdentifier: 1 }), /subscriptions must be a list/],
  ["a bad filter", () => encode({ type: "SUBSCRIBE", packetIdentifier: 1, subscriptions: [{ topicFilter: "a#" }] }), /topicFilter must be/],
  ["a code that is none", () => encode({ type: "SUBACK", packetIdentifier: 1, reasonCodes: [256] }), /reasonCodes must be/],
  ["text for bytes", () => decode("c000"), /bytes must be a Uint8Array/],
  ["a buffer for bytes", () => dissect(new ArrayBuffer(2)), /bytes must be a Uint8Array/],
  ["nothing for bytes", () => decode(), /bytes must be a Uint8Array/],
  ["options that are none", () => decode(hex("c000"), "5"), /options must be an object/],
  ["an unknown version", () => decode(hex("c000"), { version: "4" }), /version must be/],
  ["an unknown end", () => dissect(hex("c000"), { from: "broker" }), /from must be/],
  ["a size that is none", () => new StreamDecoder({ maximumPacketSize: "big" }), /maximumPacketSize must be/],
  ["a chunk that is none", () => new StreamDecoder().push([1, 2]), /bytes must be a Uint8Array/],
  ["a connection that is none", () => new Monitor().push("a", "client", hex("c000"), 0), /connection must be/],
  ["an end that is left out", () => new Monitor().push(1, undefined, hex("c000"), 0), /from must be/],
  ["a time that is none", () => new Monitor().push(1, "client", hex("c000")), /time must be/],
]) {
  test(`wrong arguments are named: ${what}`, () => {
    const error = thrown(call);
    assert.ok(error instanceof Error);
    assert.ok(error instanceof MqttError);
    assert.equal(error.name, "MqttError");
    assert.match(error.message, message);
  });
}

test("the packet of a list that is wrong", () => {
  assert.equal(thrown(() => encode([PUBLISH, PUBLISH, { type: "PUBLISH" }])).index, 2);
  assert.equal(thrown(() => encode({ type: "PUBLISH" })).index, undefined);
});

test("text as payload and password", () => {
  const [connect, publish] = decode(
    encode([
      { type: "CONNECT", clientIdentifier: "a", userName: "u", password: "geheim" },
      { ...PUBLISH, payload: "grün" },
    ]),
  );
  assert.equal(new TextDecoder().decode(connect.password), "geheim");
  assert.equal(new TextDecoder().decode(publish.payload), "grün");
});

test("a recording is ok when all of it is", () => {
  assert.equal(dissect(hex("c000 d000")).ok, true);
  assert.equal(dissect(hex("c000 30 10 00")).ok, false, "cut off");
  assert.equal(dissect(hex("36 05 0001 61 0001")).ok, false, "a broken rule");
});

test("after a thousand mistakes all still works", () => {
  for (let n = 0; n < 1000; n += 1) thrown(() => encode({ ...PUBLISH, payload: n }));
  assert.equal(decode(encode(PUBLISH)).length, 1);
});
