"""Paho with a persistent session, for the tests of the Live page.

    paho_client.py subscribe HOST PORT USER PASSWORD VERSION IDENTIFIER FILTER
    paho_client.py publish   HOST PORT USER PASSWORD VERSION IDENTIFIER TOPIC QOS PAYLOAD

Prints `session 0` or `session 1` (present), `subscribed`, `published`, and a line
`TOPIC QOS PAYLOAD` for each message. The subscriber runs until it is killed.
"""
import sys

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

what, host, port, user, password, version, identifier, topic, *rest = sys.argv[1:]
v5 = version == "5"


def say(*words):
    print(*words, flush=True)


def connected(client, userdata, flags, reason, properties):
    say("session", int(flags.session_present))
    if what == "subscribe":
        client.subscribe(topic, 2)
    else:
        qos, payload = rest
        client.publish(topic, payload, int(qos))


def published(client, userdata, identifier, reason, properties):
    say("published")
    client.disconnect()


client = mqtt.Client(
    mqtt.CallbackAPIVersion.VERSION2,
    identifier,
    protocol=mqtt.MQTTv5 if v5 else mqtt.MQTTv311,
    **({} if v5 else {"clean_session": False}),
)
client.username_pw_set(user, password)
client.on_connect = connected
client.on_publish = published
client.on_subscribe = lambda *_: say("subscribed")
client.on_message = lambda c, u, message: say(message.topic, message.qos, message.payload.decode())
more = {}
if v5:
    more["clean_start"] = False
    more["properties"] = Properties(PacketTypes.CONNECT)
    more["properties"].SessionExpiryInterval = 600
client.connect(host, int(port), **more)
client.loop_forever()
