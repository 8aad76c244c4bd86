//! Logs that tell of packets in words.

use super::*;

#[test]
fn packets_in_words_are_tied_to_their_answers() {
    let log = "Client a sending CONNECT\n\
        Client a received CONNACK (0)\n\
        Client a sending SUBSCRIBE (Mid: 1, Topic: hall/#, QoS: 2, Options: 0x00)\n\
        Client a received SUBACK\n\
        Client a sending PUBLISH (d0, q1, r0, m2, 'hall/m9', ... (4 bytes))\n\
        Client a sending PUBLISH (d0, q1, r0, m3, 'hall/b', ... (4 bytes))\n\
        Client a received PUBACK (Mid: 3, RC:0)\n\
        Client a received PUBACK (Mid: 9, RC:0)\n";
    let shown = read_bytes(&[log.as_bytes()], 1 << 20);
    let rows: Vec<_> = shown
        .wire
        .iter()
        .filter(|row| row.packet_type.is_some())
        .collect();
    let tied = |at: usize| {
        let linked = rows[at].linked?;
        rows.iter().position(|row| row.record == linked)
    };
    let all: Vec<_> = (0..rows.len()).map(tied).collect();
    let none = None;
    assert_eq!(
        all,
        [
            Some(1),
            Some(0),
            Some(3),
            Some(2),
            none,
            Some(6),
            Some(5),
            none
        ]
    );
    assert_eq!(rows[5].packet_identifier, Some(3));
    // What nobody acknowledged is found.
    let mut engine = Engine::new(1);
    engine.handle_files([("a".to_owned(), log.len() as u64)]);
    feed(&mut engine, &[log.as_bytes()], 1 << 20);
    let mut found = |search: &str| -> Vec<String> {
        let looking = Looking {
            search: search.to_owned(),
            ..everything()
        };
        let shown = self::shown(&mut engine, looking);
        let rows = shown.wire.iter();
        rows.map(|row| row.summary.clone()).collect()
    };
    let unanswered = found("answered == false");
    assert!(
        matches!(&unanswered[..], [one] if one.contains("m2")),
        "{unanswered:?}"
    );
}

#[test]
fn a_log_in_words_has_rows_without_bytes_and_no_findings() {
    let name = "../logs/files/mosquitto.log";
    let capture = Capture::read(&file(name), None);
    let (mut engine, shown) = read(&[name], 100);
    let told = |row: &&WireRow| matches!(row.event, Some(EventKind::Told(_)));
    let rows: Vec<_> = shown.wire.iter().filter(told).collect();
    let expected: usize = capture.connections.iter().map(|it| it.packets.len()).sum();
    assert_eq!(rows.len(), expected);
    assert!(rows.len() > 20);
    assert_eq!(shown.captured.len(), capture.connections.len());
    assert!(
        shown
            .captured
            .iter()
            .all(|row| row.transport == "from a log")
    );
    assert!(
        shown
            .findings
            .iter()
            .all(|finding| finding.severity == Severity::Note)
    );
    let connect = rows.iter().find(|row| row.name() == "CONNECT").unwrap();
    assert_eq!(connect.sender, Sender::Client);
    engine.handle_command(Instant::ZERO, Command::Inspect(connect.record));
    let mut reports = engine.reports(Instant::ZERO).into_iter();
    assert!(reports.any(|report| matches!(report, Report::Event(_))));
    let looking = Looking {
        search: "publish".to_owned(),
        ..everything()
    };
    let found = self::shown(&mut engine, looking).wire;
    assert!(
        found
            .iter()
            .all(|row| row.name() == "PUBLISH" || row.summary.to_lowercase().contains("publish"))
    );
    assert!(!found.is_empty());
}

#[test]
fn a_log_says_in_its_words_why_connections_ended() {
    let log = "1795997000: New connection from 127.0.0.1:34836 on port 4711.\n\
        1795997000: New client connected from 127.0.0.1:34836 as meter-9 (p2, c1, k60).\n\
        1795997000: Sending CONNACK to meter-9 (0, 0)\n\
        1795997001: New connection from 127.0.0.1:34846 on port 4711.\n\
        1795997001: Client meter-9 already connected, closing old connection.\n\
        1795997001: New client connected from 127.0.0.1:34846 as meter-9 (p2, c1, k60).\n\
        1795997001: Sending CONNACK to meter-9 (0, 0)\n\
        1795997091: Client meter-9 has exceeded timeout, disconnecting.\n\
        1795997092: New client connected from ::1:34848 as b (p5, c1, k60).\n\
        1795997093: Client b closed its connection.\n";
    let shown = read_bytes(&[log.as_bytes()], 1 << 20);
    let words = [
        "Client meter-9 already connected, closing old connection",
        "Client meter-9 has exceeded timeout, disconnecting",
        "Client b closed its connection",
    ];
    let ended: Vec<_> = (shown.wire.iter())
        .filter(|row| row.event == Some(EventKind::Ended))
        .collect();
    assert_eq!(ended.len(), words.len());
    for (row, words) in ended.iter().zip(words) {
        assert!(row.summary.contains(words), "{row:?}");
    }
    // What one of both wanted is no finding.
    assert_eq!(shown.findings.len(), 2, "{:?}", shown.findings);
    for (at, says) in ["taken over", "silent for longer"].into_iter().enumerate() {
        let finding = &shown.findings[at];
        assert!(finding.message.contains(says), "{finding:?}");
        assert!(finding.message.contains(words[at]), "{finding:?}");
        assert_eq!(finding.packets, [ended[at].record]);
        assert_eq!(finding.severity, Severity::Warning);
    }
    // Connections of one client are told apart by their ports.
    let of: Vec<_> = ended.iter().filter_map(|row| row.of.as_deref()).collect();
    assert_eq!(of, ["meter-9 :34836", "meter-9 :34846", "b"]);
    let row = &shown.captured[0];
    assert_eq!(row.client_identifier, "meter-9");
    assert_eq!(
        (&*row.client, &*row.server),
        ("127.0.0.1:34836", "port 4711")
    );
}

#[test]
fn packets_in_words_are_messages_with_topics_and_fields() {
    let log = "1795997000: New connection from 127.0.0.1:34836 on port 4711.\n\
        1795997000: New client connected from 127.0.0.1:34836 as pump (p5, c1, k60).\n\
        1795997000: Sending CONNACK to pump (0, 0)\n\
        1795997009: Received PUBLISH from pump (d0, q1, r1, m3, 'plant/pump1', ... (25 bytes))\n\
        1795997009: Sending PUBACK to pump (m3, rc0)\n\
        1795997010: Sending PUBLISH to pump (d1, q2, r0, m4, 'plant/pump2', ... (7 bytes))\n";
    let mut engine = Engine::new(1);
    engine.handle_files([("a".to_owned(), log.len() as u64)]);
    feed(&mut engine, &[log.as_bytes()], 1 << 20);
    let mut found = |search: &str| -> Vec<String> {
        let looking = Looking {
            search: search.to_owned(),
            ..everything()
        };
        let shown = shown(&mut engine, looking);
        shown.wire.iter().map(|row| row.name().to_owned()).collect()
    };
    for (search, names) in [
        ("mqtt.topic == \"plant/pump1\"", &["PUBLISH"][..]),
        ("topic:plant/+", &["PUBLISH", "PUBLISH"]),
        ("mqtt.qos == 1", &["PUBLISH"]),
        ("mqtt.retain == 1", &["PUBLISH"]),
        ("mqtt.dupflag == 1", &["PUBLISH"]),
        ("mqtt.msgid == 3", &["PUBLISH", "PUBACK"]),
        ("mqtt.msgtype == 3", &["PUBLISH", "PUBLISH"]),
        ("mqtt.clientid == \"pump\"", &["CONNECT"]),
        ("mqtt.topic == \"plant\"", &[]),
        // The payload is not there, and no size of the packet.
        ("mqtt.msg", &[]),
        ("mqtt.len", &[]),
    ] {
        assert_eq!(found(search), names, "{search}");
    }
    let looking = Looking {
        messages: Some(ALL),
        topics: Some(ALL),
        ..everything()
    };
    let shown = shown(&mut engine, looking);
    let [one, other] = &shown.messages[..] else {
        panic!("{:?}", shown.messages)
    };
    assert_eq!(
        (&*one.topic, one.qos, one.retain, one.size),
        ("plant/pump1", 1, true, 25)
    );
    assert_eq!(
        (&*one.preview, &*one.kind),
        ("(not in the log)", "from a log")
    );
    assert_eq!(
        (&*other.topic, other.qos, other.dup),
        ("plant/pump2", 2, true)
    );
    assert!(shown.topics > 0);
    let view = &shown.view;
    assert_eq!(
        (view.told, view.messages, view.clients),
        (5, [0, 1, 1, 0], 1)
    );
}
