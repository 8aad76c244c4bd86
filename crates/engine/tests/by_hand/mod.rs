//! Bytes that a person sends as they are, and what the broker does with them.

use mqttscope_protocol::{BytesSent, Command, ConnectionState, Looking};
use mqttscope_wire::{PacketType, Sender, Severity, broken_packets, notation};

use super::world::World;
use super::{A, all, connected, message};

#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
fn send(world: &mut World, text: &str) -> Option<BytesSent> {
    let bytes = notation::parse(text).unwrap();
    world.command(Command::SendBytes(A, bytes));
    world.look().bytes_sent.pop()
}

#[test]
fn a_sound_packet_is_answered_and_nobody_is_thrown_off() {
    let mut world = connected("5");
    let sent = send(&mut world, "30 | \"a\" {} 'hi'").unwrap();
    assert_eq!((sent.size, sent.followed.len()), (8, 0));
    assert!(sent.record.is_some() && sent.ended_after.is_none());
    let sent = send(&mut world, "34 | \"a\" 0777 {} 'hi'").unwrap();
    let types: Vec<_> = sent.followed.iter().map(|it| it.packet_type).collect();
    // The client answers a PUBREC that it did not ask for, as the standard wants.
    assert_eq!(types, [PacketType::Pubrec, PacketType::Pubcomp]);
    let connections = world.look().summary.connections;
    assert_eq!(connections[0].state, ConnectionState::Open);
}

#[test]
fn every_broken_packet_of_a_client_ends_the_connection_and_is_a_finding() {
    for version in ["3.1.1", "5"] {
        let broken = broken_packets().filter(|broken| {
            broken.context.version.name() == version
                && broken.context.sender != Some(Sender::Server)
                && broken.rule.severity() == Severity::Error
        });
        for broken in broken {
            let mut world = connected(version);
            world.command(Command::Look(Box::new(Looking {
                findings: Some(all()),
                ..Looking::default()
            })));
            world.look();
            world.command(Command::SendBytes(A, broken.bytes()));
            let seen = world.look();
            let sent = seen.bytes_sent.last().unwrap();
            let what = (broken.rule.name(), broken.notation, &sent.followed);
            assert!(sent.ended_after.is_some(), "{version}: {what:?}");
            assert!(!seen.findings.is_empty(), "{version}: {what:?}");
        }
    }
}

#[test]
fn what_is_asked_for_later_is_not_told_of_the_bytes() {
    let mut world = connected("5");
    send(&mut world, "30 | \"a\" {}");
    world.command(Command::Publish(A, message("t", "1", 1), None));
    world.command(Command::Disconnect {
        connection: A,
        reason_code: 0,
        session_expiry_interval: None,
    });
    assert_eq!(world.look().bytes_sent, []);
}

#[test]
fn half_a_packet_is_in_the_log_when_the_connection_is_over() {
    let mut world = connected("5");
    world.command(Command::Look(Box::new(Looking {
        wire: Some(all()),
        ..Looking::default()
    })));
    let sent = send(&mut world, "30 09 00 01 74 00").unwrap();
    assert_eq!((sent.record, sent.followed.len()), (None, 0));
    world.command(Command::Cut(A));
    let rows = world.look().wire;
    let last = rows.last().unwrap();
    assert_eq!((last.sender, last.size), (Sender::Client, 6));
}

#[test]
fn nothing_is_sent_where_nobody_is_connected() {
    let mut world = connected("5");
    assert_eq!(send(&mut world, ""), None);
    world.command(Command::Disconnect {
        connection: A,
        reason_code: 0,
        session_expiry_interval: None,
    });
    world.look();
    assert_eq!(send(&mut world, "c0 00"), None);
}
