//! Connections that open and close: their rows among the packets, and why they closed.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use core::time::Duration;
use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::{CaptureReader, Event, Limits};
use mqttscope_wire::ProtocolVersion;

use mqttscope_protocol::{
    Action, ClosedBy, ConnectionEvent, EventKind, EventView, FindingKey, FindingView,
};

use mqttscope_engine::{Engine, SocketId};

use super::*;

/// A profile that leads to a WebSocket and tries again at once.
fn websocket(version: &str, client_identifier: &str) -> Box<Profile> {
    Box::new(Profile {
        target: Target::WebSocket("ws://127.0.0.1:9101/mqtt?token=secret".into()),
        reconnect: Some(Reconnect {
            first_ms: 100,
            longest_ms: 100,
            attempts: None,
        }),
        ..*profile(version, client_identifier)
    })
}

/// The socket that is asked for.
fn closed(code: u16) -> Closed {
    Closed {
        code,
        was_open: true,
        ..Closed::default()
    }
}

/// A world that looks at all rows.
fn world() -> World {
    let mut world = World::new();
    world.command(look("", None));
    world
}

fn look(search: &str, connection: Option<ConnectionId>) -> Command {
    Command::Look(Box::new(Looking {
        wire: Some(all()),
        search: search.into(),
        connection,
        ..Looking::default()
    }))
}

/// What is known of the last row that is no packet.
fn last(world: &mut World) -> EventView {
    let record = world.look().events.last().unwrap().record;
    world.command(Command::Inspect(record));
    world.look().inspected.remove(0)
}

const CONNACK: &[u8] = b"\x20\x03\x00\x00\x00";

#[test]
fn each_opening_and_closing_is_a_row_among_the_packets() {
    let mut world = connected("5");
    world.pass(4_000);
    world.command(Command::Cut(A));
    let seen = world.look();
    let rows: Vec<_> = seen
        .events
        .iter()
        .map(|row| (row.record.0, row.event.unwrap()))
        .collect();
    assert_eq!(rows, [(0, EventKind::Opened), (3, EventKind::Closed)]);
    assert_eq!(seen.summary.log.packets, 2, "only packets are counted");
    let cut = last(&mut world);
    assert_eq!(cut.event.by, Some(ClosedBy::You));
    assert_eq!(cut.event.cause, "cut by you");
    assert_eq!(cut.event.line(), "by you after 4.0 s · cut by you");
    assert_eq!(cut.event.last_sent.unwrap().packet_type.name(), "CONNECT");
    assert_eq!(cut.event.last_received.unwrap().record, RecordId(2));
    assert!(cut.event.retry_in.is_some());
    let first = &cut.event.advice[0];
    assert!(first.cause.starts_with("You cut the connection"));
    // Going away in order.
    world.pass(60_000);
    world.command(Command::Disconnect {
        connection: A,
        reason_code: 0,
        session_expiry_interval: None,
    });
    let gone = last(&mut world);
    assert_eq!(gone.event.by, Some(ClosedBy::You));
    assert_eq!(
        gone.event.last_sent.unwrap().packet_type.name(),
        "DISCONNECT"
    );
    assert!(gone.event.advice.is_empty());
}

#[test]
fn rows_are_found_and_exported_without_the_query_of_the_address() {
    let mut world = world();
    world.command(Command::Connect(A, websocket("5", "a")));
    let socket = world.socket_asked_for();
    world.engine.handle_open(world.now, socket);
    world.engine.handle_bytes(world.now, socket, CONNACK);
    world.now += Duration::from_millis(3_200);
    let bye = Closed {
        reason: "bye".into(),
        ..closed(4001)
    };
    world.engine.handle_closed(world.now, socket, &bye);
    for (search, events) in [
        ("closed", 1),
        ("BYE", 1),
        ("4001", 1),
        ("127.0.0.1", 2),
        ("secret", 0),
    ] {
        world.command(look(search, None));
        assert_eq!(world.look().events.len(), events, "{search}");
    }
    world.command(look("", Some(B)));
    assert_eq!(world.look().events.len(), 0);
    for (format, expected) in [
        (
            ExportFormat::WireHex,
            "# connection 1 closed by the server after 3.2 s",
        ),
        (ExportFormat::WireJsonLines, "\"code\":4001"),
        (ExportFormat::WireCsv, ",closed,\"by the server after 3.2 s"),
    ] {
        world.command(Command::Export(Export {
            connection: None,
            format,
            search: String::new(),
            span: None,
            with_secrets: false,
        }));
        let file = String::from_utf8(world.look().files.remove(0).bytes).unwrap();
        assert!(file.contains(expected), "{file}");
        assert!(
            file.contains("opened") && !file.contains("secret"),
            "{file}"
        );
    }
}

#[test]
fn a_takeover_between_two_of_ours_is_certain_and_ends() {
    for version in ["3.1.1", "5"] {
        let mut world = world();
        let named = |name: &str| {
            Box::new(Profile {
                name: name.into(),
                ..*profile(version, "same")
            })
        };
        world.command(Command::Connect(A, named("one")));
        world.pass(2_000);
        world.command(Command::Connect(B, named("two")));
        world.pass(60_000);
        let seen = world.look();
        let one = &seen.summary.connections[0];
        let ConnectionState::Failed { cause } = &one.state else {
            panic!("{version}: it is not tried again: {:?}", one.state);
        };
        assert!(cause.contains("“two”"), "{cause}");
        let first = &one.advice[0];
        assert!(first.is_certain && first.cause.contains("“two”"));
        assert_eq!(first.action, Some(Action::ChangeClientIdentifier));
        assert_eq!(
            seen.summary.connections[1].state,
            ConnectionState::Open,
            "{version}"
        );
    }
}

#[test]
fn a_fight_with_another_client_is_named_and_stopped() {
    let mut world = world();
    world.command(Command::Connect(A, websocket("5", "sensor-1")));
    let mut rounds = 0;
    while let Some(Transport::Open { socket, .. }) = world.asked.pop() {
        world.engine.handle_open(world.now, socket);
        world.engine.handle_bytes(world.now, socket, CONNACK);
        world.now += Duration::from_millis(2_000);
        world.engine.handle_closed(world.now, socket, &closed(1000));
        rounds += 1;
        assert!(rounds < 20, "it goes on for ever");
        let advice = world.look().summary.connections[0].advice.clone();
        let first = if rounds == 1 {
            "Another client may"
        } else {
            "Probably another client"
        };
        assert!(advice[0].cause.starts_with(first), "{advice:#?}");
        // Until it is tried again, which the client may put off.
        for _ in 0..60 {
            if world.asked.is_empty() {
                world.pass(1_000);
            }
        }
        let advice = world.look().summary.connections[0].advice.clone();
        assert!(!advice.is_empty(), "the next attempt leaves it");
    }
    assert_eq!(rounds, 5);
    let seen = world.look();
    let ConnectionState::Failed { cause } = &seen.summary.connections[0].state else {
        panic!("{:?}", seen.summary.connections[0].state);
    };
    assert!(cause.contains("stopped after 5 connections"), "{cause}");
    assert!(!seen.summary.connections[0].advice.is_empty());
    assert_eq!(last(&mut world).event.retry_in, None, "nothing comes");
    // A person may go on.
    world.command(Command::Connect(A, websocket("5", "sensor-1")));
    assert_eq!(world.asked.len(), 1);
}

#[test]
fn another_identifier_that_fails_as_well_is_no_takeover() {
    let mut world = world();
    let end = |world: &mut World, identifier: &str, after: u64| {
        world.command(Command::Connect(A, websocket("5", identifier)));
        let socket = world.socket_asked_for();
        world.engine.handle_open(world.now, socket);
        world.engine.handle_bytes(world.now, socket, CONNACK);
        world.now += Duration::from_millis(after);
        world.engine.handle_closed(world.now, socket, &closed(1000));
        let first = world.look().summary.connections[0].advice[0].cause.clone();
        world.asked.clear();
        first
    };
    let first = end(&mut world, "sensor-1", 5);
    assert!(first.starts_with("Another client may"), "{first}");
    let other = end(&mut world, "sensor-2", 5);
    assert!(other.contains("`sensor-1` as under `sensor-2`"), "{other}");
    // One that lasted ends the comparison.
    end(&mut world, "sensor-2", 60_000);
    let later = end(&mut world, "sensor-2", 5);
    assert!(later.starts_with("Another client may"), "{later}");
}

#[test]
fn an_address_of_the_page_s_own_port_leads_to_a_web_server() {
    let mut world = World::new();
    world.engine = Engine::new(1).on_page("http://127.0.0.1:9101".into());
    world.command(Command::Connect(A, websocket("5", "a")));
    let socket = world.socket_asked_for();
    world.engine.handle_closed(world.now, socket, &closed(1006));
    let first = world.look().summary.connections[0].advice[0].cause.clone();
    assert!(
        first.starts_with("A web server listens on port 9101"),
        "{first}"
    );
}

#[test]
fn a_server_that_breaks_the_standard_each_time_is_given_up() {
    let mut world = world();
    world.command(Command::Connect(A, websocket("5", "sensor-1")));
    let mut rounds = 0;
    while let Some(Transport::Open { socket, .. }) = world.asked.pop() {
        world.engine.handle_open(world.now, socket);
        world.engine.handle_bytes(world.now, socket, CONNACK);
        // A PUBLISH with QoS 3.
        world
            .engine
            .handle_bytes(world.now, socket, b"\x36\x06\0\x01a\0\x01\0");
        world.pass(100);
        world.engine.handle_closed(world.now, socket, &closed(1000));
        rounds += 1;
        assert!(rounds < 20, "it goes on for ever");
        for _ in 0..60 {
            if world.asked.is_empty() {
                world.pass(1_000);
            }
        }
    }
    assert_eq!(rounds, 5);
}

#[test]
fn bytes_of_a_person_that_break_a_rule_are_named_as_the_cause() {
    for (bytes, name) in [
        // SUBSCRIBE with identifier 0, PUBLISH with QoS 3, a second CONNECT, a packet of a server.
        (&b"\x82\x06\0\0\0\x01a\0"[..], "a SUBSCRIBE"),
        (b"\x36\x06\0\x01a\0\x01x", "a PUBLISH"),
        (b"\x10\x0d\0\x04MQTT\x04\x02\0\x3c\0\x01a", "a CONNECT"),
        (b"\x20\x02\0\0", "a CONNACK"),
    ] {
        let mut world = world();
        world.command(Command::Connect(A, websocket("3.1.1", "a")));
        let socket = world.socket_asked_for();
        world.engine.handle_open(world.now, socket);
        world
            .engine
            .handle_bytes(world.now, socket, b"\x20\x02\0\0");
        world.pass(3_000);
        world.command(Command::SendBytes(A, bytes.to_vec()));
        world.pass(23);
        world.engine.handle_closed(world.now, socket, &closed(1000));
        let event = last(&mut world).event;
        let cause = &event.advice[0].cause;
        assert!(
            cause.starts_with(&format!("This client sent {name} that breaks a rule")),
            "{cause}"
        );
    }
}

#[test]
fn a_denied_filter_is_named() {
    let mut world = world();
    world.command(Command::Connect(
        A,
        Box::new(Profile {
            subscriptions: vec![subscription("hall/#")],
            ..*websocket("5", "a")
        }),
    ));
    let socket = world.socket_asked_for();
    world.engine.handle_open(world.now, socket);
    world.engine.handle_bytes(world.now, socket, CONNACK);
    world.now += Duration::from_millis(30);
    world.engine.handle_closed(world.now, socket, &closed(1006));
    let event = last(&mut world).event;
    let first = &event.advice[0];
    assert!(
        first
            .cause
            .contains("right after the SUBSCRIBE of `hall/#`"),
        "{event:#?}"
    );
    assert_eq!(event.by, Some(ClosedBy::Unknown));
    assert_eq!(event.code, Some(1006));
}

#[test]
fn an_end_within_a_packet_is_told_before_all_guesses() {
    let mut world = world();
    world.command(Command::Connect(A, websocket("5", "a")));
    let socket = world.socket_asked_for();
    world.engine.handle_open(world.now, socket);
    world.engine.handle_bytes(world.now, socket, CONNACK);
    let begun = [0x30, 0xa9, 2, 0, 1, b't'];
    world.engine.handle_bytes(world.now, socket, &begun);
    world.now += Duration::from_millis(30);
    world.engine.handle_closed(world.now, socket, &closed(1006));
    let event = last(&mut world).event;
    let says = "it ended within a packet: 6 of 300 bytes of a PUBLISH came";
    assert!(event.cause.contains(says), "{event:#?}");
    assert_eq!(
        event.advice[0].cause,
        "The connection ended within a packet: 6 of 300 bytes of a PUBLISH came."
    );
    assert!(event.advice[0].is_certain);
}

#[test]
fn what_came_of_a_packet_that_broke_off_is_in_the_log() {
    let mut world = world();
    world.command(Command::Connect(A, websocket("5", "a")));
    let socket = world.socket_asked_for();
    world.engine.handle_open(world.now, socket);
    world.engine.handle_bytes(world.now, socket, &CONNACK[..2]);
    world.now += Duration::from_millis(40_000);
    world.engine.handle_timeout(world.now);
    let rows = world.look().wire;
    let connack = (rows.iter()).find(|row| row.name() == "CONNACK");
    assert_eq!(connack.map(|row| row.size), Some(2), "{rows:#?}");
    let seen = world.look();
    assert_eq!(seen.summary.findings[0], 0, "nobody broke a rule");
    let event = last(&mut world).event;
    assert_eq!(event.by, Some(ClosedBy::Client));
    let cause = &event.advice[0].cause;
    assert!(
        cause.contains("2 of 5 bytes of a CONNACK came, and then nothing for 40 seconds"),
        "{event:#?}"
    );
}

#[test]
fn bytes_that_are_no_packet_are_in_the_log_with_what_is_wrong() {
    let mut world = world();
    world.command(Command::Connect(A, websocket("5", "a")));
    let socket = world.socket_asked_for();
    world.engine.handle_open(world.now, socket);
    (world.engine).handle_bytes(world.now, socket, b"\xff\xfe\xfd\x00garbage");
    let seen = world.look();
    assert!(seen.summary.findings[0] > 0, "{:#?}", seen.summary);
    let event = last(&mut world).event;
    let cause = &event.advice[0].cause;
    assert!(cause.starts_with("The server's AUTH breaks"), "{cause}");
}

#[test]
fn a_packet_whose_end_is_missing_is_told_while_it_waits() {
    let mut world = world();
    world.command(Command::Connect(A, websocket("5", "a")));
    let socket = world.socket_asked_for();
    world.engine.handle_open(world.now, socket);
    world.engine.handle_bytes(world.now, socket, CONNACK);
    let mut packet = vec![0x30, 0xa9, 2, 0, 1, b't', 0];
    let begun = packet.len();
    packet.resize(300, b'x');
    let arriving = |world: &mut World| {
        let seen = world.look();
        let view = seen.summary.connections.into_iter().next().unwrap();
        view.arriving
    };
    (world.engine).handle_bytes(world.now, socket, &packet[..begun]);
    world.pass(700);
    (world.engine).handle_bytes(world.now, socket, &packet[begun..begun + 2]);
    world.pass(700);
    assert_eq!(
        arriving(&mut world).as_deref(),
        Some("9 of 300 bytes of a PUBLISH came")
    );
    (world.engine).handle_bytes(world.now, socket, &packet[begun + 2..]);
    assert_eq!(arriving(&mut world), None);
}

#[test]
fn an_answer_in_the_form_of_3_1_1_is_told_as_that() {
    let mut world = world();
    world.command(Command::Connect(A, websocket("5", "a")));
    let socket = world.socket_asked_for();
    world.engine.handle_open(world.now, socket);
    world
        .engine
        .handle_bytes(world.now, socket, b"\x20\x02\x00\x01");
    let event = last(&mut world).event;
    assert_eq!(event.by, Some(ClosedBy::Client));
    let first = &event.advice[0];
    assert!(
        first
            .cause
            .starts_with("This server does not speak version 5")
    );
    assert_eq!(
        first.action,
        Some(Action::UseVersion(ProtocolVersion::V3_1_1))
    );
    // What was done since is not offered again, also where it did not help.
    world.command(Command::Connect(A, websocket("3.1.1", "a")));
    let after = last_not_opened(&mut world);
    assert_eq!(after.advice[0].action, None);
    assert!(after.advice[0].remedy.ends_with("uses MQTT 3.1.1 now."));
}

#[test]
fn another_identifier_is_offered_until_there_is_one() {
    let mut world = world();
    world.command(Command::Connect(A, profile("5", "same")));
    world.pass(2_000);
    world.command(Command::Connect(B, profile("5", "same")));
    world.pass(60_000);
    let ended = |world: &mut World| {
        let rows = world.look().events;
        let row = rows.iter().find(|row| row.event == Some(EventKind::Closed));
        let record = row.unwrap().record;
        world.command(Command::Inspect(record));
        world.look().inspected.remove(0).event.advice.remove(0)
    };
    let offers = Some(Action::ChangeClientIdentifier);
    assert_eq!(ended(&mut world).action, offers);
    // To connect again with the same one is not it.
    world.command(Command::Connect(A, profile("5", "same")));
    world.pass(2_000);
    assert_eq!(ended(&mut world).action, offers);
    world.command(Command::Connect(A, profile("5", "other")));
    world.pass(2_000);
    assert_eq!(ended(&mut world).action, None);
}

/// What is known of the last attempt that has failed.
fn last_not_opened(world: &mut World) -> ConnectionEvent {
    let rows = world.look().events;
    let failed = (rows.iter().rev())
        .find(|row| matches!(row.event, Some(EventKind::NotOpened | EventKind::Closed)));
    let record = failed.unwrap().record;
    world.command(Command::Inspect(record));
    world.look().inspected.remove(0).event
}

#[test]
fn an_address_that_worked_is_not_doubted_later() {
    let mut world = world();
    world.command(Command::Connect(A, websocket("5", "a")));
    let socket = world.socket_asked_for();
    world.engine.handle_open(world.now, socket);
    world.engine.handle_bytes(world.now, socket, CONNACK);
    world.now += Duration::from_millis(20_000);
    world.engine.handle_closed(world.now, socket, &closed(1006));
    world.pass(5_000);
    let socket = world.socket_asked_for();
    let refused = Closed {
        code: 1006,
        ..Closed::default()
    };
    world.engine.handle_closed(world.now, socket, &refused);
    let event = last(&mut world).event;
    assert_eq!(event.kind, EventKind::NotOpened);
    // 1,000 s and 20 s after 1970 began.
    let first = &event.advice[0];
    assert!(
        first.cause.starts_with("This address worked until 00:17:0"),
        "{event:#?}"
    );
    let doubts_path = event.advice.iter().any(|one| one.cause.contains("path"));
    assert!(!doubts_path, "{event:#?}");
}

#[test]
fn an_address_that_the_browser_does_not_take_is_tried_once() {
    let mut world = world();
    world.command(Command::Connect(A, websocket("5", "a")));
    let socket = world.socket_asked_for();
    let refused = Closed {
        reason: "The URL is invalid".into(),
        ..Closed::default()
    };
    world.engine.handle_closed(world.now, socket, &refused);
    world.pass(600_000);
    assert!(world.asked.is_empty());
    let view = world.look().summary.connections.remove(0);
    let ConnectionState::Failed { cause, .. } = &view.state else {
        panic!("{:?}", view.state);
    };
    assert!(cause.ends_with("not tried again"), "{cause}");
}

#[test]
fn the_oldest_rows_go_with_their_packets() {
    let mut world = connected("3.1.1");
    world.command(Command::Budget(0));
    let socket = world.socket_of_first();
    for _ in 0..400 {
        let packet = [&[0x30, 0xff, 0x1f, 0, 1, b't'][..], &[b'x'; 4_092]].concat();
        world.engine.handle_bytes(world.now, socket, &packet);
    }
    let seen = world.look();
    assert!(seen.summary.log.dropped > 0);
    assert!(seen.events.is_empty(), "the opening went");
    world.command(Command::Cut(A));
    assert_eq!(world.look().events.len(), 1);
}

/// Everything that is shown of a connection and all that is exported of it.
fn all_texts(world: &mut World) -> String {
    for format in [
        ExportFormat::WireHex,
        ExportFormat::WireJsonLines,
        ExportFormat::WireCsv,
    ] {
        world.command(Command::Export(Export {
            connection: None,
            format,
            search: String::new(),
            span: None,
            with_secrets: false,
        }));
    }
    let seen = world.look();
    let files = seen.files.iter().map(|file| &file.bytes);
    let files: Vec<_> = files.map(|file| String::from_utf8_lossy(file)).collect();
    assert_eq!(files.len(), 3);
    let shown = (seen.summary, seen.events, seen.notices);
    format!("{shown:?} {files:?} {:?}", last(world))
}

#[test]
fn the_secrets_of_an_address_are_in_no_row_and_no_export() {
    let address = "ws://me:secret@127.0.0.1:9101/mqtt?token=secret&secret";
    let mut profile = websocket("5", "a");
    profile.target = Target::WebSocket(address.into());
    let mut world = world();
    world.command(Command::Connect(A, profile.clone()));
    let socket = world.socket_asked_for();
    world.engine.handle_open(world.now, socket);
    let texts = all_texts(&mut world);
    assert!(texts.contains("ws://127.0.0.1:9101/mqtt"), "{texts}");
    assert!(!texts.contains("secret"), "{texts}");

    // Browsers quote an address that they do not take.
    world.command(Command::Cut(A));
    world.command(Command::Connect(B, profile));
    let socket = world.socket_asked_for();
    let closed = Closed {
        reason: format!("The URL '{address}' is invalid."),
        ..Closed::default()
    };
    world.engine.handle_closed(world.now, socket, &closed);
    let texts = all_texts(&mut world);
    assert!(texts.contains("token=***"), "{texts}");
    assert!(!texts.contains("secret"), "{texts}");
}

#[test]
fn an_address_without_its_token_is_not_tried() {
    let mut world = world();
    let profile = websocket("5", "a").without_secrets();
    world.command(Command::Connect(A, profile.into()));
    assert!(world.asked.is_empty());
    let seen = world.look();
    let [notice] = &seen.notices[..] else {
        panic!("one notice: {:?}", seen.notices)
    };
    assert!(notice.text.contains("enter it"), "{}", notice.text);
}

/// A connection whose WebSocket is open and whose CONNECT is out, and its socket.
fn asking(version: &str) -> (World, SocketId) {
    let mut world = world();
    world.command(Command::Connect(A, websocket(version, "a")));
    let socket = world.socket_asked_for();
    world.engine.handle_open(world.now, socket);
    (world, socket)
}

#[test]
fn who_closed_after_a_refusal_is_who_did() {
    // Bad User Name or Password; Server shutting down, which ends an accepted connection.
    let refusal: &[u8] = b"\x20\x03\x00\x86\x00";
    let goodbye: &[u8] = b"\x20\x03\x00\x00\x00\xe0\x01\x8b";
    for bytes in [refusal, goodbye] {
        let (mut world, socket) = asking("5");
        // The server keeps its socket open: this client closes.
        world.engine.handle_bytes(world.now, socket, bytes);
        let closed = last(&mut world).event;
        assert_eq!(closed.kind, EventKind::Closed);
        assert_eq!(closed.by, Some(ClosedBy::ServerThenClient));
        let line = closed.line();
        assert!(line.starts_with("by the server after "), "{line}");
        assert!(
            line.ends_with("; this client closed the socket after that"),
            "{line}"
        );
        assert!(!line.contains("ended by"), "{line}");
    }
}

#[test]
fn a_disconnect_of_the_server_as_planned_is_not_told_as_a_client_s() {
    let (mut world, socket) = asking("5");
    world.engine.handle_bytes(world.now, socket, CONNACK);
    world.engine.handle_bytes(world.now, socket, b"\xe0\x00");
    let advice = last(&mut world).event.advice.remove(0);
    assert!(
        advice.cause.contains("DISCONNECT with 0x00"),
        "{}",
        advice.cause
    );
    assert!(
        !advice.remedy.contains("is not published"),
        "{}",
        advice.remedy
    );
    assert!(
        advice.remedy.contains("The server closes as planned"),
        "{}",
        advice.remedy
    );
}

#[test]
fn http_within_the_websocket_is_named_and_stands_before_what_the_client_says_to_it() {
    let short: &[u8] = b"HTTP/1.1 400 Bad Request\r\n\r\n";
    let long = [
        b"HTTP/1.1 400 Bad Request\r\nServer: x\r\nContent-Length: 200\r\n\r\n",
        &[b'x'; 200][..],
    ]
    .concat();
    for bytes in [short, &long] {
        let (mut world, socket) = asking("5");
        world.engine.handle_bytes(world.now, socket, bytes);
        let seen = world.look();
        let senders: Vec<_> = seen
            .wire
            .iter()
            .map(|row| (row.sender, row.name()))
            .collect();
        let answers = senders
            .iter()
            .position(|row| *row == (Sender::Client, "DISCONNECT"));
        let heard = senders.iter().rposition(|row| row.0 == Sender::Server);
        assert!(heard.is_some() && heard < answers, "{senders:?}");
        let closed = last(&mut world).event;
        assert_eq!(closed.cause, "HTTP came, not MQTT");
        let advice = &closed.advice[0];
        assert_eq!(
            advice.cause,
            "Inside the WebSocket came HTTP, not MQTT, so this client closed the connection. \
             It begins with `HTTP/1.1 400 Bad Request`."
        );
        assert!(!advice.remedy.contains("report it"), "{}", advice.remedy);
    }
}

#[test]
fn a_capture_of_what_was_recorded_ends_a_connection_when_it_ended_and_not_before() {
    let (mut world, socket) = asking("5");
    world.engine.handle_bytes(world.now, socket, CONNACK);
    let ended = |world: &mut World| {
        world.command(Command::Export(Export {
            connection: None,
            format: ExportFormat::WirePcapng,
            search: String::new(),
            span: None,
            with_secrets: true,
        }));
        let file = world.look().files.remove(0).bytes;
        let mut reader = CaptureReader::new(Limits::default());
        reader.handle_bytes(&file);
        reader.handle_end();
        let mut ended = Vec::new();
        while let Some(event) = reader.poll_event() {
            if let Event::Closed { from, at_ns, .. } = event {
                ended.push((from, at_ns));
            }
        }
        ended
    };
    assert_eq!(ended(&mut world), []);
    world.now += Duration::from_millis(3_200);
    let at_ns = world.now.micros() * 1_000;
    world.engine.handle_closed(world.now, socket, &closed(1001));
    // Another goes on for longer.
    world.now += Duration::from_secs(60);
    world.command(Command::Connect(B, profile("5", "b")));
    assert_eq!(ended(&mut world), [(Some(Role::Server), Some(at_ns))]);
}

#[test]
fn who_waits_for_a_connack_is_told_how_long() {
    let mut world = world();
    world.command(Command::Connect(A, websocket("5", "a")));
    let socket = world.socket_asked_for();
    let opening = |world: &mut World| {
        let view = world.look().summary.connections.remove(0);
        let opening = view.opening?;
        let seconds = (opening.waited.as_secs(), opening.gives_up_in.as_secs());
        Some((opening.for_connack, seconds))
    };
    world.pass(2_000);
    assert_eq!(opening(&mut world), Some((false, (3, 26))));
    world.engine.handle_open(world.now, socket);
    world.pass(7_000);
    assert_eq!(opening(&mut world), Some((true, (8, 21))));
    world.engine.handle_bytes(world.now, socket, CONNACK);
    assert_eq!(opening(&mut world), None);
}

#[test]
fn answers_that_a_silent_server_owes_are_told_while_they_are_missing() {
    let mut world = world();
    let mut profile = websocket("5", "a");
    profile.keep_alive = 5;
    world.command(Command::Connect(A, profile));
    let socket = world.socket_asked_for();
    world.engine.handle_open(world.now, socket);
    world.engine.handle_bytes(world.now, socket, CONNACK);
    let overdue = |world: &mut World| world.look().summary.connections.remove(0).overdue;
    world.command(Command::Publish(A, message("t", "1", 1), None));
    // An answer may take a moment. To look takes a second.
    world.pass(1_000);
    assert_eq!(overdue(&mut world), None);
    world.pass(3_000);
    assert_eq!(overdue(&mut world).as_deref(), Some("no PUBACK for 6 s"));
    // The PINGREQ after four seconds has no answer either.
    world.pass(3_000);
    assert_eq!(
        overdue(&mut world).as_deref(),
        Some("no PUBACK for 10 s, no PINGRESP for 6 s")
    );
    let puback = [0x40, 2, 0, 1];
    world.engine.handle_bytes(world.now, socket, &puback);
    let left = overdue(&mut world).unwrap();
    assert!(left.starts_with("no PINGRESP for "), "{left}");
    // One for each PINGREQ.
    for _ in 0..3 {
        world.engine.handle_bytes(world.now, socket, &[0xd0, 0]);
    }
    assert_eq!(overdue(&mut world), None);
}

#[test]
fn findings_that_are_alike_are_one_row_that_can_be_opened() {
    let look = |opened: Option<FindingKey>, window: Window| {
        Command::Look(Box::new(Looking {
            findings: Some(window),
            opened,
            ..Looking::default()
        }))
    };
    let mut world = world();
    world.command(Command::Connect(A, websocket("5", "a")));
    let socket = world.socket_asked_for();
    world.engine.handle_open(world.now, socket);
    world.engine.handle_bytes(world.now, socket, CONNACK);
    world.command(look(None, all()));
    for _ in 0..60 {
        world.engine.handle_bytes(world.now, socket, b"\xd0\x00");
    }
    let seen = world.look();
    let rows: Vec<_> = (seen.findings.iter())
        .filter(|row| row.by.is_some())
        .collect();
    assert_eq!(rows.len(), 1, "{rows:#?}");
    let row = rows[0].clone();
    assert_eq!((row.count, &*row.rule), (60, "pingresp-unasked"));
    let of_summary: u64 = seen.summary.findings.iter().sum();
    assert_eq!(seen.summary.findings[1], 60, "findings, not rows");
    assert_eq!(seen.listed, of_summary);
    // All of them behind it, as far as they are looked at; the row is of the last.
    world.command(look(row.key(), all()));
    let seen = world.look();
    let at = seen.findings.iter().position(|row| row.is_open).unwrap();
    let parts = &seen.findings[at + 1..at + 61];
    assert!(parts.iter().all(|part| part.is_part && part.count == 1));
    assert_eq!(parts[59].packets, row.packets);
    assert!(parts[0].packets < parts[1].packets);
    assert_eq!(seen.listed, of_summary, "none is counted twice");
    let some = Window {
        first: 10,
        count: 5,
        ..all()
    };
    world.command(look(row.key(), some));
    assert_eq!(world.look().findings.len(), 5);
}

/// What is found, with what is told of the connections.
fn found(world: &mut World) -> Vec<FindingView> {
    world.command(Command::Look(Box::new(Looking {
        wire: Some(all()),
        findings: Some(all()),
        ..Looking::default()
    })));
    world.look().findings
}

/// Lets attempts fail until so many have.
fn fail(world: &mut World, times: u32, mut each: impl FnMut(&mut World, SocketId)) {
    for _ in 0..times {
        for _ in 0..120 {
            if world.asked.is_empty() {
                world.pass(1_000);
            }
        }
        let socket = world.socket_asked_for();
        each(world, socket);
    }
}

#[test]
fn attempts_that_fail_are_one_finding_with_their_cause() {
    let mut world = world();
    world.command(Command::Connect(A, websocket("5", "a")));
    let never = Closed {
        code: 1006,
        ..Closed::default()
    };
    fail(&mut world, 3, |world, socket| {
        world.now += Duration::from_millis(12);
        world.engine.handle_closed(world.now, socket, &never);
    });
    let rows = found(&mut world);
    let [row] = &rows[..] else {
        panic!("one row: {rows:#?}");
    };
    assert_eq!((row.severity, row.count), (Severity::Warning, 3));
    assert_eq!((row.connection, row.by), (A, None));
    assert_eq!(row.packets.len(), 3, "the way to each attempt");
    assert!(row.at.is_some());
    let starts = "Could not connect. Probable cause: ";
    assert!(row.message.starts_with(starts), "{}", row.message);
    let seen = world.look();
    assert_eq!(seen.summary.findings, [0, 1, 0]);
    let event = last(&mut world);
    assert_eq!(row.packets.last(), Some(&event.record));
    // What is cleared is spoken of no more.
    world.command(Command::Clear);
    assert!(found(&mut world).is_empty());
}

#[test]
fn what_happens_to_all_connections_alike_is_one_finding() {
    let mut world = world();
    let never = Closed {
        code: 1006,
        ..Closed::default()
    };
    let three = [A, B, ConnectionId(3)];
    for (connection, name) in three.into_iter().zip(["a", "b", "c"]) {
        world.command(Command::Connect(connection, websocket("5", name)));
        let socket = world.socket_asked_for();
        world.engine.handle_closed(world.now, socket, &never);
    }
    let look = |connection, search: &str| {
        Command::Look(Box::new(Looking {
            findings: Some(all()),
            connection,
            search: search.to_owned(),
            ..Looking::default()
        }))
    };
    world.command(look(None, ""));
    let rows = world.look().findings;
    let [row] = &rows[..] else {
        panic!("one row: {rows:#?}");
    };
    assert_eq!((row.connections.as_slice(), row.count), (&three[..], 3));
    assert_eq!(row.of.as_ref().unwrap().matches(", ").count(), 2);
    // Of one connection it is its own.
    world.command(look(Some(A), ""));
    let rows = world.look().findings;
    assert_eq!(
        (rows.len(), rows[0].count, rows[0].connections.len()),
        (1, 1, 0)
    );
    // A search finds that of one of them, too.
    world.command(look(None, "conn == 1"));
    let rows = world.look().findings;
    assert_eq!((rows.len(), rows[0].connection), (1, A));
}

#[test]
fn what_never_answers_is_a_finding_and_an_attempt_that_is_given_up_is_none() {
    let mut world = world();
    world.command(Command::Connect(A, websocket("5", "a")));
    let stop = Command::Disconnect {
        connection: A,
        reason_code: 0,
        session_expiry_interval: None,
    };
    world.pass(7_400);
    world.command(stop.clone());
    let event = last(&mut world).event;
    assert_eq!(event.kind, EventKind::NotOpened);
    // Nothing was sent: there was nobody to send it to.
    assert_eq!(event.line(), "given up by you after 7.4 s");
    assert!(found(&mut world).is_empty());
    // Where it opened, a DISCONNECT goes to the server, and is told.
    let (mut world, socket) = asking("5");
    world.engine.handle_bytes(world.now, socket, CONNACK);
    world.command(stop);
    let line = last(&mut world).event.line();
    assert!(line.ends_with("DISCONNECT sent"), "{line}");

    let (mut world, _) = asking("5");
    world.pass(40_000);
    let rows = found(&mut world);
    assert!(
        (rows.iter()).any(|row| row
            .message
            .starts_with("The server did not answer the CONNECT.")),
        "{rows:#?}"
    );
}

#[test]
fn a_takeover_is_a_finding_that_stays_and_says_that_it_is_probable() {
    let mut world = world();
    world.command(Command::Connect(A, websocket("5", "pump-7")));
    fail(&mut world, 2, |world, socket| {
        world.engine.handle_open(world.now, socket);
        world.engine.handle_bytes(world.now, socket, CONNACK);
        world.now += Duration::from_millis(2_000);
        world.engine.handle_closed(world.now, socket, &closed(1006));
    });
    // It is connected again, and the other client stays away.
    fail(&mut world, 1, |world, socket| {
        world.engine.handle_open(world.now, socket);
        world.engine.handle_bytes(world.now, socket, CONNACK);
    });
    let rows = found(&mut world);
    let [row] = &rows[..] else {
        panic!("one row, and none that only tells of no DISCONNECT: {rows:#?}");
    };
    assert_eq!((row.severity, row.count), (Severity::Warning, 2));
    let says = "Connection lost. Probable cause: Another client connects as `pump-7`";
    assert!(row.message.starts_with(says), "{}", row.message);
    assert_eq!(row.statement.as_deref(), Some("MQTT-3.1.4-3"));
    // Why it was lost can be asked still, and no other count is named there.
    let view = world.look().summary.connections.remove(0);
    assert_eq!(view.state, ConnectionState::Open);
    assert_eq!(view.lost, "connection lost");
    let cause = &view.advice[0].cause;
    assert!(cause.starts_with("Probably another client"), "{cause}");
    assert!(!cause.contains("2 times"), "{cause}");
    // Who connects anew asks no more.
    for command in [
        Command::Disconnect {
            connection: A,
            reason_code: 0,
            session_expiry_interval: None,
        },
        Command::Connect(A, websocket("5", "pump-7")),
    ] {
        world.command(command);
    }
    let socket = world.socket_asked_for();
    world.engine.handle_open(world.now, socket);
    world.engine.handle_bytes(world.now, socket, CONNACK);
    assert_eq!(world.look().summary.connections[0].lost, "");
}

#[test]
fn two_connections_of_this_page_that_throw_each_other_off_are_told_once() {
    let mut world = world();
    world.command(Command::Connect(A, profile("3.1.1", "same")));
    world.pass(2_000);
    world.command(Command::Connect(B, profile("3.1.1", "same")));
    world.pass(60_000);
    let rows = found(&mut world);
    let [row] = &rows[..] else {
        panic!("one row: {rows:#?}");
    };
    assert_eq!((row.severity, row.connection), (Severity::Warning, A));
    assert!(
        row.message
            .contains("uses the same Client Identifier, `same`")
    );
    assert!(!row.message.contains("Probable"), "it is certain");
}

#[test]
fn a_mark_on_a_packet_is_a_finding_and_the_other_way_round() {
    // An identifier that a server may refuse, with one that refuses it and one that does not.
    let refusal: &[u8] = b"\x20\x03\x00\x85\x00";
    for (answer, notes) in [(CONNACK, 0), (refusal, 1)] {
        let mut world = world();
        world.command(Command::Connect(A, websocket("5", "pump-7-8083")));
        let socket = world.socket_asked_for();
        world.engine.handle_open(world.now, socket);
        world.engine.handle_bytes(world.now, socket, answer);
        let about: Vec<_> = (found(&mut world).into_iter())
            .filter(|row| row.rule == "connect-client-id-not-guaranteed")
            .collect();
        assert_eq!(about.len(), notes, "{about:#?}");
        // What a row is marked for is listed.
        let seen = world.look();
        let marked: Vec<_> = (seen.wire.iter())
            .filter(|row| row.severity.is_some())
            .map(|row| (row.name(), row.record))
            .collect();
        assert_eq!(marked.len(), notes, "{marked:#?}");
        let is_listed = |record| about.iter().any(|row| row.packets.contains(record));
        assert!(marked.iter().all(|(_, record)| is_listed(record)));
    }
}
