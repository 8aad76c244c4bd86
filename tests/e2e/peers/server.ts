// A WebSocket server that sends exactly what a test wants: no broker is as bad.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

/** A packet with its length in front. */
export function packet(first: number, body: Buffer): Buffer {
  const length: number[] = [];
  let left = body.length;
  do {
    const byte = left % 128;
    left = Math.floor(left / 128);
    length.push(left > 0 ? byte | 128 : byte);
  } while (left > 0);
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

/** A PUBLISH of QoS 0 in MQTT 5 without properties. */
export function publish(topic: string, payload = ""): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(topic.length);
  return packet(0x30, Buffer.concat([head, Buffer.from(topic), Buffer.from([0]), Buffer.from(payload)]));
}

/** A CONNACK of MQTT 5 with so many User Properties. */
export function connack(userProperties = 0): Buffer {
  const properties = Buffer.alloc(userProperties * 7);
  for (let at = 0; at < properties.length; at += 7) properties.set([0x26, 0, 1, 0x61, 0, 1, 0x62], at);
  // A Variable Byte Integer stands before the properties as it stands before a packet's body.
  return packet(0x20, Buffer.concat([Buffer.from([0, 0]), packet(0, properties).subarray(1)]));
}

/** A binary WebSocket frame. Its length must be written in the shortest form. */
function frame(bytes: Buffer): Buffer {
  if (bytes.length < 126) return Buffer.concat([Buffer.from([0x82, bytes.length]), bytes]);
  if (bytes.length < 65_536) return Buffer.concat([Buffer.from([0x82, 126, bytes.length >> 8, bytes.length & 0xff]), bytes]);
  const head = Buffer.alloc(10);
  head[0] = 0x82;
  head[1] = 127;
  head.writeBigUInt64BE(BigInt(bytes.length), 2);
  return Buffer.concat([head, bytes]);
}

/** Starts a server that answers the first bytes of each connection with these, and sends no more. */
export async function serve(answer: () => Buffer[]) {
  const sockets = new Set<Duplex>();
  const server = createServer();
  server.on("upgrade", (request, socket) => {
    sockets.add(socket);
    const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash("sha1").update(key).digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n`,
    );
    socket.on("error", () => {});
    socket.once("data", () => answer().forEach((bytes) => socket.write(frame(bytes))));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      sockets.forEach((socket) => socket.destroy());
      server.close();
    },
  };
}
