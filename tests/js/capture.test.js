// Captures: what tcpdump recorded of mosquitto and paho-mqtt, over every transport.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { CaptureReader, Monitor, decode, readCapture } from "mqttscope";

const recorded = (name) => readFileSync(new URL(`../../crates/capture/tests/captures/recorded/${name}`, import.meta.url));
const made = (name) => readFileSync(new URL(`../../crates/capture/tests/captures/files/${name}`, import.meta.url));

/** What a connection carried, as the recording's own list of it. */
function messages({ packets, version }) {
  const of = (side, word) =>
    packets
      .filter(({ from, type }) => from === side && type === "PUBLISH")
      .map(({ bytes }) => decode(bytes, { version })[0])
      .map(({ topicName, payload }) => `${word} ${topicName} ${Buffer.from(payload)}\n`);
  return [...of("client", "sent"), ...of("server", "got")].join("");
}

for (const [name, transport, version] of [
  ["tcp", "tcp", "5"],
  ["tcp-3.1.1", "tcp", "3.1.1"],
  ["websocket", "websocket", "5"],
  ["tls-1.2", "tls", "5"],
  ["tls-1.3", "tls", "5"],
  ["wss-1.3", "tls+websocket", "5"],
]) {
  test(`${name}: the capture holds what the client says`, () => {
    const keyLog = /tls|wss/.test(name) ? recorded(`${name}.keys`).toString() : undefined;
    const capture = readCapture(recorded(`${name}.pcap`), { keyLog });
    assert.equal(capture.format, "pcap");
    assert.deepEqual(capture.notes, []);
    const [connection, ...others] = capture.connections;
    assert.equal(others.length, 0);
    assert.deepEqual(
      { transport: connection.transport, version: connection.version, fromBeginning: connection.fromBeginning, gaps: connection.gaps },
      { transport, version, fromBeginning: true, gaps: [] },
    );
    assert.match(connection.server, /^127\.0\.0\.1:1883\d$/);
    assert.equal(messages(connection), recorded(`${name}.txt`).toString());
    assert.match(connection.packets[0].summary, /recorder/);
    assert.ok(connection.packets.every(({ atMs }) => atMs > 1.7e12));
  });
}

test("a reader takes chunks, and keys after what they open", () => {
  const reader = new CaptureReader();
  const file = recorded("tls-1.3.pcap");
  for (let at = 0; at < file.length; at += 100) reader.push(file.subarray(at, at + 100));
  const sealed = reader.finish();
  assert.deepEqual(sealed.connections, []);
  assert.match(sealed.notes[0], /TLS of .*key log/);
  reader.addKeyLog(recorded("tls-1.3.keys"));
  assert.equal(messages(reader.finish().connections[0]), recorded("tls-1.3.txt").toString());
  reader.free();
  reader.free();
  assert.throws(() => reader.finish(), /was freed/);
});

test("what is missing is said, and packets behind it are there", () => {
  const [connection] = readCapture(made("t10_missingseg.pcap")).connections;
  assert.equal(connection.gaps.length, 1);
  const [gap] = connection.gaps;
  assert.ok(gap.bytes > 0 && gap.afterPacket > 0 && gap.afterPacket < connection.packets.length);
});

const logged = (name) => readFileSync(new URL(`../../crates/capture/tests/logs/files/${name}`, import.meta.url));

for (const [name, format, server] of [
  ["tcp.flow", "mitmproxy", "127.0.0.1:18941"],
  ["ws.flow", "mitmproxy", "ws://127.0.0.1:18942/mqtt"],
  ["ws.har", "har", "http://127.0.0.1:18942/mqtt"],
]) {
  test(`${name}: what a proxy recorded`, () => {
    const capture = readCapture(logged(name));
    assert.deepEqual([capture.format, capture.notes], [format, []]);
    assert.deepEqual(capture.connections.map(({ version }) => version), ["3.1.1", "5"]);
    for (const connection of capture.connections) {
      assert.equal(connection.server, server);
      assert.match(messages(connection), /^sent room\/0 /);
      assert.ok(connection.packets.every(({ bytes, atMs }) => bytes.length > 0 && atMs > 1.7e12));
    }
  });
}

test("packets in words have the log's words and no bytes", () => {
  const capture = readCapture(logged("mosquitto.log"));
  assert.deepEqual([capture.format, capture.notes], ["log", []]);
  const subscriber = capture.connections.find(({ client }) => client.startsWith("sub-5 ("));
  assert.deepEqual(
    { transport: subscriber.transport, version: subscriber.version, ended: subscriber.ended },
    { transport: "log", version: "5", ended: "closed" },
  );
  const { from, type, summary, ...rest } = subscriber.packets.find(({ type }) => type === "SUBSCRIBE");
  assert.deepEqual([from, type, summary], ["client", "SUBSCRIBE", "hall/# (QoS 2)"]);
  assert.ok(!("bytes" in rest) && rest.frame > 0 && rest.atMs > 1.7e12);
  // Nothing is said of what the log does not tell.
  const [own] = readCapture(logged("sub-5.log")).connections;
  assert.ok(!("version" in own) && own.packets.every((packet) => !("atMs" in packet)));
});

test("a file that is no capture is named", () => {
  const capture = readCapture(new TextEncoder().encode("neither this nor that, but text"));
  assert.equal(capture.format, "unknown");
  assert.deepEqual(capture.connections, []);
  assert.match(capture.notes[0], /neither pcap nor pcapng/);
  assert.deepEqual(readCapture(new Uint8Array()).connections, []);
});

test("wrong arguments are errors", () => {
  assert.throws(() => readCapture("text"), /Uint8Array/);
  assert.throws(() => readCapture(new Uint8Array(), { keyLog: 7 }), /key log/);
  assert.throws(() => readCapture(new Uint8Array(), { version: "4" }), /version/);
  assert.throws(() => readCapture(new Uint8Array(), 7), /options/);
  assert.throws(() => new CaptureReader().push("text"), /Uint8Array/);
});

test("captured packets are judged like any others", () => {
  const found = [];
  const capture = readCapture(made("t12_keepalive.pcap"));
  const monitor = new Monitor();
  for (const { id, packets, fromBeginning } of capture.connections) {
    if (fromBeginning) monitor.open(id);
    for (const { from, bytes, atMs } of packets) found.push(...monitor.push(id, from, bytes, atMs));
  }
  const rules = new Set(found.map(({ rule }) => rule));
  assert.deepEqual([...rules].sort(), ["acknowledgement-unknown", "pubcomp-without-pubrel"]);
});
