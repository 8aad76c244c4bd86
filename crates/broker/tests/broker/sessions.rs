//! Sessions that outlive their connections, and wills.

use mqttscope_broker::{Event, Limits, Message, Options};
use mqttscope_wire::{ReasonCode, TopicName};

use crate::support::{Talk, plain, talk, talk_with};

/// [MQTT-4.1.0-1], [MQTT-4.1.0-2], [MQTT-3.1.2-23] v5; [MQTT-3.1.2-5], [MQTT-3.1.2-6], [MQTT-4.1.0-1],
/// [MQTT-4.1.0-2] v3.1.1
#[test]
fn a_session_lasts_as_long_as_was_agreed() {
    let mut talk = talk(
        "a > CONNECT v5 id=a expiry=10
         a < CONNACK 00
         b > CONNECT v5 id=b
         b < CONNACK 00
         c > CONNECT v3.1.1 id=c
         c < CONNACK 00
         d > CONNECT v3.1.1 id=d clean
         d < CONNACK 00
         e > CONNECT v5 id=e expiry=4294967295
         e < CONNACK 00
         // while connected nothing expires
         wait 100000
         a gone
         b gone
         c gone
         d gone
         e gone
         wait 9999",
    );
    let kept = |talk: &Talk| -> Vec<String> {
        talk.broker
            .sessions()
            .map(|s| s.client_identifier().into())
            .collect()
    };
    assert_eq!(kept(&talk), ["a", "c", "e"]);
    talk.run("wait 1");
    assert_eq!(kept(&talk), ["c", "e"]);
    talk.run("wait 10000000000");
    assert_eq!(kept(&talk), ["c", "e"]);
    assert_eq!(talk.broker.poll_timeout(), None);
    assert_eq!(
        talk.events()
            .iter()
            .filter(|event| matches!(event, Event::SessionEnded { .. }))
            .count(),
        3
    );
}

/// Section 3.14.2.2.2
#[test]
fn a_disconnect_can_change_the_expiry_but_not_from_none() {
    talk(
        "a > CONNECT v5 id=a expiry=10
         a < CONNACK 00
         a > DISCONNECT 00 expiry=20
         a < close
         wait 15000
         a > CONNECT v5 id=a expiry=10
         a < CONNACK 00 present
         a > DISCONNECT 00 expiry=0
         a < close
         a > CONNECT v5 id=a
         a < CONNACK 00
         a > DISCONNECT 00 expiry=5
         a < DISCONNECT 82
         a < close",
    );
}

/// [MQTT-3.1.2-4], [MQTT-3.1.2-5], [MQTT-3.1.2-6] v5
#[test]
fn clean_start_forgets_everything() {
    talk(
        "a > CONNECT v5 id=a expiry=100
         a < CONNACK 00
         a > SUBSCRIBE #1 t,q1
         a < SUBACK #1 01
         a > PUBLISH t x q1 #1
         a < PUBLISH t x q1 #1
         a < PUBACK #1
         a gone
         a > CONNECT v5 id=a clean expiry=100
         a < CONNACK 00
         a > PUBLISH t y q1 #1
         a < PUBACK #1 10",
    );
}

/// [MQTT-3.1.2-7], [MQTT-3.1.2-8], [MQTT-3.1.2-10], [MQTT-3.1.2-14], [MQTT-3.1.2-15], [MQTT-3.14.4-3] v5;
/// [MQTT-3.1.2-8], [MQTT-3.1.2-10], [MQTT-3.1.2-12], [MQTT-3.1.2-16], [MQTT-3.1.2-17], [MQTT-3.14.4-3] v3.1.1
#[test]
fn a_will_is_published_unless_the_client_says_goodbye() {
    for version in ["v3.1", "v3.1.1", "v5"] {
        talk(
            &"s > CONNECT v5 id=s
             s < CONNACK 00
             s > SUBSCRIBE #1 w,q2
             s < SUBACK #1 02
             // the transport breaks
             a > CONNECT V id=a clean will=w:1
             a < CONNACK 00
             a gone
             s < PUBLISH w 1
             // goodbye
             a > CONNECT V id=a clean will=w:2 willq=1
             a < CONNACK 00
             a > DISCONNECT
             a < close
             // silence; this one is retained
             a > CONNECT V id=a clean will=w:3 willq=1 willretain keep=10
             a < CONNACK 00
             wait 15000
             DYING
             a < close
             s < PUBLISH w 3 q1 #1
             // no will
             a > CONNECT V id=a clean
             a < CONNACK 00
             a gone
             b > CONNECT v5 id=b
             b < CONNACK 00
             b > SUBSCRIBE #1 w
             b < SUBACK #1 00
             b < PUBLISH w 3 retain"
                .replace('V', version)
                .replace(
                    "DYING",
                    if version == "v5" {
                        "a < DISCONNECT 8d"
                    } else {
                        "// no word"
                    },
                ),
        );
    }
}

/// DISCONNECT with 0x04, and closing for a broken rule: [MQTT-3.1.2-8] v5
#[test]
fn a_will_is_published_when_asked_for_or_thrown_out() {
    talk(
        "s > CONNECT v5 id=s
         s < CONNACK 00
         s > SUBSCRIBE #1 w
         s < SUBACK #1 00
         a > CONNECT v5 id=a will=w:1
         a < CONNACK 00
         a > DISCONNECT 04
         a < close
         s < PUBLISH w 1
         a > CONNECT v5 id=a will=w:2
         a < CONNACK 00
         a > raw f100
         a < DISCONNECT 81 why
         a < close
         s < PUBLISH w 2",
    );
}

/// [MQTT-3.1.2-8], [MQTT-3.1.3-9] v5
#[test]
fn a_will_can_wait() {
    talk(
        "s > CONNECT v5 id=s
         s < CONNACK 00
         s > SUBSCRIBE #1 w
         s < SUBACK #1 00
         // after its delay
         a > CONNECT v5 id=a expiry=100 will=w:1 will.delay=5
         a < CONNACK 00
         a gone
         wait 4999
         wait 1
         s < PUBLISH w 1
         // back in time
         a > CONNECT v5 id=a expiry=100 will=w:2 will.delay=5
         a < CONNACK 00 present
         a gone
         wait 3000
         a > CONNECT v5 id=a expiry=3 will=w:3 will.delay=5
         a < CONNACK 00 present
         wait 10000
         // the session ends first
         a gone
         wait 2999
         wait 1
         s < PUBLISH w 3
         // no session at all
         a > CONNECT v5 id=a will=w:4 will.delay=5
         a < CONNACK 00
         a gone
         s < PUBLISH w 4
         // a clean start ends the session
         a > CONNECT v5 id=a expiry=100 will=w:5 will.delay=5
         a < CONNACK 00
         a gone
         a > CONNECT v5 id=a clean expiry=100 will=w:6
         a < CONNACK 00
         s < PUBLISH w 5
         // taken over: without delay it is published, with delay the session goes on
         b > CONNECT v5 id=a expiry=100 will=w:7 will.delay=5
         a < DISCONNECT 8e
         a < close
         b < CONNACK 00 present
         s < PUBLISH w 6
         c > CONNECT v5 id=a expiry=100
         b < DISCONNECT 8e
         b < close
         c < CONNACK 00 present
         wait 10000",
    );
}

/// [MQTT-3.10.4-2], [MQTT-3.10.4-3] v5 and v3.1.1; [MQTT-4.5.0-1] v5 and v3.1.1
#[test]
fn what_is_under_way_survives_an_unsubscribe() {
    talk(
        "a > CONNECT v3.1.1 id=a
         a < CONNACK 00
         a > SUBSCRIBE #1 t,q2
         a < SUBACK #1 02
         p > CONNECT v5 id=p
         p < CONNACK 00
         p > PUBLISH t 1 q2 #1
         p < PUBREC #1
         a < PUBLISH t 1 q2 #1
         a > UNSUBSCRIBE #2 t
         a < UNSUBACK #2
         p > PUBLISH t 2 q1 #2
         p < PUBACK #2 10
         a > PUBREC #1
         a < PUBREL #1
         a > PUBCOMP #1",
    );
}

#[test]
fn limits_are_refused_with_a_reason() {
    let limits = Limits {
        sessions: 2,
        connections: 3,
        subscriptions: 2,
        retained: 1,
        queue: 2,
        ..plain().limits
    };
    let mut talk = talk_with(
        Options { limits, ..plain() },
        "a > CONNECT v5 id=a expiry=100
         a < CONNACK 00
         a > SUBSCRIBE #1 t,q1 u v
         a < SUBACK #1 01 00 97
         b > CONNECT v5 id=b
         b < CONNACK 00
         c > CONNECT v5 id=c
         c < CONNACK 97
         c < close
         d > CONNECT v3.1.1 id=d
         d < CONNACK 03
         d < close
         // a known client may come back
         b > PUBLISH r 1 retain
         b > PUBLISH s 2 retain
         a gone
         b > PUBLISH t 1 q1 #1
         b < PUBACK #1
         b > PUBLISH t 2 q1 #2
         b < PUBACK #2
         b > PUBLISH t 3 q1 #3
         b < PUBACK #3
         a > CONNECT v5 id=a expiry=100
         a < CONNACK 00 present
         a < PUBLISH t 1 q1 #1
         a < PUBLISH t 2 q1 #2
         e > CONNECT v5 id=a
         a < DISCONNECT 8e
         a < close
         e < CONNACK 00 present
         e < PUBLISH t 1 q1 #1 dup
         e < PUBLISH t 2 q1 #2 dup",
    );
    let dropped = talk
        .events()
        .into_iter()
        .filter(|event| matches!(event, Event::Dropped { .. }))
        .count();
    assert_eq!(dropped, 2, "one retained, one queued");
}

#[test]
fn too_many_connections_are_closed_at_once() {
    let limits = Limits {
        connections: 1,
        ..plain().limits
    };
    talk_with(
        Options { limits, ..plain() },
        "a > CONNECT v5 id=a
         a < CONNACK 00
         b > CONNECT v5 id=b
         b < close",
    );
}

#[test]
fn memory_is_bounded_and_given_back() {
    let limits = Limits {
        message_bytes: 400,
        ..plain().limits
    };
    let mut talk = talk_with(
        Options { limits, ..plain() },
        "a > CONNECT v5 id=a expiry=100
         a < CONNACK 00
         a > SUBSCRIBE #1 t,q2
         a < SUBACK #1 02
         a gone
         p > CONNECT v5 id=p
         p < CONNACK 00
         p > PUBLISH t 1 q1 #1
         p < PUBACK #1
         p > PUBLISH t 2 q1 #2
         p < PUBACK #2
         p > PUBLISH t 3 q1 #3
         p < PUBACK #3
         p > PUBLISH t 4 q1 #4
         p < PUBACK #4 97
         p > PUBLISH t 4 q2 #4
         p < PUBREC #4 97
         q > CONNECT v3.1.1 id=q
         q < CONNACK 00
         q > PUBLISH t 4 q1 #4
         q < close",
    );
    assert!(talk.broker.message_bytes() > 0);
    talk.run("a > CONNECT v5 id=a clean\n a < CONNACK 00");
    assert_eq!(talk.broker.message_bytes(), 0);
}

#[test]
fn the_owner_can_publish_disconnect_and_shut_down() {
    let mut talk = talk(
        "a > CONNECT v5 id=a
         a < CONNACK 00
         a > SUBSCRIBE #1 t
         a < SUBACK #1 00
         b > CONNECT v3.1.1 id=b
         b < CONNACK 00
         c > CONNECT v5 id=c
         c < CONNACK 00",
    );
    let now = talk.now;
    assert!(
        talk.broker
            .publish(now, Message::new(TopicName::new("t").unwrap(), "hello"))
    );
    let c = talk
        .broker
        .session("c")
        .and_then(|session| session.connection())
        .unwrap();
    talk.broker
        .disconnect(now, c, ReasonCode::ADMINISTRATIVE_ACTION);
    talk.run(
        "wait 0
         a < PUBLISH t hello
         c < DISCONNECT 98
         c < close",
    );
    talk.broker.shut_down(now);
    talk.run(
        "wait 0
         a < DISCONNECT 8b
         a < close
         b < close",
    );
}
