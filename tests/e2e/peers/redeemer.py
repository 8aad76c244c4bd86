"""The program that the answer “Redeem a code” stands in for: Django's ORM on SQLite behind Paho, as people write it.

    redeemer.py serve HOST PORT USER PASSWORD DATABASE    answers on the topic test until it is killed
    redeemer.py ask   HOST PORT USER PASSWORD CODE        asks there, and prints the answer

It runs with Paho 1.6 and with 2.2, whose first call is another. `serve` makes the table with the codes SUMMER and WINTER,
unused, and GONE, deleted; it may be started before the broker is. It prints `waiting`, `subscribed` and a line for each code.
"""
import json
import sys
import threading

import django
import paho.mqtt.client as mqtt
from django.conf import settings

what, host, port, user, password, more = sys.argv[1:]
TOPIC = "test"

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": more if what == "serve" else ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()

from django.db import connection, models  # noqa: E402  (Django wants to be set up first)


class Code(models.Model):
    code = models.CharField(max_length=40, unique=True)
    deleted = models.BooleanField(default=False)
    used = models.BooleanField(default=False)

    class Meta:
        app_label = "codes"


def say(*words):
    print(*words, flush=True)


def client(name):
    """A client with a persistent session."""
    first = [mqtt.CallbackAPIVersion.VERSION1] if hasattr(mqtt, "CallbackAPIVersion") else []
    made = mqtt.Client(*first, client_id=name, clean_session=False)
    made.username_pw_set(user, password)
    return made


def on_message(answering, userdata, message):
    try:
        code = json.loads(message.payload)
    except ValueError:
        return
    # Its own answers are numbers.
    if not isinstance(code, str):
        return
    try:
        row = Code.objects.get(code=code, deleted=False)
    except Code.DoesNotExist:
        say(code, "does not exist")
        return
    if row.used:
        answering.publish(TOPIC, "0", qos=0)
    else:
        answering.publish(TOPIC, "1", qos=1)
        row.used = True
        row.save()
    say(code, "answered")


def serve():
    with connection.schema_editor() as editor:
        editor.create_model(Code)
    for code, deleted in [("SUMMER", False), ("WINTER", False), ("GONE", True)]:
        Code.objects.create(code=code, deleted=deleted)
    answering = client("test")
    answering.on_connect = lambda *_: answering.subscribe(TOPIC, 1)
    answering.on_subscribe = lambda *_: say("subscribed")
    answering.on_message = on_message
    answering.connect_async(host, int(port), keepalive=600)
    thread = threading.Thread(target=lambda: answering.loop_forever(retry_first_connection=True))
    thread.start()
    say("waiting")
    thread.join()


def ask():
    asking, answered = client("asker"), threading.Event()

    def heard(client, userdata, message):
        if message.payload in (b"0", b"1"):
            say(message.payload.decode())
            answered.set()

    asking.on_connect = lambda *_: asking.subscribe(TOPIC, 1)
    asking.on_subscribe = lambda *_: asking.publish(TOPIC, json.dumps(more), qos=1)
    asking.on_message = heard
    asking.connect(host, int(port), keepalive=600)
    asking.loop_start()
    assert answered.wait(20), "no answer"
    asking.disconnect()
    asking.loop_stop()


{"serve": serve, "ask": ask}[what]()
