// Writes the packets of mqtt-packet.txt: every type in every version, every property at least once.
// How to run it: see README.md.
import { createRequire } from 'node:module'

const require = createRequire(process.cwd() + '/')
const mqtt = require('mqtt-packet')

const LEVELS = { '3.1': 3, '3.1.1': 4, 5: 5 }
const user = { userProperties: { unit: '°C', again: ['1', '2'] } }
const why = { reasonString: 'because', ...user }

function line (version, sender, what, packet) {
  const bytes = mqtt.generate(packet, { protocolVersion: LEVELS[version] })
  console.log(`${version} ${sender} ${bytes.toString('hex')}  # ${packet.cmd} ${what}`.trimEnd())
}

// What all versions have.
for (const version of Object.keys(LEVELS)) {
  const v5 = version === '5'
  const connect = {
    cmd: 'connect',
    protocolId: version === '3.1' ? 'MQIsdp' : 'MQTT',
    protocolVersion: LEVELS[version],
    clean: true,
    clientId: 'scope',
    keepalive: 60
  }
  const will = (qos, retain) => ({ topic: 'last/will', payload: Buffer.from('gone'), qos, retain })
  line(version, 'c', 'plain', connect)
  line(version, 'c', 'session kept, keep alive off', { ...connect, clean: false, keepalive: 0 })
  line(version, 'c', 'user name', { ...connect, username: 'ana' })
  line(version, 'c', 'user name and password', { ...connect, username: 'ana', password: Buffer.from([0, 255, 7]) })
  line(version, 'c', 'will qos 0', { ...connect, will: will(0, false) })
  line(version, 'c', 'will qos 1 retained', { ...connect, will: will(1, true) })
  line(version, 'c', 'everything', { ...connect, will: will(2, true), username: 'ünïcödé', password: Buffer.from('p') })
  if (version !== '3.1') line(version, 'c', 'no client identifier', { ...connect, clientId: '' })

  line(version, 's', 'accepted', { cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: false })
  if (version !== '3.1') line(version, 's', 'session present', { cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: true })
  if (!v5) for (let code = 1; code <= 5; code++) line(version, 's', `refused ${code}`, { cmd: 'connack', returnCode: code, sessionPresent: false })

  const publish = { cmd: 'publish', topic: 'a/b/ç', payload: Buffer.from('23.5'), qos: 0, dup: false, retain: false }
  line(version, '-', 'qos 0', publish)
  line(version, '-', 'qos 0 retained', { ...publish, retain: true })
  line(version, '-', 'qos 1', { ...publish, qos: 1, messageId: 1 })
  line(version, '-', 'qos 1 again', { ...publish, qos: 1, messageId: 1, dup: true })
  line(version, '-', 'qos 2', { ...publish, qos: 2, messageId: 65535 })
  line(version, '-', 'qos 2 retained again', { ...publish, qos: 2, messageId: 256, dup: true, retain: true })
  line(version, '-', 'no payload', { ...publish, payload: Buffer.alloc(0) })
  // Around the step from one byte of Remaining Length to two, and once to three.
  for (const size of version === '3.1.1' ? [118, 119, 120, 16376] : [118, 119, 120]) {
    line(version, '-', `${size} bytes`, { ...publish, payload: Buffer.alloc(size, 'x') })
  }
  for (const cmd of ['puback', 'pubrec', 'pubrel', 'pubcomp']) line(version, '-', '', { cmd, messageId: 258 })

  const subscriptions = [
    { topic: 'a', qos: 0 }, { topic: '+/b/#', qos: 1 }, { topic: '$SYS/#', qos: 2 }
  ]
  line(version, 'c', 'one filter', { cmd: 'subscribe', messageId: 2, subscriptions: subscriptions.slice(0, 1) })
  line(version, 'c', 'three filters', { cmd: 'subscribe', messageId: 3, subscriptions })
  line(version, 's', 'each qos', { cmd: 'suback', messageId: 3, granted: [0, 1, 2] })
  if (version !== '3.1') line(version, 's', 'refused', { cmd: 'suback', messageId: 3, granted: [128, 0] })
  line(version, 'c', 'one filter', { cmd: 'unsubscribe', messageId: 4, unsubscriptions: ['a'] })
  line(version, 'c', 'three filters', { cmd: 'unsubscribe', messageId: 5, unsubscriptions: ['a', '+/b/#', '$SYS/#'] })
  line(version, 's', '', { cmd: 'unsuback', messageId: 5, granted: v5 ? [0, 17, 135] : undefined })
  line(version, 'c', '', { cmd: 'pingreq' })
  line(version, 's', '', { cmd: 'pingresp' })
  line(version, 'c', '', { cmd: 'disconnect' })
}

// What only version 5 has.
const five = (sender, what, packet) => line('5', sender, what, packet)
five('c', 'all properties', {
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 5,
  clean: true,
  clientId: 'scope',
  keepalive: 60,
  properties: {
    sessionExpiryInterval: 4294967295,
    receiveMaximum: 20,
    maximumPacketSize: 1048576,
    topicAliasMaximum: 10,
    requestResponseInformation: true,
    requestProblemInformation: false,
    ...user,
    authenticationMethod: 'SCRAM-SHA-1',
    authenticationData: Buffer.from([1, 2, 3])
  },
  will: {
    topic: 'last/will',
    payload: Buffer.from('gone'),
    qos: 1,
    retain: true,
    properties: {
      willDelayInterval: 30,
      payloadFormatIndicator: true,
      messageExpiryInterval: 3600,
      contentType: 'text/plain',
      responseTopic: 'answers/here',
      correlationData: Buffer.from([9, 8, 7]),
      ...user
    }
  },
  username: 'ana',
  password: Buffer.from('secret')
})
five('s', 'all properties', {
  cmd: 'connack',
  reasonCode: 0,
  sessionPresent: true,
  properties: {
    sessionExpiryInterval: 3600,
    receiveMaximum: 65535,
    maximumQoS: 1,
    retainAvailable: false,
    maximumPacketSize: 100,
    assignedClientIdentifier: 'auto-1',
    topicAliasMaximum: 0,
    ...why,
    wildcardSubscriptionAvailable: true,
    subscriptionIdentifiersAvailable: false,
    sharedSubscriptionAvailable: true,
    serverKeepAlive: 30,
    responseInformation: 'answers/',
    serverReference: 'other:1883',
    authenticationMethod: 'SCRAM-SHA-1',
    authenticationData: Buffer.from([4, 5, 6])
  }
})
for (const reasonCode of [
  0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99,
  0x9a, 0x9b, 0x9c, 0x9d, 0x9f
]) five('s', `refused 0x${reasonCode.toString(16)}`, { cmd: 'connack', reasonCode, sessionPresent: false })

const publish = { cmd: 'publish', topic: 'a', payload: Buffer.from('{}'), qos: 1, messageId: 7, dup: false, retain: false }
five('c', 'all properties of a client', {
  ...publish,
  properties: {
    payloadFormatIndicator: true,
    messageExpiryInterval: 60,
    topicAlias: 5,
    responseTopic: 'answers/here',
    correlationData: Buffer.from([1, 2, 3, 4]),
    ...user,
    contentType: 'application/json'
  }
})
five('c', 'topic by alias', { ...publish, topic: '', properties: { topicAlias: 5 } })
five('s', 'two subscription identifiers', { ...publish, properties: { subscriptionIdentifier: [1, 268435455] } })

const codes = {
  puback: [0, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99],
  pubrec: [0, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99],
  pubrel: [0, 0x92],
  pubcomp: [0, 0x92]
}
for (const [cmd, list] of Object.entries(codes)) {
  for (const reasonCode of list) five('-', `reason 0x${reasonCode.toString(16)}`, { cmd, messageId: 8, reasonCode })
  five('-', 'all properties', { cmd, messageId: 8, reasonCode: 0, properties: why })
}
const subscriptions = []
for (const rh of [0, 1, 2]) {
  for (const nl of [false, true]) {
    for (const rap of [false, true]) subscriptions.push({ topic: `t/${rh}/+`, qos: rh, nl, rap, rh })
  }
}
subscriptions.push({ topic: '$share/group/t/#', qos: 2, nl: false, rap: true, rh: 1 })
five('c', 'all options and properties', {
  cmd: 'subscribe', messageId: 9, subscriptions, properties: { subscriptionIdentifier: 268435455, ...user }
})
five('s', 'all reasons and properties', {
  cmd: 'suback',
  messageId: 9,
  granted: [0, 1, 2, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2],
  properties: why
})
five('c', 'all properties', { cmd: 'unsubscribe', messageId: 10, unsubscriptions: ['t', 'u'], properties: user })
five('s', 'all reasons and properties', {
  cmd: 'unsuback', messageId: 10, granted: [0, 0x11, 0x80, 0x83, 0x87, 0x8f, 0x91], properties: why
})
five('c', 'publish the will', { cmd: 'disconnect', reasonCode: 4 })
five('c', 'all properties of a client', { cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 10, ...why } })
five('s', 'all properties of a server', { cmd: 'disconnect', reasonCode: 0x9d, properties: { serverReference: 'other', ...why } })
for (const reasonCode of [
  0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97,
  0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2
]) five('s', `reason 0x${reasonCode.toString(16)}`, { cmd: 'disconnect', reasonCode })
const method = { authenticationMethod: 'SCRAM-SHA-1', authenticationData: Buffer.from([0, 1]) }
five('s', 'success', { cmd: 'auth', reasonCode: 0, properties: method })
five('-', 'continue', { cmd: 'auth', reasonCode: 0x18, properties: { ...method, ...why } })
five('c', 'again', { cmd: 'auth', reasonCode: 0x19, properties: { authenticationMethod: 'SCRAM-SHA-1' } })
