//! One framing, one reading, one number for each packet: log, watch and client see the same.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use mqttscope_engine::SocketId;
use mqttscope_protocol::{Command, ConnectionState, Looking, Window};
use mqttscope_wire::varint;

use crate::world::{Seen, World};

/// What a browser hands over at once.
const CHUNK: usize = 64 << 10;
/// With an Assigned Client Identifier.
const CONNACK: &[u8] = &[0x20, 7, 0, 0, 4, 0x12, 0, 1, b'c'];
/// A PUBACK for a message that was never sent.
const PUBACK: &[u8] = &[0x40, 2, 0, 7];

/// A connection whose server is the test, and which has not answered the CONNECT.
fn opened(world: &mut World) -> SocketId {
    let socket = world.connect_to_the_test();
    let window = Window {
        count: 60,
        ..Window::default()
    };
    world.command(Command::Look(Box::new(Looking {
        wire: Some(window),
        findings: Some(window),
        ..Looking::default()
    })));
    socket
}

fn connected() -> (World, SocketId) {
    let mut world = World::new();
    let socket = opened(&mut world);
    world.engine.handle_bytes(world.now, socket, CONNACK);
    (world, socket)
}

/// A PUBLISH of QoS 0 with a payload of so many bytes.
fn publish(payload: usize) -> Vec<u8> {
    let mut packet = vec![0x30];
    varint::write(u32::try_from(payload + 4).unwrap(), &mut packet);
    packet.extend_from_slice(&[0, 1, b't', 0]);
    packet.resize(packet.len() + payload, b'x');
    packet
}

/// What the page sees when the server sends this in chunks.
fn sees(bytes: &[u8]) -> Seen {
    let (mut world, socket) = connected();
    for chunk in bytes.chunks(CHUNK) {
        world.engine.handle_bytes(world.now, socket, chunk);
    }
    world.pass(10);
    world.look()
}

#[test]
fn a_packet_of_any_size_is_judged_and_so_is_what_comes_behind_it() {
    for mebibytes in [1, 3, 5, 20, 60] {
        let seen = sees(&[&publish(mebibytes << 20)[..], PUBACK].concat());
        let rows: Vec<_> = seen
            .wire
            .iter()
            .map(|row| (row.name(), row.record))
            .collect();
        let (name, publish) = rows[rows.len() - 2];
        assert_eq!(name, "PUBLISH", "{mebibytes} MiB");
        let (name, puback) = rows[rows.len() - 1];
        assert_eq!(name, "PUBACK", "{mebibytes} MiB");
        let found: Vec<_> = (seen.findings.iter())
            .map(|finding| (&*finding.rule, finding.packets.last().copied()))
            .collect();
        assert_eq!(
            found,
            [
                ("delivery-unsubscribed", Some(publish)),
                ("acknowledgement-unknown", Some(puback)),
            ],
            "{mebibytes} MiB"
        );
    }
}

#[test]
fn another_protocol_is_named_once_however_it_comes() {
    let answer = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    for size in [answer.len(), 30, 27] {
        let mut world = World::new();
        let socket = opened(&mut world);
        for chunk in answer.chunks(size) {
            world.engine.handle_bytes(world.now, socket, chunk);
        }
        world.pass(10);
        let seen = world.look();
        let rules: Vec<_> = seen.findings.iter().map(|finding| &*finding.rule).collect();
        assert_eq!(rules, ["stream-of-another-protocol"], "{size}");
    }
}

#[test]
fn a_packet_larger_than_is_kept_ends_the_connection_before_it_has_come() {
    let seen = sees(&publish(65 << 20)[..CHUNK * 2]);
    assert_eq!(
        seen.wire.last().map(|row| row.name()),
        Some("DISCONNECT"),
        "{:?}",
        seen.wire
    );
    let state = seen.summary.connections.first().map(|it| it.state.clone());
    assert_ne!(state, Some(ConnectionState::Open));
}
