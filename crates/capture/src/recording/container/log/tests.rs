use super::*;

fn said(text: &str) -> (Role, PacketType, String, String) {
    match line(text) {
        Some(Line::Packet(packet)) => (
            packet.from,
            packet.packet_type,
            packet.who.id.to_owned(),
            packet.words.to_owned(),
        ),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn lines_tell_who_sent_what() {
    use PacketType::{Connack, Connect, Pingreq, Puback, Publish, Subscribe};
    for (text, from, packet_type, id, words) in [
        (
            "1795955542: Received PUBLISH from a (b) (d0, q0, r0, m0, 'hall', ... (1 bytes))",
            Role::Client,
            Publish,
            "a (b)",
            "d0, q0, r0, m0, 'hall', ... (1 bytes)",
        ),
        (
            "1795955542: Sending CONNACK to sub311 (0, 0)",
            Role::Server,
            Connack,
            "sub311",
            "0, 0",
        ),
        (
            "1795955542: Received PINGREQ from sub311",
            Role::Client,
            Pingreq,
            "sub311",
            "",
        ),
        (
            "Client sub5 sending SUBSCRIBE (Mid: 1, Topic: hall/#, QoS: 2, Options: 0x00)",
            Role::Client,
            Subscribe,
            "sub5",
            "Mid: 1, Topic: hall/#, QoS: 2, Options: 0x00",
        ),
        (
            "Client (null) sending CONNECT",
            Role::Client,
            Connect,
            "",
            "",
        ),
        (
            "2026-11-29 12:32:23,320 paho5 DEBUG Received PUBACK (Mid: 3)",
            Role::Server,
            Puback,
            "",
            "(Mid: 3)",
        ),
        (
            "2025-11-15T11:30:17.746977+08:00 [debug] tag: MQTT, clientid: 02b6, msg: mqtt_packet_sent, peername: 203.0.113.207:30886, username: siteA, packet: PUBLISH(Q1, R0, D1, Topic=gate/get, PacketId=79, Payload(text)={\"a\":\"(ok)\"})",
            Role::Server,
            Publish,
            "02b6",
            "Q1, R0, D1, Topic=gate/get, PacketId=79, Payload(text)={\"a\":\"(ok)\"}",
        ),
    ] {
        assert_eq!(
            said(text),
            (from, packet_type, id.to_owned(), words.to_owned()),
            "{text}"
        );
    }
}

#[test]
fn other_lines_tell_nothing() {
    for text in [
        "The server is Sending a reply",
        "Received PUBLISHED from x",
        "Sending CONNECT request",
        "Client libraries sending data",
        "No will message specified.",
        "2025-01-01 packet: CONNECT(Q0)",
        "Received CONNECT from client 'a': Protocol version: 'V_5'",
    ] {
        assert_eq!(line(text), None, "{text}");
    }
}

#[test]
fn the_words_of_mosquitto_for_an_end_are_read() {
    for (text, how) in [
        ("1: Client a b disconnected.", Ending::Fin),
        (
            "2026-11-30T00:00:00: Client a b closed its connection.",
            Ending::Fin,
        ),
        (
            "1: Client a b has exceeded timeout, disconnecting.",
            Ending::TimedOut,
        ),
        (
            "1: Client a b already connected, closing old connection.",
            Ending::TakenOver,
        ),
        (
            "1: Client a b disconnected, not authorised.",
            Ending::Failed,
        ),
        (
            "1: Client a b disconnected due to protocol error.",
            Ending::Failed,
        ),
        (
            "1: Client a b disconnected due to malformed packet.",
            Ending::Failed,
        ),
        (
            "1: Client a b disconnected: Connection reset by peer.",
            Ending::Failed,
        ),
        (
            "1: Client a b [127.0.0.1:4711] disconnected: the session ended.",
            Ending::Failed,
        ),
        (
            "1: Client a b been disconnected by administrative action.",
            Ending::Failed,
        ),
        (
            "1: Socket error on client a b, disconnecting.",
            Ending::Failed,
        ),
        (
            "1: Bad socket read/write on client a b: Broken pipe",
            Ending::Failed,
        ),
    ] {
        let Some(Line::Over {
            who,
            how: read,
            words,
        }) = line(text)
        else {
            panic!("{text}: {:?}", line(text));
        };
        assert_eq!((who.key, read), ("a b", how), "{text}");
        let (_, own) = text.split_once(": ").unwrap();
        assert_eq!(words, own.trim_end_matches('.'), "{text}");
    }
}

#[test]
fn a_quotation_is_no_log() {
    let mail = "Dear all,\nour broker says:\n\n> 1: Sending PUBACK to a (m1, rc0)\n\nWhat is wrong?\nCheers\n";
    assert!(!begins(mail.as_bytes()));
    assert!(begins(b"Client a sending CONNECT\n"));
}

/// Connections by their clients, with how many packets each has, and its end.
fn connections(text: &str) -> Vec<(String, usize, Option<Ending>)> {
    assert!(begins(text.as_bytes()), "{text}");
    let capture = crate::recording::Capture::read(text.as_bytes(), None);
    let all = capture.connections.iter();
    all.map(|connection| {
        (
            connection.client.to_string(),
            connection.packets.len(),
            connection.ended,
        )
    })
    .collect()
}

const TAKEN_OVER: &str = "1764324164: New connection from 192.168.178.44:51234 on port 1883.
1764324164: Client boiler already connected, closing old connection.
1764324164: New client connected from 192.168.178.44:51234 as boiler (p2, c1, k30, u'dev').
1764324210: Client boiler has exceeded timeout, disconnecting.
";

#[test]
fn the_log_that_mosquitto_writes_by_default_is_one() {
    let iso = TAKEN_OVER
        .replace("1764324164", "2026-11-28T11:02:44")
        .replace("1764324210", "2026-11-28T11:03:30");
    let compose = TAKEN_OVER.replace("1764", "mosquitto  | 1764");
    let journal = TAKEN_OVER.replace("1764", "Nov 28 11:02:44 pi mosquitto[712]: 1764");
    let syslog = TAKEN_OVER
        .replace("17643241", "Oct 24 23:48:")
        .replace("17643242", "Oct 24 23:49:");
    let syslog = syslog
        .replace(": New", " pi  mosquitto: New")
        .replace(": Client", " pi  mosquitto: Client");
    for text in [TAKEN_OVER, &iso, &compose, &journal, &syslog] {
        let found = connections(text);
        let [taken, (client, 1, Some(Ending::TimedOut))] = &found[..] else {
            panic!("{text}: {found:?}");
        };
        assert_eq!(
            taken,
            &("boiler".to_owned(), 0, Some(Ending::TakenOver)),
            "{text}"
        );
        assert_eq!(client, "boiler (192.168.178.44:51234)", "{text}");
    }
    let refused = "2026-11-28T11:02:44: New connection from 10.0.0.1:5 on port 1883.\n\
        2026-11-28T11:02:44: Client boiler disconnected, not authorised.\n";
    let found = connections(refused);
    assert_eq!(
        found,
        [("boiler (10.0.0.1:5)".to_owned(), 0, Some(Ending::Failed))]
    );
    // One line is a quotation, and so are two among other things.
    assert!(!begins(
        b"1534347568: New connection from 127.0.0.1 on port 1883."
    ));
    let source = "char packet[] = {\n0x10, 0x0c\n};\nsend(s, packet);\nIt does not work:\n\
        1486239491: New connection from 192.168.1.2 on port 1883.\n1486239491: Socket error on client <unknown>, disconnecting.\n";
    assert!(!begins(source.as_bytes()));
}

#[test]
fn what_collects_logs_takes_neither_times_nor_filters() {
    let log = "1764324164: Received SUBSCRIBE from boiler\n1764324164: \tcmd/boiler/# (QoS 1)\n1764324165: Sending SUBACK to boiler\n";
    for start in [
        "",
        "Nov 28 11:02:44 pi mosquitto[712]: ",
        "mosquitto  | ",
        "2026-11-28T11:02:44+0100 pi mosquitto[712]: ",
    ] {
        let text: String = log.lines().map(|line| format!("{start}{line}\n")).collect();
        let capture = crate::recording::Capture::read(text.as_bytes(), None);
        let connection = &capture.connections[0];
        let said = connection
            .packets
            .iter()
            .map(|packet| (packet.at_ns, connection.words_of(packet)));
        let said: Vec<_> = said.collect();
        let second = 1_000_000_000;
        let wanted = [
            (Some(1_764_324_164 * second), Some("cmd/boiler/# (QoS 1)")),
            (Some(1_764_324_165 * second), Some("")),
        ];
        assert_eq!(said, wanted, "{text}");
    }
}
