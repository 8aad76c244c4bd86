#!/usr/bin/env python3
"""The Paho client against the project's broker: every version, every QoS.

Needs paho-mqtt 2.x. Prints a line a check and exits with 1 if one failed.
Every wait is for a condition, with a limit only to end a failed run.
"""
import itertools
import queue
import socket
import sys
import uuid

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from broker_under_test import start

HOST, PORT = start()
LIMIT = 20
VERSIONS = {"3.1": mqtt.MQTTv31, "3.1.1": mqtt.MQTTv311, "5": mqtt.MQTTv5}


class Client:
    """A connected client whose callbacks fill queues."""

    def __init__(self, version, identifier=None, clean=True, expiry=0, will=None, **connect):
        self.v5 = version == "5"
        arguments = {} if self.v5 else {"clean_session": clean}
        self.id = identifier or "c" + uuid.uuid4().hex[:12]
        self.mqtt = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, self.id, protocol=VERSIONS[version],
                                reconnect_on_failure=False, **arguments)
        self.mqtt.max_queued_messages_set(0)
        self.messages, self.connected, self.granted, self.gone = (queue.Queue() for _ in range(4))
        self.mqtt.on_message = lambda c, u, m: self.messages.put(m)
        self.mqtt.on_connect = lambda c, u, flags, code, p: self.connected.put((flags, code, p))
        self.mqtt.on_subscribe = lambda c, u, i, codes, p: self.granted.put(codes)
        self.mqtt.on_unsubscribe = lambda c, u, i, codes, p: self.granted.put(codes)
        self.mqtt.on_disconnect = lambda c, u, flags, code, p: self.gone.put(code)
        if will:
            self.mqtt.will_set(**will)
        arguments = {}
        if self.v5:
            properties = Properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = expiry
            for name, value in connect.items():
                setattr(properties, name, value)
            arguments = {"clean_start": clean, "properties": properties}
        self.mqtt.connect(HOST, PORT, 60, **arguments)
        self.mqtt.loop_start()
        self.flags, code, self.connack = self.connected.get(timeout=LIMIT)
        assert not code.is_failure, f"CONNACK {code}"

    def subscribe(self, topic, qos=0, **options):
        if self.v5:
            self.mqtt.subscribe(topic, options=SubscribeOptions(qos=qos, **options))
        else:
            self.mqtt.subscribe(topic, qos)
        codes = self.granted.get(timeout=LIMIT)
        assert not codes[0].is_failure, f"SUBACK {codes[0]}"
        return self

    def publish(self, topic, payload, qos=0, retain=False, properties=None):
        self.mqtt.publish(topic, payload, qos, retain, properties).wait_for_publish(LIMIT)

    def take(self, count):
        return [self.messages.get(timeout=LIMIT) for _ in range(count)]

    def nothing(self):
        """A message to oneself comes back and nothing came before it."""
        topic = "marker/" + uuid.uuid4().hex
        self.subscribe(topic, 1)
        self.publish(topic, b"marker", 1)
        got = self.messages.get(timeout=LIMIT)
        assert got.topic == topic, f"unexpected {got.topic} {got.payload[:40]!r}"

    def close(self):
        self.mqtt.disconnect()
        self.gone.get(timeout=LIMIT)
        self.mqtt.loop_stop()

    def drop(self):
        """Ends the connection without a DISCONNECT."""
        raw = self.mqtt.socket()
        raw.shutdown(socket.SHUT_RDWR)
        self.gone.get(timeout=LIMIT)
        self.mqtt.loop_stop()


def fresh(name):
    return f"test/{name}/{uuid.uuid4().hex[:8]}"


def two_hundred(sender, receiver, qos):
    """200 messages: none lost, in order, none twice (QoS 0 on an unbroken connection too)."""
    topic = fresh("many")
    s = Client(receiver).subscribe(topic, qos)
    p = Client(sender)
    infos = [p.mqtt.publish(topic, b"%d" % n, qos) for n in range(200)]
    for info in infos:
        info.wait_for_publish(LIMIT)
    got = s.take(200)
    assert [int(m.payload) for m in got] == list(range(200)), "lost, doubled or out of order"
    assert {m.qos for m in got} == {qos}
    s.nothing()
    p.close()
    s.close()


def persistent(version, qos):
    """200 messages wait for a client that is away; it reads some, is cut off, and reads the rest."""
    topic, name = fresh("kept"), "kept" + uuid.uuid4().hex[:10]
    Client(version, name, clean=False, expiry=300).subscribe(topic, qos).close()
    p = Client("5")
    for n in range(200):
        p.mqtt.publish(topic, b"%d" % n, qos)
    p.publish(topic, b"200", qos)
    seen = []
    s = Client(version, name, clean=False, expiry=300)
    assert s.flags.session_present or version == "3.1"
    seen += [int(m.payload) for m in s.take(50)]
    s.drop()
    seen += [int(m.payload) for m in list(s.messages.queue)]
    # The same client object resumes, so that its own QoS 2 state lives on as the standard asks.
    s.messages = queue.Queue()
    if s.v5:
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 300
        s.mqtt.connect(HOST, PORT, 60, clean_start=False, properties=properties)
    else:
        s.mqtt.connect(HOST, PORT, 60)
    s.mqtt.loop_start()
    s.connected.get(timeout=LIMIT)
    while 200 not in seen:
        seen.append(int(s.messages.get(timeout=LIMIT).payload))
    if qos == 2:
        assert seen == list(range(201)), "QoS 2: lost, doubled or out of order"
    assert sorted(set(seen)) == list(range(201)), "lost"
    s.nothing()
    s.close()
    p.close()
    Client(version, name, clean=True).close()


def retained(version):
    topic = fresh("retained")
    p = Client(version)
    p.publish(topic, b"kept", 1, True)
    s = Client(version).subscribe(topic + "/#", 1)
    (m,) = s.take(1)
    assert m.retain and m.payload == b"kept"
    p.publish(topic, b"live", 1, True)
    (m,) = s.take(1)
    assert not m.retain
    p.publish(topic, b"", 1, True)
    (m,) = s.take(1)
    assert m.payload == b""
    late = Client(version).subscribe(topic, 1)
    late.nothing()
    for c in (p, s, late):
        c.close()


def will(version):
    topic = fresh("will")
    s = Client(version).subscribe(topic, 2)
    Client(version, will={"topic": topic, "payload": "lost", "qos": 2}).drop()
    (m,) = s.take(1)
    assert m.payload == b"lost" and m.qos == 2
    Client(version, will={"topic": topic, "payload": "lost", "qos": 2}).close()
    s.nothing()
    s.close()


def takeover(version):
    name = "twice" + uuid.uuid4().hex[:8]
    first = Client(version, name)
    second = Client(version, name)
    code = first.gone.get(timeout=LIMIT)
    assert version != "5" or str(code) == "Session taken over", code
    second.nothing()
    second.close()
    first.mqtt.loop_stop()


def shared(version):
    topic = fresh("shared")
    members = [Client(version).subscribe(f"$share/group/{topic}", 1) for _ in range(3)]
    p = Client(version)
    for n in range(90):
        p.publish(topic, b"%d" % n, 1)
    got = [m.take(30) for m in members]
    assert sorted(int(m.payload) for part in got for m in part) == list(range(90))
    for m in members:
        m.nothing()
        m.close()
    p.close()


def wildcards(version):
    base = fresh("wild")
    s = Client(version).subscribe(f"{base}/+/x/#", 0)
    for end in ("/a/x", "/a/y", "/b/x/y/z", "/x"):
        s.publish(base + end, end.encode(), 1)
    assert sorted(m.payload for m in s.take(2)) == [b"/a/x", b"/b/x/y/z"]
    s.nothing()
    s.close()


def request_response(version):
    assert version == "5"
    ask = fresh("ask")
    server = Client(version).subscribe(ask, 1)
    client = Client(version, RequestResponseInformation=1)
    answer = client.connack.ResponseInformation + "/answers"
    client.subscribe(answer, 1)
    properties = Properties(PacketTypes.PUBLISH)
    properties.ResponseTopic, properties.CorrelationData = answer, b"\x00\xff1"
    properties.UserProperty = [("b", "1"), ("a", "2")]
    client.publish(ask, b"?", 1, properties=properties)
    (m,) = server.take(1)
    assert m.properties.UserProperty == [("b", "1"), ("a", "2")]
    back = Properties(PacketTypes.PUBLISH)
    back.CorrelationData = m.properties.CorrelationData
    server.publish(m.properties.ResponseTopic, b"!", 1, properties=back)
    (m,) = client.take(1)
    assert m.payload == b"!" and m.properties.CorrelationData == b"\x00\xff1"
    server.close()
    client.close()


def flow_control(version):
    assert version == "5"
    topic = fresh("flow")
    s = Client(version, ReceiveMaximum=1, MaximumPacketSize=300, TopicAliasMaximum=4).subscribe(topic, 2)
    p = Client(version)
    for n in range(50):
        p.publish(topic, b"%d" % n, 2)
    p.publish(topic, b"x" * 400, 1)
    p.publish(topic, b"50", 1)
    assert [int(m.payload) for m in s.take(51)] == list(range(51))
    s.close()
    p.close()


def large(version):
    topic = fresh("large")
    s = Client(version).subscribe(topic, 1)
    payload = bytes(range(256)) * 20_000
    s.publish(topic, payload, 1)
    (m,) = s.take(1)
    assert m.payload == payload
    s.close()


def checks():
    for sender, receiver, qos in itertools.product(VERSIONS, VERSIONS, (0, 1, 2)):
        yield f"200 messages at QoS {qos}, {sender} to {receiver}", two_hundred, (sender, receiver, qos)
    for version, qos in itertools.product(VERSIONS, (1, 2)):
        yield f"session kept over cuts, QoS {qos}, {version}", persistent, (version, qos)
    for check in (retained, will, takeover, shared, wildcards, large):
        for version in VERSIONS:
            yield f"{check.__name__}, {version}", check, (version,)
    for check in (request_response, flow_control):
        yield f"{check.__name__.replace('_', ' ')}, 5", check, ("5",)


def main():
    failed = 0
    for name, check, arguments in checks():
        try:
            check(*arguments)
            print(f"ok    {name}", flush=True)
        except (AssertionError, queue.Empty, OSError, RuntimeError, ValueError, AttributeError) as error:
            failed += 1
            print(f"FAIL  {name}: {type(error).__name__} {error}", flush=True)
    print(f"{failed} failed" if failed else "all passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
