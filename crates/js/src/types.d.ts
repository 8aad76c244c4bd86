/// <reference lib="esnext.disposable" />

/** A version of MQTT. */
export type Version = "3.1" | "3.1.1" | "5";

/** What the bytes do not say of themselves. */
export interface Options {
  /**
   * The version of packets that do not name it; a CONNECT does, for itself and what follows it.
   * "auto", the default, works it out when reading (say it where speed counts) and is "5" when
   * writing.
   */
  version?: Version | "auto";
  /** Who sent the packets. Left out, no rule about direction is applied. */
  from?: "client" | "server";
  /**
   * Bytes of the largest packet that is accepted by `decode` and `StreamDecoder`. Left out,
   * `StreamDecoder` accepts 16 MiB, and `decode` whatever stands in its bytes.
   */
  maximumPacketSize?: number;
}

export interface DissectOptions extends Options {
  /** The most packets, 100,000 unless given; a small packet becomes about a kilobyte of objects. */
  maximumPackets?: number;
  /**
   * The most fields of all packets together, 1,000,000 unless given. Beyond them the entries of lists (properties,
   * filters, codes) become one field "Not shown", whose value is how many they are; they are judged all the same.
   */
  maximumFields?: number;
}

/**
 * Takes a recording apart: every field with its bits, every broken rule. Never fails on what its bytes are.
 * @throws {MqttError} with the rule "too-many-packets", the offset where to go on, and the `packets` before it.
 */
export function dissect(bytes: Uint8Array, options?: DissectOptions): Dissection;

export interface Dissection {
  /** Every packet is whole and breaks no rule of severity "error", and nothing stands between them. */
  ok: boolean;
  /** Of the first packet. */
  version: Version;
  packets: DissectedPacket[];
  /** The last packet is not whole: `missing` is the least number of bytes that would complete it. */
  incomplete?: { offset: number; missing: number };
  /**
   * Readings of other versions that are as good or nearly so and say something else, where the version was worked
   * out from the bytes; `message` is the first error they find.
   */
  alternatives?: { version: Version; errors: number; warnings: number; message?: string }[];
}

export interface DissectedPacket {
  /** Its first byte. */
  offset: number;
  /** Its bytes that are there. */
  length: number;
  /** The version it was read by. */
  version: Version;
  /** "Reserved" for type 0; "SKIPPED" for bytes between packets that are none. */
  type: ControlPacket["type"] | "Reserved" | "SKIPPED";
  /** One line, without passwords. */
  summary: string;
  fields: Field[];
  /** The broken rules; of very many the first thousand. */
  diagnostics: Diagnostic[];
  /** All of them, counted. */
  counts: { errors: number; warnings: number; notes: number };
}

export interface Field {
  /** The standard's name. */
  name: string;
  /** First bit, counted from the packet's first byte, most significant bit first. */
  start: number;
  bits: number;
  /** A number, a string or a Uint8Array; left out where only the parts say something. */
  value?: number | string | Uint8Array;
  /** The value, short, as one would show it. */
  text: string;
  /** What the value means, where it does not say that itself. */
  meaning?: string;
  fields?: Field[];
}

export type Severity = "error" | "warning" | "note";

export interface Diagnostic {
  /** A stable name in kebab-case: `publish-qos-reserved`. */
  rule: string;
  /** The statement of the version's standard, where it has a number. */
  statement?: string;
  /** The section of the version's standard, where no statement with a number says it. */
  section?: string;
  severity: Severity;
  /** First bit, counted as in `Field`. */
  start: number;
  bits: number;
  message: string;
}

/**
 * Decodes whole packets, one after the other. Every rule that a packet alone can break is checked.
 * @throws {MqttError} for the first broken rule, or when the last packet is not whole.
 */
export function decode(bytes: Uint8Array, options?: Options): ControlPacket[];

/**
 * Writes a packet, or several into one buffer: what `decode` gives. Flags, numbers, strings and
 * bytes may be left out: they are false, 0 and empty. A string as payload or password becomes UTF-8.
 * @throws {MqttError} when a field is wrong or a rule would be broken.
 */
export function encode(
  packet: ControlPacketInit | readonly ControlPacketInit[],
  options?: Options,
): Uint8Array<ArrayBuffer>;

/**
 * Decodes one direction of a connection from chunks of any size. With the version "auto" it takes the
 * version of the first packet that tells it: a CONNECT, a CONNACK, properties. A PUBLISH before it that
 * can be read in several versions is read as 5: say the version of a stream that begins in the middle.
 */
export class StreamDecoder {
  constructor(options?: Options);
  /**
   * The packets that this chunk completes.
   * @throws {MqttError} for a broken rule; every later call throws it again.
   */
  push(chunk: Uint8Array): ControlPacket[];
  /** Bytes that wait for the rest of their packet. */
  readonly pending: number;
  /** Frees its memory now; otherwise that is done when it is garbage. Whoever uses it afterwards is thrown an `MqttError`. */
  free(): void;
  [Symbol.dispose](): void;
}

/**
 * Watches the connections to one server, both directions, and says who breaks which rule.
 * Packets are numbered from 0, all connections together, in the order in which they are whole.
 */
export class Monitor {
  constructor();
  /** Says that a connection is new. May be left out: one that begins with a CONNECT is. */
  open(connection: number): void;
  /** Takes bytes in chunks of any size; gives what they show to be broken. */
  push(connection: number, from: "client" | "server", bytes: Uint8Array, atMs: number): Finding[];
  /** Says that a connection is closed. */
  close(connection: number, atMs: number): Finding[];
  /** Says that time has passed, so that silence is found while nothing comes. */
  passTime(nowMs: number): Finding[];
  /** The packets that the last `push` completed, with the numbers that findings name them by. */
  packets(): PacketPlace[];
  /**
   * Findings, oldest first: at most 100 of one rule on one connection. `push`, `close` and `passTime`
   * give each; beyond 10,000 the oldest are not kept here.
   */
  findings(): Finding[];
  /** Findings that were never given: more than 100 of one rule on one connection. */
  readonly findingsDropped: number;
  /** Forgets findings and the flows that are over; a rule may be reported 100 times anew. */
  forgetFindings(): void;
  flows(): Flow[];
  /** The recording in plain words, the most important first. */
  explanations(): Explanation[];
  /** Frees its memory now; otherwise that is done when it is garbage. Whoever uses it afterwards is thrown an `MqttError`. */
  free(): void;
  [Symbol.dispose](): void;
}

/** Where a packet stands. */
export interface PacketPlace {
  /** As `Finding.packets` names it. */
  number: number;
  /** "CONNECT", "PUBLISH", … */
  type: string;
  /** Its first byte, counted from the first byte of its direction of its connection. */
  offset: number;
  length: number;
}

/**
 * Judges one connection whose directions were recorded apart, without times, so that nobody knows
 * which packet of one side came before which of the other. What is found holds in every order. Both
 * begin with the first byte of the connection; either may end early, and what may have come behind explains
 * what it can. Only behind a DISCONNECT nothing is missing.
 */
export function judge(client: Uint8Array, server: Uint8Array): Verdict;

export interface Verdict {
  /** `Finding.packets` are places in `packets`. */
  findings: Finding[];
  /** In an order that they may have had. */
  packets: {
    from: "client" | "server";
    type: string;
    /** Its first byte, counted from the first byte of its side. */
    offset: number;
    length: number;
  }[];
  findingsDropped: number;
}

export interface Finding {
  /** A stable name in kebab-case. */
  rule: string;
  /** The statement of the version's standard, where it has a number. */
  statement?: string;
  /** The section of the version's standard, where no statement with a number says it. */
  section?: string;
  severity: Severity;
  connection: number;
  /** Who broke it. */
  by: "client" | "server";
  /** The packets that show it, the one that broke the rule last. */
  packets: number[];
  /** The first bit of that last packet that breaks the rule, where one packet alone breaks it. */
  start?: number;
  bits?: number;
  message: string;
}

/** Packets that belong together. */
export interface Flow {
  connection: number;
  kind: "connect" | "authenticate" | "publish" | "subscribe" | "unsubscribe" | "ping" | "request-response";
  /** Of a "publish". */
  qos?: QoS;
  /** Who began it. */
  by: "client" | "server";
  packetIdentifier?: number;
  packets: number[];
  startedMs: number;
  updatedMs: number;
  state: "waiting" | "done" | "refused" | "broken" | "unknown";
  /** When "waiting": the type of the packet that is to come. */
  waitsFor?: string;
  /** When "refused". */
  reasonCode?: number;
}

/** One line about a recording. */
export interface Explanation {
  severity: Severity;
  connection: number;
  /** Where a rule is broken. */
  rule?: string;
  /** How often. */
  count: number;
  /** The first and the last time. */
  packets: number[];
  text: string;
}

/** What is thrown. Each build of the package has its own. */
export class MqttError extends Error {
  private constructor();
  name: "MqttError";
  /** The broken rule, "incomplete", "too-large" or "too-many-packets"; left out when the arguments are wrong. */
  rule?: string;
  /** The statement of the version's standard, where it has a number. */
  statement?: string;
  /** The byte of the input, for a stream of all its chunks, that is wrong. */
  offset?: number;
  /** When several packets are written: the place in the list of the one that is wrong. */
  index?: number;
  /** When reading: the packets before it. */
  packets?: ControlPacket[];
}

export type QoS = 0 | 1 | 2;

/** Properties of version 5 by the standard's names; each packet has those that it may have. */
export interface Properties {
  payloadFormatIndicator?: 0 | 1;
  messageExpiryInterval?: number;
  contentType?: string;
  responseTopic?: string;
  correlationData?: Uint8Array<ArrayBuffer>;
  subscriptionIdentifiers?: number[];
  sessionExpiryInterval?: number;
  assignedClientIdentifier?: string;
  serverKeepAlive?: number;
  authenticationMethod?: string;
  authenticationData?: Uint8Array<ArrayBuffer>;
  requestProblemInformation?: 0 | 1;
  willDelayInterval?: number;
  requestResponseInformation?: 0 | 1;
  responseInformation?: string;
  serverReference?: string;
  reasonString?: string;
  receiveMaximum?: number;
  topicAliasMaximum?: number;
  topicAlias?: number;
  maximumQos?: 0 | 1;
  retainAvailable?: 0 | 1;
  /** Pairs of name and value, in their order. */
  userProperties?: [name: string, value: string][];
  maximumPacketSize?: number;
  wildcardSubscriptionAvailable?: 0 | 1;
  subscriptionIdentifierAvailable?: 0 | 1;
  sharedSubscriptionAvailable?: 0 | 1;
}

export interface Connect {
  type: "CONNECT";
  protocolVersion: Version;
  /** The Protocol Level has the bit of a bridge (0x80), before version 5; left out where it has not. */
  bridge?: boolean;
  /** Before version 5: Clean Session. */
  cleanStart: boolean;
  /** Seconds; 0: off. */
  keepAlive: number;
  properties?: Properties;
  clientIdentifier: string;
  will?: WillMessage;
  userName?: string;
  password?: Uint8Array<ArrayBuffer>;
}

export interface WillMessage {
  qos: QoS;
  retain: boolean;
  properties?: Properties;
  topicName: string;
  payload: Uint8Array<ArrayBuffer>;
}

export interface Connack {
  type: "CONNACK";
  sessionPresent: boolean;
  /** Before version 5: the return code. */
  reasonCode: number;
  properties?: Properties;
}

export interface Publish {
  type: "PUBLISH";
  dup: boolean;
  qos: QoS;
  retain: boolean;
  topicName: string;
  /** With QoS 1 and 2. */
  packetIdentifier?: number;
  properties?: Properties;
  payload: Uint8Array<ArrayBuffer>;
}

export interface Acknowledgement {
  type: "PUBACK" | "PUBREC" | "PUBREL" | "PUBCOMP";
  packetIdentifier: number;
  /** Before version 5: 0. */
  reasonCode: number;
  properties?: Properties;
}

export interface Subscription {
  topicFilter: string;
  maximumQos: QoS;
  noLocal: boolean;
  retainAsPublished: boolean;
  /** When retained messages are sent: 0 always, 1 when the subscription is new, 2 never. */
  retainHandling: 0 | 1 | 2;
}

export interface Subscribe {
  type: "SUBSCRIBE";
  packetIdentifier: number;
  properties?: Properties;
  subscriptions: Subscription[];
}

export interface Suback {
  type: "SUBACK";
  packetIdentifier: number;
  properties?: Properties;
  reasonCodes: number[];
}

export interface Unsubscribe {
  type: "UNSUBSCRIBE";
  packetIdentifier: number;
  properties?: Properties;
  topicFilters: string[];
}

export interface Unsuback {
  type: "UNSUBACK";
  packetIdentifier: number;
  properties?: Properties;
  /** Before version 5: none. */
  reasonCodes: number[];
}

export interface Ping {
  type: "PINGREQ" | "PINGRESP";
}

export interface Disconnect {
  type: "DISCONNECT";
  /** Before version 5: 0. */
  reasonCode: number;
  properties?: Properties;
}

export interface Auth {
  type: "AUTH";
  reasonCode: number;
  properties?: Properties;
}

export type ControlPacket =
  | Connect
  | Connack
  | Publish
  | Acknowledgement
  | Subscribe
  | Suback
  | Unsubscribe
  | Unsuback
  | Ping
  | Disconnect
  | Auth;

/** What is written may be a constant, and its bytes may stand in any buffer. */
type Given<T> = T extends Uint8Array
  ? Uint8Array
  : T extends object
    ? { readonly [K in keyof T]: K extends "payload" | "password" ? Uint8Array | string : Given<T[K]> }
    : T;

type Init<T, Needed extends keyof T> = Partial<T> & Pick<T, Needed>;

/** What must be said of a packet to write it. */
export type ControlPacketInit = Given<
  | (Omit<Init<Connect, "type">, "will"> & { will?: Init<WillMessage, "topicName"> })
  | Init<Connack, "type">
  | Init<Publish, "type">
  | Init<Acknowledgement, "type" | "packetIdentifier">
  | (Omit<Subscribe, "subscriptions"> & { subscriptions: Init<Subscription, "topicFilter">[] })
  | Suback
  | Unsubscribe
  | Init<Unsuback, "type" | "packetIdentifier">
  | Ping
  | Init<Disconnect, "type">
  | Init<Auth, "type">
>;

export interface ReadTextOptions {
  /** One of the formats that `readText` gives, if it is known. */
  format?: string;
}

/** A stretch of a text that stands for bytes. */
export interface TextPart {
  bytes: Uint8Array;
  /** Who sent them, where the text or the packets tell. */
  from?: "client" | "server";
  /** When, in milliseconds: only differences count. */
  atMs?: number;
  /** Where they stand in the text, in bytes of UTF-8. */
  start: number;
  end: number;
}

/** A text as it was read. */
export interface TextReading {
  /** What the bytes were written as, as a label for people. */
  format: string;
  /** What they are, if not MQTT on its own. */
  other?:
    | "tls"
    | "http"
    | "websocket"
    | "proxy"
    | "ip"
    | "mqtt-sn"
    | "modbus"
    | "nanomsg"
    | "zeromq"
    | "amqp"
    | "ssh"
    | "modem"
    | "text"
    | "json"
    | "capture"
    | "compressed"
    | "file"
    | "log-without-bytes";
  /** Nothing else is nearly as likely. */
  sure: boolean;
  /** In the order of the text; where MQTT stands inside something else, what is inside. */
  parts: TextPart[];
  /** Other formats that the text may be in. */
  alternatives: string[];
  /** What was left out, filled in or taken off. */
  notes: string[];
}

/**
 * Finds the bytes in a text as people paste it: hex, dumps, literals, logs, JSON, with whatever words around them.
 * Throws an Error when there are none.
 */
export function readText(text: string | Uint8Array, options?: ReadTextOptions): TextReading;

export interface ReadCaptureOptions {
  /** The lines of a key log (`SSLKEYLOGFILE`), for TLS. Those that a pcapng carries are used as well. */
  keyLog?: string | Uint8Array;
  /** Read all packets in this version; `"auto"`, or nothing: in that of their connection. */
  version?: Version | "auto";
}

/** A packet of a captured connection. */
export interface CapturedPacket {
  from: "client" | "server";
  /** When its last byte was captured, in milliseconds since 1970. */
  atMs?: number;
  /** The frame of the file with its last byte, the message of a HAR or flow file, the line of a log; from 1. */
  frame: number;
  /** The name of its type, as `PUBLISH`. */
  type: string;
  /** Not there where a log tells of the packet in words. */
  bytes?: Uint8Array;
  /** What it says, in one line; the log's own words where there are no bytes. */
  summary: string;
}

/** A connection of a capture that carries MQTT. */
export interface CaptureConnection {
  /** Its number among all connections of the file. */
  id: number;
  transport: "tcp" | "tls" | "websocket" | "tls+websocket" | "log";
  /**
   * Addresses with ports; what a HAR file, a proxy or a log calls them: the address of a WebSocket without its query, a Client
   * Identifier. The client of a HAR file is "browser", or "client" where a proxy wrote it. "?" where nothing says who it is.
   */
  client: string;
  server: string;
  /** The version that a CONNECT names, else the one that fits best. Not there where a log does not tell it. */
  version?: Version;
  /** Whether the file has its beginning. */
  fromBeginning: boolean;
  /** How it ended, where the file shows it. */
  ended?: "closed" | "reset" | "replaced" | "taken over" | "timed out" | "failed";
  /** Whole packets, in the order in which they were. */
  packets: CapturedPacket[];
  /** Where bytes are missing, behind so many packets; how many, where that is known. */
  gaps: { from: "client" | "server"; afterPacket: number; bytes?: number }[];
}

/** A capture file as it was read. */
export interface Capture {
  /** What the file begins like: `gzip` may hold a capture, `log` is any of the logs that are read. */
  format: "pcap" | "pcapng" | "gzip" | "har" | "mitmproxy" | "log" | "unknown";
  connections: CaptureConnection[];
  /** What was not read, and why. */
  notes: string[];
}

/**
 * Reads a capture file: pcap, pcapng, gzip of either; a HAR file with WebSocket messages, a flow file of mitmproxy, a log of
 * mosquitto, its clients, paho, EMQX or Tasmota. MQTT is found by its bytes on every port, in WebSocket too, and in TLS with a
 * key log.
 */
export function readCapture(bytes: Uint8Array, options?: ReadCaptureOptions): Capture;

/**
 * The same for a file that comes in chunks, and for keys that come later. It keeps the chunks, since such keys may open what
 * came before them.
 */
export class CaptureReader {
  constructor(options?: ReadCaptureOptions);
  push(chunk: Uint8Array): void;
  addKeyLog(lines: string | Uint8Array): void;
  /** Reads what has come. More may be added and read again. */
  finish(): Capture;
  /** Frees its memory now. */
  free(): void;
  [Symbol.dispose](): void;
}
