// decode and encode: what one gives, the other takes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "mqttscope";
import { corpus, hex } from "./corpus.js";

test("the corpus has every packet type in every version", () => {
  const seen = new Set();
  for (const { version, from, bytes } of corpus) {
    for (const { type } of decode(bytes, { version, from })) seen.add(`${version} ${type}`);
  }
  const types = "CONNECT CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE SUBACK UNSUBSCRIBE UNSUBACK PINGREQ PINGRESP DISCONNECT";
  for (const version of ["3.1", "3.1.1", "5"]) {
    for (const type of types.split(" ")) assert.ok(seen.has(`${version} ${type}`), `${version} ${type}`);
  }
  assert.ok(seen.has("5 AUTH"));
});

for (const { version, from, bytes, name } of corpus) {
  test(`what is decoded can be written and is the same again: ${name}`, () => {
    const options = { version, from };
    const packets = decode(bytes, options);
    assert.ok(packets.length > 0);
    const written = encode(packets, options);
    assert.ok(written instanceof Uint8Array);
    assert.deepEqual(decode(written, options), packets);
    // One by one they are the same bytes.
    const oneByOne = packets.map((packet) => Buffer.from(encode(packet, options)));
    assert.deepEqual(Buffer.concat(oneByOne), Buffer.from(written));
  });
}

test("a PUBLISH is a plain object with the standard's names", () => {
  const bytes = hex("3b 17 0001 61 0007 0f 02 0000003c 26 0001 6b 0001 76 23 0005 6869");
  const [packet] = decode(bytes, { version: "5" });
  assert.equal(Object.getPrototypeOf(packet), Object.prototype);
  assert.deepEqual(packet, {
    type: "PUBLISH",
    dup: true,
    qos: 1,
    retain: true,
    topicName: "a",
    packetIdentifier: 7,
    properties: { messageExpiryInterval: 60, userProperties: [["k", "v"]], topicAlias: 5 },
    payload: hex("6869"),
  });
});

test("every property comes back", () => {
  const will = {
    type: "CONNECT",
    protocolVersion: "5",
    cleanStart: true,
    keepAlive: 30,
    properties: {
      sessionExpiryInterval: 4294967295,
      receiveMaximum: 10,
      maximumPacketSize: 1000,
      topicAliasMaximum: 3,
      requestResponseInformation: 1,
      requestProblemInformation: 0,
      userProperties: [["a", "1"], ["a", "2"]],
      authenticationMethod: "SCRAM",
      authenticationData: hex("00ff"),
    },
    clientIdentifier: "ünï",
    will: {
      qos: 2,
      retain: true,
      properties: {
        willDelayInterval: 5,
        payloadFormatIndicator: 1,
        messageExpiryInterval: 6,
        contentType: "text/plain",
        responseTopic: "r",
        correlationData: hex("01"),
      },
      topicName: "gone",
      payload: hex("62"),
    },
    userName: "u",
    password: hex("70"),
  };
  const connack = {
    type: "CONNACK",
    sessionPresent: false,
    reasonCode: 0,
    properties: {
      maximumQos: 1,
      retainAvailable: 0,
      assignedClientIdentifier: "x",
      reasonString: "because",
      wildcardSubscriptionAvailable: 0,
      subscriptionIdentifierAvailable: 0,
      sharedSubscriptionAvailable: 0,
      serverKeepAlive: 9,
      responseInformation: "i",
      serverReference: "s",
    },
  };
  const publish = {
    type: "PUBLISH",
    dup: false,
    qos: 0,
    retain: false,
    topicName: "",
    properties: { topicAlias: 1, subscriptionIdentifiers: [1, 268435455] },
    payload: new Uint8Array(),
  };
  for (const packet of [will, connack, publish]) {
    assert.deepEqual(decode(encode(packet), { version: "5" }), [packet]);
  }
});

test("the order of properties is kept", () => {
  const bytes = hex("30 13 0001 61 0f 23 0005 02 0000003c 26 0001 6b 0001 76");
  assert.deepEqual(encode(decode(bytes, { version: "5" }), { version: "5" }), bytes);
});

test("what may be left out is false, 0 and empty", () => {
  assert.deepEqual(encode({ type: "PUBLISH", topicName: "a" }), hex("30 04 0001 61 00"));
  assert.deepEqual(encode({ type: "PUBLISH", topicName: "a" }, { version: "3.1.1" }), hex("30 03 0001 61"));
  assert.deepEqual(encode({ type: "PUBACK", packetIdentifier: 1 }), hex("40 02 0001"));
  assert.deepEqual(encode({ type: "DISCONNECT" }), hex("e0 00"));
  assert.deepEqual(encode([]), new Uint8Array());
  assert.deepEqual(
    encode({ type: "SUBSCRIBE", packetIdentifier: 1, subscriptions: [{ topicFilter: "a" }] }),
    hex("82 07 0001 00 0001 61 00"),
  );
});

test("flags are taken for their truth", () => {
  const packet = { type: "PUBLISH", topicName: "a", retain: 1, dup: null };
  assert.deepEqual(encode(packet), hex("31 04 0001 61 00"));
});

test("a CONNECT says the version of what follows it", () => {
  const packets = [
    { type: "CONNECT", protocolVersion: "3.1.1", cleanStart: true },
    { type: "PUBLISH", topicName: "a" },
  ];
  const bytes = encode(packets);
  assert.deepEqual(bytes.slice(-5), hex("30 03 0001 61"));
  const [connect, publish] = decode(bytes);
  assert.equal(connect.protocolVersion, "3.1.1");
  assert.equal(publish.properties, undefined);
});

test("without a CONNECT the version is worked out", () => {
  const v5 = encode({ type: "PUBLISH", topicName: "a/b", properties: { contentType: "text/plain" } });
  assert.equal(decode(v5)[0].properties.contentType, "text/plain");
  const v3 = encode({ type: "PUBLISH", topicName: "a/b", payload: hex("ffff") }, { version: "3.1.1" });
  assert.deepEqual(decode(v3)[0].payload, hex("ffff"));
});

test("packets do not change with the bytes they came from", () => {
  for (const length of [10, 1000]) {
    const bytes = encode({ type: "PUBLISH", topicName: "a", payload: new Uint8Array(length).fill(7) });
    const [packet] = decode(bytes, { version: "5" });
    bytes.fill(0);
    assert.ok(packet.payload.every((byte) => byte === 7));
    assert.equal(packet.payload.length, length);
  }
});

test("any view of bytes will do", () => {
  const bytes = hex("ff c000 ff");
  const view = new DataView(bytes.buffer, 1, 2);
  assert.deepEqual(decode(Buffer.from(bytes.subarray(1, 3))), [{ type: "PINGREQ" }]);
  assert.deepEqual(decode(view), [{ type: "PINGREQ" }]);
});
