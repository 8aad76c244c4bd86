"""Records mosquitto and paho-mqtt with tcpdump on loopback: TCP, TLS 1.2 and 1.3, WebSocket, WebSocket in TLS.

Needs root, mosquitto, tcpdump, openssl and paho-mqtt. Writes NAME.pcap, NAME.keys where TLS is in it, and NAME.txt with
what the client published and received, a line each. Run it where it stands: python3 record.py
"""

import pathlib
import ssl
import subprocess
import tempfile
import threading
import time

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

HERE = pathlib.Path(__file__).parent / "recorded"
PORTS = {"tcp": 18831, "tls": 18832, "websocket": 18833, "wss": 18834}
MESSAGES = [(f"hall/{qos}", f"message {qos} of the recording, {'long ' * 40 * qos}end", qos) for qos in (0, 1, 2)]


def broker(folder):
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "9", "-keyout", "key.pem", "-out", "cert.pem", *subject],
        cwd=folder, check=True, capture_output=True,
    )
    tls = f"certfile {folder}/cert.pem\nkeyfile {folder}/key.pem\n"
    lines = f"allow_anonymous true\nuser root\nlistener {PORTS['tcp']} 127.0.0.1\nlistener {PORTS['tls']} 127.0.0.1\n{tls}"
    lines += f"listener {PORTS['websocket']} 127.0.0.1\nprotocol websockets\n"
    lines += f"listener {PORTS['wss']} 127.0.0.1\nprotocol websockets\n{tls}"
    (folder / "mosquitto.conf").write_text(lines)
    return subprocess.Popen(["mosquitto", "-c", folder / "mosquitto.conf"], stderr=subprocess.DEVNULL)


def talk(folder, kind, keys, version, protocol):
    """One client that subscribes, publishes at each QoS to itself and disconnects; what it sent and got."""
    is_web = kind in ("websocket", "wss")
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, client_id="recorder", protocol=protocol, transport="websockets" if is_web else "tcp"
    )
    if kind in ("tls", "wss"):
        context = ssl.create_default_context(cafile=folder / "cert.pem")
        context.maximum_version = version
        context.keylog_filename = str(keys)
        client.tls_set_context(context)
    got, ready = [], threading.Event()
    client.on_subscribe = lambda *_: ready.set()
    client.on_message = lambda _client, _data, message: got.append(f"got {message.topic} {message.payload.decode()}")
    client.connect("localhost", PORTS[kind])
    client.loop_start()
    client.subscribe("hall/#", 2)
    assert ready.wait(10)
    for topic, payload, qos in MESSAGES:
        client.publish(topic, payload, qos).wait_for_publish(10)
    while len(got) < len(MESSAGES):
        time.sleep(0.01)
    time.sleep(0.3)
    client.disconnect()
    client.loop_stop()
    return [f"sent {topic} {payload}" for topic, payload, _ in MESSAGES] + got


def record(folder, name, kind, version=None, protocol=mqtt.MQTTv5):
    keys = HERE / f"{name}.keys"
    keys.unlink(missing_ok=True)
    out = HERE / f"{name}.pcap"
    command = ["tcpdump", "-i", "lo", "-U", "--immediate-mode", "-w", str(out), "tcp", "port", str(PORTS[kind])]
    dump = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while "listening on" not in dump.stderr.readline():
        pass
    lines = talk(folder, kind, keys, version, protocol)
    time.sleep(0.5)
    dump.terminate()
    dump.wait()
    (HERE / f"{name}.txt").write_text("\n".join(lines) + "\n")


def main():
    HERE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        server = broker(folder)
        time.sleep(1)
        try:
            record(folder, "tcp", "tcp")
            record(folder, "tcp-3.1.1", "tcp", protocol=mqtt.MQTTv311)
            record(folder, "tls-1.2", "tls", ssl.TLSVersion.TLSv1_2)
            record(folder, "tls-1.3", "tls", ssl.TLSVersion.TLSv1_3)
            record(folder, "websocket", "websocket")
            record(folder, "wss-1.3", "wss", ssl.TLSVersion.TLSv1_3)
        finally:
            server.terminate()
            server.wait()


main()
