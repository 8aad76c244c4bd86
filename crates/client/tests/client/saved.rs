//! A session that goes on after a restart.

use mqttscope_client::{
    Client, Command, Instant, Options, RestoreError, SavedHandshake, SavedSession,
};
use mqttscope_wire::{Connack, ControlPacket, ProtocolVersion, Publish, QoS};

use super::peer::{Peer, ack, id, lasting, message, publish};

#[test]
fn a_restart_is_like_a_lost_connection() {
    for version in [ProtocolVersion::V3_1_1, ProtocolVersion::V5] {
        let mut peer = Peer::connected(lasting(version), &[]);
        for (payload, qos) in [("1", 1), ("2", 2), ("3", 2)] {
            peer.publish("a", payload, QoS::new(qos).unwrap());
        }
        peer.feed(ControlPacket::Pubrec(ack(2)));
        peer.feed(ControlPacket::Publish(publish(
            "in",
            "once",
            QoS::ExactlyOnce,
            7,
        )));
        peer.client.handle_disconnected(peer.now);
        peer.publish("a", "4", QoS::AtLeastOnce);
        peer.publish("a", "5", QoS::AtMostOnce);
        let saved = peer.client.save();
        assert!(saved.known);
        assert_eq!(saved.incoming, [id(7)]);
        assert_eq!(saved.outgoing[2], SavedHandshake::Pubrel(id(2)));
        let bytes = saved.to_bytes();
        assert_eq!(SavedSession::from_bytes(&bytes), Ok(saved.clone()));
        for len in 0..bytes.len() {
            // A shorter one may be sound where a packet ends, and is then a shorter session.
            if let Ok(shorter) = SavedSession::from_bytes(&bytes[..len]) {
                assert!(shorter.outgoing.len() + shorter.incoming.len() + shorter.queued.len() < 6);
            }
        }

        let client = Client::restore(lasting(version), saved.clone(), Instant::ZERO).unwrap();
        assert_eq!(client.save(), saved);
        let mut peer = Peer {
            client,
            now: Instant::ZERO,
        };
        peer.command(Command::Connect).unwrap();
        peer.accept(true, &[]);
        let again = |payload, qos, number| {
            ControlPacket::Publish(Publish {
                dup: true,
                ..publish("a", payload, qos, number)
            })
        };
        peer.expect(&[
            ControlPacket::Pubrel(ack(2)),
            again("1", QoS::AtLeastOnce, 1),
            again("3", QoS::ExactlyOnce, 3),
            ControlPacket::Publish(publish("a", "4", QoS::AtLeastOnce, 4)),
            ControlPacket::Publish(publish("a", "5", QoS::AtMostOnce, 0)),
        ]);
        let dup = Publish {
            dup: true,
            ..publish("in", "once", QoS::ExactlyOnce, 7)
        };
        peer.feed(ControlPacket::Publish(dup));
        peer.expect(&[ControlPacket::Pubrec(ack(7))]);
        assert_eq!(
            peer.messages(),
            [""; 0],
            "it was given on before the restart"
        );
    }
}

#[test]
fn bytes_that_are_no_session() {
    for bytes in [
        &b""[..],
        b"MQS",
        b"MQS\x02\0\0\0\0\0",
        b"MQS\x01\0\0\0\0",
        b"MQS\x01\0\0\0\0\0\xc0\0",
    ] {
        assert_eq!(SavedSession::from_bytes(bytes), Err(RestoreError));
    }
    assert_eq!(
        SavedSession::from_bytes(b"MQS\x01\0\0\0\0\0"),
        Ok(SavedSession::default())
    );
}

#[test]
fn identifiers_that_are_saved_twice_count_once() {
    let sent = |payload| SavedHandshake::Publish(id(1), message("a", payload, QoS::AtLeastOnce));
    let saved = SavedSession {
        known: true,
        outgoing: vec![sent("1"), sent("2"), SavedHandshake::Pubrel(id(1))],
        ..SavedSession::default()
    };
    let options: Options = lasting(ProtocolVersion::V5);
    let client = Client::restore(options, saved, Instant::ZERO).unwrap();
    assert_eq!(
        (
            client.view().outgoing.len(),
            client.view().identifiers.len()
        ),
        (1, 1)
    );
    let mut peer = Peer {
        client,
        now: Instant::ZERO,
    };
    peer.command(Command::Connect).unwrap();
    peer.client.handle_connected(peer.now);
    peer.sent();
    let mut accepted = Vec::new();
    let connack = Connack {
        session_present: true,
        ..Connack::default()
    };
    ControlPacket::Connack(connack)
        .encode(ProtocolVersion::V5, &mut accepted)
        .unwrap();
    peer.client.handle_bytes(peer.now, &accepted);
    assert_eq!(peer.client.view().send_quota, u16::MAX - 1);
}
