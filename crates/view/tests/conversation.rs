//! Conversations without a clock: who broke what, and what is not claimed.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::collections::BTreeMap;
use std::path::Path;

use mqttscope_view::conversation::{Conversation, Finding, Judged, Shown, counts, merged};
use mqttscope_view::payload::{Asked, Form};
use mqttscope_view::recording::Recording;
use mqttscope_view::sides::Run;
use mqttscope_view::states::Replay;
use mqttscope_wire::{ProtocolVersion, Sender, Severity};
use proptest::prelude::*;

/// A line a packet; `>` is the client's.
fn conversation(lines: &[&str]) -> Conversation {
    let (mut bytes, mut packets) = (Vec::new(), Vec::new());
    for line in lines {
        let (mark, hex) = line.split_at(1);
        let before = bytes.len();
        let pairs = hex.split_ascii_whitespace();
        bytes.extend(pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()));
        let from = match mark {
            ">" => Sender::Client,
            _ => Sender::Server,
        };
        packets.push((bytes.len() - before, from));
    }
    Conversation::new(bytes, packets)
}

/// An alarm panel with a Keep Alive of 10 s that pings every 15 s.
fn late_pings() -> Conversation {
    conversation(&[
        "> 10 0d 00 04 4d 51 54 54 04 02 00 0a 00 01 61",
        CONNACK,
        "> c0 00",
        "< d0 00",
        "> c0 00",
        "< d0 00",
        "> c0 00",
    ])
}

#[test]
fn times_show_a_keep_alive_that_was_missed() {
    let times = [0, 144, 15_010, 15_151, 30_020, 30_170, 46_892].map(Some);
    let late = late_pings().with_times(&times);
    let judged = late.judge();
    let of_client = judged
        .findings
        .iter()
        .filter(|finding| finding.by == Sender::Client);
    assert_eq!(
        of_client
            .map(|finding| finding.statement)
            .collect::<Vec<_>>(),
        [Some("MQTT-3.1.2-23"); 3]
    );
    assert!(!late.leaves_keep_alive_open());
}

#[test]
fn without_times_keep_alive_is_left_open() {
    let silent = late_pings();
    assert_eq!(found(&silent.judge()), []);
    assert!(silent.leaves_keep_alive_open());
    // Times that go back are those of two clocks.
    let confused = late_pings().with_times(&[5, 4, 3, 2, 1, 0, 9].map(Some));
    assert_eq!(found(&confused.judge()), []);
    assert!(confused.leaves_keep_alive_open());
}

fn found(judged: &Judged) -> Vec<(&'static str, Vec<usize>)> {
    let findings = judged.findings.iter();
    findings
        .map(|finding| (finding.rule, finding.packets.clone()))
        .collect()
}

const CONNECT: &str = "> 10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 61";
const CONNACK: &str = "< 20 02 00 00";
/// QoS 2, identifier 7, topic `a`.
const PUBLISH: &str = "> 34 05 00 01 61 00 07";

#[test]
fn a_calm_conversation_has_no_findings() {
    let lines = [
        CONNECT,
        CONNACK,
        PUBLISH,
        "< 50 02 00 07",
        "> 62 02 00 07",
        "< 70 02 00 07",
        "> e0 00",
        // And once more: not a second CONNECT of the first.
        CONNECT,
        CONNACK,
        "> c0 00",
        "< d0 00",
        "> e0 00",
    ];
    let judged = conversation(&lines).judge();
    assert_eq!(judged, Judged::default());
}

#[test]
fn a_device_that_was_thrown_off_connects_again() {
    let kept = "> 10 0d 00 04 4d 51 54 54 04 00 00 3c 00 01 61";
    let publish = "> 32 06 00 01 61 00 01 31";
    let resumed = [
        kept,
        CONNACK,
        publish,
        kept,
        "< 20 02 01 00",
        "> 3a 06 00 01 61 00 01 31",
        "< 40 02 00 01",
    ];
    let judged = conversation(&resumed).judge();
    assert_eq!(found(&judged), []);
    // A new session: the same identifier is free again.
    let anew = [
        CONNECT,
        CONNACK,
        publish,
        CONNECT,
        CONNACK,
        publish,
        "< 40 02 00 01",
    ];
    let judged = conversation(&anew).judge();
    assert_eq!(found(&judged), []);
    // A server that does not answer it shows nothing of a new connection.
    let twice = [CONNECT, CONNACK, publish, CONNECT, "< 40 02 00 01"];
    let judged = conversation(&twice).judge();
    assert_eq!(found(&judged)[0], ("second-connect", vec![0, 3]));
}

#[test]
fn findings_stand_at_their_packets() {
    let lines = [CONNECT, CONNACK, PUBLISH, "> 62 02 00 07", "< 70 02 00 07"];
    let judged = conversation(&lines).judge();
    assert_eq!(found(&judged)[0].0, "pubrel-without-pubrec");
    let first = &judged.findings[0];
    assert_eq!(first.packets.last(), Some(&3));
    assert_eq!(
        (first.severity, first.by),
        (Severity::Error, Sender::Client)
    );
    assert_eq!(judged.marks(5)[6..8], [1, 0]);
    assert!(first.statement.is_some_and(|id| id.starts_with("MQTT-")));
    assert!(
        judged
            .explanations
            .iter()
            .any(|line| line.packets.contains(&3))
    );
}

#[test]
fn what_a_side_alone_cannot_show_is_not_claimed() {
    // Of both sides the PUBREL would be wrong; the PUBREC is just not in the text.
    let judged = conversation(&[CONNECT, PUBLISH, "> 62 02 00 07"]).judge();
    assert_eq!(judged, Judged::default());
    let judged = conversation(&[CONNECT, "> e0 00", "> c0 00"]).judge();
    assert_eq!(found(&judged), [("packet-after-disconnect", vec![1, 2])]);
    // A client alone that connects twice: whether the first connection had ended, its answers would tell.
    let judged = conversation(&[CONNECT, PUBLISH, CONNECT, PUBLISH]).judge();
    assert_eq!(judged, Judged::default());
    let judged = conversation(&[CONNECT, CONNECT, "> e0 00", "> c0 00"]).judge();
    assert_eq!(found(&judged), [("packet-after-disconnect", vec![2, 3])]);
}

#[test]
fn a_log_of_one_side_across_a_reconnect_is_several_connections() {
    let publish = "> 32 06 00 01 61 00 01 31";
    // The identifier is free again, and nothing follows a DISCONNECT: each connection by itself.
    let lines = [
        publish, CONNECT, publish, CONNECT, publish, "> e0 00", CONNECT, publish,
    ];
    assert_eq!(conversation(&lines).judge(), Judged::default());
    let lines = [
        CONNECT, publish, CONNECT, "> e0 00", "> c0 00", CONNECT, "> c0 00",
    ];
    let judged = conversation(&lines).judge();
    assert_eq!(found(&judged), [("packet-after-disconnect", vec![3, 4])]);
}

/// The packets of lines without marks, as a text gives them.
fn unmarked(lines: &[&str]) -> Recording {
    let pairs = lines
        .iter()
        .flat_map(|line| line[1..].split_ascii_whitespace());
    let bytes = pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok());
    Recording::read(bytes.collect(), None, None)
}

#[test]
fn several_connects_without_an_answer_tell_who_sent_all() {
    let from = |lines: &[&str]| {
        let recording = unmarked(lines);
        recording
            .packets()
            .iter()
            .map(|packet| packet.from)
            .collect::<Vec<_>>()
    };
    let lines = [CONNECT, "> c0 00", CONNECT, "> e0 00"];
    assert_eq!(from(&lines), [Some(Sender::Client); 4]);
    // One may be the beginning of both sides, and an answer shows both.
    assert_eq!(from(&[CONNECT, "> c0 00"]), [None; 2]);
    assert_eq!(from(&[CONNECT, CONNACK, CONNECT]), [None; 3]);
    // The same of a text whose marks all say one side.
    let whole = unmarked(&lines);
    let runs = [Run {
        start: 0,
        from: Sender::Client,
    }];
    let marked = Recording::of_sides(whole.bytes(), &runs, None);
    assert!(
        marked
            .packets()
            .iter()
            .all(|packet| packet.from == Some(Sender::Client))
    );
    assert!(!whole.has_both() && !marked.has_both());
}

#[test]
fn without_times_nothing_is_late() {
    // Unanswered all of it, and the connection stays open.
    let lines = [
        CONNECT,
        CONNACK,
        PUBLISH,
        "> 82 06 00 08 00 01 61 00",
        "> c0 00",
    ];
    assert!(conversation(&lines).judge().findings.is_empty());
}

#[test]
fn packets_that_cannot_be_read_keep_the_places_of_others() {
    let lines = [CONNECT, CONNACK, "< d0", PUBLISH, "> 62 02 00 07"];
    let judged = conversation(&lines).judge();
    let places: Vec<_> = judged.findings.iter().map(|f| f.packets.last()).collect();
    assert!(places.iter().all(|place| *place == Some(&4)), "{judged:?}");
}

#[test]
fn the_state_is_that_around_a_packet() {
    let talk = conversation(&[CONNECT, CONNACK, PUBLISH, "< 50 02 00 07"]);
    let mut replay = Replay::default();
    for packet in [3, 0, 2, 1] {
        let view = talk.state(&mut replay, packet).unwrap();
        assert!(view.changes() > 0, "{packet}");
        let all = format!("{view:?}");
        assert_eq!(all.contains("Packet Identifier 7"), packet > 1, "{packet}");
        assert!(!all.contains("silent"), "there is no clock: {all}");
    }
    assert_eq!(talk.state(&mut replay, 4), None);
}

#[test]
fn all_that_is_found_is_one_list_with_one_count() {
    // The CONNACK refuses, the client goes on, and the flags of the answer are wrong.
    let lines = [CONNECT, "< 20 02 00 05", "> c0 00", "< d1 00"];
    let talk = conversation(&lines);
    let judged = talk.judge();
    let items = merged(&talk, &[ProtocolVersion::V3_1_1; 4], &judged);
    let list: Vec<_> = items
        .iter()
        .map(|item| (item.severity, item.shown, item.packets.last().copied()))
        .collect();
    assert!(
        list.contains(&(Severity::Error, Shown::ByPacket, Some(3))),
        "{list:?}"
    );
    assert!(
        list.contains(&(Severity::Error, Shown::ByConversation, Some(3))),
        "{list:?}"
    );
    let remark = items
        .iter()
        .find(|item| item.shown == Shown::AsRemark)
        .unwrap();
    assert!(
        remark.message.contains("was refused with 0x05"),
        "{remark:?}"
    );
    let [errors, warnings, notes] = counts(&items);
    assert_eq!(errors + warnings + notes, items.len());
    assert!(
        list.is_sorted_by_key(|item| core::cmp::Reverse(item.0)),
        "{list:?}"
    );
    let broken = items
        .iter()
        .find(|item| item.shown == Shown::ByPacket)
        .unwrap();
    assert!(broken.place.starts_with("[MQTT-2.2.2-1]"), "{broken:?}");
}

/// Rules that real brokers and clients break in the recordings; `tests/corpus/README.md` says why.
const TRUE: [&str; 3] = [
    "delivery-unsubscribed",
    "subscribe-shared-unavailable",
    "acknowledgement-wrong",
];

/// What is found in the bytes of one connection, of both sides or of one.
fn found_in(lines: &[(Sender, Vec<u8>)], only: Option<Sender>) -> Vec<Finding> {
    let (mut bytes, mut runs) = (Vec::new(), Vec::new());
    for (from, sent) in lines
        .iter()
        .filter(|(from, _)| only.is_none_or(|only| only == *from))
    {
        runs.push(Run {
            start: bytes.len(),
            from: *from,
        });
        bytes.extend_from_slice(sent);
    }
    let recording = match only {
        None => Recording::of_sides(&bytes, &runs, None),
        Some(_) => Recording::read(bytes, None, only),
    };
    let packets = recording.packets().iter();
    let spoken = packets.filter_map(|packet| Some((packet.at.len, packet.from?)));
    Conversation::new(recording.bytes().to_vec(), spoken)
        .judge()
        .findings
}

#[test]
fn real_traffic_is_clean_without_its_times() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/conversations");
    let (mut wrong, mut read) = (Vec::new(), 0);
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let mut connections: BTreeMap<String, Vec<(Sender, Vec<u8>)>> = BTreeMap::new();
        for line in std::fs::read_to_string(&file).unwrap().lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let &[_, connection, from @ ("c" | "s"), hex] = words.as_slice() else {
                continue;
            };
            let from = if from == "c" {
                Sender::Client
            } else {
                Sender::Server
            };
            let pairs = hex
                .as_bytes()
                .chunks(2)
                .filter_map(|pair| str::from_utf8(pair).ok());
            let sent = pairs
                .filter_map(|pair| u8::from_str_radix(pair, 16).ok())
                .collect();
            connections
                .entry(connection.into())
                .or_default()
                .push((from, sent));
        }
        for (connection, lines) in connections {
            read += 1;
            for only in [None, Some(Sender::Client), Some(Sender::Server)] {
                for finding in found_in(&lines, only) {
                    let is_known = only.is_none() && TRUE.contains(&finding.rule);
                    if finding.severity != Severity::Note && !is_known {
                        wrong.push(format!("{file:?} {connection} {only:?}: {finding:?}"));
                    }
                }
            }
        }
    }
    assert!(read > 100, "{read}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

proptest! {
    #[test]
    fn any_packets_are_judged(packets in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u8>(), 0..12)), 0..12)) {
        let bytes: Vec<u8> = packets.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
        let lens = packets.iter().map(|(client, bytes)| {
            (bytes.len(), if *client { Sender::Client } else { Sender::Server })
        });
        let talk = Conversation::new(bytes, lens);
        let judged = talk.judge();
        for finding in &judged.findings {
            prop_assert!(finding.packets.iter().all(|&place| place < talk.len()));
        }
        let mut replay = Replay::default();
        for place in 0..talk.len() {
            let _ = talk.state(&mut replay, place);
        }
    }
}

#[test]
fn an_identifier_that_may_be_refused_is_a_finding_where_it_is() {
    // The Client Identifier `a-b`, in 3.1.1, accepted, refused for another reason, and refused for itself.
    let connect = "> 10 0f 00 04 4d 51 54 54 04 02 00 3c 00 03 61 2d 62";
    let notes = |answer: &str| {
        let talk = conversation(&[connect, answer]);
        let items = merged(&talk, &[ProtocolVersion::V3_1_1; 2], &talk.judge());
        let name = "connect-client-id-not-guaranteed";
        items.iter().filter(|item| item.rule == name).count()
    };
    assert_eq!(notes("< 20 02 00 00"), 0);
    assert_eq!(notes("< 20 02 00 05"), 0);
    assert_eq!(notes("< 20 02 00 02"), 1);
}

/// A PUBLISH of QoS 0 by the client with what others encoded as Sparkplug B, by its type; with an alias, version 5.
fn sparkplug_line(of: &str) -> String {
    let text = include_str!("../../sparkplug/tests/fixtures/payloads.txt");
    let line = text.lines().find(|line| line.contains(of)).unwrap();
    let (topic, payload) = line.split_once('\t').unwrap();
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|it| format!("{it:02x}")).collect() };
    let topic = [&(topic.len() as u16).to_be_bytes(), topic.as_bytes()].concat();
    let body = hex(&topic) + payload;
    let len = body.len() / 2;
    let len = if len < 128 {
        vec![len as u8]
    } else {
        vec![(len % 128) as u8 | 128, (len / 128) as u8]
    };
    let line = format!("30{}{body}", hex(&len));
    let pairs: Vec<_> = (0..line.len())
        .step_by(2)
        .map(|at| &line[at..at + 2])
        .collect();
    format!("> {}", pairs.join(" "))
}

#[test]
fn broken_rules_of_sparkplug_are_among_the_findings() {
    let (birth, data) = (sparkplug_line("NBIRTH"), sparkplug_line("NDATA"));
    let judged = conversation(&[CONNECT, CONNACK, &birth, &data]).judge();
    let of = |rule: &str| judged.findings.iter().find(|it| it.rule == rule);
    let gap = of("sparkplug-seq-gap").unwrap();
    // Who has not the NDEATH as its will may pass on what others made.
    assert_eq!((gap.by, gap.severity), (Sender::Client, Severity::Warning));
    assert_eq!(gap.packets, [3]);
    assert_eq!(gap.statement, Some("tck-id-topics-ndata-seq-num"));
    assert_eq!(of("sparkplug-will-missing").unwrap().packets, [2]);
    assert_eq!(judged.marks(4)[6..8], [0, 1]);
}

/// The forms of the last of these packets.
fn forms(lines: &[&str]) -> Vec<Form> {
    let version = Some(ProtocolVersion::V3_1_1);
    let recording = Recording::read(unmarked(lines).bytes().to_vec(), version, None);
    let last = recording.packets().len() - 1;
    let packet = recording.bytes_of(last);
    let dissection = recording.dissect(last);
    let asked = Asked::of(&dissection, packet).unwrap();
    asked.among(&recording, last).forms()
}

#[test]
fn a_payload_has_the_names_of_the_birth_before_it() {
    let (birth, data) = (sparkplug_line("NBIRTH"), sparkplug_line("NDATA"));
    let alone = forms(&[&data]);
    assert_eq!(alone[0].name, "Sparkplug B");
    assert!(
        alone[0].text.contains("No birth of it was seen"),
        "{}",
        alone[0].text
    );
    let behind = forms(&[CONNECT, &birth, "> c0 00", &data]);
    assert!(
        behind[0].text.contains("Temperature = "),
        "{}",
        behind[0].text
    );
    assert!(behind.iter().any(|form| form.name == "hex"));
    // A payload on another topic is no Sparkplug.
    assert!(
        forms(&["> 30 04 00 01 61 31"])
            .iter()
            .all(|form| form.name != "Sparkplug B")
    );
}

proptest! {
    /// Whatever a payload is, its forms are given, hex among them.
    #[test]
    fn any_payload_has_forms(payload in proptest::collection::vec(any::<u8>(), 1..200), before: Vec<u8>) {
        let topic = b"\0\x14spBv1.0/g/NDATA/edge";
        let len = (topic.len() + payload.len()) as u16;
        let head = [0x30, len as u8 | 128, (len >> 7) as u8];
        let bytes = [&before[..], &head, topic, &payload].concat();
        let recording = Recording::read(bytes, Some(ProtocolVersion::V3_1_1), None);
        for packet in 0..recording.packets().len() {
            let dissection = recording.dissect(packet);
            if let Some(asked) = Asked::of(&dissection, recording.bytes_of(packet)) {
                let forms = asked.among(&recording, packet).forms();
                prop_assert!(forms.iter().any(|form| form.name == "hex"));
            }
        }
    }
}

#[test]
fn marks_say_where_there_may_be_more() {
    let few = [CONNECT, CONNACK, "< d0 00"];
    let judged = conversation(&few).judge();
    assert_eq!((judged.left_out, judged.marks(3).len()), (0, 6));
    let mut many = vec![CONNECT, CONNACK];
    many.resize(152, "< d0 00");
    let judged = conversation(&many).judge();
    assert!(judged.left_out > 0, "{}", judged.findings.len());
    let marks = judged.marks(many.len());
    // Two numbers a packet, and one for those that are not kept.
    assert_eq!((marks.len(), marks.last()), (305, Some(&1)));
}
