// Every field with its bits, every broken rule.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dissect } from "mqttscope";
import { corpus, hex } from "./corpus.js";
import { fresh } from "./hostile.js";

const leaves = (fields) => fields.flatMap((field) => (field.fields ? leaves(field.fields) : [field]));
const find = (fields, name) => {
  for (const field of fields) {
    const found = field.name === name ? field : find(field.fields ?? [], name);
    if (found) return found;
  }
};

for (const { version, from, bytes, name } of corpus) {
  test(`the leaves tile the packet, and nothing is wrong: ${name}`, () => {
    const dissection = dissect(bytes, { version, from });
    assert.equal(dissection.incomplete, undefined);
    let offset = 0;
    for (const packet of dissection.packets) {
      assert.equal(packet.offset, offset);
      let bit = 0;
      for (const leaf of leaves(packet.fields)) {
        assert.equal(leaf.start, bit, leaf.name);
        bit += leaf.bits;
      }
      assert.equal(bit, packet.length * 8);
      assert.deepEqual(packet.diagnostics.filter(({ severity }) => severity === "error"), []);
      offset += packet.length;
    }
    assert.equal(offset, bytes.length);
  });
}

test("fields have names, values, texts and meanings", () => {
  const { version, packets } = dissect(hex("32 09 0003 612f62 0007 00 21"), { version: "5" });
  assert.equal(version, "5");
  const [packet] = packets;
  assert.equal(packet.type, "PUBLISH");
  assert.equal(packet.version, "5");
  assert.match(packet.summary, /a\/b/);
  const topic = find(packet.fields, "Topic Name");
  assert.deepEqual([topic.start, topic.bits, topic.value], [16, 40, "a/b"]);
  assert.equal(topic.text, '"a/b"');
  assert.equal(find(packet.fields, "Packet Identifier").value, 7);
  assert.deepEqual(find(packet.fields, "Application Message").value, hex("21"));
  const qos = find(packet.fields, "QoS");
  assert.deepEqual([qos.start, qos.bits, qos.value], [5, 2, 1]);
  assert.match(qos.meaning, /least once/i);
  assert.equal(find(packet.fields, "Fixed header").value, undefined);
});

test("a broken rule is a diagnostic, not an error", () => {
  const [packet] = dissect(hex("36 05 0001 61 0001"), { version: "3.1.1" }).packets;
  const [diagnostic] = packet.diagnostics;
  assert.deepEqual(
    { ...diagnostic, message: undefined },
    {
      rule: "publish-qos-reserved",
      statement: "MQTT-3.3.1-4",
      severity: "error",
      start: 5,
      bits: 2,
      message: undefined,
    },
  );
  assert.match(diagnostic.message, /QoS/);
});

test("a packet that is not whole is shown as far as it goes", () => {
  const dissection = dissect(hex("c000 30 0a 0003 61"), { version: "5" });
  assert.deepEqual(dissection.incomplete, { offset: 2, missing: 7 });
  assert.equal(dissection.packets.length, 2);
  assert.equal(dissection.packets[1].length, 5);
});

test("bytes between packets are passed over", () => {
  const { packets } = dissect(hex("30 ffffffff 7777 c000 c000"), { version: "5" });
  assert.ok(packets.some(({ type }) => type === "SKIPPED"));
  assert.equal(packets.at(-1).type, "PINGREQ");
  const total = packets.reduce((sum, { length }) => sum + length, 0);
  assert.equal(total, 11);
});

test("nothing makes it fail", () => {
  let seed = 7;
  const next = () => (seed = (seed * 1103515245 + 12345) % 2147483648) >> 16;
  for (let n = 0; n < 2000; n += 1) {
    const bytes = Uint8Array.from({ length: next() % 40 }, () => next() & 255);
    const { packets } = dissect(bytes);
    assert.equal(packets.reduce((sum, { length }) => sum + length, 0), bytes.length);
  }
  assert.deepEqual(dissect(new Uint8Array()).packets, []);
});

test("more packets than are asked for are an error that says where to go on", () => {
  const pings = new Uint8Array(2 * 300).map((_, at) => (at % 2 ? 0 : 0xc0));
  assert.equal(dissect(pings).packets.length, 300);
  assert.equal(dissect(pings, { maximumPackets: 300 }).packets.length, 300);
  assert.throws(
    () => dissect(pings, { maximumPackets: 100 }),
    (error) =>
      error.rule === "too-many-packets" && error.offset === 200 && error.packets.length === 100 && /maximumPackets/.test(error.message),
  );
  assert.throws(() => dissect(pings, { maximumPackets: 0 }), /maximumPackets/);
  assert.throws(() => dissect(pings, { maximumPackets: 1.5 }), /maximumPackets/);
});

/** Megabytes that a call makes the module and the process grow by. */
async function grown(call) {
  const module = await fresh();
  const before = process.memoryUsage().rss;
  call(module);
  return { wasm: module.sizes()[0] / 1e6, process: (process.memoryUsage().rss - before) / 1e6 };
}

test("megabytes of the smallest packets or fields end soon, in bounded memory", async () => {
  const pings = new Uint8Array(2_000_000).map((_, at) => (at % 2 ? 0 : 0xc0));
  const ofPings = await grown(({ dissect }) =>
    assert.throws(() => dissect(pings), (error) => error.rule === "too-many-packets" && error.packets.length === 100_000),
  );
  // 64 MB of reason codes, each of which is wrong.
  const codes = new Uint8Array(64_000_000).fill(0x77);
  codes.set([0xb0, 0xfb, 0x9f, 0xc2, 0x1e, 0, 1, 0]);
  const ofCodes = await grown(({ dissect }) => {
    const [packet] = dissect(codes, { version: "5" }).packets;
    assert.equal(packet.length, codes.length);
    assert.equal(packet.counts.errors, codes.length - 8);
    assert.ok(find(packet.fields, "Not shown").value > 60_000_000);
  });
  const most = { wasm: 384, process: 1500 };
  for (const { wasm, process } of [ofPings, ofCodes]) {
    assert.ok(wasm < most.wasm && process < most.process, `${wasm} and ${process} MB`);
  }
});

test("fields beyond the limit are counted, and judged all the same", () => {
  const codes = new Uint8Array([0xb0, 0x83, 0x08, 0, 1, 0, ...Array(1024).fill(0x77)]);
  const [packet] = dissect(codes, { version: "5", maximumFields: 100 }).packets;
  const rest = find(packet.fields, "Not shown");
  assert.ok(rest.value > 900, `${rest.value}`);
  assert.equal(packet.counts.errors, 1024);
  assert.equal(packet.diagnostics.length, 1000);
});

test("a reading in another version that is nearly as good is offered", () => {
  const { version, alternatives } = dissect(hex("32 0a 0001 61 0001 0401 0001 00"));
  assert.equal(version, "3.1.1");
  assert.deepEqual(alternatives.map(({ version, errors }) => [version, errors]), [["5", 1]]);
  assert.match(alternatives[0].message, /Payload Format Indicator/);
});
