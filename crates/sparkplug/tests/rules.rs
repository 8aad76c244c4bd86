//! Conversations of edge nodes and hosts, sound and broken.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

use mqttscope_sparkplug::{Message, Monitor, Rule};
use mqttscope_wire::{QoS, Sender, Severity};
use proptest::prelude::*;

/// A metric: name, alias, datatype, value.
type Given<'a> = (Option<&'a str>, Option<u64>, Option<u64>, u64);

const REBIRTH: Given<'static> = (Some("Node Control/Rebirth"), None, Some(11), 0);

fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn numbered(out: &mut Vec<u8>, field: u64, number: u64) {
    varint(out, field << 3);
    varint(out, number);
}

fn bytes(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    varint(out, field << 3 | 2);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn payload(seq: Option<u64>, metrics: &[Given<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    numbered(&mut out, 1, 1_700_000_000_000);
    for &(name, alias, datatype, value) in metrics {
        let mut metric = Vec::new();
        if let Some(name) = name {
            bytes(&mut metric, 1, name.as_bytes());
        }
        for (field, number) in [(2, alias), (4, datatype), (11, Some(value))] {
            if let Some(number) = number {
                numbered(&mut metric, field, number);
            }
        }
        bytes(&mut out, 2, &metric);
    }
    if let Some(seq) = seq {
        numbered(&mut out, 3, seq);
    }
    out
}

fn bd_seq(value: u64) -> Given<'static> {
    (Some("bdSeq"), None, Some(8), value)
}

/// Hands messages in and notes what is found, as `rule severity`.
struct Talk {
    monitor: Monitor,
    number: u64,
    from: Sender,
}

impl Talk {
    /// An edge node's own connection from its CONNECT on, whose will has this `bdSeq`.
    fn of_edge(will: u64) -> Self {
        let mut talk = Self::midway(Sender::Client);
        let death = payload(None, &[bd_seq(will)]);
        let will = Message {
            qos: QoS::AtLeastOnce,
            ..message("spBv1.0/g/NDEATH/e", &death)
        };
        talk.monitor.handle_connect(1, 0, Some(&will));
        talk
    }

    /// In the middle of a connection.
    fn midway(from: Sender) -> Self {
        Self {
            monitor: Monitor::new(),
            number: 0,
            from,
        }
    }

    fn say(&mut self, of: &str, payload: &[u8]) -> Vec<String> {
        let device = if of.starts_with('D') { "/d" } else { "" };
        let topic = format!("spBv1.0/g/{of}/e{device}");
        self.send(&message(&topic, payload))
    }

    fn send(&mut self, message: &Message<'_>) -> Vec<String> {
        self.number += 1;
        self.monitor.handle_message(&Message {
            from: self.from,
            number: self.number,
            ..*message
        });
        self.found()
    }

    fn found(&mut self) -> Vec<String> {
        let mut found = Vec::new();
        while let Some(finding) = self.monitor.poll_finding() {
            let message = finding.message();
            assert!(!message.contains(['{', '}']), "{message}");
            assert!(finding.statement().is_some() || finding.rule == Rule::PayloadForm);
            let name = finding.rule.name().strip_prefix("sparkplug-").unwrap();
            found.push(match finding.severity() {
                Severity::Error => name.to_owned(),
                severity => format!("{name} ({severity})"),
            });
        }
        found
    }

    /// The NBIRTH that fits the will.
    fn birth(&mut self) {
        let metrics = [bd_seq(3), REBIRTH, (Some("T"), Some(1), Some(8), 20)];
        assert_eq!(self.say("NBIRTH", &payload(Some(0), &metrics)), NOTHING);
    }
}

const NOTHING: [&str; 0] = [];
const T: Given<'static> = (None, Some(1), None, 21);

fn message<'a>(topic: &'a str, payload: &'a [u8]) -> Message<'a> {
    Message {
        connection: 1,
        from: Sender::Client,
        number: 0,
        topic,
        payload,
        qos: QoS::AtMostOnce,
        retain: false,
        dup: false,
    }
}

#[test]
fn a_sound_conversation_shows_nothing() {
    let mut talk = Talk::of_edge(3);
    talk.birth();
    let speed = [(Some("speed"), Some(9), Some(7), 5)];
    assert_eq!(talk.say("DBIRTH", &payload(Some(1), &speed)), NOTHING);
    for seq in 2..600 {
        let (of, metric) = if seq % 2 == 0 {
            ("NDATA", T)
        } else {
            ("DDATA", (None, Some(9), None, seq))
        };
        assert_eq!(talk.say(of, &payload(Some(seq % 256), &[metric])), NOTHING);
    }
    let command = payload(None, &[(Some("T"), None, None, 1)]);
    assert_eq!(talk.say("NCMD", &command), NOTHING);
    assert_eq!(talk.say("DDEATH", &payload(Some(600 % 256), &[])), NOTHING);
    assert_eq!(talk.say("NDEATH", &payload(None, &[bd_seq(3)])), NOTHING);
    talk.birth();
}

#[test]
fn a_gap_in_seq() {
    let mut talk = Talk::of_edge(3);
    talk.birth();
    assert_eq!(talk.say("NDATA", &payload(Some(2), &[T])), ["seq-gap"]);
    // From there on it counts anew.
    assert_eq!(talk.say("NDATA", &payload(Some(3), &[T])), NOTHING);
    assert_eq!(
        talk.say("NDATA", &payload(Some(3), &[(None, Some(1), None, 9)])),
        ["seq-gap"]
    );
}

#[test]
fn what_a_server_passes_on_may_lack_messages() {
    let mut talk = Talk::midway(Sender::Server);
    assert_eq!(talk.say("NDATA", &payload(Some(17), &[T])), NOTHING);
    assert_eq!(
        talk.say("NDATA", &payload(Some(19), &[T])),
        ["seq-gap (warning)"]
    );
    // The same once more, over a second subscription.
    assert_eq!(talk.say("NDATA", &payload(Some(19), &[T])), NOTHING);
    talk.birth();
    // All since the birth is here, so what is wrong is wrong.
    let unknown = [(None, Some(77), None, 1)];
    assert_eq!(
        talk.say("NDATA", &payload(Some(1), &unknown)),
        ["alias-unknown"]
    );
    assert_eq!(
        talk.say("NDATA", &payload(Some(5), &unknown)),
        ["seq-gap (warning)"]
    );
    talk.monitor.handle_gap(1);
    assert_eq!(talk.say("NDATA", &payload(Some(9), &unknown)), NOTHING);
}

#[test]
fn data_before_its_birth() {
    let mut talk = Talk::of_edge(3);
    assert_eq!(
        talk.say("NDATA", &payload(Some(0), &[T])),
        ["data-before-birth"]
    );
    assert_eq!(
        talk.say("NDATA", &payload(Some(1), &[T])),
        NOTHING,
        "said once"
    );
    talk.birth();
    let speed = [(None, Some(9), None, 5)];
    assert_eq!(
        talk.say("DDATA", &payload(Some(1), &speed)),
        ["device-before-birth"]
    );
    let born = [(Some("speed"), Some(9), Some(7), 5)];
    assert_eq!(talk.say("DBIRTH", &payload(Some(2), &born)), NOTHING);
    assert_eq!(talk.say("DDEATH", &payload(Some(3), &[])), NOTHING);
    assert_eq!(
        talk.say("DDATA", &payload(Some(4), &speed)),
        ["device-before-birth"]
    );

    let mut midway = Talk::midway(Sender::Client);
    assert_eq!(midway.say("NDATA", &payload(Some(7), &[T])), NOTHING);
    // It may be a bridge.
    let mut other = Talk::midway(Sender::Client);
    other.monitor.handle_connect(1, 0, None);
    assert_eq!(
        other.say("NDATA", &payload(Some(7), &[T])),
        ["data-before-birth (warning)"]
    );
    let metrics = [bd_seq(0), REBIRTH];
    assert_eq!(
        other.say("NBIRTH", &payload(Some(0), &metrics)),
        ["will-missing (warning)"]
    );
}

#[test]
fn birth_and_death_numbers() {
    let mut talk = Talk::of_edge(4);
    let metrics = [bd_seq(3), REBIRTH];
    assert_eq!(
        talk.say("NBIRTH", &payload(Some(0), &metrics)),
        ["bdseq-differs"]
    );
    assert_eq!(
        talk.say("NDEATH", &payload(None, &[bd_seq(9)])),
        ["bdseq-differs"]
    );
    assert_eq!(talk.say("NDEATH", &payload(None, &[])), ["bdseq-missing"]);
    let mut talk = Talk::of_edge(4);
    assert_eq!(
        talk.say("NBIRTH", &payload(Some(0), &[REBIRTH])),
        ["bdseq-missing"]
    );
}

#[test]
fn a_birth_by_itself() {
    let mut talk = Talk::of_edge(3);
    let mut say = |seq, metrics: &[Given<'_>]| talk.say("NBIRTH", &payload(seq, metrics));
    assert_eq!(
        say(Some(7), &[bd_seq(3), REBIRTH]),
        ["nbirth-seq-not-zero (warning)"]
    );
    assert_eq!(say(None, &[bd_seq(3), REBIRTH]), ["seq-missing"]);
    assert_eq!(say(Some(256), &[bd_seq(3), REBIRTH]), ["seq-range"]);
    assert_eq!(say(Some(0), &[bd_seq(3)]), ["rebirth-metric-missing"]);
    let untyped = (Some("T"), None, None, 1);
    assert_eq!(
        say(Some(0), &[bd_seq(3), REBIRTH, untyped]),
        ["birth-metric-incomplete"]
    );
    let (one, other) = (
        (Some("a"), Some(5), Some(7), 1),
        (Some("b"), Some(5), Some(7), 1),
    );
    assert_eq!(
        say(Some(0), &[bd_seq(3), REBIRTH, one, other]),
        ["alias-duplicate"]
    );
    assert_eq!(say(Some(0), &[bd_seq(3), REBIRTH, one]), NOTHING);
    assert_eq!(
        talk.say("DBIRTH", &payload(Some(1), &[other])),
        ["alias-duplicate"]
    );
}

#[test]
fn metrics_that_were_not_born() {
    let mut talk = Talk::of_edge(3);
    talk.birth();
    let named = [(Some("U"), None, None, 1)];
    assert_eq!(
        talk.say("NDATA", &payload(Some(1), &named)),
        ["metric-not-in-birth"]
    );
    assert_eq!(
        talk.say("NDATA", &payload(Some(2), &[(None, Some(2), None, 1)])),
        ["alias-unknown"]
    );
    assert_eq!(
        talk.say("NDATA", &payload(Some(3), &[(Some("T"), None, None, 1)])),
        NOTHING
    );
}

#[test]
fn messages_by_themselves() {
    let mut talk = Talk::midway(Sender::Client);
    assert_eq!(talk.say("NDATA", b"\x18\x05"), ["timestamp-missing"]);
    assert_eq!(talk.say("NDATA", b"{\"seq\":1}"), ["payload-form"]);
    assert_eq!(talk.say("NCMD", &payload(Some(1), &[])), ["seq-forbidden"]);
    assert_eq!(
        talk.say("NDEATH", &payload(Some(1), &[bd_seq(1)])),
        ["seq-forbidden"]
    );
    let data = payload(Some(1), &[T]);
    let sent = message("spBv1.0/g/NDATA/e", &data);
    let kept = Message {
        retain: true,
        ..sent
    };
    assert_eq!(talk.send(&kept), ["retain-wrong"]);
    let next = payload(Some(2), &[T]);
    let sure = Message {
        qos: QoS::ExactlyOnce,
        payload: &next,
        ..sent
    };
    assert_eq!(talk.send(&sure), ["qos-wrong"]);
    // It removes a retained one.
    assert_eq!(
        talk.send(&Message {
            payload: b"",
            ..kept
        }),
        NOTHING
    );
    for topic in ["spBv1.0/g/NDATA/e/d", "spBv1.0/g/DDATA/e"] {
        assert_eq!(talk.send(&message(topic, &data)), ["topic-form"]);
    }
    assert_eq!(talk.send(&message("g/NDATA/e", b"x")), NOTHING);
}

#[test]
fn wills() {
    let death = payload(None, &[bd_seq(1)]);
    let found = |will: &Message<'_>| {
        let mut talk = Talk::midway(Sender::Client);
        talk.monitor.handle_connect(1, 0, Some(will));
        talk.found()
    };
    let sound = Message {
        qos: QoS::AtLeastOnce,
        ..message("spBv1.0/g/NDEATH/e", &death)
    };
    assert_eq!(found(&sound), NOTHING);
    assert_eq!(
        found(&Message {
            qos: QoS::AtMostOnce,
            ..sound
        }),
        ["qos-wrong"]
    );
    assert_eq!(
        found(&Message {
            retain: true,
            ..sound
        }),
        ["retain-wrong"]
    );
    assert_eq!(
        found(&Message {
            payload: b"gone",
            ..sound
        }),
        ["payload-form"]
    );
    let host = Message {
        topic: "spBv1.0/STATE/h",
        retain: true,
        ..sound
    };
    assert_eq!(found(&host), ["state-form"]);
    let state = br#"{"online":false,"timestamp":5}"#;
    assert_eq!(
        found(&Message {
            payload: state,
            ..host
        }),
        NOTHING
    );
}

#[test]
fn a_hosts_state() {
    let mut talk = Talk::midway(Sender::Client);
    let sound = Message {
        qos: QoS::AtLeastOnce,
        retain: true,
        ..message("spBv1.0/STATE/h", br#"{"online":true,"timestamp":5}"#)
    };
    assert_eq!(talk.send(&sound), NOTHING);
    assert_eq!(
        talk.send(&Message {
            payload: b"ONLINE",
            ..sound
        }),
        ["state-form"]
    );
    assert_eq!(
        talk.send(&Message {
            retain: false,
            ..sound
        }),
        ["retain-wrong"]
    );
    assert_eq!(
        talk.send(&Message {
            qos: QoS::AtMostOnce,
            ..sound
        }),
        ["qos-wrong"]
    );
    assert_eq!(
        talk.send(&Message {
            payload: b"",
            ..sound
        }),
        NOTHING
    );
    // A server sends with the subscription's QoS, and RETAIN only what it kept.
    talk.from = Sender::Server;
    let passed = Message {
        retain: false,
        qos: QoS::AtMostOnce,
        ..sound
    };
    assert_eq!(talk.send(&passed), NOTHING);
}

#[test]
fn what_others_encoded_is_sound() {
    let mut monitor = Monitor::new();
    let text = include_str!("fixtures/payloads.txt");
    for (number, line) in (1_u64..).zip(text.lines()) {
        let (topic, hex) = line.split_once('\t').unwrap();
        let pairs = (0..hex.len()).step_by(2);
        let payload: Vec<u8> = pairs
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect();
        let message = Message {
            number,
            ..message(topic, &payload)
        };
        if number == 1 {
            let will = Message {
                qos: QoS::AtLeastOnce,
                ..message
            };
            monitor.handle_connect(1, number, Some(&will));
        } else {
            monitor.handle_message(&message);
        }
        assert_eq!(monitor.poll_finding(), None, "{topic}");
    }
}

#[test]
fn names_are_those_of_the_birth_before() {
    use mqttscope_sparkplug::Topic;
    let mut talk = Talk::of_edge(3);
    talk.birth();
    let other = [bd_seq(3), REBIRTH, (Some("U"), Some(1), Some(8), 20)];
    assert_eq!(talk.say("NBIRTH", &payload(Some(0), &other)), NOTHING);
    let Some(Topic::Edge(address)) = Topic::of("spBv1.0/g/NDATA/e") else {
        panic!("it is one")
    };
    let name = |number| {
        let names = talk.monitor.names(&address, number);
        Some(names.node?.1.by_alias(1)?.0.to_owned())
    };
    assert_eq!(name(0), None);
    assert_eq!(name(1).as_deref(), Some("T"));
    assert_eq!(name(2).as_deref(), Some("U"));
    assert_eq!(name(1000).as_deref(), Some("U"));
}

#[test]
fn memory_is_bounded() {
    let many: Vec<String> = (0..2_000).map(|number| format!("{number:0>200}")).collect();
    let metrics: Vec<Given<'_>> = many
        .iter()
        .map(|name| (Some(name.as_str()), None, Some(7), 1))
        .collect();
    let birth = payload(Some(0), &metrics);
    let mut monitor = Monitor::new();
    let info = allocation_counter::measure(|| {
        for number in 0..300 {
            let topic = format!("spBv1.0/g/NBIRTH/{number}");
            monitor.handle_message(&Message {
                number,
                ..message(&topic, &birth)
            });
            while monitor.poll_finding().is_some() {}
        }
        for number in 300..20_000 {
            let topic = format!("spBv1.0/g/DDATA/{}/{number}", number % 3_000);
            monitor.handle_message(&Message {
                number,
                ..message(&topic, b"\x08\x01\x18\x01")
            });
            while monitor.poll_finding().is_some() {}
        }
    });
    assert!(
        info.bytes_current < 24 << 20,
        "{} bytes",
        info.bytes_current
    );
}

#[test]
fn other_topics_cost_nothing() {
    let mut monitor = Monitor::new();
    let info = allocation_counter::measure(|| {
        for number in 0..1000 {
            monitor.handle_message(&Message {
                number,
                ..message("plant/line1/t", b"21.5")
            });
        }
    });
    assert_eq!(info.count_total, 0);
}

proptest! {
    #[test]
    fn any_messages_in_any_order(
        steps in proptest::collection::vec((0_usize..10, any::<bool>(), any::<u8>(), proptest::collection::vec(any::<u8>(), 0..40)), 0..60),
    ) {
        let mut monitor = Monitor::new();
        for (number, (of, is_server, seq, bytes)) in (0_u64..).zip(steps) {
            let types = ["NBIRTH", "NDEATH", "DBIRTH", "DDEATH", "NDATA", "DDATA", "NCMD", "DCMD"];
            let topic = match types.get(of) {
                Some(name) => format!("spBv1.0/g/{name}/e{}", if name.starts_with('D') { "/d" } else { "" }),
                None => "spBv1.0/STATE/h".to_owned(),
            };
            let fitting = payload(Some(seq.into()), &[(Some("x"), Some(seq.into()), None, 1)]);
            let payload = if bytes.len() % 2 == 0 { &fitting } else { &bytes };
            let from = if is_server { Sender::Server } else { Sender::Client };
            let message = Message { from, number, retain: seq % 7 == 0, dup: seq % 5 == 0, ..message(&topic, payload) };
            match of {
                9 if seq % 2 == 0 => monitor.handle_connect(1, number, Some(&message)),
                9 => monitor.handle_gap(1),
                _ => monitor.handle_message(&message),
            }
            while let Some(finding) = monitor.poll_finding() {
                prop_assert_eq!(finding.packets.last(), Some(&number));
                let is_filled = !finding.message().contains(['{', '}']);
                prop_assert!(is_filled);
            }
        }
    }
}
