"""Records the sample of the Captures page, www/sample.pcap: a hall with sensors, a dashboard over WebSocket, a device that
breaks a rule and one with a wrong password, all of paho-mqtt with mosquitto.

Needs root, mosquitto (with mosquitto_passwd), tcpdump and paho-mqtt. python3 sample.py
"""

import json
import pathlib
import socket
import subprocess
import tempfile
import threading
import time

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

OUT = pathlib.Path(__file__).parents[4] / "www/sample.pcap"
TCP, WEB = 1883, 8083


def broker(folder):
    (folder / "passwords").write_text("")
    subprocess.run(["mosquitto_passwd", "-b", folder / "passwords", "hall", "open sesame"], check=True)
    (folder / "mosquitto.conf").write_text(
        f"user root\npassword_file {folder}/passwords\nallow_anonymous false\n"
        f"listener {TCP} 127.0.0.1\nlistener {WEB} 127.0.0.1\nprotocol websockets\n"
    )
    return subprocess.Popen(["mosquitto", "-c", folder / "mosquitto.conf"], stderr=subprocess.DEVNULL)


def client(name, protocol=mqtt.MQTTv5, transport="tcp", password="open sesame"):
    made = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=protocol, transport=transport)
    made.username_pw_set("hall", password)
    made.ready = threading.Event()
    made.on_connect = lambda *_: made.ready.set()
    made.on_subscribe = lambda *_: made.ready.set()
    return made


def join(made, port):
    made.connect("127.0.0.1", port, keepalive=60)
    made.loop_start()
    assert made.ready.wait(10)
    made.ready.clear()
    return made


def talk():
    dashboard = join(client("dashboard", transport="websockets"), WEB)
    dashboard.subscribe("hall/#", 2)
    assert dashboard.ready.wait(10)
    archive = join(client("archive", protocol=mqtt.MQTTv311), TCP)
    archive.subscribe([("hall/+/temperature", 1), ("hall/door", 2)])
    assert archive.ready.wait(10)
    sensor = client("sensor-3")
    sensor.will_set("hall/3/state", "offline", qos=1, retain=True)
    join(sensor, TCP)
    sensor.publish("hall/3/state", "online", qos=1, retain=True).wait_for_publish(10)
    for number in range(6):
        told = Properties(PacketTypes.PUBLISH)
        told.ContentType = "application/json"
        told.MessageExpiryInterval = 3600
        told.UserProperty = ("room", "3")
        payload = json.dumps({"t": 20.5 + number / 4, "humidity": 41 + number})
        sensor.publish("hall/3/temperature", payload, qos=number % 3, properties=told).wait_for_publish(10)
        time.sleep(0.15)
    archive.publish("hall/door", b"\x01\x00\xff", qos=2).wait_for_publish(10)
    refused = client("old-meter", protocol=mqtt.MQTTv311, password="wrong")
    refused.connect("127.0.0.1", TCP)
    refused.loop_start()
    time.sleep(0.4)
    refused.loop_stop()
    # A device whose SUBSCRIBE has the flags of its Fixed Header wrong (0x80 in place of 0x82).
    device = socket.create_connection(("127.0.0.1", TCP))
    user = b"\0\4hall\0\x0bopen sesame"
    body = b"\0\4MQTT\4\xc2\0\x1e\0\7meter-7" + user
    device.sendall(bytes([0x10, len(body)]) + body)
    device.recv(4)
    device.sendall(b"\x80\x0c\0\1\0\7hall/+/\0")
    time.sleep(0.3)
    device.close()
    # The sensor loses its link without a word: its will comes.
    sensor._sock_close()
    time.sleep(0.3)
    for one in (archive, dashboard):
        one.disconnect()
        one.loop_stop()


def main():
    with tempfile.TemporaryDirectory() as folder:
        process = broker(pathlib.Path(folder))
        time.sleep(0.5)
        dump = subprocess.Popen(
            ["tcpdump", "-i", "lo", "-U", "--immediate-mode", "-w", str(OUT), "tcp", "port", str(TCP), "or", "port", str(WEB)],
            stderr=subprocess.PIPE, text=True,
        )
        while "listening on" not in dump.stderr.readline():
            pass
        try:
            talk()
        finally:
            time.sleep(0.5)
            dump.terminate()
            dump.wait()
            process.terminate()


main()
