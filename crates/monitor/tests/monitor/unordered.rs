//! One file a side, with no order between them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use mqttscope_monitor::{Finding, judge};
use mqttscope_wire::frame::{self, Header};
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
            "> DISCONNECT",
        ],
        &["acknowledgement-unknown"],
    );
    expect(
        &["> CONNECT id=a", "< CONNACK", "< PINGRESP", "> DISCONNECT"],
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
    // Only in version 5 a server says that it leaves.
    let (client, server) = sides(
        ProtocolVersion::V5,
        &[
            "> CONNECT id=a",
            "< CONNACK",
            "> PUBLISH t x q1 #1",
            "> PUBLISH t y q1 #1",
            "< DISCONNECT",
        ],
    );
    assert_eq!(errors(&client, &server), ["identifier-in-use"]);
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
            "> DISCONNECT",
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
            (Sender::Client, "DISCONNECT", 27..29),
            (Sender::Server, "PUBACK", 8..12),
        ]
    );
    let [finding] = &judgement.findings[..] else {
        panic!("{:?}", judgement.findings)
    };
    assert_eq!(finding.packets.as_slice(), [6]);
}

/// No packet and no conversation is accused.
#[track_caller]
pub(crate) fn expect_no_error(client: &[u8], server: &[u8]) {
    let judgement = judge(client, server);
    let error = judgement
        .findings
        .iter()
        .find(|finding| finding.severity() == Severity::Error);
    assert!(
        error.is_none(),
        "{error:?}: {:?}\nclient {client:02x?}\nserver {server:02x?}",
        error.map(Finding::message)
    );
}

/// The connections of real clients with real brokers, each split into its sides, with the file's name.
fn real_connections() -> Vec<(String, [Vec<u8>; 2])> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/conversations");
    let mut all = Vec::new();
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
        all.extend(connections.into_values().map(|sides| (name.clone(), sides)));
    }
    all
}

/// Where a side's packets end, its beginning included.
fn borders(side: &[u8]) -> Vec<usize> {
    let mut borders = vec![0];
    let mut at = 0;
    while let Header::Complete { len, .. } = frame::header(&side[at..]) {
        at = (at + len).min(side.len());
        borders.push(at);
        if at == side.len() {
            break;
        }
    }
    borders
}

/// What a stopped recording may explain is not claimed: each side ends at any border, whatever the other does.
#[test]
fn recordings_that_end_early_accuse_nobody() {
    let mut cuts = 0;
    for (_, [client, server]) in real_connections() {
        let judgement = judge(&client, &server);
        let is_correct = |finding: &Finding| finding.severity() != Severity::Error;
        if !judgement.findings.iter().all(is_correct) {
            continue;
        }
        let (of_client, of_server) = (borders(&client), borders(&server));
        // A long connection is cut at every so many packets, another number for each side.
        let step = |borders: &[usize]| (borders.len() / 8).max(1);
        for &end in of_client.iter().step_by(step(&of_client)) {
            for &other in of_server.iter().step_by(step(&of_server)) {
                // Whole packets, and the first byte of the next.
                for (client_end, server_end) in [(end, other), (end + 1, other), (end, other + 1)] {
                    let client = &client[..client_end.min(client.len())];
                    let server = &server[..server_end.min(server.len())];
                    expect_no_error(client, server);
                    cuts += 1;
                }
            }
        }
    }
    assert!(cuts > 5_000, "{cuts}");
}

#[test]
fn what_the_missing_end_does_not_explain_is_claimed() {
    // The identifier waits for a PUBACK, whatever came behind.
    expect(
        &[
            "> CONNECT id=a",
            "< CONNACK",
            "> PUBLISH t x q1 #1",
            "< PUBREC #1",
        ],
        &["acknowledgement-wrong"],
    );
}

#[test]
fn what_the_missing_end_explains_is_not_claimed() {
    for lines in [
        // The PUBLISH, the PUBREL, the SUBSCRIBE, the PINGREQ may have been sent behind the end.
        &["< PUBACK #2"][..],
        &["> PUBLISH t x q2 #1", "< PUBREC #1", "< PUBCOMP #1"],
        &["< SUBACK #1 00"],
        &["< UNSUBACK #1 00"],
        &["< PINGRESP"],
        // The PUBREC, the PUBACK may have come behind the end.
        &["> PUBLISH t x q2 #1", "> PUBREL #1"],
        &["> PUBLISH t x q1 #1", "> PUBLISH t y q1 #1"],
        &["> SUBSCRIBE #1 t", "> UNSUBSCRIBE #1 t"],
        &["> PUBACK #9"],
        &["> PUBCOMP #9", "> DISCONNECT"],
        // And so may the whole answer to CONNECT.
        &["> PUBLISH t x q1 #1", "> PUBLISH t y q1 #2"],
    ] {
        let lines = [&["> CONNECT id=a", "< CONNACK"][..], lines].concat();
        expect(&lines, &[]);
    }
}

#[test]
fn real_traffic_without_its_order_shows_nothing_that_is_not_there() {
    let mut found = BTreeSet::new();
    let connections = real_connections();
    let judged = connections.len();
    for (name, [client, server]) in &connections {
        for rule in errors(client, server) {
            found.insert((name.clone(), rule));
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
            ("mqttv5-paho-mqttv311", "disconnect-of-v5"),
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
