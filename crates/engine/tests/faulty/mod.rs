//! Faults on our own connections: what becomes of packets, what the log tells, and that nobody is blamed.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use mqttscope_engine::Transport;
use mqttscope_protocol::{
    AskFaults, ClosedBy, Command, ConnectionState, EventKind, Export, ExportFormat, Fate, Looking,
    Profile, Reconnect, TapFaults,
};
use mqttscope_wire::{Sender, Severity};

use super::world::{Seen, World};
use super::{A, B, all, connected, message, profile, subscription};

fn set(world: &mut World, lines: &str) -> TapFaults {
    ask(world, AskFaults::Replace(lines.to_owned(), Vec::new()))
}

fn ask(world: &mut World, ask: AskFaults) -> TapFaults {
    world.look();
    world.command(Command::Faults(ask));
    let told = world.look().faults;
    told.into_iter()
        .find(|(_, is_answer)| *is_answer)
        .unwrap()
        .0
}

/// `>PUBLISH` and `<PUBACK` of all rows, and the words of the others.
fn rows(seen: &Seen) -> Vec<String> {
    let row = |row: &mqttscope_protocol::WireRow| {
        let arrow = if row.sender == Sender::Client {
            ">"
        } else {
            "<"
        };
        format!("{arrow}{}", row.name())
    };
    seen.wire.iter().map(row).collect()
}

fn faults(seen: &Seen) -> Vec<&str> {
    let is_fault = |row: &&mqttscope_protocol::WireRow| row.event == Some(EventKind::Fault);
    let rows = seen.events.iter().filter(is_fault);
    rows.map(|row| &*row.summary).collect()
}

/// One that comes back by itself and keeps its session.
fn coming_back(version: &str) -> Box<Profile> {
    let mut profile = profile(version, "a");
    profile.clean_start = false;
    if version == "5" {
        profile.properties.session_expiry_interval = Some(600);
    }
    profile.reconnect = Some(Reconnect {
        first_ms: 1_000,
        longest_ms: 1_000,
        attempts: None,
    });
    profile
}

fn back(version: &str) -> World {
    let mut world = World::new();
    world.command(Command::Look(Box::new(Looking {
        wire: Some(all()),
        flows: Some(all()),
        findings: Some(all()),
        ..Looking::default()
    })));
    world.command(Command::Connect(A, coming_back(version)));
    world
}

#[test]
fn a_lost_puback_cuts_and_the_message_is_sent_again() {
    for version in ["3.1.1", "5"] {
        let mut world = back(version);
        let told = set(&mut world, "cut * before PUBACK 1 from server");
        assert_eq!((told.active[0].struck, told.errors.len()), (0, 0));
        world.command(Command::Publish(A, message("t", "x", 1), None));
        let seen = world.look();
        assert_eq!(rows(&seen), [">CONNECT", "<CONNACK", ">PUBLISH", "<PUBACK"]);
        let words = "fault 1: cut before PUBACK 1; ";
        assert!(faults(&seen)[0].starts_with(words), "{:?}", faults(&seen));
        let puback = seen.wire.last().unwrap();
        assert_eq!(puback.fate, Some(Fate::Lost));
        let told = seen.faults.last().unwrap();
        assert_eq!((told.0.active[0].struck, told.1), (1, false));
        let state = &seen.summary.connections[0].state;
        let ConnectionState::Waiting { cause, .. } = state else {
            panic!("{state:?}");
        };
        assert_eq!(cause, "cut by a fault");
        let closed = seen.events.last().unwrap();
        world.command(Command::Inspect(closed.record));
        let inspected = world.look().inspected.pop().unwrap();
        assert_eq!(inspected.event.by, Some(ClosedBy::You));
        world.pass(60_000);
        let seen = world.look();
        assert_eq!(
            rows(&seen)[4..8],
            [">CONNECT", "<CONNACK", ">PUBLISH", "<PUBACK"]
        );
        assert_eq!(seen.summary.connections[0].state, ConnectionState::Open);
        let strike = &seen.fault_rows[0].strikes[0];
        let says = &strike.answer.as_ref().unwrap().says;
        assert!(
            says.contains("was sent again with DUP") && says.ends_with("on the new connection."),
            "{says}"
        );
        let bad = seen
            .findings
            .iter()
            .filter(|it| it.severity > Severity::Note);
        assert_eq!(bad.count(), 0, "{:?}", seen.findings);
    }
}

#[test]
fn what_is_cut_behind_a_packet_has_arrived() {
    let mut world = connected("5");
    world.command(Command::Connect(B, profile("5", "b")));
    world.command(Command::Subscribe(B, vec![subscription("t")]));
    set(&mut world, "cut a after PUBLISH 1 from client");
    world.command(Command::Publish(A, message("t", "x", 0), None));
    world.command(Command::Publish(A, message("t", "y", 0), None));
    let seen = world.look();
    let came = seen.wire.iter().filter(|row| {
        row.connection == B && row.sender == Sender::Server && row.name() == "PUBLISH"
    });
    assert_eq!(came.count(), 1);
    assert!(faults(&seen)[0].contains("cut behind its packet"));
    let state = |id| {
        let mut all = seen.summary.connections.iter();
        all.find(|view| view.id == id).unwrap().state.clone()
    };
    assert_ne!(state(A), ConnectionState::Open);
    assert_eq!(state(B), ConnectionState::Open);
}

#[test]
fn packets_are_delayed_held_back_and_let_go() {
    let mut world = connected("5");
    set(&mut world, "slow * at 0 by 400");
    world.command(Command::Subscribe(A, vec![subscription("t")]));
    // It is in the log at once, and at the broker later.
    assert_eq!(rows(&world.look()).last().unwrap(), ">SUBSCRIBE");
    world.pass(500);
    assert_eq!(rows(&world.look()).last().unwrap(), "<SUBACK");
    world.pass(1_000);
    ask(&mut world, AskFaults::Clear);
    set(&mut world, "hold * until 5000");
    world.command(Command::Publish(A, message("t", "x", 0), None));
    world.command(Command::Publish(A, message("t", "y", 1), None));
    let seen = world.look();
    assert!(
        faults(&seen)
            .iter()
            .any(|it| it.contains("PUBACK is held back"))
    );
    let held = seen
        .wire
        .iter()
        .rev()
        .find(|row| row.name() == "PUBACK" && row.sender == Sender::Client);
    assert_eq!(held.unwrap().fate, Some(Fate::Late));
    // It is let go with its fault.
    let told = ask(&mut world, AskFaults::Clear);
    assert_eq!(told.active, []);
    world.command(Command::Publish(A, message("t", "z", 1), None));
    assert_eq!(rows(&world.look()).last().unwrap(), ">PUBACK");
    let findings = world.look().findings;
    assert!(
        findings.iter().all(|it| it.severity == Severity::Note),
        "{findings:?}"
    );
}

#[test]
fn what_waits_goes_on_before_an_end() {
    let mut world = connected("5");
    world.command(Command::Connect(B, profile("5", "b")));
    world.command(Command::Subscribe(B, vec![subscription("t")]));
    set(&mut world, "slow a at 0 by 60000");
    world.command(Command::Publish(A, message("t", "x", 0), None));
    world.command(Command::Disconnect {
        connection: A,
        reason_code: 0,
        session_expiry_interval: None,
    });
    let seen = world.look();
    let came = |row: &&mqttscope_protocol::WireRow| row.connection == B && row.name() == "PUBLISH";
    assert_eq!(seen.wire.iter().filter(came).count(), 1);
}

#[test]
fn a_half_open_link_is_silent_and_nobody_is_blamed() {
    let mut world = connected("5");
    set(&mut world, "half-open * at 0");
    world.command(Command::Publish(A, message("t", "x", 1), None));
    let seen = world.look();
    assert_eq!(seen.summary.connections[0].state, ConnectionState::Open);
    let publish = seen.wire.last().unwrap();
    assert_eq!(
        (publish.name(), publish.fate),
        ("PUBLISH", Some(Fate::Lost))
    );
    world.pass(180_000);
    let seen = world.look();
    assert!(
        faults(&seen)
            .iter()
            .any(|it| it.contains("the client has gone"))
    );
    let mut events = seen.events.iter();
    let closed = events.find(|row| row.event == Some(EventKind::Closed));
    assert!(closed.unwrap().summary.contains("by a fault"), "{closed:?}");
    assert_eq!(
        seen.summary.connections[0].state,
        ConnectionState::Open,
        "it came back"
    );
    let bad = seen
        .findings
        .iter()
        .filter(|it| it.severity > Severity::Note);
    assert_eq!(bad.count(), 0, "{:?}", seen.findings);
}

#[test]
fn a_refused_connect_is_no_word_of_the_server() {
    let mut world = World::new();
    world.command(Command::Look(Box::new(Looking {
        wire: Some(all()),
        findings: Some(all()),
        ..Looking::default()
    })));
    set(&mut world, "refuse * CONNECT 1 with 0x87");
    world.command(Command::Connect(A, profile("5", "a")));
    let seen = world.look();
    assert_eq!(rows(&seen), [">CONNECT"]);
    assert!(faults(&seen)[0].contains("CONNECT 1 is refused with 0x87"));
    let state = &seen.summary.connections[0].state;
    let ConnectionState::Failed { cause } = state else {
        panic!("{state:?}");
    };
    assert_eq!(cause, "refused: Not authorized, by a fault");
    assert!(
        seen.summary.connections[0].advice[0]
            .cause
            .contains("A fault that you have set")
    );
}

#[test]
fn a_changed_packet_is_in_the_log_as_it_was_sent() {
    let mut world = connected("5");
    world.command(Command::Subscribe(A, vec![subscription("other")]));
    set(
        &mut world,
        "change * PUBLISH 1 from client field topic-name to other",
    );
    world.command(Command::Publish(A, message("t", "x", 0), None));
    let seen = world.look();
    let publishes = seen.wire.iter().filter(|row| row.name() == "PUBLISH");
    let told: Vec<_> = publishes
        .map(|row| (row.sender, row.fate, row.summary.contains("other")))
        .collect();
    assert_eq!(
        told,
        [
            (Sender::Client, Some(Fate::Changed), false),
            (Sender::Server, None, true)
        ]
    );
    assert_eq!(seen.findings.len(), 0, "{:?}", seen.findings);
}

#[test]
fn a_packet_that_goes_on_twice_is_in_the_log_once() {
    let mut world = connected("5");
    world.command(Command::Subscribe(A, vec![subscription("t")]));
    set(&mut world, "duplicate * PUBLISH 1 from client");
    world.command(Command::Publish(A, message("t", "x", 0), None));
    let seen = world.look();
    let publishes = seen.wire.iter().filter(|row| row.name() == "PUBLISH");
    let senders: Vec<Sender> = publishes.map(|row| row.sender).collect();
    assert_eq!(senders, [Sender::Client, Sender::Server, Sender::Server]);
    assert!(faults(&seen)[0].contains("PUBLISH 1 goes on twice"));
    let bad = seen
        .findings
        .iter()
        .filter(|it| it.severity > Severity::Note);
    assert_eq!(bad.count(), 0, "{:?}", seen.findings);
}

#[test]
fn a_fault_set_within_a_packet_spares_what_is_begun() {
    let mut world = World::new();
    world.command(Command::Look(Box::new(Looking {
        wire: Some(all()),
        ..Looking::default()
    })));
    let socket = world.connect_to_the_test();
    let connack = [0x20, 3, 0, 0, 0];
    world.engine.handle_bytes(world.now, socket, &connack);
    // Half a packet of the server is here already.
    world.engine.handle_bytes(world.now, socket, &[0x30, 4, 0]);
    let told = set(&mut world, "slow * at 0 by 100");
    assert_eq!(told.active.len(), 1);
    world.engine.handle_bytes(world.now, socket, &[1, b't', 0]);
    world.pass(200);
    let seen = world.look();
    assert_eq!(rows(&seen).last().unwrap(), "<PUBLISH");
    assert_eq!(seen.summary.connections[0].state, ConnectionState::Open);
}

#[test]
fn the_link_is_closed_once_more_bytes_wait_than_are_kept() {
    let mut world = World::new();
    let socket = world.connect_to_the_test();
    world
        .engine
        .handle_bytes(world.now, socket, &[0x20, 3, 0, 0, 0]);
    set(&mut world, "throttle * at 0 to 1");
    while world.engine.poll_transport().is_some() {}
    let mut publish = vec![0x30, 0x80, 0x80, 0x04, 0, 1, b't', 0];
    publish.resize(4 + 65_536, b'x');
    let mut is_closed = false;
    for _ in 0..1_100 {
        world.engine.handle_bytes(world.now, socket, &publish);
        while let Some(transport) = world.engine.poll_transport() {
            is_closed |= matches!(transport, Transport::Close { .. });
        }
        if is_closed {
            break;
        }
    }
    assert!(is_closed);
}

#[test]
fn a_wrong_line_is_told_and_changes_nothing() {
    let mut world = connected("5");
    set(&mut world, "lose * PUBACK 9");
    let told = set(&mut world, "cutt * at 0");
    assert!(told.errors[0].message.contains("`cutt`"), "{told:?}");
    assert_eq!(told.active.len(), 1);
    let told = ask(&mut world, AskFaults::Remove(1));
    assert_eq!((told.active.len(), told.errors.len()), (0, 0));
}

#[test]
fn an_export_has_the_marks() {
    let mut world = connected("5");
    set(&mut world, "lose * PUBACK 1 from server");
    world.command(Command::Publish(A, message("t", "x", 1), None));
    world.command(Command::Export(Export {
        connection: None,
        format: ExportFormat::WirePcapng,
        search: String::new(),
        span: None,
        with_secrets: false,
    }));
    let file = world.look().files.pop().unwrap();
    let words = b"mqttscope fault 1 lost PUBACK 1 from server: ";
    assert!(file.bytes.windows(words.len()).any(|it| it == words));
}
