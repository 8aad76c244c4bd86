// A WebSocket peer that misbehaves in one chosen way, as servers and proxies of people's reports did. It is
// written with sockets only, since a library would not break the rules that it breaks.
import { createHash } from "node:crypto";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** What it does wrong. */
export type Mode =
  | "nosub" // answers without Sec-WebSocket-Protocol
  | "oldsub" // answers with a subprotocol that nobody offered
  | "http200" // answers the upgrade with a web page
  | "http400" // answers the upgrade with 400
  | "tcp" // speaks plain MQTT: never answers the upgrade
  | "text" // CONNACK in a text frame
  | "split" // every byte of an answer in a frame of its own
  | "joined" // SUBACK and two PUBLISH in one frame
  | "empty" // an empty binary frame before each answer
  | "denysub" // drops TCP at the first SUBSCRIBE, without a close frame
  | "suback92" // SUBACK whose first byte is 0x92
  | "subackempty" // SUBACK without a code
  | "sp1" // Session Present 1 after Clean Start
  | "takeover" // close frame 1000 half a second after CONNACK
  | "once" // the same, the first time only
  | "silent" // never answers CONNECT
  | "frozen" // answers nothing after CONNACK, as a process that was stopped
  | "pings" // thirty PINGRESP that nobody asked for
  | "bye" // a DISCONNECT after CONNACK, and the socket stays open
  | "noping" // never answers PINGREQ
  | "form311" // answers a CONNECT of version 5 in the form of 3.1.1
  | "maxqos2" // CONNACK of version 5 with Maximum QoS 2
  | "half" // begins a PUBLISH of 300 bytes after the SUBACK, and stops
  | "garbage" // answers the CONNECT with bytes that are no packet
  | "good";

const SUBPROTOCOLS: Partial<Record<Mode, string>> = { nosub: "", oldsub: "Sec-WebSocket-Protocol: mqttv3.1\r\n" };

function frame(data: Buffer, opcode = 2): Buffer {
  const head = data.length < 126 ? [0x80 | opcode, data.length] : [0x80 | opcode, 126, data.length >> 8, data.length & 255];
  return Buffer.concat([Buffer.from(head), data]);
}

/** The whole frames at the beginning of the bytes, unmasked, and how many bytes they take. */
function frames(bytes: Buffer): { found: { opcode: number; data: Buffer }[]; used: number } {
  const found = [];
  let used = 0;
  for (;;) {
    const rest = bytes.subarray(used);
    if (rest.length < 2) return { found, used };
    let [length, at] = [rest[1]! & 127, 2];
    if (length === 126) {
      if (rest.length < 4) return { found, used };
      [length, at] = [rest.readUInt16BE(2), 4];
    }
    const isMasked = (rest[1]! & 128) !== 0;
    const start = at + (isMasked ? 4 : 0);
    if (rest.length < start + length) return { found, used };
    const data = Buffer.from(rest.subarray(start, start + length));
    if (isMasked) data.forEach((byte, place) => { data[place] = byte ^ rest[at + (place % 4)]!; });
    found.push({ opcode: rest[0]! & 15, data });
    used += start + length;
  }
}

export class Misbehaving {
  /** Packet types that came, by the high four bits of their first byte. */
  readonly came: number[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(private readonly mode: Mode) {
    this.server = createServer((socket) => this.serve(socket));
  }

  static async start(mode: Mode): Promise<Misbehaving> {
    const peer = new Misbehaving(mode);
    await new Promise<void>((resolve) => peer.server.listen(0, "127.0.0.1", resolve));
    return peer;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/mqtt`;
  }

  async stop() {
    this.sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket) {
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.sockets.delete(socket));
    let [isOpen, isV5] = [false, false];
    let bytes: Buffer = Buffer.alloc(0);
    let packets: Buffer = Buffer.alloc(0);
    socket.on("data", (data) => {
      if (this.mode === "tcp") return;
      bytes = Buffer.concat([bytes, data]);
      if (!isOpen) {
        const end = bytes.indexOf("\r\n\r\n");
        if (end < 0) return;
        if (!this.upgrade(socket, bytes.subarray(0, end).toString())) return;
        isOpen = true;
        bytes = bytes.subarray(end + 4);
      }
      const { found, used } = frames(bytes);
      bytes = bytes.subarray(used);
      for (const { opcode, data } of found) {
        if (opcode === 8) {
          socket.end(frame(data, 8));
          return;
        }
        packets = Buffer.concat([packets, data]);
      }
      while (packets.length >= 2 && packets.length >= 2 + packets[1]!) {
        const length = packets[1]!;
        const [first, body] = [packets[0]!, Buffer.from(packets.subarray(2, 2 + length))];
        packets = packets.subarray(2 + length);
        if (first >> 4 === 1) isV5 = body[6] === 5;
        this.came.push(first >> 4);
        this.answer(socket, first, body, isV5);
      }
    });
  }

  /** Whether the WebSocket is open then. */
  private upgrade(socket: Socket, head: string): boolean {
    if (this.mode === "http200") {
      socket.end("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\n<p>hi</p>");
      return false;
    }
    if (this.mode === "http400") {
      socket.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
      return false;
    }
    const key = /^sec-websocket-key: *(.+)$/im.exec(head)?.[1]?.trim() ?? "";
    const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    const subprotocol = SUBPROTOCOLS[this.mode] ?? "Sec-WebSocket-Protocol: mqtt\r\n";
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${subprotocol}\r\n`,
    );
    return true;
  }

  private answer(socket: Socket, first: number, body: Buffer, isV5: boolean) {
    const { mode } = this;
    const send = (...numbers: number[]) => {
      const data = Buffer.from(numbers);
      if (mode === "empty") socket.write(frame(Buffer.alloc(0)));
      if (mode === "text") socket.write(frame(data, 1));
      else if (mode === "split") numbers.forEach((byte) => socket.write(frame(Buffer.from([byte]))));
      else socket.write(frame(data));
    };
    if (mode === "frozen" && first >> 4 !== 1) return;
    const id = [...body.subarray(0, 2)];
    const none = isV5 ? [0] : [];
    switch (first >> 4) {
      case 1: {
        const present = mode === "sp1" ? 1 : 0;
        if (mode === "silent") return;
        if (mode === "garbage") send(0xff, 0xfe, 0xfd, 0, ...Buffer.from("garbage"));
        else if (mode === "form311" && isV5) send(0x20, 2, 0, 1);
        else if (mode === "maxqos2" && isV5) send(0x20, 5, present, 0, 2, 0x24, 2);
        else if (isV5) send(0x20, 3, present, 0, 0);
        else send(0x20, 2, present, 0);
        if (mode === "pings") for (let count = 0; count < 30; count++) send(0xd0, 0);
        if (mode === "bye" && isV5) send(0xe0, 1, 0x8b);
        const isFirst = this.came.filter((type) => type === 1).length === 1;
        if (mode === "takeover" || (mode === "once" && isFirst)) setTimeout(() => socket.end(frame(Buffer.from([3, 0xe8]), 8)), 500);
        return;
      }
      case 3: {
        const qos = (first >> 1) & 3;
        const after = 2 + body.readUInt16BE(0);
        if (qos > 0) send(qos === 1 ? 0x40 : 0x50, 2, body[after]!, body[after + 1]!);
        return;
      }
      case 6:
        send(0x70, 2, ...id);
        return;
      case 8: {
        if (mode === "denysub") {
          socket.destroy();
          return;
        }
        const codes = mode === "subackempty" ? [] : [0];
        const rest = [...id, ...none, ...codes];
        const suback = [mode === "suback92" ? 0x92 : 0x90, rest.length, ...rest];
        const retained = (topic: string) => {
          const message = [0, 1, topic.charCodeAt(0), ...none, ...Buffer.from(`retained ${topic}`)];
          return [0x31, message.length, ...message];
        };
        send(...suback, ...(mode === "joined" ? [...retained("a"), ...retained("b")] : []));
        if (mode === "half") send(0x30, 0xa9, 2, 0, 1, 0x74, 0, 0x78, 0x78);
        return;
      }
      case 10:
        send(0xb0, 2 + 2 * none.length, ...id, ...none, ...none);
        return;
      case 12:
        if (mode !== "noping") send(0xd0, 0);
        return;
      case 14:
        socket.end();
    }
  }
}
