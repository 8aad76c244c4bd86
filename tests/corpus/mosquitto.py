"""Writes the packets of mosquitto.txt: a real client and a real broker, both directions, as they
were on the wire. How to run it: see README.md.

The client is paho-mqtt, the broker is mosquitto, and a relay between them writes down what passes.
"""

import pathlib
import socket
import subprocess
import tempfile
import threading

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

VERSIONS = {"3.1": paho.MQTTv31, "3.1.1": paho.MQTTv311, "5": paho.MQTTv5}
NAMES = "- CONNECT CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE SUBACK UNSUBSCRIBE UNSUBACK PINGREQ PINGRESP DISCONNECT AUTH".split()
LIMIT = 20  # seconds that anything may take


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    def __init__(self, folder):
        self.port = free_port()
        config = pathlib.Path(folder) / "mosquitto.conf"
        config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
        self.process = subprocess.Popen(
            ["mosquitto", "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(1000):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                threading.Event().wait(0.01)
        raise RuntimeError("the broker does not listen")

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Relay:
    """Takes one connection to the broker and keeps its bytes."""

    def __init__(self, broker):
        self.broker = broker
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.packets = []
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        client, _ = self.listener.accept()
        self.listener.close()
        server = socket.create_connection(("127.0.0.1", self.broker.port))
        up = threading.Thread(target=self.pump, args=(client, server, "c"))
        up.start()
        self.pump(server, client, "s")
        up.join()
        client.close()
        server.close()

    def pump(self, source, sink, sender):
        pending = b""
        while True:
            try:
                chunk = source.recv(65536)
            except OSError:
                chunk = b""
            if not chunk:
                break
            pending += chunk
            while (size := packet_size(pending)) is not None and size <= len(pending):
                with self.lock:
                    self.packets.append((sender, pending[:size]))
                pending = pending[size:]
            sink.sendall(chunk)
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def packet_size(data):
    length = 0
    for index, byte in enumerate(data[1:5]):
        length |= (byte & 127) << (7 * index)
        if byte < 128:
            return 2 + index + length
    return None


def wait(event, what):
    if not event.wait(LIMIT):
        raise RuntimeError(f"no {what}")
    event.clear()


def properties(kind, **values):
    result = Properties(kind)
    for name, value in values.items():
        setattr(result, name, value)
    return result


def connection(broker, version, script, **options):
    """One connection of a client, from CONNECT to DISCONNECT."""
    relay = Relay(broker)
    v5 = version == "5"
    if not v5:
        options.setdefault("clean_session", True)
    client = paho.Client(
        paho.CallbackAPIVersion.VERSION2, client_id=f"scope-{version}", protocol=VERSIONS[version], **options
    )
    events = {name: threading.Event() for name in ("connect", "subscribe", "message", "publish", "unsubscribe", "disconnect")}
    for name, event in events.items():
        setattr(client, f"on_{name}", lambda *_, event=event: event.set())
    will = properties(PacketTypes.WILLMESSAGE, WillDelayInterval=5, ContentType="text/plain") if v5 else None
    client.will_set("last/will", b"gone", qos=1, retain=False, properties=will)
    client.username_pw_set("ana", "secret")
    extra = {}
    if v5:
        extra["properties"] = properties(
            PacketTypes.CONNECT, SessionExpiryInterval=60, ReceiveMaximum=10, TopicAliasMaximum=10, UserProperty=[("a", "b")]
        )
        extra["clean_start"] = True
    client.connect("127.0.0.1", relay.port, 60, **extra)
    client.loop_start()
    wait(events["connect"], "CONNACK")
    script(client, events, v5)
    client.disconnect()
    wait(events["disconnect"], "end")
    client.loop_stop()
    relay.thread.join()
    for sender, packet in relay.packets:
        print(f"{version} {sender} {packet.hex()}  # {NAMES[packet[0] >> 4]}")


def everything(client, events, v5):
    for qos in (0, 1, 2):
        topic = f"scope/{qos}"
        if v5:
            options = SubscribeOptions(qos=qos, noLocal=False, retainAsPublished=True, retainHandling=qos)
            client.subscribe(topic, options=options, properties=properties(PacketTypes.SUBSCRIBE, SubscriptionIdentifier=qos + 1))
        else:
            client.subscribe(topic, qos)
        wait(events["subscribe"], "SUBACK")
        extra = {}
        if v5:
            extra["properties"] = properties(
                PacketTypes.PUBLISH,
                PayloadFormatIndicator=1,
                MessageExpiryInterval=60,
                ResponseTopic="scope/answer",
                CorrelationData=b"\x00\x01",
                ContentType="text/plain",
                UserProperty=[("unit", "°C"), ("unit", "K")],
            )
        for payload in (b"23.5", b"", b"x" * 300):
            client.publish(topic, payload, qos, **extra)
            wait(events["publish"], "acknowledgement")
            wait(events["message"], "message")
        client.publish(f"scope/kept/{qos}", b"kept", qos, retain=True)
        wait(events["publish"], "acknowledgement")
    client.subscribe("scope/kept/+", 2)
    wait(events["subscribe"], "SUBACK")
    wait(events["message"], "message")
    client.publish("nobody/listens", b"?", 1)
    wait(events["publish"], "PUBACK")
    client.unsubscribe(["scope/0", "scope/1", "never/subscribed"])
    wait(events["unsubscribe"], "UNSUBACK")
    client._send_pingreq()
    # The answer to the ping comes before the answer to this.
    client.unsubscribe("scope/2")
    wait(events["unsubscribe"], "UNSUBACK")


def main():
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(folder)
        try:
            for version in VERSIONS:
                connection(broker, version, everything)
        finally:
            broker.stop()


if __name__ == "__main__":
    main()
