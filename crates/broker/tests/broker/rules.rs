//! Packets that break a rule, and what the broker answers: a DISCONNECT with the code that the
//! standard gives in version 5, before it just the end ([MQTT-4.13.1-1] v5, [MQTT-4.8.0-1] v3.1.1).

use mqttscope_broker::{Cause, Event, Limits, Options};

use crate::support::{plain, talk_with};

/// What a connected client of each version sends (hexadecimal, `"` before text), and the code that
/// version 5 is told; no bytes where the version has no such packet.
const TABLE: &[(&str, &str, &str, &str)] = &[
    // statement, version 3.1.1, version 5, code
    ("packet type 0", "0000", "0000", "81"),
    ("[MQTT-2.1.3-1] PINGREQ flags", "c100", "c100", "81"),
    ("[MQTT-3.6.1-1] PUBREL flags", "60020001", "60020001", "81"),
    (
        "[MQTT-3.8.1-1] SUBSCRIBE flags",
        "80060001000161 00",
        "800700010000016100",
        "81",
    ),
    (
        "[MQTT-3.10.1-1] UNSUBSCRIBE flags",
        "a0050001000161",
        "a006000100000161",
        "81",
    ),
    ("[MQTT-3.14.1-1] DISCONNECT flags", "e100", "e100", "81"),
    ("[MQTT-3.15.1-1] AUTH flags", "f000", "f100", "81"),
    (
        "[MQTT-3.3.1-4] QoS 3",
        "36060001610001 78",
        "360700016100010078",
        "81",
    ),
    (
        "[MQTT-3.3.1-2] DUP at QoS 0",
        "380400016178",
        "38050001610078",
        "81",
    ),
    (
        "[MQTT-3.3.2-2] wildcard in a topic name",
        "30050002612b78",
        "30060002612b0078",
        "81",
    ),
    (
        "[MQTT-2.2.1-3] identifier 0",
        "32060001610000 78",
        "320700016100000078",
        "82",
    ),
    (
        "[MQTT-4.7.3-1] empty topic name",
        "3003000078",
        "300400000078",
        "82",
    ),
    (
        "[MQTT-1.5.4-1] topic not UTF-8",
        "300400 01ff78",
        "30050001ff0078",
        "81",
    ),
    (
        "[MQTT-1.5.4-2] U+0000 in a topic",
        "300500026100 78",
        "30060002 61000078",
        "81",
    ),
    (
        "[MQTT-3.8.3-2] SUBSCRIBE without filters",
        "82020001",
        "8203000100",
        "82",
    ),
    (
        "[MQTT-3.10.3-2] UNSUBSCRIBE without filters",
        "a2020001",
        "a203000100",
        "82",
    ),
    (
        "[MQTT-3.8.3-5] reserved subscription options",
        "82060001000161 80",
        "820700010000016180",
        "81",
    ),
    (
        "[MQTT-4.7.1-1] # in the middle",
        "820a000100056123 2f62 2f 00",
        "820a0001000004 61232f62 00",
        "81",
    ),
    (
        "[MQTT-4.7.1-2] + beside other characters",
        "820700010002612b00",
        "82080001000002612b00",
        "81",
    ),
    (
        "[MQTT-4.8.2-1] empty share name",
        "",
        "820f00010000 09 \"$share//t 00",
        "81",
    ),
    (
        "[MQTT-3.3.4-6] Subscription Identifier from a client",
        "",
        "300700016102 0b05 78",
        "82",
    ),
    (
        "[MQTT-3.3.2-8] Topic Alias 0",
        "",
        "30080001610323000078",
        "94",
    ),
    (
        "[MQTT-3.3.2-14] wildcard in the Response Topic",
        "",
        "300900016104 080001 23 78",
        "81",
    ),
    ("a property twice", "", "300900016104 01000100 78", "82"),
    (
        "a property in the wrong packet",
        "",
        "30080001 6103 2100 0578",
        "81",
    ),
    ("[MQTT-3.4.2-1] PUBACK code", "", "4003000101", "82"),
    ("a packet that only servers send", "d000", "d000", "82"),
    (
        "a Remaining Length of five bytes",
        "30ffffffff01",
        "30ffffffff01",
        "81",
    ),
    (
        "[MQTT-1.5.5-1] a length in more bytes than it needs",
        "",
        "c08000",
        "81",
    ),
];

fn limited() -> Options {
    Options {
        limits: Limits {
            packet_size: 100,
            ..plain().limits
        },
        ..plain()
    }
}

#[test]
fn what_breaks_a_rule_ends_the_connection() {
    let mut wrong = Vec::new();
    for (statement, v3, v5, code) in TABLE {
        for (version, bytes) in [("v3.1.1", v3), ("v5", v5)] {
            if bytes.is_empty() {
                continue;
            }
            let mut talk = talk_with(
                plain(),
                &format!("a > CONNECT {version} id=a clean\n a < CONNACK 00"),
            );
            talk.events();
            let told = talk.told(&format!("a > raw {bytes}"));
            let expected = if version == "v5" {
                vec![format!("DISCONNECT {code} why"), "close".into()]
            } else {
                vec!["close".to_string()]
            };
            let events = talk.events();
            let named = events.iter().any(|event| {
                matches!(
                    event,
                    Event::Disconnected {
                        cause: Cause::Broker { rule: Some(_), .. },
                        ..
                    }
                )
            });
            if told != expected || !named {
                wrong.push(format!(
                    "{statement} {version}: {told:?}, expected {expected:?}; {events:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Section 3.1.2.11.4 and 0x95: a packet above our Maximum Packet Size, told by its length alone
#[test]
fn a_packet_that_is_too_large() {
    let mut talk = talk_with(limited(), "a > CONNECT v5 id=a\n a < CONNACK 00 max=100");
    talk.run(
        "a > raw 3062
         a > raw 00
         b > CONNECT v3.1.1 id=b
         b < CONNACK 00
         b > raw 3062
         c > CONNECT v5 id=c
         c < CONNACK 00 max=100
         c > raw 3064
         c < DISCONNECT 95
         c < close
         d > CONNECT v3.1.1 id=d
         d < CONNACK 00
         d > raw 30ffffff7f
         d < close
         e > raw 10ffffff7f
         e < close",
    );
}

/// A CONNECT comes from anybody, and so do packets that are never finished: both are bounded.
#[test]
fn what_is_not_finished_is_bounded() {
    let limits = Limits {
        connect_size: 50,
        input: 60,
        ..plain().limits
    };
    let mut talk = talk_with(
        Options { limits, ..plain() },
        "a > CONNECT v5 id=a\n a < CONNACK 00",
    );
    talk.run(
        "b > raw 1031
         b < close
         // 42 bytes of 1000, and then 42 more of another client
         a > raw 30e80700016100 \"456789012345678901234567890123456789
         c > CONNECT v5 id=c
         c < CONNACK 00
         c > raw 30e80700016100 \"456789012345678901234567890123456789
         c < DISCONNECT 97
         c < close
         // what is given up counts no more
         a gone
         c > CONNECT v5 id=c
         c < CONNACK 00
         c > raw 30e80700016100 \"456789012345678901234567890123456789",
    );
}

/// What follows a packet that ends the connection is not looked at ([MQTT-3.1.4-6] v5,
/// [MQTT-3.1.4-5] v3.1.1)
#[test]
fn nothing_is_done_behind_the_end() {
    let mut talk = talk_with(
        plain(),
        "s > CONNECT v5 id=s\n s < CONNACK 00\n s > SUBSCRIBE #1 t\n s < SUBACK #1 00",
    );
    talk.run(
        "// a refused CONNECT and a message
         a > raw 100c0004 \"MQTT 0202003c0000 3004000174 78
         a < CONNACK 01
         a < close
         // a goodbye and a message
         b > CONNECT v3.1.1 id=b
         b < CONNACK 00
         b > raw e000 3004000174 78
         b < close",
    );
}

/// A packet in pieces is the packet ([MQTT-4.2-1] v5: a stream of bytes)
#[test]
fn bytes_may_come_in_any_pieces() {
    let mut talk = talk_with(
        plain(),
        "s > CONNECT v5 id=s\n s < CONNACK 00\n s > SUBSCRIBE #1 t\n s < SUBACK #1 00",
    );
    talk.run(
        "a > raw 10
         a > raw 0d0004 \"MQ
         a > raw \"TT 0402003c0001
         a > raw 61 3004000174 79 c0
         a < CONNACK 00
         s < PUBLISH t y
         a > raw 00 c000
         a < PINGRESP
         a < PINGRESP",
    );
}
