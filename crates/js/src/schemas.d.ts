/// <reference lib="esnext.disposable" />

export { MqttError } from "./mqttscope.js";

/** A file with schemas: `.proto` (as text or a descriptor set), Avro or JSON Schema. What it is, is found out. */
export interface SchemaFile {
  /** Files of Protobuf import each other by it, and Avro and JSON schemas without a name have it as theirs. */
  name: string;
  content: string | Uint8Array;
}

/** What payloads are: a type of the files, or bare numbers such as "u16 big-endian" or "f32 little-endian". */
export type Form =
  | { protobuf: string }
  | { avro: string; framing?: "bare" | "single object" }
  | { avro: string; framing: "confluent"; /** What is written as the schema's number in its registry. */ id: number }
  | { jsonSchema: string }
  | { numbers: string };

export interface SchemasInit {
  files?: readonly SchemaFile[];
  /** A topic filter and what the payloads of its topics are. Of several that match, the first counts. */
  topics?: readonly (readonly [filter: string, form: Form])[];
}

/** Payloads by the schemas of their topics, as JSON and back. */
export class Schemas {
  /** @throws {MqttError} when a file cannot be read, with the line, or has no such type. */
  constructor(schemas: SchemasInit);
  /** What the files know: each may be given for a topic. */
  readonly types: Form[];
  /**
   * A payload as JSON; `undefined` where no filter matches the topic.
   * @throws {MqttError} when it does not fit its schema, with byte and field, or its JSON has more than 256 KiB.
   */
  decode(topic: string, payload: Uint8Array): DecodedPayload | undefined;
  /**
   * The payload that JSON becomes; `undefined` where no filter matches the topic.
   * @throws {MqttError} when the schema knows no such value, with the field.
   */
  encode(topic: string, json: string): Uint8Array<ArrayBuffer> | undefined;
  /** Frees its memory now; otherwise that is done when it is garbage. Whoever uses it afterwards is thrown an `MqttError`. */
  free(): void;
  [Symbol.dispose](): void;
}

export interface DecodedPayload {
  /** What it was read as. */
  form: string;
  /**
   * The value. 64-bit numbers of Protobuf are strings, as its own JSON has them; those of Avro are numbers, of which
   * `JSON.parse` keeps 53 bits.
   */
  json: string;
  /** What is to be known beside it, such as fields that the schema does not know. */
  note?: string;
}
