// Records Chromium and aedes (over the WebSocket server `ws`) with tcpdump on loopback, with messages that are compressed
// (permessage-deflate, RFC 7692): once with a window that is kept between messages, once with a new one for each.
//
// Needs root, tcpdump, Chromium, and a folder with the npm packages aedes, ws and mqtt-packet. Writes NAME.pcap, and NAME.txt
// with what the client published and received, a line each: node record_deflate.mjs FOLDER [CHROMIUM]
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const [folder, chromium = 'chromium'] = process.argv.slice(2)
const require = createRequire(join(resolve(folder), 'node_modules/'))
const { Aedes } = require('aedes')
const { WebSocketServer, createWebSocketStream } = require('ws')
const { generate } = require('mqtt-packet')

const HERE = join(import.meta.dirname, 'recorded')
const PORT = 18835

const messages = [0, 1, 2].map((qos) => ({
  topic: `hall/${qos}`,
  payload: `message ${qos} of the recording, ${'long '.repeat(40 * qos)}end`,
  qos
}))
const packets = [
  { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: 'recorder', keepalive: 60 },
  { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'hall/#', qos: 2 }] },
  ...messages.map((message, index) => ({ cmd: 'publish', messageId: index + 2, retain: false, dup: false, ...message })),
  { cmd: 'disconnect' }
].map((packet) => generate(packet).toString('hex'))

/** Runs in Chromium: sends a packet when the one before is answered, and tells what came. */
async function client(address, packets, messages) {
  const [connect, subscribe, ...rest] = packets
  const disconnect = rest.pop()
  const lines = messages.map(({ topic, payload }) => `sent ${topic} ${payload}`)
  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16))
  const socket = new WebSocket(address, 'mqtt')
  socket.binaryType = 'arraybuffer'
  let held = []
  let got = 0
  let acknowledged = 1
  const end = () => {
    if (got === messages.length && acknowledged === messages.length) socket.send(bytes(disconnect))
  }
  const take = (packet, body) => {
    const id = [...body.slice(0, 2)]
    switch (packet[0] >> 4) {
      case 2: return socket.send(bytes(subscribe))
      case 9: return rest.forEach((publish) => socket.send(bytes(publish)))
      case 3: {
        const qos = (packet[0] >> 1) & 3
        const behind = 2 + body[0] * 256 + body[1]
        const of = [...body.slice(behind, behind + 2)]
        const text = (part) => new TextDecoder().decode(Uint8Array.from(part))
        lines.push(`got ${text(body.slice(2, behind))} ${text(body.slice(qos ? behind + 2 : behind))}`)
        if (qos === 1) socket.send(Uint8Array.from([0x40, 2, ...of]))
        if (qos === 2) socket.send(Uint8Array.from([0x50, 2, ...of]))
        if (qos < 2) got += 1
        break
      }
      case 4: case 7: acknowledged += 1; break
      case 5: return socket.send(Uint8Array.from([0x62, 2, ...id]))
      case 6: socket.send(Uint8Array.from([0x70, 2, ...id])); got += 1; break
    }
    end()
  }
  socket.onopen = () => socket.send(bytes(connect))
  socket.onmessage = ({ data }) => {
    held.push(...new Uint8Array(data))
    for (;;) {
      let length = 0
      let at = 1
      for (let shift = 0; ; shift += 7) {
        if (at >= held.length) return
        length += (held[at] & 127) << shift
        if (held[at++] < 128) break
      }
      if (held.length < at + length) return
      take(held, held.slice(at, at + length))
      held = held.slice(at + length)
    }
  }
  await new Promise((done) => { socket.onclose = done })
  await fetch('/done', { method: 'POST', body: `${socket.extensions}\n${lines.join('\n')}\n` })
}

async function record(name, deflate) {
  const broker = await Aedes.createBroker({ id: 'recorded' })
  const server = http.createServer()
  new WebSocketServer({ server, perMessageDeflate: { threshold: 0, ...deflate } }).on('connection', (socket, request) => {
    broker.handle(createWebSocketStream(socket), request)
  })
  await once(server.listen(PORT, '127.0.0.1'), 'listening')

  const out = join(HERE, `${name}.pcap`)
  const dump = spawn('tcpdump', ['-i', 'lo', '-U', '--immediate-mode', '-Z', 'root', '-w', out, 'tcp', 'port', String(PORT)])
  for (let said = ''; !said.includes('listening on');) said += String((await once(dump.stderr, 'data'))[0])

  // The page is at another port, which is not recorded.
  const script = `(${client})('ws://127.0.0.1:${PORT}/', ${JSON.stringify(packets)}, ${JSON.stringify(messages)})`
  let told
  const done = new Promise((resolve) => { told = resolve })
  const page = http.createServer(async (request, response) => {
    if (request.method === 'POST') {
      let text = ''
      for await (const piece of request) text += piece
      told(text)
    }
    response.setHeader('content-type', 'text/html').end(request.url === '/' ? `<script>${script}</script>` : '')
  })
  await once(page.listen(0, '127.0.0.1'), 'listening')
  const profile = mkdtempSync(join(tmpdir(), 'recorder-'))
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`]
  const browser = execFile(chromium, [...flags, '--remote-debugging-port=0', `http://127.0.0.1:${page.address().port}/`])
  const [extensions, ...lines] = (await done).split('\n')
  console.log(`${name}: ${extensions}`)
  writeFileSync(join(HERE, `${name}.txt`), lines.join('\n'))
  await pause(500)
  const gone = once(browser, 'exit')
  browser.kill()
  await gone
  dump.kill('SIGINT')
  await once(dump, 'exit')
  rmSync(profile, { recursive: true, force: true })
  page.close()
  server.close()
  broker.close()
}

await record('websocket-deflate', {})
await record('websocket-deflate-alone', { serverNoContextTakeover: true, clientNoContextTakeover: true })
process.exit()
