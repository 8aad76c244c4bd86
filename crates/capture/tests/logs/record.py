"""Records what brokers, clients and a proxy write of their packets, into `files`.

Needs mosquitto, mosquitto_sub, mosquitto_pub, stdbuf, paho-mqtt 2, and mitmdump (in PATH or in MITMDUMP).

- `mosquitto.log`: the broker with `-v`, while the clients below use it.
- `sub-VERSION.log`, `pub-VERSION-QOS.log`: mosquitto's clients with `-d`.
- `paho-VERSION.log`: paho-mqtt's logger.
- `tcp.flow`: TCP streams through mitmproxy. `ws.flow`, `ws.har`: WebSockets through it, in both its formats.
- `tcp.txt`, `ws.txt`: what the client of each connection says it sent and got: topic and length.
"""

import logging
import os
import socket
import subprocess
import time
from pathlib import Path

import paho.mqtt.client as mqtt

FILES = Path(__file__).parent / "files"
PORT, PLAIN, SOCKETS, PROXY, PROXY_SOCKETS = 18931, 18941, 18942, 18951, 18952
VERSIONS = {"3.1": ("mqttv31", mqtt.MQTTv31), "3.1.1": ("mqttv311", mqtt.MQTTv311), "5": ("mqttv5", mqtt.MQTTv5)}


def wait(is_so):
    while not is_so():
        time.sleep(0.02)


def listening(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def broker(configuration, *options, **streams):
    file = FILES / "mosquitto.conf"
    file.write_text(configuration)
    process = subprocess.Popen(["mosquitto", "-c", file.name, *options], cwd=FILES, **streams)
    for line in configuration.splitlines():
        if line.startswith("listener"):
            wait(lambda port=int(line.split()[1]): listening(port))
    file.unlink()
    return process


def client(transport, name, version, port, logger=None):
    made = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2, client_id=name, protocol=version, transport=transport, reconnect_on_failure=False
    )
    made.got, made.answers = [], []
    made.on_message = lambda *given: made.got.append(given[2])
    made.on_subscribe = lambda *_: made.answers.append("subscribe")
    made.on_unsubscribe = lambda *_: made.answers.append("unsubscribe")
    if logger:
        made.enable_logger(logger)
    if transport == "websockets":
        made.ws_set_options(path="/mqtt?token=secret")
    made.connect("127.0.0.1", port, 60)
    made.loop_start()
    wait(made.is_connected)
    return made


def leave(made):
    made.disconnect()
    wait(lambda: not made.is_connected())
    made.loop_stop()


def logs():
    configuration = f"listener {PORT} 127.0.0.1\nallow_anonymous true\nlog_type all\nlog_dest stderr\n"
    with open(FILES / "mosquitto.log", "w", encoding="utf-8") as log:
        process = broker(configuration, "-v", stderr=log)
        for version, (flag, protocol) in VERSIONS.items():
            options = ["-d", "-p", str(PORT), "-V", flag]
            name = FILES / f"sub-{version}.log"
            with open(name, "w", encoding="utf-8") as out:
                subscriber = subprocess.Popen(
                    ["stdbuf", "-oL", "mosquitto_sub", *options, "-i", f"sub-{version}", "-t", "hall/#", "-q", "2", "-C", "3"],
                    stdout=out,
                    stderr=subprocess.STDOUT,
                )
                wait(lambda name=name: "Subscribed" in name.read_text())
                for qos in "012":
                    with open(FILES / f"pub-{version}-{qos}.log", "w", encoding="utf-8") as log_of_one:
                        subprocess.run(
                            ["mosquitto_pub", *options, "-i", f"pub-{version}-{qos}", "-t", "hall/a b", "-q", qos, "-m", "21.5"],
                            stdout=log_of_one,
                            stderr=subprocess.STDOUT,
                            check=True,
                        )
                subscriber.wait()
            logger = logging.getLogger(f"of-{version.replace('.', '-')}")
            logger.setLevel(logging.DEBUG)
            handler = logging.FileHandler(FILES / f"paho-{version}.log", "w")
            handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
            logger.addHandler(handler)
            made = client("tcp", f"paho-{version}", protocol, PORT, logger)
            made.subscribe([("room/+", 2), ("x", 1)])
            wait(lambda made=made: "subscribe" in made.answers)
            for qos in range(3):
                made.publish("room/1", b"\x00\xff abc", qos).wait_for_publish()
            wait(lambda made=made: len(made.got) == 3)
            made.unsubscribe("x")
            wait(lambda made=made: "unsubscribe" in made.answers)
            leave(made)
        process.terminate()
        process.wait()


def proxied():
    process = broker(
        f"listener {PLAIN} 127.0.0.1\nlistener {SOCKETS} 127.0.0.1\nprotocol websockets\nallow_anonymous true\n",
        stderr=subprocess.DEVNULL,
    )
    for name in ["tcp.flow", "ws.flow", "ws.har"]:
        (FILES / name).unlink(missing_ok=True)
    dump = [os.environ.get("MITMDUMP", "mitmdump"), "-q", "--set", "confdir=/tmp/mitmproxy-record"]
    ways = [
        ("tcp", "tcp", PROXY, [f"reverse:tcp://127.0.0.1:{PLAIN}@127.0.0.1:{PROXY}", "-w", FILES / "tcp.flow"]),
        (
            "ws",
            "websockets",
            PROXY_SOCKETS,
            [
                f"reverse:http://127.0.0.1:{SOCKETS}@127.0.0.1:{PROXY_SOCKETS}",
                "-w",
                FILES / "ws.flow",
                "--set",
                f"hardump={FILES / 'ws.har'}",
            ],
        ),
    ]
    for name, transport, port, options in ways:
        proxy = subprocess.Popen([*dump, "--mode", *options])
        wait(lambda port=port: listening(port))
        with open(FILES / f"{name}.txt", "w", encoding="utf-8") as said:
            for version in ["3.1.1", "5"]:
                made = client(transport, f"{name}-{version}", VERSIONS[version][1], port)
                made.subscribe("room/#", 2)
                wait(lambda made=made: made.answers)
                said.write(f"{name}-{version}\n")
                for number, payload in enumerate([b"\x00\xff abc", b"", bytes(range(256)) * 12]):
                    made.publish(f"room/{number}", payload, number).wait_for_publish()
                    said.write(f"sent room/{number} {len(payload)}\n")
                wait(lambda made=made: len(made.got) == 3)
                for message in made.got:
                    said.write(f"got {message.topic} {len(message.payload)}\n")
                leave(made)
        # A flow is written when its connection is over.
        wait(lambda name=name: (FILES / f"{name}.flow").stat().st_size > 0)
        time.sleep(1)
        proxy.send_signal(2)
        proxy.wait()
    process.terminate()
    process.wait()


if __name__ == "__main__":
    FILES.mkdir(exist_ok=True)
    logs()
    proxied()
