"""Writes conversations/*.txt: whole conversations of real clients with a real broker, both directions
in one order, with times. How to run it: see README.md.

A relay with one thread stands between: it writes down what it has read before it passes it on, so the
order of the lines is an order in which things can have happened.
"""

import contextlib
import pathlib
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

VERSIONS = {"mqttv31": paho.MQTTv31, "mqttv311": paho.MQTTv311, "mqttv5": paho.MQTTv5}
LIMIT = 20  # seconds that anything may take
QUIET = 3  # seconds without a message, after which none is waited for


class Relay:
    """Takes connections to the broker and keeps what passes."""

    def __init__(self, port, login):
        self.broker = port
        self.login = login  # user name and password, or none
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lines = []
        self.began = time.monotonic()
        self.peers = {}  # socket: (its peer, number, sender)
        self.count = 0
        self.break_next = False
        self.stopping, self.stop_pipe = socket.socketpair()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def note(self, number, what, data=b""):
        millis = int((time.monotonic() - self.began) * 1000)
        self.lines.append(f"{millis} {number} {what} {data.hex()}".rstrip())

    def run(self):
        while True:
            ready, _, _ = select.select([self.listener, self.stopping, *self.peers], [], [])
            for source in ready:
                if source is self.stopping:
                    return
                if source is self.listener:
                    self.accept()
                elif source in self.peers:
                    self.move(source)

    def accept(self):
        client, _ = self.listener.accept()
        server = socket.create_connection(("127.0.0.1", self.broker))
        self.count += 1
        self.peers[client] = (server, self.count, "c")
        self.peers[server] = (client, self.count, "s")

    def move(self, source):
        peer, number, sender = self.peers[source]
        try:
            data = source.recv(65536)
            if data:
                self.note(number, sender, data)
                peer.sendall(data)
                return
        except OSError:
            pass
        self.note(number, "close")
        self.forget(source, peer)

    def forget(self, *ends):
        for end in ends:
            self.peers.pop(end, None)
            end.close()

    def cut(self):
        """Breaks every connection; called while nothing moves."""
        for source, (peer, number, sender) in list(self.peers.items()):
            if sender == "c":
                self.note(number, "close")
                self.forget(source, peer)

    def stop(self):
        self.stop_pipe.send(b"x")
        self.thread.join()
        self.cut()


class Client:
    """paho-mqtt, with waits."""

    def __init__(self, relay, version, name, clean=True, expiry=0, will=None, keep=60, connect=None):
        self.v5 = version == "mqttv5"
        extra = {} if self.v5 else {"clean_session": clean}
        self.paho = paho.Client(
            paho.CallbackAPIVersion.VERSION2, client_id=name, protocol=VERSIONS[version], **extra
        )
        self.events = {
            name: threading.Semaphore(0) for name in ("connect", "subscribe", "message", "publish", "unsubscribe", "disconnect")
        }
        for name, event in self.events.items():
            setattr(self.paho, f"on_{name}", lambda *_, event=event: event.release())
        if relay.login:
            self.paho.username_pw_set(*relay.login)
        if will:
            self.paho.will_set(*will)
        extra = {}
        if self.v5:
            extra = {"clean_start": clean, "properties": props(PacketTypes.CONNECT, SessionExpiryInterval=expiry, **(connect or {}))}
        self.paho.connect("127.0.0.1", relay.port, keep, **extra)
        self.paho.loop_start()
        self.wait("connect")

    def wait(self, what, times=1):
        for _ in range(times):
            if not self.events[what].acquire(timeout=LIMIT):
                raise RuntimeError(f"no {what}")

    def hear(self, messages):
        """Waits for messages; a broker that delivers fewer is recorded as it is."""
        for _ in range(messages):
            if not self.events["message"].acquire(timeout=QUIET):
                return

    def subscribe(self, topic, qos, **options):
        if self.v5:
            self.paho.subscribe(topic, options=SubscribeOptions(qos=qos, **options))
        else:
            self.paho.subscribe(topic, qos)
        self.wait("subscribe")

    def publish(self, *args, **properties):
        extra = {}
        if self.v5 and properties:
            extra["properties"] = props(PacketTypes.PUBLISH, **properties)
        retain = len(args) > 3 and args[3]
        self.paho.publish(args[0], args[1], args[2], retain, **extra)
        self.wait("publish")

    def end(self):
        self.paho.disconnect()
        self.wait("disconnect")
        self.paho.loop_stop()


def props(kind, **values):
    result = Properties(kind)
    for name, value in values.items():
        setattr(result, name, value)
    return result


def by_paho(relay, version):
    v5 = version == "mqttv5"
    limits = {"ReceiveMaximum": 5, "TopicAliasMaximum": 10, "MaximumPacketSize": 5000} if v5 else None
    reader = Client(relay, version, "reader", clean=False, expiry=60, keep=2, connect=limits)
    writer = Client(relay, version, "writer", will=("state/writer", b"gone", 1, True))
    other = Client(relay, version, "other", keep=3)
    for qos in (0, 1, 2):
        options = {"noLocal": qos == 1, "retainAsPublished": qos == 2} if v5 else {}
        reader.subscribe(f"room/{qos}/+", qos, **options)
    reader.subscribe("state/#", 1)
    other.subscribe("#", 2)
    for qos in (0, 1, 2):
        for number in range(8):
            given = {"ContentType": "text/plain", "UserProperty": [("n", "1"), ("n", "2")], "MessageExpiryInterval": 60}
            writer.publish(f"room/{qos}/a", f"{number}", qos, False, **(given if number % 2 else {}))
        writer.publish(f"room/{qos}/kept", b"kept", qos, True)
        reader.publish(f"room/{qos}/own", b"mine", qos)
    reader.hear(20)
    late = Client(relay, version, "late")
    late.subscribe("room/+/kept", 2)
    late.hear(2)
    writer.publish("room/1/kept", b"", 1, True)
    late.paho.unsubscribe("room/+/kept")
    late.wait("unsubscribe")
    # Away, and back with what was missed.
    reader.end()
    for number in range(5):
        writer.publish(f"room/{number % 2 + 1}/a", f"missed {number}", number % 2 + 1)
    reader = Client(relay, version, "reader", clean=False, expiry=60, keep=2, connect=limits)
    reader.hear(5)
    # Two are quiet for longer than they may be without a ping.
    time.sleep(4)
    # A newcomer takes over, and a will comes.
    late2 = Client(relay, version, "late")
    late.paho.loop_stop()
    writer.paho._sock.shutdown(socket.SHUT_RDWR)
    writer.paho.loop_stop()
    other.hear(10)
    time.sleep(1)
    for client in (reader, other, late2):
        client.end()


def by_mosquitto(relay, version):
    login = ["-u", relay.login[0], "-P", relay.login[1]] if relay.login else []

    def run(tool, *words, **more):
        return subprocess.Popen(
            [tool, "-h", "127.0.0.1", "-p", str(relay.port), "-V", version, *login, *words],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.PIPE, text=True, **more,
        )

    for qos in ("0", "1", "2"):
        topic = f"t/{qos}"
        sub = run("mosquitto_sub", "-d", "-q", qos, "-t", topic, "-t", "t/+", "-C", "20", "-W", "4", "-i", f"sub{qos}")
        while "Subscribed" not in sub.stdout.readline():
            pass
        pub = run("mosquitto_pub", "-q", qos, "-t", topic, "-l")
        pub.communicate("".join(f"{n}\n" for n in range(20)))
        sub.communicate()
    run("mosquitto_pub", "-q", "1", "-t", "t/kept", "-m", "k", "-r").wait()
    run("mosquitto_sub", "-q", "1", "-t", "t/kept", "-C", "1", "-W", "20").wait()
    run("mosquitto_pub", "-q", "1", "-t", "t/kept", "-n", "-r").wait()
    for payload in ("one", "two"):
        run("mosquitto_sub", "-c", "-q", "2", "-i", "kept-session", "-t", "t/wait", "-C", "1", "-W", "1").wait()
        run("mosquitto_pub", "-q", "2", "-t", "t/wait", "-m", payload).wait()
    run("mosquitto_sub", "-c", "-q", "2", "-i", "kept-session", "-t", "t/wait", "-C", "2", "-W", "2").wait()
    if version == "mqttv5":
        for number in ("0", "1"):
            run("mosquitto_sub", "-q", "1", "-t", "$share/g/s/#", "-W", "2", "-i", f"share{number}")
        time.sleep(1)
        run("mosquitto_pub", "-q", "1", "-t", "s/1", "-l", "-D", "publish", "topic-alias", "1").communicate("a\nb\nc\n")
        answer = run("mosquitto_sub", "-t", "ask", "-C", "1", "-W", "5")
        time.sleep(0.5)
        run("mosquitto_rr", "-t", "ask", "-e", "answer", "-m", "?", "-W", "1").wait()
        answer.wait()
        time.sleep(2)


@contextlib.contextmanager
def mosquitto():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "mosquitto.conf"
        config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
        process = subprocess.Popen(["mosquitto", "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            time.sleep(0.02)
        yield port
        process.terminate()
        process.wait()


def main():
    # BROKER [[USER:PASSWORD@]PORT [VERSION…]]: mosquitto is started; any other is taken where it listens.
    broker = sys.argv[1] if len(sys.argv) > 1 else "mosquitto"
    versions = sys.argv[3:] or list(VERSIONS)
    folder = pathlib.Path(__file__).parent / "conversations"
    folder.mkdir(exist_ok=True)
    login, _, port = sys.argv[2].rpartition("@") if len(sys.argv) > 2 else ("", "", "")
    with contextlib.nullcontext(int(port)) if port else mosquitto() as port:
        for name, script in (("paho", by_paho), ("clients", by_mosquitto)):
            for version in versions:
                relay = Relay(port, login.split(":") if login else None)
                try:
                    script(relay, version)
                finally:
                    relay.stop()
                (folder / f"{broker}-{name}-{version}.txt").write_text("\n".join(relay.lines) + "\n")


main()
