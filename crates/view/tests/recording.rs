//! A recording as a list of packets.

use mqttscope_view::recording::{Family, Recording};
use mqttscope_view::sides::{self, Run};
use mqttscope_wire::{PacketType, ProtocolVersion, Sender};
use proptest::prelude::*;

fn unhex(hex: &str) -> Vec<u8> {
    hex.split_ascii_whitespace()
        .filter_map(|byte| u8::from_str_radix(byte, 16).ok())
        .collect()
}

/// The PUBLISH that the page's sketch shows: a wildcard in the topic, identifier 0.
const SKETCH: &str =
    "34 1a 00 09 73 69 74 65 2f 61 2f 74 2b 00 00 02 01 01 7b 20 22 74 22 3a 20 32 31 7d";

#[test]
fn a_recording_lists_its_packets() {
    let hex = format!(
        "10 15 00 04 4d 51 54 54 05 02 00 3c 00 00 08 73 65 6e 73 6f 72 34 32 {SKETCH} 50 02 00 0a 30 1f 00 05"
    );
    let recording = Recording::read(unhex(&hex), None, None);
    assert_eq!(recording.version(), ProtocolVersion::V5);
    assert_eq!(
        recording.detection().reasons[0].to_string(),
        "a CONNECT names its protocol level"
    );
    let rows: Vec<_> = (0..recording.packets().len())
        .map(|packet| recording.row(packet).unwrap())
        .collect();
    let text: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.number,
                row.packet_type.name(),
                row.offset,
                row.len,
                row.missing,
                row.errors,
                row.summary.as_str(),
            )
        })
        .collect();
    assert_eq!(
        text,
        [
            (
                1,
                "CONNECT",
                0,
                23,
                0,
                0,
                "client sensor42 · clean start · keep alive 60 s"
            ),
            (
                2,
                "PUBLISH",
                23,
                28,
                0,
                2,
                "QoS 2 · id 0 · site/a/t+ · 10 B"
            ),
            (3, "PUBREC", 51, 4, 0, 0, "id 10"),
            (4, "PUBLISH", 55, 4, 29, 0, "29 bytes missing · QoS 0"),
        ]
    );
    assert_eq!(
        rows.iter().map(|row| row.family).collect::<Vec<_>>(),
        [
            Family::Connection,
            Family::Message,
            Family::Acknowledgement,
            Family::Message
        ]
    );
    assert_eq!(
        (
            rows[1].flags,
            recording.packet_at(23),
            recording.packet_at(22),
            recording.packet_at(59)
        ),
        (4, Some(1), Some(0), None)
    );
    let without = Recording::read(recording.with(1, &[]).0, None, None);
    assert_eq!(
        (without.packets().len(), without.bytes_of(1)),
        (3, &unhex("50 02 00 0a")[..])
    );
    assert_eq!(recording.row(4), None);
    assert_eq!(recording.bytes_of(9), b"");
    assert_eq!(recording.dissect(9).len, 0);
}

#[test]
fn the_reader_overrules_the_connect() {
    // A CONNECT of version 5, and a PUBLISH that only 3.1.1 reads without fault.
    let bytes = unhex(
        "10 13 00 04 4d 51 54 54 05 02 00 3c 00 00 06 63 6c 69 65 6e 74 30 05 00 01 61 ff ff",
    );
    let worked_out = Recording::read(bytes.clone(), None, None);
    assert!(worked_out.packets()[1].errors > 0);
    let chosen = Recording::read(bytes, Some(ProtocolVersion::V3_1_1), Some(Sender::Client));
    assert_eq!(
        (chosen.chosen(), chosen.version()),
        (Some(ProtocolVersion::V3_1_1), ProtocolVersion::V3_1_1)
    );
    assert_eq!(
        chosen
            .packets()
            .iter()
            .map(|packet| packet.errors)
            .collect::<Vec<_>>(),
        [0, 0]
    );
    assert_eq!(chosen.dissect(0).version, ProtocolVersion::V5);
}

#[test]
fn one_byte_is_a_header_to_come() {
    let recording = Recording::read(vec![0x30], None, None);
    assert_eq!(
        recording.row(0).unwrap().summary,
        "a fixed header needs at least 1 more byte"
    );
    assert_eq!(Recording::read(Vec::new(), None, None).packets(), []);
}

#[test]
fn a_megabyte_of_packets_is_listed() {
    let packet = unhex("30 12 00 0b 73 69 74 65 2f 61 2f 74 65 6d 70 00 32 31 2e 35");
    let bytes = packet.repeat(1_048_576 / packet.len());
    let recording = Recording::read(bytes, None, None);
    assert_eq!(recording.packets().len(), 52_428);
    assert!(
        recording
            .packets()
            .iter()
            .all(|packet| packet.errors == 0 && packet.at.packet_type == PacketType::Publish)
    );
    assert_eq!(
        recording.row(52_427).unwrap().summary,
        "QoS 0 · site/a/temp · 4 B"
    );
}

/// Runs of the two sides: `>` is the client's.
fn talk(text: &str) -> (Vec<u8>, Vec<Run>) {
    let (mut bytes, mut runs) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let (mark, hex) = line.split_at(1);
        let from = if mark == ">" {
            Sender::Client
        } else {
            Sender::Server
        };
        runs.push(Run {
            start: bytes.len(),
            from,
        });
        bytes.extend(unhex(hex));
    }
    (bytes, runs)
}

fn shown(recording: &Recording) -> Vec<(Option<Sender>, Vec<u8>, ProtocolVersion)> {
    let packets = recording.packets().iter().enumerate();
    packets
        .map(|(index, packet)| {
            let bytes = recording.bytes_of(index).to_vec();
            (packet.from, bytes, packet.at.version)
        })
        .collect()
}

const CONNECT: &str = "10 0d 00 04 4d 51 54 54 04 02 00 00 00 01 61";

#[test]
fn each_side_is_framed_for_itself() {
    // The CONNECT and the SUBACK are each cut by the other side.
    let (bytes, runs) = talk(
        "> 10 0d 00 04 4d 51\n< 20 02 00\n> 54 54 04 02 00 00 00 01 61 c0\n< 00 d0 00\n> 00\n< d0",
    );
    let recording = Recording::of_sides(&bytes, &runs, None);
    let (client, server) = (Some(Sender::Client), Some(Sender::Server));
    let v4 = ProtocolVersion::V3_1_1;
    assert_eq!(
        shown(&recording),
        [
            (client, unhex(CONNECT), v4),
            (server, vec![0x20, 2, 0, 0], v4),
            (server, vec![0xd0, 0], v4),
            (client, vec![0xc0, 0], v4),
            (server, vec![0xd0], v4),
        ]
    );
    assert_eq!(recording.given(0..15), 0..18);
    assert_eq!(recording.given(15..19), 6..20);
    assert_eq!(recording.packets()[4].at.missing, 1);
    // In its own order it is whole, and reads the same again.
    let again = Recording::of_sides(recording.bytes(), &recording.runs(), None);
    assert_eq!(shown(&again), shown(&recording));
}

#[test]
fn who_is_the_client_is_told_by_what_it_sends() {
    let connect = unhex(CONNECT);
    let bytes = [&connect[..], &[0x20, 2, 0, 0]].concat();
    let starts = [(0, true), (connect.len(), false)];
    let swapped = starts.map(|(start, is_first)| (start, !is_first));
    let wanted = [
        Run {
            start: 0,
            from: Sender::Client,
        },
        Run {
            start: connect.len(),
            from: Sender::Server,
        },
    ];
    assert_eq!(sides::runs(&bytes, &starts), wanted);
    assert_eq!(sides::runs(&bytes, &swapped), wanted);
    assert_ne!(sides::named(&swapped, true), wanted, "it was said");
}

#[test]
fn a_packet_from_the_wrong_side_is_a_fault_of_it() {
    let (bytes, runs) = talk("> c0 00\n< c0 00");
    let recording = Recording::of_sides(&bytes, &runs, None);
    let errors: Vec<_> = recording.packets().iter().map(|p| p.errors).collect();
    assert_eq!(errors, [0, 1]);
}

#[test]
fn a_changed_packet_stays_with_its_side() {
    let (bytes, runs) = talk("> c0 00\n< d0 00\n> e0 00");
    let recording = Recording::of_sides(&bytes, &runs, None);
    let (bytes, runs) = recording.with(1, &unhex("30 03 00 01 61"));
    let changed = Recording::of_sides(&bytes, &runs, None);
    let from: Vec<_> = changed.packets().iter().map(|packet| packet.from).collect();
    assert_eq!(
        from,
        [
            Some(Sender::Client),
            Some(Sender::Server),
            Some(Sender::Client)
        ]
    );
    assert_eq!(changed.bytes_of(2), [0xe0, 0]);
    let (bytes, runs) = recording.with(1, &[]);
    assert_eq!(Recording::of_sides(&bytes, &runs, None).packets().len(), 2);
}

proptest! {
    #[test]
    fn any_bytes_of_any_sides_are_all_there(bytes: Vec<u8>, cuts in prop::collection::vec((0..200_usize, any::<bool>()), 1..9)) {
        let mut starts = cuts;
        starts.sort_unstable();
        starts[0].0 = 0;
        starts.retain(|&(start, _)| start <= bytes.len());
        let runs = sides::runs(&bytes, &starts);
        let recording = Recording::of_sides(&bytes, &runs, None);
        prop_assert_eq!(recording.bytes().len(), bytes.len());
        for index in 0..recording.packets().len() {
            let at = recording.packets()[index].at;
            let given = recording.given(at.offset..at.offset + at.len);
            prop_assert!(given.end <= bytes.len());
            prop_assert_eq!(bytes[given.start], recording.bytes()[at.offset]);
        }
        // Of one side alone it is not said whose it is.
        prop_assert_eq!(recording.runs().is_empty(), !recording.has_both());
        if recording.has_both() {
            let again = Recording::of_sides(recording.bytes(), &recording.runs(), None);
            prop_assert_eq!(again.bytes(), recording.bytes());
        }
    }
}
