"""Paho's client on the other side of a real broker, over TCP: prints each message as a line of JSON.

peer.py URL VERSION subscribe FILTER QOS      until its input ends
peer.py URL VERSION publish TOPIC QOS RETAIN PAYLOAD   once, then it is gone

Both keep their session on the broker: what comes while the subscriber is away waits for it.
"""

import json
import sys
import threading
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

VERSIONS = {"3.1": mqtt.MQTTv31, "3.1.1": mqtt.MQTTv311, "5": mqtt.MQTTv5}


def main():
    url, version, what, topic, qos, *rest = sys.argv[1:]
    address = urlsplit(url)
    arguments = {} if version == "5" else {"clean_session": False}
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"peer-{what}-{version.replace('.', '')}",
                         protocol=VERSIONS[version], **arguments)
    if address.username:
        client.username_pw_set(address.username, address.password)
    done = threading.Event()

    def say(**fields):
        print(json.dumps(fields), flush=True)

    def on_connect(client, _userdata, _flags, reason, _properties):
        if reason.is_failure:
            say(failed=str(reason))
            done.set()
        elif what == "subscribe":
            client.subscribe(topic, int(qos))
        else:
            client.publish(topic, rest[1], int(qos), rest[0] == "retain")

    def on_subscribe(*_):
        say(ready=True)

    def on_message(_client, _userdata, message):
        say(topic=message.topic, payload=message.payload.decode(), qos=message.qos, retain=message.retain)

    def on_publish(*_):
        say(ready=True)
        done.set()

    client.on_connect, client.on_subscribe = on_connect, on_subscribe
    client.on_message, client.on_publish = on_message, on_publish
    if version == "5":
        kept = Properties(PacketTypes.CONNECT)
        kept.SessionExpiryInterval = 300
        client.connect(address.hostname, address.port, clean_start=False, properties=kept)
    else:
        client.connect(address.hostname, address.port)
    client.loop_start()
    if what == "subscribe":
        sys.stdin.read()
    else:
        done.wait(20)
    client.disconnect()
    client.loop_stop()


main()
