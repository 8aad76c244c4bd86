"""Twenty clients of Paho that ask the Live page for one code at once.

    paho_askers.py HOST PORT USER PASSWORD VERSION TOPIC PAYLOAD

One more client listens; it prints `ones N zeros M` once there are twenty answers, and what it counts when a message
of QoS 1 that was sent behind them has come.
"""
import sys
import threading

import paho.mqtt.client as mqtt

host, port, user, password, version, topic, payload = sys.argv[1:]
COUNT = 20


def client(name):
    made = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2,
        name,
        protocol=mqtt.MQTTv5 if version == "5" else mqtt.MQTTv311,
    )
    made.username_pw_set(user, password)
    made.connect(host, int(port), keepalive=600)
    return made


answers = {b"1": 0, b"0": 0}
listening, answered, done = threading.Event(), threading.Event(), threading.Event()


def heard(listener, userdata, message):
    if message.topic == topic + "/end":
        done.set()
    elif message.payload in answers:
        answers[message.payload] += 1
        if sum(answers.values()) >= COUNT:
            answered.set()


listener = client("listener")
listener.on_message = heard
listener.on_subscribe = lambda *_: listening.set()
listener.subscribe([(topic, 2), (topic + "/end", 1)])
listener.loop_start()
assert listening.wait(20), "not subscribed"

ready = threading.Barrier(COUNT)


def ask(number):
    asker = client(f"asker-{number}")
    asker.loop_start()
    ready.wait(20)
    asker.publish(topic, payload, qos=1).wait_for_publish(20)
    asker.disconnect()
    asker.loop_stop()


threads = [threading.Thread(target=ask, args=(number,)) for number in range(COUNT)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert answered.wait(20), f"not answered: {answers}"
listener.publish(topic + "/end", "", qos=1)
assert done.wait(20), "the end did not come"
print("ones", answers[b"1"], "zeros", answers[b"0"], flush=True)
listener.disconnect()
