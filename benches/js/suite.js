// What is measured, in Node and in a page alike: nanoseconds a packet, the best of several rounds
// in which both take turns.
import { Buffer } from "buffer";
import mqttPacket from "mqtt-packet";

// Short and many: the best one was not interrupted.
const ROUNDS = 150;
const MILLISECONDS = 4;
const BATCH = 1000;

const plain = { cmd: "publish", topic: "sensors/kitchen/temp", payload: Buffer.alloc(64, "x"), qos: 0, retain: false, dup: false };
const properties = { messageExpiryInterval: 60, contentType: "application/json", userProperties: { unit: "celsius" } };
const CASES = [
  ["PUBLISH 3.1.1, 64 bytes", "3.1.1", 4, plain],
  ["PUBLISH 5, QoS 1, three properties", "5", 5, { ...plain, qos: 1, messageId: 7, properties }],
  ["PUBLISH 5, 1,000 bytes", "5", 5, { ...plain, payload: Buffer.alloc(1000, "x") }],
];

/** Runs `call` for a while; nanoseconds a packet. */
function time(call, packets) {
  let calls = 0;
  const start = performance.now();
  let now = start;
  while (now - start < MILLISECONDS) {
    for (let n = 0; n < 200; n += packets) call();
    calls += Math.ceil(200 / packets);
    now = performance.now();
  }
  return ((now - start) * 1e6) / calls / packets;
}

function compare(what, packets, ours, theirs) {
  const best = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round += 1) {
    best[0] = Math.min(best[0], time(ours, packets));
    best[1] = Math.min(best[1], time(theirs, packets));
  }
  return { what, mqttscope: Math.round(best[0]), "mqtt-packet": Math.round(best[1]) };
}

/** All rows; `mqttscope` is the package in the build that fits where this runs. */
export function run(mqttscope) {
  return CASES.flatMap(([name, version, protocolVersion, packet]) => {
    const options = { version };
    const one = mqttPacket.generate(packet, { protocolVersion });
    const bytes = new Uint8Array(one);
    const many = Buffer.concat(Array(BATCH).fill(one));
    const manyBytes = new Uint8Array(many);
    const [ours] = mqttscope.decode(bytes, options);
    const all = mqttscope.decode(manyBytes, options);
    if (Buffer.compare(Buffer.from(mqttscope.encode(ours, options)), one) !== 0) throw new Error(name);

    let seen = 0;
    const parser = mqttPacket.parser({ protocolVersion });
    parser.on("packet", () => (seen += 1));
    const rows = [
      compare(`decode ${name}`, 1, () => mqttscope.decode(bytes, options), () => parser.parse(one)),
      compare(`decode ${BATCH} × ${name}`, BATCH, () => mqttscope.decode(manyBytes, options), () => parser.parse(many)),
      compare(`encode ${name}`, 1, () => mqttscope.encode(ours, options), () => mqttPacket.generate(packet, { protocolVersion })),
      compare(`encode ${BATCH} × ${name}`, BATCH, () => mqttscope.encode(all, options), () => {
        for (let n = 0; n < BATCH; n += 1) mqttPacket.generate(packet, { protocolVersion });
      }),
    ];
    if (seen === 0) throw new Error("mqtt-packet gave no packet");
    return rows;
  });
}
