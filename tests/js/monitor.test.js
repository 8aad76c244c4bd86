// Conversations, both directions.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Monitor, encode, judge } from "mqttscope";
import { hex } from "./corpus.js";

const CONNECT = { type: "CONNECT", protocolVersion: "5", cleanStart: true, keepAlive: 10, clientIdentifier: "scope" };
const CONNACK = { type: "CONNACK", properties: { receiveMaximum: 1 } };
const publish = (packetIdentifier) => ({ type: "PUBLISH", qos: 1, packetIdentifier, topicName: "a" });

/** A monitor that has seen a connection open at time 0. */
function opened() {
  const monitor = new Monitor();
  assert.deepEqual(monitor.push(1, "client", encode(CONNECT), 0), []);
  assert.deepEqual(monitor.push(1, "server", encode(CONNACK), 5), []);
  return monitor;
}

const errors = (findings) => findings.filter(({ severity }) => severity === "error");

test("a sound conversation has no error, and its flows", () => {
  const monitor = opened();
  monitor.push(1, "client", encode(publish(7)), 10);
  assert.deepEqual(monitor.flows().at(-1).state, "waiting");
  assert.deepEqual(monitor.flows().at(-1).waitsFor, "PUBACK");
  monitor.push(1, "server", encode({ type: "PUBACK", packetIdentifier: 7 }), 25);
  monitor.push(1, "client", encode({ type: "DISCONNECT" }), 30);
  monitor.close(1, 31);
  assert.deepEqual(errors(monitor.findings()), []);
  const flows = monitor.flows();
  assert.deepEqual(flows.map(({ kind, state }) => `${kind} ${state}`), ["connect done", "publish done"]);
  assert.deepEqual(flows[1], {
    connection: 1,
    kind: "publish",
    qos: 1,
    by: "client",
    packetIdentifier: 7,
    packets: [2, 3],
    startedMs: 10,
    updatedMs: 25,
    state: "done",
  });
});

test("more in flight than the server takes", () => {
  const monitor = opened();
  assert.deepEqual(errors(monitor.push(1, "client", encode(publish(1)), 10)), []);
  const [finding] = errors(monitor.push(1, "client", encode(publish(2)), 11));
  assert.equal(finding.connection, 1);
  assert.equal(finding.by, "client");
  assert.equal(finding.packets.at(-1), 3);
  assert.match(finding.rule, /receive-maximum/);
  assert.match(finding.statement, /^MQTT-/);
  assert.match(finding.message, /1/);
  assert.ok(monitor.findings().some(({ rule }) => rule === finding.rule));
  assert.ok(monitor.explanations().some(({ rule, text }) => rule === finding.rule && /scope/.test(text)));
});

test("an answer to nothing is the server's fault", () => {
  const monitor = opened();
  const findings = monitor.push(1, "server", encode({ type: "PUBACK", packetIdentifier: 9 }), 10);
  assert.ok(findings.some(({ by }) => by === "server"));
});

test("what one packet shows is found too", () => {
  const monitor = opened();
  const [finding] = errors(monitor.push(1, "client", hex("36 06 0001 61 0001 00"), 10));
  assert.equal(finding.rule, "publish-qos-reserved");
  assert.equal(finding.statement, "MQTT-3.3.1-4");
});

test("silence is found while nothing comes", () => {
  const monitor = opened();
  assert.deepEqual(errors(monitor.passTime(9_000)), []);
  assert.notDeepEqual(monitor.passTime(60_000), []);
});

test("chunks of any size give the same", () => {
  const bytes = encode([CONNECT, publish(1), publish(1)]);
  const all = new Monitor();
  all.push(1, "client", bytes, 0);
  const bit = new Monitor();
  for (const byte of bytes) bit.push(1, "client", Uint8Array.of(byte), 0);
  assert.deepEqual(bit.findings(), all.findings());
  assert.notDeepEqual(all.findings(), []);
});

test("open says that a connection begins here", () => {
  const monitor = new Monitor();
  monitor.open(3);
  const findings = monitor.push(3, "client", encode({ type: "PINGREQ" }), 0);
  assert.notDeepEqual(errors(findings), []);
  const middle = new Monitor();
  assert.deepEqual(errors(middle.push(3, "client", encode({ type: "PINGREQ" }), 0)), []);
});

test("nothing makes it fail", () => {
  let seed = 3;
  const next = () => (seed = (seed * 1103515245 + 12345) % 2147483648) >> 16;
  const monitor = new Monitor();
  // What begins in the middle may be anything: these begin here.
  for (let connection = 0; connection < 5; connection += 1) monitor.open(connection);
  for (let n = 0; n < 3000; n += 1) {
    const bytes = Uint8Array.from({ length: next() % 20 }, () => next() & 255);
    monitor.push(next() % 5, next() & 1 ? "client" : "server", bytes, n * 100);
    if (n % 100 === 0) monitor.close(next() % 5, n * 100);
  }
  assert.ok(monitor.findings().length > 0);
  monitor.free();
});

test("packets have places", () => {
  const monitor = new Monitor();
  const connect = encode(CONNECT);
  monitor.push(1, "client", connect.subarray(0, 5), 0);
  assert.deepEqual(monitor.packets(), []);
  monitor.push(1, "client", connect.subarray(5), 0);
  assert.deepEqual(monitor.packets(), [{ number: 0, type: "CONNECT", offset: 0, length: connect.length }]);
  const [finding] = monitor.push(1, "client", hex("c000 3603000161"), 1);
  assert.deepEqual(monitor.packets(), [
    { number: 1, type: "PINGREQ", offset: connect.length, length: 2 },
    { number: 2, type: "PUBLISH", offset: connect.length + 2, length: 5 },
  ]);
  assert.deepEqual([finding.rule, finding.packets, finding.start, finding.bits], ["publish-qos-reserved", [2], 5, 2]);
});

test("bytes that are not MQTT are not passed over in silence", () => {
  const monitor = new Monitor();
  const [tls] = monitor.push(1, "client", hex("1603010200010001fc0303"), 0);
  assert.equal(tls.rule, "stream-of-another-protocol");
  const [flags] = monitor.push(2, "client", hex("1f0f00044d51545404 02003c0003616263"), 0);
  assert.equal(flags.rule, "header-flags-reserved");
});

test("it goes on reporting, and counts what it does not report", () => {
  const monitor = new Monitor();
  let reported = 0;
  for (let connection = 0; connection < 12_000; connection++) {
    monitor.open(connection);
    reported += errors(monitor.push(connection, "client", hex("c000"), 0)).length;
  }
  assert.equal(reported, 12_000);
  assert.equal(monitor.findingsDropped, 0);
  monitor.push(12_000, "client", hex("100d00044d51545404020000000163"), 0);
  monitor.push(12_000, "server", hex("20020000"), 0);
  for (let again = 0; again < 200; again++) monitor.push(12_000, "client", hex("40020009"), 0);
  assert.ok(monitor.findingsDropped > 0);
  monitor.forgetFindings();
  assert.deepEqual(monitor.findings(), []);
});

test("two recordings without an order between them", () => {
  const client = hex("100d00044d51545404020000000163 34060001610001 78 62020001");
  assert.deepEqual(judge(client, hex("20020000 50020001 70020001")).findings, []);
  // What it answers may have come behind the end of the other recording, unless that is whole.
  const server = hex("20020000 50020001 70020001 40020009");
  assert.deepEqual(judge(client, server).findings, []);
  const { findings, packets } = judge(Uint8Array.of(...client, ...hex("e000")), server);
  assert.deepEqual(findings.map(({ rule, by }) => [rule, by]), [["acknowledgement-unknown", "server"]]);
  assert.deepEqual(packets[findings[0].packets[0]], { from: "server", type: "PUBACK", offset: 12, length: 4 });
});
