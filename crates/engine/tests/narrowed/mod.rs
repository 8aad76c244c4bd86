//! What is searched for narrows every list of a capture, not only those of packets.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::collections::BTreeMap;

use mqttscope_engine::Engine;
use mqttscope_protocol::{
    CapturedOrder, CapturedRow, Command, ConnectionId, FindingView, Looking, Report, TopicRow,
    Tree, WireRow,
};
use mqttscope_shared::Instant;
use mqttscope_wire::{PacketType, Severity};

use crate::captured::{ALL, feed_with, file, packets, read};

/// The lists as they are when all was searched.
#[derive(Default)]
struct Lists {
    connections: Vec<CapturedRow>,
    all_connections: Option<u64>,
    topics: Vec<TopicRow>,
    found_topics: Option<(u64, u64)>,
    findings: Vec<FindingView>,
    found: Option<[u64; 3]>,
    wire: Vec<WireRow>,
}

fn looking(search: &str) -> Looking {
    Looking {
        captured: Some((ALL, CapturedOrder::Begin)),
        topics: Some(ALL),
        findings: Some(ALL),
        tree: Tree {
            unfolded: true,
            ..Tree::default()
        },
        search: search.to_owned(),
        ..Looking::default()
    }
}

/// When lists are looked at: behind all that was reported before.
const LATER_S: u64 = 1_000_000;

fn lists(engine: &mut Engine, looking: Looking) -> Lists {
    engine.handle_command(
        Instant::from_millis(LATER_S * 1_000),
        Command::Look(Box::new(looking)),
    );
    let mut lists = Lists::default();
    for second in LATER_S..LATER_S + 200 {
        let now = Instant::from_millis(second * 1_000);
        for report in engine.reports(now) {
            match report {
                Report::Captured { of, rows, .. } => {
                    (lists.all_connections, lists.connections) = (of, rows);
                }
                Report::Topics { found, rows, .. } => {
                    (lists.found_topics, lists.topics) = (found, rows);
                }
                Report::Summary(summary) => lists.found = summary.found,
                Report::Findings { rows, .. } => lists.findings = rows,
                Report::Wire { rows, .. } => lists.wire = rows,
                _ => {}
            }
        }
        engine.handle_command(now, Command::Drawn);
        if engine.poll_timeout().is_none() {
            break;
        }
        engine.handle_timeout(now);
    }
    lists
}

fn wire(engine: &mut Engine, like: &Looking) -> Vec<WireRow> {
    let looking = Looking {
        wire: Some(ALL),
        search: like.search.clone(),
        span: like.span,
        ..Looking::default()
    };
    lists(engine, looking).wire
}

/// The packets of each connection that has a row.
fn by_connection(rows: &[WireRow]) -> BTreeMap<ConnectionId, u64> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row.connection).or_default() += u64::from(row.event.is_none());
    }
    counts
}

/// Findings in the order of their packets, without the rows that stand for several.
fn one_by_one(engine: &mut Engine, like: &Looking, rows: &[FindingView]) -> Vec<FindingView> {
    let mut all = Vec::new();
    for row in rows {
        let opened = row.key().filter(|_| row.count > 1);
        let Some(opened) = opened else {
            all.push(row.clone());
            continue;
        };
        let looking = Looking {
            opened: Some(opened),
            ..like.clone()
        };
        let parts = lists(engine, looking).findings.into_iter();
        all.extend(parts.filter(|it| it.is_part).map(|part| FindingView {
            is_part: false,
            connections: Vec::new(),
            ..part
        }));
    }
    all.sort_by(|a, b| (a.packets.last(), &a.message).cmp(&(b.packets.last(), &b.message)));
    all
}

/// Held against the packets that the list of packets shows.
fn agree(engine: &mut Engine, looking: &Looking) {
    let all = lists(engine, self::looking(""));
    let rows = wire(engine, looking);
    let found = lists(engine, looking.clone());
    let says = &looking.search;
    let counts = found
        .connections
        .iter()
        .map(|row| (row.id, row.found.unwrap()));
    assert_eq!(
        counts.collect::<BTreeMap<_, _>>(),
        by_connection(&rows),
        "{says}"
    );
    assert_eq!(found.all_connections, Some(all.connections.len() as u64));
    let messages = rows
        .iter()
        .filter(|row| row.packet_type == Some(PacketType::Publish));
    let roots = found.topics.iter().filter(|row| row.depth == 0);
    let in_tree: u64 = roots.map(|row| row.received + row.sent).sum();
    assert_eq!(in_tree, messages.clone().count() as u64, "{says}");
    let last = messages.map(|row| row.record).max();
    let last_in_tree = found.topics.iter().filter_map(|row| row.last_record).max();
    assert_eq!(last_in_tree, last, "{says}");
    let is_found = |finding: &&FindingView| {
        let packets = &finding.packets;
        packets
            .iter()
            .any(|it| rows.iter().any(|row| row.record == *it))
    };
    let all = one_by_one(engine, &self::looking(""), &all.findings);
    let expected: Vec<_> = all.iter().filter(is_found).collect();
    let listed = one_by_one(engine, looking, &found.findings);
    assert_eq!(listed.iter().collect::<Vec<_>>(), expected, "{says}");
    let errors = expected.iter().filter(|it| it.severity == Severity::Error);
    assert_eq!(found.found.unwrap()[0], errors.count() as u64);
}

const FILES: [&str; 5] = [
    "files/zeek__mqtt.pcap",
    "files/suricata-verify__mqtt-limit-2.pcap",
    "files/t11_reasons.pcap",
    "files/t13_share.pcap",
    "recorded/tcp.pcap",
];

#[test]
fn a_filter_narrows_connections_topics_and_findings() {
    let (mut engine, _) = read(&FILES, 1 << 20);
    for filter in [
        "mqtt.msgtype == PUBLISH",
        "mqtt.qos == 1",
        "answered == false",
        "finding.severity == error",
        "client_id == \"recorder\"",
        "mqtt.msgtype == CONNECT",
        "mqtt.msgtype == AUTH && mqtt.msgtype == PINGREQ",
        "connack",
        // Words of events, which leave their connections: of rows only, and of packets too.
        "begins",
        "closed it (FIN)",
        "ended",
    ] {
        agree(&mut engine, &looking(filter));
    }
    let all = lists(&mut engine, looking(""));
    assert_eq!(
        (all.all_connections, all.found_topics, all.found),
        (None, None, None)
    );
    assert!(all.connections.len() > 4 && all.connections.iter().all(|row| row.found.is_none()));
}

#[test]
fn a_search_that_finds_only_events_leaves_their_connections() {
    let (mut engine, _) = read(&FILES, 1 << 20);
    let found = lists(&mut engine, looking("begins"));
    assert_eq!(Some(found.connections.len() as u64), found.all_connections);
    assert!(found.connections.iter().all(|row| row.found == Some(0)));
}

#[test]
fn a_span_of_time_narrows_them_too() {
    let (mut engine, shown) = read(&FILES, 1 << 20);
    let rows: Vec<_> = packets(&shown).collect();
    let (from, to) = (rows[4].at, rows[12].at);
    let looking = Looking {
        span: Some((from.min(to), from.max(to))),
        ..looking("")
    };
    agree(&mut engine, &looking);
}

#[test]
fn the_tree_has_the_topics_with_messages_that_are_found() {
    let (mut engine, _) = read(&["recorded/tcp.pcap"], 1 << 20);
    let all = lists(&mut engine, looking(""));
    let topic = all.topics.iter().filter(|row| row.last_record.is_some());
    let topics: Vec<String> = topic.filter_map(|row| row.topic.clone()).collect();
    assert!(topics.len() > 1);
    let found = lists(
        &mut engine,
        looking(&format!("mqtt.topic == \"{}\"", topics[0])),
    );
    let shown = found.topics.iter().filter(|row| row.last_record.is_some());
    let shown: Vec<_> = shown.filter_map(|row| row.topic.clone()).collect();
    assert_eq!(shown, topics[..1]);
    assert_eq!(found.found_topics, Some((1, topics.len() as u64)));
    assert!(
        found
            .topics
            .iter()
            .all(|row| row.last_record.is_none() || row.last_size > 0)
    );
}

/// What was found while the file was read, and did not stay, is not counted.
#[test]
fn counts_go_with_what_is_known_of_packets() {
    let files: Vec<Vec<u8>> = FILES.iter().map(|name| file(name)).collect();
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    for filter in [
        "answered == false",
        "finding",
        "!(client_id == \"recorder\")",
    ] {
        let mut engine = Engine::new(1);
        engine.handle_files(
            (FILES.iter().zip(&files))
                .map(|(name, bytes)| ((*name).to_owned(), bytes.len() as u64)),
        );
        let mut millis = 0;
        engine.handle_command(Instant::ZERO, Command::Look(Box::new(looking(filter))));
        feed_with(&mut engine, &files, 100, |engine| {
            millis += 100;
            engine.reports(Instant::from_millis(millis));
            engine.handle_command(Instant::from_millis(millis), Command::Drawn);
        });
        agree(&mut engine, &looking(filter));
    }
}

#[test]
fn connections_with_the_most_packets_that_are_found_come_first() {
    let (mut engine, _) = read(&FILES, 1 << 20);
    let looking = Looking {
        captured: Some((ALL, CapturedOrder::Packets)),
        ..looking("mqtt.msgtype == PUBLISH")
    };
    let found = lists(&mut engine, looking);
    let counts = found.connections.iter().map(|row| row.found.unwrap());
    assert!(counts.is_sorted_by(|a, b| a >= b));
}
