// What a caller hands over may throw whenever it is looked at, and code of the caller may call back. Whatever it does,
// he gets his own error or one of the package's, and the next call finds everything as it was.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { hex, thrown } from "./corpus.js";
import { MINE, fresh, freshInNode, hostile, trapped } from "./hostile.js";

const ROUNDS = 2_000;
const PING = { type: "PINGREQ" };

const PROPERTIES = {
  messageExpiryInterval: 60,
  contentType: "text/plain",
  correlationData: hex("01"),
  subscriptionIdentifiers: [1],
  userProperties: [["unit", "celsius"]],
};
const PACKETS = [
  {
    type: "CONNECT",
    protocolVersion: "5",
    bridge: false,
    cleanStart: true,
    keepAlive: 9,
    clientIdentifier: "a",
    properties: { receiveMaximum: 3, userProperties: [["a", "b"]] },
    will: { qos: 1, retain: false, topicName: "gone", payload: hex("62"), properties: { willDelayInterval: 5 } },
    userName: "u",
    password: hex("70"),
  },
  { type: "CONNACK", sessionPresent: false, reasonCode: 0, properties: { serverKeepAlive: 9 } },
  { type: "PUBLISH", dup: false, qos: 1, retain: false, topicName: "a", packetIdentifier: 7, properties: PROPERTIES, payload: hex("ff") },
  { type: "PUBACK", packetIdentifier: 7, reasonCode: 16, properties: { reasonString: "none" } },
  {
    type: "SUBSCRIBE",
    packetIdentifier: 7,
    subscriptions: [{ topicFilter: "a", maximumQos: 1, noLocal: false, retainAsPublished: false, retainHandling: 1 }],
  },
  { type: "SUBACK", packetIdentifier: 7, reasonCodes: [0, 1] },
  { type: "UNSUBSCRIBE", packetIdentifier: 7, topicFilters: ["a", "b"] },
  { type: "UNSUBACK", packetIdentifier: 7, reasonCodes: [0] },
  PING,
  { type: "DISCONNECT", reasonCode: 4, properties: { sessionExpiryInterval: 1 } },
  { type: "AUTH", reasonCode: 24, properties: { authenticationMethod: "m", authenticationData: hex("01") } },
];
// All that is different in Node is how its script calls the same WebAssembly.
const BUILDS = [
  ["in a page", fresh, PACKETS],
  ["in Node", freshInNode, PACKETS.filter(({ type }) => type === "PUBLISH")],
];
const OPTIONS = { version: "5", from: "client", maximumPacketSize: 1000, maximumPackets: 9, maximumFields: 99, format: "hex" };

/** Calls until it is sure that nothing is left behind; each time it ends alike. */
function often(module, what, call) {
  const end = () => {
    try {
      call();
      return "an answer";
    } catch (error) {
      if (error === MINE) return "the caller's error";
      if (error?.name === "MqttError" && error instanceof Error) return `the package's error: ${error.message}`;
      // What the engine itself says of such a proxy.
      if (error instanceof TypeError && /revoked/.test(error.message)) return "the engine's error";
      throw new Error(`${what}: ${error}`, { cause: error });
    }
  };
  const first = end();
  const limit = Error.stackTraceLimit;
  // Most of the time goes into stacks that nobody reads.
  Error.stackTraceLimit = 0;
  let before;
  for (let n = 1; n < ROUNDS; n += 1) {
    // Some for what is made at the first calls.
    if (n === 100) before = module.sizes();
    assert.equal(end(), first, `${what}, call ${n}`);
  }
  Error.stackTraceLimit = limit;
  for (const [at, size] of module.sizes().entries()) {
    assert.ok(size - before[at] <= 1 << 20, `${what}: ${before[at]} became ${size}`);
  }
  return first;
}

/** The module answers as it should. */
function sound({ encode, decode, dissect, Monitor }) {
  const bytes = encode(PACKETS[2], { version: "5" });
  assert.deepEqual(decode(bytes, { version: "5" }), [PACKETS[2]]);
  assert.equal(dissect(bytes, { version: "5" }).packets[0].counts.errors, 0);
  const monitor = new Monitor();
  monitor.open(1);
  assert.equal(monitor.push(1, "client", encode(PING), 0).length, 1);
  monitor.free();
}

/** All that can be handed over in place of `value`, to `call` each. */
function endure(module, value, keys, call) {
  const ends = [...hostile(value, keys)].map(([what, inner]) => often(module, what, () => call(inner)));
  sound(module);
  return ends;
}

/** Pushes to one decoder as long as it reads on, then to the next. */
function pushedTo(StreamDecoder) {
  let decoder = new StreamDecoder({ version: "5" });
  return (bytes) => {
    try {
      return decoder.push(bytes);
    } catch (error) {
      decoder.free();
      decoder = new StreamDecoder({ version: "5" });
      throw error;
    }
  };
}

for (const [where, load, packets] of BUILDS) {
  for (const packet of packets) {
    test(`${where}, encode: ${packet.type}`, async () => {
      const module = await load();
      const ends = endure(module, packet, ["properties"], (given) => module.encode(given));
      assert.ok(ends.includes("the caller's error"));
      assert.deepEqual(module.decode(module.encode(packet), { version: "5" })[0].type, packet.type);
    });
  }

  test(`${where}, encode: a list`, async () => {
    const module = await load();
    const ends = endure(module, [PING, { type: "PUBLISH", topicName: "a" }], [], (given) => module.encode(given));
    assert.ok(ends.includes("the caller's error"));
  });

  for (const [name, call] of [
    ["encode", ({ encode }, options) => encode(PING, options)],
    ["decode", ({ decode }, options) => decode(hex("c000"), options)],
    ["dissect", ({ dissect }, options) => dissect(hex("c000"), options)],
    ["StreamDecoder", ({ StreamDecoder }, options) => new StreamDecoder(options).free()],
    ["readText", ({ readText }, options) => readText("c0 00", options)],
  ]) {
    test(`${where}, ${name}: options`, async () => {
      const module = await load();
      const ends = endure(module, OPTIONS, [], (given) => call(module, given));
      assert.ok(ends.includes("the caller's error"));
    });
  }

  for (const [name, make] of [
    ["decode", ({ decode }) => (bytes) => decode(bytes)],
    ["dissect", ({ dissect }) => (bytes) => dissect(bytes)],
    ["judge, the client's", ({ judge }) => (bytes) => judge(bytes, hex("d000"))],
    ["judge, the server's", ({ judge }) => (bytes) => judge(hex("c000"), bytes)],
    ["readText", ({ readText }) => (bytes) => readText(bytes)],
    ["StreamDecoder.push", ({ StreamDecoder }) => pushedTo(StreamDecoder)],
    ["Monitor.push", ({ Monitor }) => { const monitor = new Monitor(); return (bytes) => monitor.push(1, "client", bytes, 0); }],
  ]) {
    test(`${where}, ${name}: bytes`, async () => {
      const module = await load();
      endure(module, hex("c000"), [], make(module));
    });
  }

  test(`${where}: bytes are what they are, whatever they say`, async () => {
    const { decode } = await load();
    const ends = [...hostile(hex("c000"))].map(([what, bytes]) => {
      try {
        return [what, decode(bytes, { version: "5" }).length];
      } catch (error) {
        return [what, error.name];
      }
    });
    const whole = ends.filter(([, end]) => end === 1).map(([what]) => what);
    assert.deepEqual(whole, [
      "array whose properties throw",
      "view whose properties throw",
      "array that says it is longer",
      "view that says it is longer",
      "array of a class that throws",
      "array with an iterator that throws",
    ]);
    assert.deepEqual(ends.filter(([, end]) => end === 0).map(([what]) => what), ["detached array", "detached view", "shrunken buffer"]);
    assert.ok(ends.every(([, end]) => end === 0 || end === 1 || end === "MqttError"));
  });

  test(`${where}, Monitor: numbers and names`, async () => {
    const module = await load();
    const monitor = new module.Monitor();
    const bytes = hex("c000");
    endure(module, 1, [], (given) => monitor.open(given));
    endure(module, 1, [], (given) => monitor.push(given, "client", bytes, 0));
    endure(module, "client", [], (given) => monitor.push(1, given, bytes, 0));
    endure(module, 1, [], (given) => monitor.push(1, "client", bytes, given));
    endure(module, 1, [], (given) => monitor.close(given, 0));
    endure(module, 1, [], (given) => monitor.close(1, given));
    endure(module, 1, [], (given) => monitor.passTime(given));
    assert.deepEqual(monitor.packets(), []);
  });

  test(`${where}, readText: a text`, async () => {
    const module = await load();
    endure(module, "c0 00", [], (given) => module.readText(given));
  });

  test(`${where}: what is freed says so, and may be freed again`, async () => {
    const module = await load();
    const { Monitor, StreamDecoder } = module;
    for (const [held, uses] of [
      [new Monitor(), {
        open: (monitor) => monitor.open(1),
        push: (monitor) => monitor.push(1, "client", hex("c000"), 0),
        close: (monitor) => monitor.close(1, 0),
        passTime: (monitor) => monitor.passTime(1),
        packets: (monitor) => monitor.packets(),
        findings: (monitor) => monitor.findings(),
        findingsDropped: (monitor) => monitor.findingsDropped,
        forgetFindings: (monitor) => monitor.forgetFindings(),
        flows: (monitor) => monitor.flows(),
        explanations: (monitor) => monitor.explanations(),
      }],
      [new StreamDecoder(), { push: (decoder) => decoder.push(hex("c000")), pending: (decoder) => decoder.pending }],
    ]) {
      for (const use of Object.values(uses)) use(held);
      held.free();
      const name = held.constructor.name;
      assert.equal(often(module, "free", () => held.free()), "an answer");
      if (Symbol.dispose) held[Symbol.dispose]();
      for (const [what, use] of Object.entries(uses)) {
        assert.equal(often(module, what, () => use(held)), `the package's error: this ${name} was freed`);
      }
      const methods = Object.getOwnPropertyNames(held.constructor.prototype);
      const internal = ["constructor", "free", "__destroy_into_raw"];
      assert.deepEqual(methods.filter((method) => !internal.includes(method)).sort(), Object.keys(uses).sort());
    }
    sound(module);
  });

  test(`${where}: freeing frees`, async () => {
    const module = await load();
    const chunk = new Uint8Array(1 << 16).fill(0x30);
    const use = () => {
      const decoder = new module.StreamDecoder({ version: "5" });
      decoder.push(hex("30 ffff7f"));
      decoder.push(chunk);
      assert.equal(decoder.pending, chunk.length + 4);
      decoder.free();
    };
    often(module, "a decoder with a chunk", use);
  });

  test(`${where}: what is asked for may call back`, async () => {
    const module = await load();
    const { Monitor, StreamDecoder, decode, encode } = module;
    const monitor = new Monitor();
    const decoder = new StreamDecoder({ version: "5" });
    const ping = hex("c000");
    const back = () => {
      assert.deepEqual(encode(PING), ping);
      assert.deepEqual(decode(ping, { version: "5" }), [PING]);
      assert.deepEqual(decoder.push(ping), [PING]);
      monitor.push(1, "client", ping, 0);
      assert.equal(thrown(() => encode({ type: "PUBLISH", topicName: 1 })).name, "MqttError");
      assert.equal(thrown(() => encode(trapped(PING, "type"))), MINE);
      return "3.1.1";
    };
    const packet = { type: "PUBLISH", get topicName() { return back(); }, get payload() { back(); return ping; } };
    for (const [what, call] of [
      ["encode", () => encode([packet, packet])],
      ["options of encode", () => encode(PING, { get version() { return back(); } })],
      ["options of StreamDecoder", () => new StreamDecoder({ get version() { return back(); } }).free()],
      ["bytes of Monitor", () => monitor.push(1, "client", Object.defineProperty(new DataView(ping.slice().buffer), "byteLength", { get: back }), 0)],
      ["bytes of StreamDecoder", () => decoder.push(Object.defineProperty(new DataView(ping.slice().buffer), "byteLength", { get: back }))],
      ["an array of StreamDecoder", () => decoder.push(Object.defineProperty(ping.slice(), "length", { get: back }))],
    ]) {
      assert.equal(often(module, what, call), "an answer");
    }
    assert.deepEqual(encode(packet), Uint8Array.of(0x30, 10, 0, 5, ...Buffer.from("3.1.1"), 0, ...ping));
    sound(module);
  });

  test(`${where}: what calls back without end`, async () => {
    const module = await load();
    const packet = { get type() { module.encode(packet); return "PINGREQ"; } };
    for (let n = 0; n < 700; n += 1) assert.throws(() => module.encode(packet), RangeError);
    sound(module);
  });

  test(`${where}: a stack that is full wherever it is`, async () => {
    const module = await load();
    const { Monitor, StreamDecoder, decode, dissect, encode, readText } = module;
    const bytes = encode(PACKETS[2], { version: "5" });
    const monitor = new Monitor();
    for (const [what, call] of [
      ["encode", () => encode(PACKETS[2], { version: "5" })],
      ["decode", () => decode(bytes, { version: "5" })],
      ["decode of what is at fault", () => { try { decode(hex("36050001610001"), { version: "5" }); } catch (error) { if (error.name !== "MqttError") throw error; } }],
      ["dissect", () => dissect(bytes, { version: "5" })],
      ["readText", () => readText("c0 00")],
      ["StreamDecoder", () => { const decoder = new StreamDecoder({ version: "5" }); decoder.push(bytes); decoder.free(); }],
      ["Monitor", () => monitor.packets()],
    ]) {
      // At the edge, and within a call that asks for a field: each round ends at another place of the call.
      const down = () => { call(); down(); };
      const within = { get type() { down(); return "PINGREQ"; } };
      const pad = (frames, end) => (frames === 0 ? end() : pad(frames - 1, end));
      for (let round = 0; round < 20; round += 1) {
        assert.throws(() => pad(round, down), RangeError, what);
        assert.throws(() => pad(round, () => encode(within)), RangeError, what);
      }
      sound(module);
    }
  });

  test(`${where}: methods know their own objects`, async () => {
    const module = await load();
    const { CaptureReader, Monitor, StreamDecoder } = module;
    const others = [undefined, null, 1, {}, [], new Monitor(), new StreamDecoder(), new CaptureReader()];
    for (const type of [CaptureReader, Monitor, StreamDecoder]) {
      const { constructor, __destroy_into_raw, ...methods } = Object.getOwnPropertyDescriptors(type.prototype);
      for (const [name, { value, get }] of Object.entries(methods)) {
        for (const other of [...others, Object.create(type.prototype), { __wbg_ptr: 8 }]) {
          if (other instanceof type && Object.hasOwn(other, "__wbg_ptr")) continue;
          const call = () => (value ?? get).call(other, 1, "client", hex("c000"), 0);
          assert.throws(call, (error) => error instanceof TypeError && error.message.includes(type.name), `${type.name}.${name}`);
        }
      }
    }
    // A wrapper that passes everything on is as good as the object.
    const monitor = new Proxy(new Monitor(), {});
    monitor.open(1);
    assert.equal(monitor.push(1, "client", hex("c000"), 0).length, 1);
    sound(module);
  });

  test(`${where}: an engine that has no memory left`, async () => {
    const module = await load();
    const packet = { type: "PUBLISH", topicName: "a", payload: new Uint8Array(100_000) };
    const bytes = module.encode(packet);
    const all = globalThis.Uint8Array;
    globalThis.Uint8Array = new Proxy(all, {
      construct(target, given, made) {
        if (ArrayBuffer.isView(given[0]) && given[0].length >= 100_000) throw new RangeError("Array buffer allocation failed");
        return Reflect.construct(target, given, made);
      },
    });
    try {
      for (const call of [
        () => module.encode(packet),
        () => module.decode(bytes, { version: "5" }),
        () => module.dissect(bytes, { version: "5" }),
      ]) {
        assert.match(often(module, "a large payload", call), /^the package's error: \d+ bytes are more than there is memory for$/);
      }
    } finally {
      globalThis.Uint8Array = all;
    }
    assert.deepEqual(module.encode(packet), bytes);
    sound(module);
  });

  test(`${where}: whatever is thrown is thrown on, and nothing is read behind it`, async () => {
    const module = await load();
    const read = [];
    for (const error of [undefined, null, 0, "text", Symbol("s"), MINE]) {
      const packet = new Proxy({ type: "PUBLISH", topicName: "a" }, {
        get(target, key) {
          read.push(key);
          if (key === "topicName") throw error;
          return target[key];
        },
      });
      read.length = 0;
      assert.equal(thrown(() => module.encode([packet, packet])), error);
      assert.deepEqual(read, ["type", "topicName"]);
    }
    sound(module);
  });
}

test("errors where prototypes are frozen", () => {
  const script = `
    import { encode } from "mqttscope";
    import { encode as inPage, initSync } from "mqttscope/web";
    import { readFileSync } from "node:fs";
    import { createRequire } from "node:module";
    initSync({ module: readFileSync(createRequire(import.meta.url).resolve("mqttscope/web/mqttscope_bg.wasm")) });
    Object.freeze(Error.prototype);
    for (const write of [encode, inPage]) {
      for (let n = 0; n < ${ROUNDS}; n += 1) {
        try { write({ type: "PUBLISH", topicName: "" }); } catch (error) {
          if (error.rule !== "publish-topic-empty") throw error;
        }
      }
      console.log(write({ type: "PINGREQ" }).length);
    }`;
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: import.meta.dirname, encoding: "utf8" });
  assert.equal(said, "2\n2\n");
});
