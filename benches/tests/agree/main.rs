//! Ours beside other codecs, in 3.1.1 and 5 (none of them knows 3.1): they read what we write, we
//! read what they write, and it is the same packet. Where that is not so, `known.rs` says why.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod built;
#[path = "../common/mod.rs"]
mod common;
#[path = "../../../crates/wire/tests/common/generate.rs"]
mod generate;
mod known;
mod peers;

use common::{hex, only_packet, said};
use known::{How, KNOWN};
use mqttscope_wire::{Context, ProtocolVersion};
use peers::{Answer, Peer};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// How a peer disagrees about a packet, and what it said; `None`: it agrees.
fn disagreement(peer: Peer, bytes: &[u8], version: ProtocolVersion) -> Option<(How, String)> {
    let context = Context::new(version);
    let ours = said(&only_packet(bytes, context).unwrap());
    match peer.again(bytes, version) {
        Answer::Wrote(written) => match only_packet(&written, context) {
            Ok(packet) if said(&packet) == ours => None,
            Ok(packet) => Some((How::Changes, said(&packet))),
            Err(error) => Some((How::Changes, format!("{error} {written:02x?}"))),
        },
        Answer::Refused(error) => Some((How::Refuses, error)),
        Answer::NotWritten(error) => Some((How::Changes, error)),
        Answer::Panicked => panic!("{peer:?} panicked at {bytes:02x?}"),
    }
}

/// Every peer agrees, or disagrees as it is known to.
fn check(bytes: &[u8], version: ProtocolVersion) {
    let packet = only_packet(bytes, Context::new(version)).unwrap();
    for peer in Peer::ALL {
        let mut expected = KNOWN
            .iter()
            .filter(|known| known.is_about(peer, version, &packet, bytes))
            .map(|known| known.how)
            .peekable();
        match disagreement(peer, bytes, version) {
            None => assert!(
                expected.peek().is_none(),
                "{peer:?} agrees now about {packet:?}"
            ),
            Some((how, what)) => assert!(
                expected.any(|known| known == how),
                "{peer:?} {how:?}: {what}\n{packet:?}\n{bytes:02x?}"
            ),
        }
    }
}

/// The same packets in every run: a fault of a peer that nobody has seen yet must not stop a change
/// that has nothing to do with it.
fn always_the_same(cases: u32) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

#[test]
fn peers_read_and_write_what_we_write() {
    always_the_same(1500)
        .run(&generate::parts(), |parts| {
            if parts.version != ProtocolVersion::V3_1 {
                check(&parts.encoded(), parts.version);
            }
            Ok(())
        })
        .unwrap();
}

/// Every type, property and reason code, and the longer forms that we never write.
#[test]
fn peers_read_and_write_the_corpus() {
    let files = [
        include_str!("../../../tests/corpus/mqtt-packet.txt"),
        include_str!("../../../tests/corpus/mosquitto.txt"),
    ];
    for line in files.iter().flat_map(|file| file.lines()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[0] {
            "3.1.1" => check(&hex(words[2]), ProtocolVersion::V3_1_1),
            "5" => check(&hex(words[2]), ProtocolVersion::V5),
            _ => {}
        }
    }
}

/// The list holds nothing that is not so.
#[test]
fn what_is_known_is_true() {
    for known in KNOWN {
        let (bytes, version) = (hex(known.example), known.versions[0]);
        let packet = only_packet(&bytes, Context::new(version))
            .unwrap_or_else(|error| panic!("{}: {error}", known.why));
        for &peer in known.peers {
            assert!(
                known.is_about(peer, version, &packet, &bytes),
                "{}",
                known.why
            );
            let found = disagreement(peer, &bytes, version);
            assert_eq!(
                found.map(|(how, _)| how),
                Some(known.how),
                "{peer:?}: {}",
                known.why
            );
        }
    }
}
