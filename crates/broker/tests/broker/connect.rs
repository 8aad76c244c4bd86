//! CONNECT and CONNACK: versions, sessions, refusals, takeover, keep alive, authentication.

use mqttscope_broker::{
    Access, Authentication, Broker, Cause, ConnectionId, Credentials, Event, Instant, Limits,
    Options, Transmit,
};
use mqttscope_wire::{QoS, ReasonCode};

use crate::support::{plain, talk, talk_with};

/// [MQTT-3.1.4-4], [MQTT-3.1.4-5], [MQTT-3.2.0-1], [MQTT-3.2.0-2], [MQTT-3.2.2-2], [MQTT-3.2.2-3] v5;
/// [MQTT-3.1.4-3], [MQTT-3.1.4-4], [MQTT-3.2.0-1], [MQTT-3.2.2-1] to [MQTT-3.2.2-3] v3.1.1
#[test]
fn every_version_is_accepted_and_told_of_its_session() {
    talk(
        "a > CONNECT v3.1 id=a
         a < CONNACK 00
         b > CONNECT v3.1.1 id=b
         b < CONNACK 00
         c > CONNECT v5 id=c expiry=9
         c < CONNACK 00
         a gone
         b gone
         c gone
         // MQTT 3.1 has no Session Present
         a > CONNECT v3.1 id=a
         a < CONNACK 00
         b > CONNECT v3.1.1 id=b
         b < CONNACK 00 present
         c > CONNECT v5 id=c
         c < CONNACK 00 present
         b gone
         b > CONNECT v3.1.1 id=b clean
         b < CONNACK 00
         c gone
         c > CONNECT v5 id=c
         c < CONNACK 00",
    );
}

/// [MQTT-3.1.3-6], [MQTT-3.1.3-7], [MQTT-3.2.2-16] v5; [MQTT-3.1.3-6], [MQTT-3.1.3-8] v3.1.1
#[test]
fn an_empty_identifier_is_replaced_or_refused() {
    let mut talk = talk(
        "a > CONNECT v3.1.1 clean
         a < CONNACK 00
         // an empty identifier with a kept session: code 2
         b > raw 100c0004 \"MQTT 0400003c0000
         b < CONNACK 02
         b < close
         // MQTT 3.1 has no empty identifiers
         c > raw 100e0006 \"MQIsdp 0302003c0000
         c < CONNACK 02
         c < close",
    );
    let given: Vec<String> = talk
        .broker
        .sessions()
        .map(|session| session.client_identifier().into())
        .collect();
    assert!(
        given.len() == 1 && given[0].starts_with("auto-"),
        "{given:?}"
    );
    let told = talk.told("d > CONNECT v5 clean");
    let given: Vec<String> = talk
        .broker
        .sessions()
        .map(|session| session.client_identifier().into())
        .collect();
    assert_eq!(told, [format!("CONNACK 00 assigned={}", given[1])]);
    assert_ne!(given[0], given[1]);
}

/// [MQTT-3.1.2-1], [MQTT-3.1.2-2], [MQTT-3.1.2-3], [MQTT-3.1.4-1] v5;
/// [MQTT-3.1.2-1], [MQTT-3.1.2-2], [MQTT-3.1.2-3], [MQTT-3.1.4-1], [MQTT-3.2.2-6] v3.1.1
#[test]
fn a_connect_of_the_wrong_form() {
    talk(
        "// a version before 3.1
         b > raw 100c0004 \"MQTT 0202003c0000
         b < CONNACK 01
         b < close
         // an unknown protocol name
         c > raw 100c0004 \"MQXX 0402003c0000
         c < close
         // the reserved flag in 3.1.1: closed without a word
         d > raw 100c0004 \"MQTT 0403003c0000
         d < close
         // a client identifier that is not UTF-8
         e > raw 100d0004 \"MQTT 0402003c0001ff
         e < close",
    );
}

/// [MQTT-3.1.2-2], [MQTT-3.1.2-3] v5: version 5 is told what was wrong
#[test]
fn a_connect_of_the_wrong_form_in_version_5() {
    let mut broker = Broker::new(plain());
    // A version to come, the reserved flag, QoS 3 of a will, a wildcard in its topic.
    for (connect, code) in [
        (&b"\x10\x0d\0\x04MQTT\x06\x02\0\0\0\0\0"[..], 0x84),
        (b"\x10\x0d\0\x04MQTT\x05\x03\0\0\0\0\0", 0x81),
        (b"\x10\x13\0\x04MQTT\x05\x1e\0\0\0\0\0\0\0\x01t\0\0", 0x81),
        (b"\x10\x13\0\x04MQTT\x05\x06\0\0\0\0\0\0\0\x01#\0\0", 0x81),
    ] {
        let id = broker.handle_open(Instant::ZERO);
        broker.handle_bytes(Instant::ZERO, id, connect);
        let Some((_, Transmit::Bytes(bytes))) = broker.poll_transmit() else {
            panic!("{connect:02x?}")
        };
        assert_eq!(
            (bytes[0], bytes[2], bytes[3]),
            (0x20, 0, code),
            "{connect:02x?}"
        );
        assert_eq!(broker.poll_transmit(), Some((id, Transmit::Close)));
    }
}

/// [MQTT-3.2.2-19], [MQTT-3.2.2-20] v5: a refusal explains itself only within what the client takes
#[test]
fn a_refusal_is_no_larger_than_the_client_takes() {
    // The reserved flag is set, and Maximum Packet Size is 200, 20 or 4.
    for (limit, lens) in [(200, 20..=200), (20, 5..=5), (4, 0..=0)] {
        let mut broker = Broker::new(plain());
        let id = broker.handle_open(Instant::ZERO);
        let mut connect = b"\x10\x12\0\x04MQTT\x05\x03\0\0\x05\x27\0\0\0\0\0\0".to_vec();
        connect[17] = limit;
        broker.handle_bytes(Instant::ZERO, id, &connect);
        let mut told = Vec::new();
        while let Some((_, Transmit::Bytes(bytes))) = broker.poll_transmit() {
            told.extend_from_slice(&bytes);
        }
        assert!(lens.contains(&told.len()), "{limit}: {told:02x?}");
        assert!(told.get(3).is_none_or(|&code| code == 0x81), "{told:02x?}");
    }
}

/// [MQTT-3.1.3-5] v5 and v3.1.1
#[test]
fn every_ordinary_identifier_is_accepted() {
    let all = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for version in ["v3.1", "v3.1.1", "v5"] {
        for at in 0..all.len() {
            for len in [1, 23] {
                let Some(identifier) = all.get(at..at + len) else {
                    continue;
                };
                talk(&format!(
                    "a > CONNECT {version} id={identifier} clean
                     a < CONNACK 00"
                ));
            }
        }
    }
}

/// [MQTT-3.1.0-1] v5 and v3.1.1; [MQTT-3.1.0-2] v5 and v3.1.1
#[test]
fn connect_is_first_and_only_once() {
    talk(
        "a > PINGREQ
         a < close
         b > CONNECT v5 id=b
         b < CONNACK 00
         b > CONNECT v5 id=b
         b < DISCONNECT 82
         b < close
         c > CONNECT v3.1.1 id=c
         c < CONNACK 00
         c > CONNECT v3.1.1 id=c
         c < close",
    );
}

/// [MQTT-3.1.4-3] v5, [MQTT-3.1.4-2] v3.1.1
#[test]
fn a_client_that_comes_twice_takes_over() {
    let mut talk = talk(
        "a > CONNECT v5 id=x expiry=100
         a < CONNACK 00
         a > SUBSCRIBE #1 t
         a < SUBACK #1 00
         b > CONNECT v5 id=x expiry=100
         a < DISCONNECT 8e
         a < close
         b < CONNACK 00 present
         b > PUBLISH t hello
         b < PUBLISH t hello
         c > CONNECT v3.1.1 id=x clean
         b < DISCONNECT 8e
         b < close
         c < CONNACK 00
         d > CONNECT v3.1.1 id=x
         c < close
         d < CONNACK 00",
    );
    let taken = |event: &&Event| {
        matches!(
            event,
            Event::Disconnected {
                cause: Cause::Broker {
                    reason: ReasonCode::SESSION_TAKEN_OVER,
                    ..
                },
                ..
            }
        )
    };
    assert_eq!(talk.events().iter().filter(taken).count(), 3);
}

/// [MQTT-3.1.2-22] v5, [MQTT-3.1.2-24] v3.1.1; [MQTT-3.12.4-1] v5 and v3.1.1
#[test]
fn silence_for_one_and_a_half_keep_alives_ends_a_connection() {
    talk(
        "a > CONNECT v5 id=a keep=10
         a < CONNACK 00
         b > CONNECT v3.1.1 id=b keep=10
         b < CONNACK 00
         c > CONNECT v3.1.1 id=c keep=0
         c < CONNACK 00
         wait 14000
         a > PINGREQ
         a < PINGRESP
         wait 999
         wait 1
         b < close
         wait 13999
         wait 1
         a < DISCONNECT 8d
         a < close
         wait 100000000",
    );
}

#[test]
fn who_does_not_connect_in_time_is_closed() {
    talk(
        "a > raw 10
         wait 9999
         wait 1
         a < close",
    );
}

/// [MQTT-3.2.2-9], [MQTT-3.2.2-10], [MQTT-3.2.2-12], [MQTT-3.2.2-13], [MQTT-3.2.2-21], [MQTT-3.2.2-22] v5
#[test]
fn the_broker_announces_what_differs() {
    let options = Options {
        limits: Limits {
            packet_size: 1000,
            receive_maximum: 5,
            topic_alias_maximum: 3,
            session_expiry: 60,
            ..Limits::default()
        },
        maximum_qos: QoS::AtLeastOnce,
        retain_available: false,
        wildcard_subscription_available: false,
        subscription_identifier_available: false,
        shared_subscription_available: false,
        server_keep_alive: Some(4),
        ..Options::new(0)
    };
    talk_with(
        options,
        "a > CONNECT v5 id=a expiry=100 keep=1000 rri=1
         a < CONNACK 00 expiry=60 receive=5 qos=1 retain=0 max=1000 aliases=3 wildcard=0 identifiers=0 shared=0 keep=4 response-information=response/2
         wait 6000
         a < DISCONNECT 8d
         a < close
         // a will beyond that
         b > CONNECT v5 id=b will=t:x willq=2
         b < CONNACK 9b
         b < close
         c > CONNECT v5 id=c will=t:x willretain
         c < CONNACK 9a
         c < close
         // subscriptions beyond that; a higher QoS is granted lower
         d > CONNECT v5 id=d
         d < CONNACK 00 receive=5 qos=1 retain=0 max=1000 aliases=3 wildcard=0 identifiers=0 shared=0 keep=4
         d > SUBSCRIBE #1 a,q2 a/+ $share/g/a
         d < SUBACK #1 01 a2 9e
         d > SUBSCRIBE #2 a sub=4
         d < SUBACK #2 a1
         d > PUBLISH t x retain
         d < DISCONNECT 9a
         d < close
         e > CONNECT v5 id=e
         e < CONNACK 00 receive=5 qos=1 retain=0 max=1000 aliases=3 wildcard=0 identifiers=0 shared=0 keep=4
         e > PUBLISH t x q2 #1
         e < DISCONNECT 9b
         e < close",
    );
}

/// [MQTT-3.1.2-28] v5
#[test]
fn response_information_only_for_who_asks() {
    talk(
        "a > CONNECT v5 id=a rri=0
         a < CONNACK 00
         b > CONNECT v5 id=b rri=1
         b < CONNACK 00 response-information=response/4",
    );
}

/// [MQTT-3.1.2-24], [MQTT-3.14.0-1] v5: not even the CONNACK may be larger, and without it there is
/// no DISCONNECT
#[test]
fn a_client_that_takes_next_to_nothing() {
    talk(
        "a > CONNECT v5 id=a max=4
         a < close
         b > CONNECT v5 id=b max=5
         b < CONNACK 00",
    );
}

#[derive(Debug)]
struct Door;

impl Access for Door {
    fn connect(&mut self, credentials: &Credentials<'_>) -> Result<(), ReasonCode> {
        match (credentials.user_name, credentials.password) {
            (Some("ann"), Some(b"secret")) => Ok(()),
            (Some("eve"), _) => Err(ReasonCode::BANNED),
            _ if credentials.client_identifier == "nobody" => {
                Err(ReasonCode::CLIENT_IDENTIFIER_NOT_VALID)
            }
            _ => Err(ReasonCode::BAD_USER_NAME_OR_PASSWORD),
        }
    }

    fn authenticate(
        &mut self,
        _: ConnectionId,
        method: &str,
        data: &[u8],
        first: bool,
    ) -> Authentication {
        match (method, data, first) {
            ("knock", b"one", true) => Authentication::Continue(b"two?".to_vec()),
            ("knock", b"two", false) => Authentication::Accept(Some(b"in".to_vec())),
            ("knock", ..) => Authentication::Refuse(ReasonCode::NOT_AUTHORIZED),
            _ => Authentication::Refuse(ReasonCode::BAD_AUTHENTICATION_METHOD),
        }
    }

    fn may_publish(&mut self, client_identifier: &str, topic_name: &str) -> bool {
        topic_name.starts_with(client_identifier)
    }

    fn may_subscribe(&mut self, _: &str, topic_filter: &str) -> bool {
        topic_filter != "secret"
    }
}

fn guarded() -> Options {
    Options {
        access: Box::new(Door),
        ..plain()
    }
}

/// [MQTT-3.1.4-2], [MQTT-3.2.2-7], [MQTT-3.1.3-8] v5; [MQTT-3.2.2-5], [MQTT-3.1.3-9] v3.1.1
#[test]
fn user_name_and_password_are_asked_for() {
    talk_with(
        guarded(),
        "a > CONNECT v5 id=a name=ann password=secret
         a < CONNACK 00
         b > CONNECT v5 id=b name=ann password=wrong
         b < CONNACK 86
         b < close
         c > CONNECT v3.1.1 id=c
         c < CONNACK 04
         c < close
         d > CONNECT v3.1.1 id=d name=eve
         d < CONNACK 05
         d < close
         e > CONNECT v3.1.1 id=nobody
         e < CONNACK 02
         e < close
         f > CONNECT v5 id=nobody
         f < CONNACK 85
         f < close",
    );
}

/// [MQTT-3.3.5-2] v3.1.1: before version 5 a refused message is acknowledged and dropped
#[test]
fn not_everybody_may_publish_and_subscribe_anything() {
    talk_with(
        guarded(),
        "a > CONNECT v5 id=a name=ann password=secret
         a < CONNACK 00
         a > SUBSCRIBE #1 # secret
         a < SUBACK #1 00 87
         a > PUBLISH b x q1 #2
         a < PUBACK #2 87
         a > PUBLISH b x q2 #3
         a < PUBREC #3 87
         // a refused identifier is free again
         a > PUBLISH a x q2 #3
         a < PUBLISH a x
         a < PUBREC #3
         b > CONNECT v3.1.1 id=b name=ann password=secret
         b < CONNACK 00
         b > SUBSCRIBE #1 secret
         b < SUBACK #1 80
         b > PUBLISH a x q1 #2
         b < PUBACK #2
         c > CONNECT v3.1 id=c name=ann password=secret
         c < CONNACK 00
         // MQTT 3.1 cannot say no
         c > SUBSCRIBE #1 secret
         c < close
         d > CONNECT v5 id=d name=ann password=secret will=a:x
         d < CONNACK 87
         d < close",
    );
}

/// [MQTT-3.1.2-29], [MQTT-3.4.2-2], [MQTT-3.4.2-3], [MQTT-3.5.2-2], [MQTT-3.5.2-3], [MQTT-3.6.2-2],
/// [MQTT-3.6.2-3], [MQTT-3.7.2-2], [MQTT-3.7.2-3], [MQTT-3.9.2-1], [MQTT-3.9.2-2], [MQTT-3.11.2-1],
/// [MQTT-3.11.2-2] v5: what answers a packet says a code and nothing more
#[test]
fn answers_do_not_explain_themselves() {
    for asked in ["", "rpi=0", "rpi=1", "max=10"] {
        let script = "a > CONNECT v5 id=a name=ann password=secret ASKED
             a < CONNACK 00
             a > SUBSCRIBE #1 secret
             a < SUBACK #1 87
             a > UNSUBSCRIBE #2 secret
             a < UNSUBACK #2 11
             a > PUBLISH b x q1 #3
             a < PUBACK #3 87
             a > PUBLISH b x q2 #4
             a < PUBREC #4 87
             a > PUBREL #5
             a < PUBCOMP #5 92
             a > PUBREC #6
             a < PUBREL #6 92";
        talk_with(guarded(), &script.replace("ASKED", asked));
    }
}

/// [MQTT-4.12.0-1] to [MQTT-4.12.0-7], [MQTT-4.12.1-1], [MQTT-4.12.1-2], [MQTT-3.1.2-30] v5
#[test]
fn enhanced_authentication() {
    talk_with(
        guarded(),
        "a > CONNECT v5 id=a method=knock data=one
         a < AUTH 18 method=knock data=two?
         a > AUTH 18 method=knock data=two
         a < CONNACK 00 method=knock data=in
         // anew, while connected
         a > AUTH 19 method=knock data=one
         a < AUTH 18 method=knock data=two?
         a > PUBLISH a/t x q1 #1
         a < PUBACK #1 10
         a > AUTH 18 method=knock data=two
         a < AUTH 00 method=knock data=in
         // no exchange is open
         a > AUTH 18 method=knock data=two
         a < DISCONNECT 82
         a < close
         b > CONNECT v5 id=b method=knock data=two
         b < CONNACK 87
         b < close
         c > CONNECT v5 id=c method=magic
         c < CONNACK 8c
         c < close
         // another packet during the exchange
         d > CONNECT v5 id=d method=knock data=one
         d < AUTH 18 method=knock data=two?
         d > PINGREQ
         d < CONNACK 82
         d < close
         // another method
         e > CONNECT v5 id=e method=knock data=one
         e < AUTH 18 method=knock data=two?
         e > AUTH 18 method=knack data=two
         e < CONNACK 82
         e < close
         // AUTH where the CONNECT named no method
         f > CONNECT v5 id=f name=ann password=secret
         f < CONNACK 00
         f > AUTH 19 method=knock
         f < DISCONNECT 82
         f < close
         // failing anew
         g > CONNECT v5 id=g method=knock data=one
         g < AUTH 18 method=knock data=two?
         g > AUTH 18 method=knock data=two
         g < CONNACK 00 method=knock data=in
         g > AUTH 19 method=knock data=no
         g < DISCONNECT 87
         g < close",
    );
}

#[test]
fn without_an_authenticator_no_method_is_known() {
    talk(
        "a > CONNECT v5 id=a method=SCRAM-SHA-256
         a < CONNACK 8c
         a < close",
    );
}
