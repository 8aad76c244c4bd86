// What TypeScript must accept, and what it must not. It is compiled, never run.
import { Monitor, MqttError, StreamDecoder, decode, dissect, encode, judge, readCapture, readText } from "mqttscope";
import type { Capture, ControlPacket, Field, Publish } from "mqttscope";
import type { DecodedPayload, SchemasInit } from "mqttscope/schemas";
import initSchemas, { Schemas as SchemasInPage } from "mqttscope/schemas/web";
import init, { decode as decodeInPage } from "mqttscope/web";

const bytes: Uint8Array<ArrayBuffer> = encode([
  { type: "CONNECT", protocolVersion: "5", clientIdentifier: "a", will: { topicName: "gone" } },
  { type: "PUBLISH", topicName: "a", properties: { userProperties: [["unit", "celsius"]] } },
  { type: "SUBSCRIBE", packetIdentifier: 1, subscriptions: [{ topicFilter: "a/#", maximumQos: 1 }] },
]);

const packets: ControlPacket[] = decode(bytes, { version: "auto", from: "client" });
encode(packets, { version: "3.1.1" });
encode(packets[0]!);
for (const packet of packets) {
  switch (packet.type) {
    case "PUBLISH": {
      const publish: Publish = packet;
      const payload: Uint8Array = publish.payload;
      payload.length;
      break;
    }
    case "SUBACK":
      packet.reasonCodes.at(0)?.toFixed();
      break;
    case "PINGREQ":
      // @ts-expect-error a PINGREQ has no payload
      packet.payload;
  }
}

const names = (fields: Field[]): string[] =>
  fields.flatMap((field) => [field.name, ...names(field.fields ?? [])]);
for (const packet of dissect(bytes).packets) {
  names(packet.fields);
  packet.diagnostics.map(({ rule, statement, severity }) => `${rule} ${statement ?? ""} ${severity}`);
}

try {
  new StreamDecoder({ version: "5", maximumPacketSize: 1024 }).push(bytes);
} catch (thrown) {
  if (!(thrown instanceof MqttError)) throw thrown;
  const error = thrown;
  error.rule?.length;
  error.index?.toFixed();
  error.offset?.toFixed();
  error.packets?.map((packet) => packet.type);
}

const monitor = new Monitor();
monitor.open(1);
const by: "client" | "server" | undefined = monitor.push(1, "client", bytes, Date.now())[0]?.by;
by?.length;
monitor.passTime(1).length;
monitor.close(1, 2).map((finding) => finding.packets);
monitor.flows().map((flow) => flow.waitsFor ?? flow.state);
monitor.explanations().map((line) => line.text);
monitor.packets().map(({ number, type, offset, length }) => `${number} ${type} ${offset + length}`);
monitor.findingsDropped.toFixed();
monitor.forgetFindings();
monitor.free();
const verdict = judge(bytes, bytes);
verdict.packets.map(({ from, offset }) => `${from} ${offset}`);
verdict.findings.map((finding) => finding.start ?? finding.rule);

// What has a buffer of its own may be sent and hashed.
new Blob([bytes]);
const send = (socket: WebSocket) => socket.send(encode({ type: "PUBLISH", topicName: "a", payload: "text" }));
send.length;
const constant = { type: "UNSUBSCRIBE", packetIdentifier: 1, topicFilters: ["a"], properties: { userProperties: [["k", "v"]] } } as const;
encode([constant], { version: "5" });
declare const shared: Uint8Array<SharedArrayBuffer>;
encode({ type: "PUBLISH", topicName: "a", payload: shared });

await init();
decodeInPage(bytes);

// @ts-expect-error hexadecimal text is not bytes
decode("c000");
// @ts-expect-error there is no such version
decode(bytes, { version: "4" });
// @ts-expect-error a SUBSCRIBE needs subscriptions
encode({ type: "SUBSCRIBE", packetIdentifier: 1 });
// @ts-expect-error there is no such field
encode({ type: "PUBLISH", topic: "a" });
// @ts-expect-error there is no such packet
encode({ type: "HELLO" });
// @ts-expect-error bytes come from one of the two ends
monitor.push(1, "broker", bytes, 0);

const reading = readText("TX: c0 00", { format: "hex" });
const firstBytes: Uint8Array | undefined = reading.parts[0]?.bytes;
firstBytes?.length;
const sent: "client" | "server" | undefined = reading.parts[0]?.from;
sent?.length;
// @ts-expect-error there is no such protocol
reading.other === "coap";

const formats = (capture: Capture): string => {
  switch (capture.format) {
    case "pcap":
    case "pcapng":
    case "gzip":
      return "network";
    case "har":
    case "mitmproxy":
    case "log":
      return "messages";
    case "unknown":
      return capture.notes.join();
    default: {
      const never: never = capture.format;
      return never;
    }
  }
};
formats(readCapture(bytes, { keyLog: "", version: "auto" }));
// Payloads by schemas, loaded when they are first needed.
const { Schemas, MqttError: sameError } = await import("mqttscope/schemas");
const given: SchemasInit = {
  files: [{ name: "m.proto", content: "syntax = 'proto3'; message M { double speed = 1; }" }],
  topics: [["m/+", { protobuf: "M" }], ["r", { avro: "R", framing: "confluent", id: 7 }], ["n", { numbers: "u16 big-endian" }]],
};
const schemas = new Schemas(given);
const decoded: DecodedPayload | undefined = schemas.decode("m/1", bytes);
decoded?.json.length;
decoded?.note?.length;
const encoded: Uint8Array<ArrayBuffer> | undefined = schemas.encode("m/1", JSON.stringify({ speed: 21.5 }));
encoded?.buffer.byteLength;
new Schemas({ topics: schemas.types.map((form) => ["#", form] as const) }).free();
sameError === MqttError;
await initSchemas();
new SchemasInPage(given)[Symbol.dispose]();
// @ts-expect-error the number that Confluent's wire format begins with
new Schemas({ topics: [["r", { avro: "R", framing: "confluent" }]] });
// @ts-expect-error there is no such form
new Schemas({ topics: [["m", { proto: "M" }]] });
// @ts-expect-error a payload is bytes
schemas.decode("m/1", "0800");
