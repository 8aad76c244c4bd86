//! One file a side, with no order between them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use mqttscope_monitor::judge;
use mqttscope_wire::{ProtocolVersion, Sender, Severity};

use crate::cases::packet;

/// Both sides of the lines of a conversation.
fn sides(version: ProtocolVersion, lines: &[&str]) -> (Vec<u8>, Vec<u8>) {
    let (mut client, mut server) = (Vec::new(), Vec::new());
    for line in lines {
        let (side, words) = line.split_once(' ').unwrap();
        let words: Vec<_> = words.split_whitespace().collect();
        let bytes = packet(&words, version);
        match side {
            ">" => client.extend(bytes),
            _ => server.extend(bytes),
        }
    }
    (client, server)
}

fn errors(client: &[u8], server: &[u8]) -> Vec<&'static str> {
    let judgement = judge(client, server);
    let errors = judgement
        .findings
        .iter()
        .filter(|finding| finding.severity() != Severity::Note);
    errors.map(|finding| finding.rule.name()).collect()
}

#[track_caller]
fn expect(lines: &[&str], rules: &[&str]) {
    for version in [ProtocolVersion::V3_1_1, ProtocolVersion::V5] {
        let (client, server) = sides(version, lines);
        assert_eq!(errors(&client, &server), rules, "{version:?}");
    }
}

#[test]
fn handshakes_in_order_are_clean() {
    expect(
        &[
            "> CONNECT id=a",
            "< CONNACK",
            "> SUBSCRIBE #1 t",
            "< SUBACK #1 02",
            "> PUBLISH t x q2 #1",
            "< PUBREC #1",
            "> PUBREL #1",
            "< PUBLISH t x q2 #1",
            "< PUBCOMP #1",
            "> PUBREC #1",
            "< PUBREL #1",
            "> PUBCOMP #1",
            "> PUBLISH t y q1 #1",
            "< PUBACK #1",
            "> PUBLISH t z q1 #1",
            "< PUBACK #1",
            "> PINGREQ",
            "< PINGRESP",
            "> UNSUBSCRIBE #1 t",
            "< UNSUBACK #1 00",
            "> DISCONNECT",
        ],
        &[],
    );
}

#[test]
fn what_has_no_cause_in_the_whole_other_side_is_claimed() {
    expect(
        &[
            "> CONNECT id=a",
            "< CONNACK",
            "> PUBLISH t x q1 #1",
            "< PUBACK #2",
        ],
        &["acknowledgement-unknown"],
    );
    expect(
        &["> CONNECT id=a", "< CONNACK", "< PINGRESP"],
        &["pingresp-unasked"],
    );
    expect(
        &[
            "> CONNECT id=a",
            "< CONNACK",
            "> PUBLISH t x q1 #1",
            "> PUBLISH t y q1 #1",
            "< PUBACK #1",
        ],
        &[],
    );
    expect(
        &[
            "> CONNECT id=a",
            "< CONNACK",
            "> PUBLISH t x q1 #1",
            "> PUBLISH t y q1 #1",
        ],
        &["identifier-in-use"],
    );
    expect(
        &[
            "> CONNECT id=a",
            "< CONNACK",
            "> SUBSCRIBE #1 t u",
            "< SUBACK #1 00",
        ],
        &["suback-count"],
    );
    expect(
        &["> CONNECT id=a", "< CONNACK", "> DISCONNECT", "> PINGREQ"],
        &["packet-after-disconnect"],
    );
}

#[test]
fn of_a_session_that_goes_on_less_is_claimed() {
    expect(
        &[
            "> CONNECT id=a resume expiry=100",
            "< CONNACK present",
            "> PUBREL #7",
            "< PUBCOMP #7",
            "< PUBLISH t x q2 #9 dup",
            "> PUBREC #9",
            "< PUBREL #9",
            "< PUBREL #12",
            "> PUBCOMP #12",
            "> PUBCOMP #9",
        ],
        &[],
    );
}

#[test]
fn packets_have_places() {
    let (client, server) = sides(
        ProtocolVersion::V3_1_1,
        &[
            "> CONNECT id=a",
            "< CONNACK",
            "> PUBLISH t x q2 #1",
            "< PUBREC #1",
            "> PUBREL #1",
            "< PUBACK #9",
        ],
    );
    let judgement = judge(&client, &server);
    let shown: Vec<_> = judgement
        .packets
        .iter()
        .map(|packet| (packet.from, packet.packet_type.name(), packet.bytes.clone()))
        .collect();
    assert_eq!(
        shown,
        [
            (Sender::Client, "CONNECT", 0..15),
            (Sender::Server, "CONNACK", 0..4),
            (Sender::Client, "PUBLISH", 15..23),
            (Sender::Server, "PUBREC", 4..8),
            (Sender::Client, "PUBREL", 23..27),
            (Sender::Server, "PUBACK", 8..12),
        ]
    );
    let [finding] = &judgement.findings[..] else {
        panic!("{:?}", judgement.findings)
    };
    assert_eq!(finding.packets.as_slice(), [5]);
}

/// The connections of real clients with real brokers, each split into its sides.
#[test]
fn real_traffic_without_its_order_shows_nothing_that_is_not_there() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/conversations");
    let mut judged = 0;
    let mut found = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut connections: BTreeMap<u32, [Vec<u8>; 2]> = BTreeMap::new();
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let words: Vec<_> = line.split(' ').collect();
            let side = match words[2] {
                "c" => 0,
                "s" => 1,
                _ => continue,
            };
            let hex = words[3];
            let bytes = (0..hex.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
            let sides = connections.entry(words[1].parse().unwrap()).or_default();
            sides[side].extend(bytes);
        }
        for [client, server] in connections.values() {
            for rule in errors(client, server) {
                found.insert((name.clone(), rule));
            }
            judged += 1;
        }
    }
    assert!(judged > 100, "{judged}");
    let shown: Vec<_> = found
        .iter()
        .map(|(name, rule)| (name.as_str(), *rule))
        .collect();
    // What `recordings` has to be true, too: packets that break a rule by themselves, and answers to
    // another handshake.
    assert_eq!(
        shown,
        [
            ("mqttv5-paho-mqttv311", "bytes-left-over"),
            ("mqttv5-paho-mqttv311", "packet-not-from-server"),
            ("rabbitmq-clients-mqttv31", "acknowledgement-wrong"),
            ("rabbitmq-clients-mqttv31", "unused-bits-set"),
            ("rabbitmq-clients-mqttv311", "acknowledgement-wrong"),
            ("rabbitmq-paho-mqttv31", "acknowledgement-wrong"),
            ("rabbitmq-paho-mqttv31", "unused-bits-set"),
            ("rabbitmq-paho-mqttv311", "acknowledgement-wrong"),
        ]
    );
}
