//! Filters over the packets of captures.

use core::time::Duration;

use mqttscope_shared::Instant;
use std::collections::BTreeMap;

use mqttscope_engine::{Engine, SocketId};
use mqttscope_protocol::{
    Command, ConnectionId, EventKind, Export, ExportFormat, Looking, MessageDraft, Profile,
    RecordId, Report, SearchView, Target, WireRow,
};
use mqttscope_wire::Sender;

use crate::captured::{self, ALL, packets, read, shown};
use crate::world::{Seen, World};

/// What tshark 4.0.17 counts (`-Y 'mqtt && (FILTER)'`, ports of the recordings with `-d tcp.port==18831,mqtt`), for files
/// in which a frame holds one packet.
const TSHARK: &str = include_str!("tshark.txt");

/// Where tshark is wrong, and what is right.
const WRONG: [(&str, &str, usize); 13] = [
    // It saw no CONNECT and reads answers of 3.1.1, which have no Property Length, as those of version 5.
    (NO_CONNECT, "mqtt.connack.reason_code == \"Success\"", 0),
    (NO_CONNECT, "mqtt.connack.reason_code == 0", 0),
    (NO_CONNECT, "mqtt.connack.reason_code", 0),
    (NO_CONNECT, "mqtt.conack.val == \"Connection Accepted\"", 2),
    (NO_CONNECT, "mqtt.conack.val == 0", 2),
    (NO_CONNECT, "mqtt.conack.val", 2),
    (NO_CONNECT, "mqtt.suback.qos == 1", 2),
    (NO_CONNECT, "mqtt.suback.qos", 3),
    (
        NO_CONNECT,
        "mqtt.suback.reason_code == \"Granted QoS 2\"",
        0,
    ),
    (NO_CONNECT, "mqtt.suback.reason_code == 1", 0),
    (NO_CONNECT, "mqtt.suback.reason_code", 0),
    // It has one table of aliases for both directions: the server's alias 1 is taken for the client's.
    (ALIASES, "len(mqtt.topic) > 8", 2),
    (ALIASES, "mqtt.topic > \"m\"", 4),
];
const NO_CONNECT: &str = "files/suricata-verify__mqtt-events-missing-connect.pcap";
const ALIASES: &str = "files/t2_alias.pcap";

fn found(engine: &mut Engine, search: &str) -> usize {
    let looking = Looking {
        wire: Some(ALL),
        search: search.to_owned(),
        ..Looking::default()
    };
    packets(&shown(engine, looking)).count()
}

#[test]
fn tshark_counts_the_same() {
    let mut files: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
    for line in TSHARK.lines() {
        let (count, rest) = line.split_once('\t').unwrap();
        let (file, filter) = rest.split_once('\t').unwrap();
        let of = files.entry(file).or_default();
        of.push((count.parse().unwrap(), filter));
    }
    let mut differ = Vec::new();
    for (file, filters) in files {
        let (mut engine, _) = read(&[file], 1 << 20);
        for (count, filter) in filters {
            let ours = found(&mut engine, &format!("mqtt && ({filter})"));
            let wrong = WRONG
                .iter()
                .find(|(of, is, _)| (*of, *is) == (file, filter));
            if ours != wrong.map_or(count, |(.., right)| *right) {
                differ.push(format!("{file}: {filter}: {ours}, tshark {count}"));
            }
        }
    }
    assert!(differ.is_empty(), "{differ:#?}");
}

/// What filters find that tshark cannot answer.
const OURS: &str = include_str!("ours.txt");

#[test]
fn what_only_we_can_ask_is_found() {
    let mut files: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
    for line in OURS.lines() {
        let (count, rest) = line.split_once('\t').unwrap();
        let (file, filter) = rest.split_once('\t').unwrap();
        files
            .entry(file)
            .or_default()
            .push((count.parse().unwrap(), filter));
    }
    for (file, filters) in files {
        let (mut engine, _) = read(&[file], 1 << 20);
        for (count, filter) in filters {
            assert_eq!(found(&mut engine, filter), count, "{file}: {filter}");
        }
    }
}

/// What a filter finds is the same whether it was there while the file was read or came afterwards.
#[test]
fn rows_come_and_go_with_what_is_known_of_them() {
    let files = [
        NO_CONNECT,
        "files/zeek__mqtt.pcap",
        "files/t12_keepalive.pcap",
        "files/t11_reasons.pcap",
        "recorded/tcp.pcap",
    ];
    for filter in [
        "answered == false",
        "answered",
        "finding",
        "handshake.state == complete",
        "handshake.state == waiting",
        "client_id == \"P1\"",
        "!(client_id == \"P1\")",
    ] {
        let mut count = 0;
        for file in files {
            let bytes = captured::file(file);
            let mut engine = Engine::new(1);
            engine.handle_files([("file".to_owned(), bytes.len() as u64)]);
            let looking = || Looking {
                wire: Some(ALL),
                search: filter.to_owned(),
                ..Looking::default()
            };
            engine.handle_command(Instant::ZERO, Command::Look(Box::new(looking())));
            let mut now = Instant::ZERO;
            // The list is found anew after every few frames.
            captured::feed_with(&mut engine, &[&bytes], 97, |engine| {
                now += Duration::from_millis(1_000);
                engine.handle_timeout(now);
                engine.reports(now);
                engine.handle_command(now, Command::Drawn);
            });
            let mut along = Vec::new();
            for _ in 0..20 {
                now += Duration::from_millis(1_000);
                engine.handle_timeout(now);
                for report in engine.reports(now) {
                    if let Report::Wire { rows, .. } = report {
                        along = rows.iter().map(|row| row.record).collect();
                    }
                }
                engine.handle_command(now, Command::Drawn);
            }
            let (mut fresh, _) = read(&[file], 1 << 20);
            let behind: Vec<_> = shown(&mut fresh, looking())
                .wire
                .iter()
                .map(|row| row.record)
                .collect();
            assert_eq!(along, behind, "{file}: {filter}");
            count += along.len();
        }
        assert!(count > 0, "{filter}");
    }
}

const A: ConnectionId = ConnectionId(1);

fn look(search: &str) -> Command {
    Command::Look(Box::new(Looking {
        wire: Some(ALL),
        messages: Some(ALL),
        flows: Some(ALL),
        search: search.into(),
        ..Looking::default()
    }))
}

fn types(seen: &Seen) -> Vec<&str> {
    seen.wire.iter().map(|row| row.name()).collect()
}

/// A connection that was accepted, and has sent a PUBLISH of QoS 1 with identifier 1.
fn waiting() -> (World, SocketId) {
    let mut world = World::new();
    let socket = world.connect_to_the_test();
    let now = world.now;
    world
        .engine
        .handle_bytes(now, socket, b"\x20\x03\x00\x00\x00");
    let draft = MessageDraft {
        topic: "a/b".into(),
        payload: "21".into(),
        qos: 1,
        ..MessageDraft::default()
    };
    world.command(Command::Publish(A, Box::new(draft), None));
    (world, socket)
}

#[test]
fn a_message_leaves_the_unanswered_ones_when_its_answer_comes() {
    let (mut world, socket) = waiting();
    world.command(look("mqtt.qos in {1, 2} && answered == false"));
    let seen = world.look();
    assert_eq!(types(&seen), ["PUBLISH"]);
    assert_eq!((seen.messages.len(), seen.flows.len()), (1, 1));
    let now = world.now;
    world.engine.handle_bytes(now, socket, b"\x40\x02\x00\x01");
    let seen = world.look();
    assert_eq!(
        (types(&seen).len(), seen.messages.len(), seen.flows.len()),
        (0, 0, 0)
    );
    world.command(look("handshake.state == complete && mqtt.qos == 1"));
    assert_eq!(types(&world.look()), ["PUBLISH"]);
}

#[test]
fn a_broken_packet_comes_among_the_findings() {
    let (mut world, socket) = waiting();
    world.command(look("finding.severity == error && mqtt.msgtype == PUBLISH"));
    let before = world.look();
    assert_eq!(types(&before).len(), 0, "{:#?}", before.wire);
    let now = world.now;
    // A PUBLISH of QoS 3.
    world
        .engine
        .handle_bytes(now, socket, b"\x36\x04\x00\x01t\x00");
    let seen = world.look();
    assert_eq!(types(&seen), ["PUBLISH"]);
    assert!(seen.wire.iter().all(|row| row.sender == Sender::Server));
}

#[test]
fn what_is_typed_is_told_and_the_last_filter_stays_until_there_is_another() {
    let (mut world, _) = waiting();
    let mut typed = |text: &str| {
        world.command(look(text));
        let seen = world.look();
        (seen.summary.search.clone(), types(&seen).join(" "))
    };
    assert_eq!(typed("").0, SearchView::Nothing);
    assert_eq!(typed("publish"), (SearchView::Words, "PUBLISH".to_owned()));
    assert_eq!(
        typed("mqtt.msgtype == CONNACK"),
        (SearchView::Filter, "CONNACK".to_owned())
    );
    let (view, rows) = typed(" mqtt.msgtype == CONNACK &&");
    assert!(
        matches!(view, SearchView::Unfinished(problem) if (problem.start, problem.end) == (27, 27))
    );
    assert_eq!(rows, "CONNACK");
    let (view, rows) = typed(" mqtt.qos == high");
    let SearchView::Wrong(problem) = view else {
        panic!("{view:?}")
    };
    assert_eq!((problem.start, problem.end), (13, 17));
    assert_eq!(problem.says, "mqtt.qos is a number from 0 to 3, not a text");
    // What the list shows meanwhile is told beside it.
    assert_eq!(problem.stands, "mqtt.msgtype == CONNACK");
    assert_eq!(rows, "CONNACK");
    let (view, rows) = typed("mqtt.topic matches \"(\"");
    assert!(matches!(view, SearchView::Wrong(problem) if (problem.start, problem.end) == (19, 22)));
    assert_eq!(rows, "CONNACK");
    assert_eq!(
        typed("mqtt.topic matches \"^A\""),
        (SearchView::Filter, "PUBLISH".to_owned())
    );
    assert_eq!(typed("topic:a/#").1, "PUBLISH");
    assert_eq!(typed("hex:32 31").1, "PUBLISH");
    assert_eq!(typed("").0, SearchView::Nothing);
    let (view, _) = typed("mqtt.qos ==");
    assert!(matches!(view, SearchView::Unfinished(problem) if problem.stands.is_empty()));
}

#[test]
fn an_export_holds_what_the_filter_finds_or_says_why_there_is_none() {
    let (mut world, _) = waiting();
    let export = |search: &str| {
        Command::Export(Export {
            connection: None,
            format: ExportFormat::WireHex,
            search: search.into(),
            with_secrets: false,
            span: None,
        })
    };
    world.command(export("mqtt.qos == 1"));
    let lines = |seen: &Seen| String::from_utf8(seen.files.first().unwrap().bytes.clone()).unwrap();
    let seen = world.look();
    assert!(lines(&seen).starts_with("> 32 "), "{}", lines(&seen));
    assert_eq!(lines(&seen).lines().count(), 1);
    world.command(export("mqtt.qos == high"));
    let seen = world.look();
    assert!(seen.files.is_empty());
    let says = &seen.notices.first().unwrap().text;
    assert!(
        says.contains("mqtt.qos is a number from 0 to 3, not a text"),
        "{says}"
    );
    // What is shown is exported, though what is typed is not finished.
    world.command(look("mqtt.msgtype == CONNACK"));
    world.command(look("mqtt.msgtype == CONNACK ||"));
    world.command(export("mqtt.msgtype == CONNACK ||"));
    assert!(lines(&world.look()).starts_with("< 20 "));
}

#[test]
fn a_filter_on_connections_keeps_their_openings_and_follows_their_names() {
    let mut world = World::new();
    world.command(look("conn == 1"));
    let profile = |client: &str| {
        Box::new(Profile {
            client_identifier: client.into(),
            ..Profile::default()
        })
    };
    world.command(Command::Connect(A, profile("a")));
    world.command(Command::Connect(ConnectionId(2), profile("b")));
    let seen = world.look();
    assert_eq!(types(&seen), ["CONNECT", "CONNACK"]);
    assert_eq!(seen.events.len(), 1);
    world.command(look("client_id == \"b\""));
    let seen = world.look();
    assert_eq!(types(&seen).len(), 2);
    assert!(
        seen.wire
            .iter()
            .chain(&seen.events)
            .all(|row| row.connection == ConnectionId(2))
    );
    world.command(look("client_id == \"b\" && mqtt"));
    assert_eq!(world.look().events.len(), 0);
    world.command(look("client_id == \"c\""));
    assert_eq!(types(&world.look()).len(), 0);
    world.command(Command::Connect(A, profile("c")));
    let seen = world.look();
    assert!(
        types(&seen).len() >= 2,
        "what the connection sent under its other name, too"
    );
    assert!(seen.wire.iter().all(|row| row.connection == A));
}

#[test]
fn of_a_live_connection_the_address_and_the_port_of_the_server_are_those_of_its_own() {
    let found = |address: &str, searches: &[&str]| -> Vec<usize> {
        let mut world = World::new();
        world.command(Command::Connect(
            A,
            Box::new(Profile {
                target: Target::of_address(address),
                client_identifier: "a".into(),
                ..Profile::default()
            }),
        ));
        let socket = world.socket_asked_for();
        world.engine.handle_open(world.now, socket);
        let connack = [0x20, 3, 0, 0, 0];
        world.engine.handle_bytes(world.now, socket, &connack);
        let count = |search: &&str| {
            world.command(look(search));
            types(&world.look()).len()
        };
        searches.iter().map(count).collect()
    };
    let searches = [
        "ip.addr == 127.0.0.1",
        "ip.dst == 127.0.0.0/8",
        "tcp.port == 4331",
        "tcp.srcport == 4331",
        "tcp",
        "ip.addr == 127.0.0.2 || tcp.port == 80",
    ];
    assert_eq!(
        found("ws://127.0.0.1:4331/mqtt", &searches),
        [2, 1, 2, 1, 2, 0]
    );
    // Of a name the port is known.
    assert_eq!(found("ws://broker:4331", &searches), [0, 0, 2, 1, 2, 0]);
    assert_eq!(
        found(
            "wss://[::1]/",
            &["ipv6.addr == ::1", "tcp.port == 443", "ip.addr"]
        ),
        [2, 2, 0]
    );
}

#[test]
fn packets_that_a_log_tells_in_words_have_a_type_and_a_sender() {
    let (mut engine, all) = read(&["../logs/files/mosquitto.log"], 1 << 20);
    let told: Vec<_> = (all.wire.iter())
        .filter(|row| matches!(row.event, Some(EventKind::Told(_))))
        .collect();
    let mut find = |search: &str| -> Vec<RecordId> {
        let looking = Looking {
            wire: Some(ALL),
            search: search.to_owned(),
            ..Looking::default()
        };
        let rows = shown(&mut engine, looking).wire;
        rows.iter().map(|row| row.record).collect()
    };
    let of = |is: &dyn Fn(&WireRow) -> bool| -> Vec<RecordId> {
        let rows = told.iter().filter(|row| is(row));
        rows.map(|row| row.record).collect()
    };
    assert_eq!(find("mqtt"), of(&|_| true));
    assert_eq!(
        find("mqtt.msgtype == PUBLISH"),
        of(&|row| row.name() == "PUBLISH")
    );
    assert_eq!(
        find("mqtt && sender == server"),
        of(&|row| row.sender == Sender::Server)
    );
    // What the words tell has a value, and bytes have none.
    for told in ["mqtt.qos", "mqtt.topic"] {
        assert_eq!(find(told), of(&|row| row.name() == "PUBLISH"), "{told}");
    }
    for nothing in [
        "mqtt.msg",
        "frame.len > 0",
        "answered == false",
        "finding",
        "frame contains \"PUB\"",
    ] {
        assert!(find(nothing).is_empty(), "{nothing}");
    }
}
