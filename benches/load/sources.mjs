// Where the load comes from: mosquitto, one packet a WebSocket message, and a server that packs.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as dial, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { WebSocketServer } from "ws";

import { connect, packed } from "./packets.mjs";

/** A port that nobody uses. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

/**
 * A server that answers CONNECT and SUBSCRIBE, and sends `count` packets in messages of 16 KiB when
 * it is told to, as fast as they are taken.
 */
export async function replay(size) {
  const port = await freePort();
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port,
    perMessageDeflate: false,
    handleProtocols: () => "mqtt",
  });
  await once(server, "listening");
  let subscriber;
  let subscribed;
  server.on("connection", (socket) => {
    socket.on("message", (message) => {
      // Clients send these packets one by one.
      switch (message[0] >> 4) {
        case 1:
          socket.send(Buffer.from([0x20, 2, 0, 0]));
          break;
        case 8:
          socket.send(Buffer.from([0x90, 3, message[2], message[3], 0]));
          subscriber = socket;
          subscribed?.();
          break;
        case 12:
          socket.send(Buffer.from([0xd0, 0]));
          break;
      }
    });
  });
  return {
    name: "packed, 16 KiB a message",
    url: `ws://127.0.0.1:${port}/mqtt`,
    subscribed: () => new Promise((resolve) => { subscribed = resolve; }),
    async send(count) {
      for (const chunk of packed(count, size, 16_384)) {
        if (subscriber.readyState !== subscriber.OPEN) return;
        subscriber.send(chunk);
        while (subscriber.bufferedAmount > 1 << 20) await wait(1);
      }
    },
    stop: () => {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}

/** mosquitto, and a publisher that writes to it over TCP. */
export async function mosquitto(size) {
  const folder = mkdtempSync(join(tmpdir(), "mqttscope-load-"));
  const [tcp, ws] = [await freePort(), await freePort()];
  const file = join(folder, "mosquitto.conf");
  writeFileSync(
    file,
    [
      "allow_anonymous true",
      "persistence false",
      "log_dest none",
      "max_queued_messages 0",
      "max_queued_bytes 0",
      ...(process.getuid?.() === 0 ? ["user root"] : []),
      `listener ${tcp} 127.0.0.1`,
      `listener ${ws} 127.0.0.1`,
      "protocol websockets",
      "socket_domain ipv4",
    ].join("\n"),
  );
  const broker = spawn("mosquitto", ["-c", file], { stdio: "ignore" });
  await wait(700);
  if (broker.exitCode !== null) throw new Error("mosquitto does not start");
  return {
    name: "mosquitto, a packet a message",
    url: `ws://127.0.0.1:${ws}/mqtt`,
    // The SUBACK is on its way when the page says that it is subscribed.
    subscribed: () => wait(500),
    async send(count) {
      const socket = dial(tcp, "127.0.0.1");
      socket.write(connect("load"));
      await once(socket, "data");
      for (const chunk of packed(count, size, 16_384)) {
        if (!socket.write(chunk)) await once(socket, "drain");
      }
      socket.end(Buffer.from([0xe0, 0]));
      await once(socket, "close");
    },
    stop: () => {
      broker.kill();
      rmSync(folder, { recursive: true });
    },
  };
}
