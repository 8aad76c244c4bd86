//! Variants of the file formats, written here.

use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::Limits;
use mqttscope_wire::PacketType as T;

use crate::build::{Pcapng, Segment, Style, down, handshake, pcap, pcap_as, up};
use crate::support::{CONNACK, CONNECT, Found, read, read_with};

fn conversation() -> Vec<Segment> {
    let mut all = handshake();
    all.extend([up(1000, CONNECT), down(5000, CONNACK)]);
    all
}

fn frames() -> Vec<Vec<u8>> {
    conversation().iter().map(Segment::ipv4).collect()
}

#[track_caller]
fn assert_whole(found: &Found) {
    let one = found.only();
    assert_eq!(one.packets(), [T::Connect, T::Connack], "{found:?}");
    assert_eq!(one.whole(Role::Client), CONNECT);
    assert_eq!(found.counts.frames, 4);
}

#[test]
fn all_variants_of_pcap_are_read() {
    let style = Style::default();
    // And the fraction of a second of each frame, in nanoseconds.
    let variants = [
        (style, 5000),
        (
            Style {
                magic: 0xa1b2_3c4d,
                ..style
            },
            5,
        ),
        // Longer record headers behind the standard number, and behind one of their own.
        (
            Style {
                more: (0, 8),
                ..style
            },
            5000,
        ),
        (
            Style {
                more: (0, 4),
                ..style
            },
            5000,
        ),
        (
            Style {
                magic: 0xa1b2_cd34,
                more: (0, 8),
                ..style
            },
            5000,
        ),
        (
            Style {
                magic: 0xa1b2_cd34,
                more: (0, 12),
                ..style
            },
            5000,
        ),
        (
            Style {
                magic: 0x1c00_01ac,
                more: (4, 0),
                ..style
            },
            5,
        ),
        (
            Style {
                magic: 0x1c00_01ab,
                more: (4, 0),
                ..style
            },
            5000,
        ),
        (
            Style {
                version: (2, 2),
                swaps_lengths: true,
                ..style
            },
            5000,
        ),
        (
            Style {
                version: (2, 3),
                swaps_lengths: true,
                ..style
            },
            5000,
        ),
        (
            Style {
                version: (2, 3),
                ..style
            },
            5000,
        ),
        (
            Style {
                version: (543, 0),
                swaps_lengths: true,
                ..style
            },
            5000,
        ),
    ];
    for (number, (style, nanos)) in variants.into_iter().enumerate() {
        for is_big in [false, true] {
            let file = pcap_as(Style { is_big, ..style }, &frames());
            let found = read(&file);
            assert_eq!(
                found.connections.len(),
                1,
                "variant {number}: {:?}",
                found.notes
            );
            assert_whole(&found);
            let time = 1002 * 1_000_000_000 + nanos;
            assert_eq!(found.only().times[0], Some(time), "variant {number}");
            assert_eq!(read_with(&file, 1, Default::default()).events, found.events);
        }
    }
}

#[test]
fn aix_names_its_links_by_other_numbers() {
    let frames: Vec<_> = conversation().iter().map(Segment::ethernet).collect();
    let style = Style {
        version: (2, 2),
        link: 6,
        swaps_lengths: true,
        ..Style::default()
    };
    let found = read(&pcap_as(style, &frames));
    assert_whole(&found);
    assert_eq!(found.only().times[0], Some(1002 * 1_000_000_000 + 5));
}

#[test]
fn a_check_sequence_at_the_end_of_frames_is_no_payload() {
    // Without a length in IP everything to the end of the frame counts.
    let frames: Vec<_> = conversation()
        .iter()
        .map(|segment| {
            let mut frame = segment.ethernet();
            frame[16..18].copy_from_slice(&[0, 0]);
            frame.extend([0xfc; 4]);
            frame
        })
        .collect();
    assert_whole(&read(&pcap(0x2400_0000 | 1, &frames)));
    let mut file = Pcapng::new(true);
    file.interface(1, 0, &[(13, &[4])]);
    for frame in &frames {
        file.packet(0, 0, frame);
    }
    assert_whole(&read(&file.bytes));
}

#[test]
fn all_blocks_of_pcapng_are_read() {
    for is_big in [false, true] {
        let frames = frames();
        let mut file = Pcapng::new(is_big);
        // Something that nobody knows, and interfaces of different units.
        file.block(0x7777, &[1, 2, 3, 4, 5]);
        file.interface(101, 0, &[(9, &[9])]);
        let offset = 3_i64;
        let offset = if is_big {
            offset.to_be_bytes()
        } else {
            offset.to_le_bytes()
        };
        file.interface(
            101,
            0xffff_ffff,
            &[(2, b"eth0"), (9, &[0x80 | 10]), (14, &offset)],
        );
        file.packet(0, 7_000_000_001, &frames[0]);
        file.packet(1, 9 << 10 | 512, &frames[1]);
        file.block(0xbad, &[0, 0, 0x7e, 0xd9, 1, 1]);
        file.old_packet(1, 10 << 10, &frames[2]);
        // A section of the other order, whose interface comes behind a block of names.
        file.section(!is_big);
        file.block(4, &[0; 4]);
        file.interface(101, 65, &[]);
        // What stands behind the snap length is no part of it.
        let mut short = frames[3].clone();
        short.extend([9, 9, 9, 9]);
        file.simple(short.len(), &frames[3]);
        let found = read(&file.bytes);
        assert_whole(&found);
        assert_eq!(found.notes, [""; 0]);
        assert_eq!(
            found.only().opened.as_ref().unwrap().at_ns,
            Some(7_000_000_001)
        );
        assert_eq!(found.only().times, [Some(13 * 1_000_000_000), None]);
        assert_eq!(
            read_with(&file.bytes, 1, Default::default()).events,
            found.events
        );
    }
}

#[test]
fn a_frame_of_an_unknown_interface_is_told() {
    let mut file = Pcapng::new(false);
    file.packet(3, 0, &frames()[0]);
    file.interface(101, 0, &[]);
    for frame in &frames() {
        file.packet(0, 0, frame);
    }
    let found = read(&file.bytes);
    assert_whole(&found);
    assert_eq!(
        found.notes,
        ["frames of interface 3, which the file does not describe, are not read"]
    );
}

#[test]
fn lengths_that_are_no_multiple_of_four_are_read() {
    // Padded or not, the length behind the block tells.
    for is_padded in [false, true] {
        let mut file = Pcapng::new(false);
        file.interface(101, 0, &[]);
        for frame in &frames() {
            let mut block = file.word(6).to_vec();
            let len = u32::try_from(32 + frame.len()).unwrap();
            block.extend(len.to_le_bytes());
            block.extend([0; 12]);
            for _ in 0..2 {
                block.extend(u32::try_from(frame.len()).unwrap().to_le_bytes());
            }
            block.extend(frame);
            if is_padded {
                block.resize(block.len().next_multiple_of(4), 0);
            }
            block.extend(len.to_le_bytes());
            file.bytes.extend(block);
        }
        assert_whole(&read(&file.bytes));
    }
}

#[test]
fn key_logs_are_handed_out() {
    let log = b"# a comment\nCLIENT_RANDOM 00 11\n";
    for is_big in [false, true] {
        let mut file = Pcapng::new(is_big);
        let mut body = file.word(0x544c_534b).to_vec();
        body.extend(file.word(u32::try_from(log.len()).unwrap()));
        body.extend(log);
        file.block(10, &body);
        file.interface(101, 0, &[]);
        for frame in &frames() {
            file.packet(0, 0, frame);
        }
        let found = read(&file.bytes);
        assert_eq!(found.key_logs, [log.to_vec()]);
        assert_whole(&found);
    }
}

/// A member; `has_name`: with all the fields that a header may have.
fn gzip(bytes: &[u8], has_name: bool) -> Vec<u8> {
    let flags = if has_name { 2 | 4 | 8 | 16 } else { 0 };
    let mut member = vec![0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3];
    if has_name {
        member.extend(b"\x03\0abca.pcap\0a comment\0\x12\x34");
    }
    member.extend(miniz_oxide::deflate::compress_to_vec(bytes, 6));
    member.extend([0; 8]);
    member
}

#[test]
fn gzip_of_several_members_is_read() {
    let file = pcap(101, &frames());
    let (first, second) = file.split_at(70);
    for chunk in [1, 5, 4096] {
        let limits = Default::default();
        assert_whole(&read_with(&gzip(&file, true), chunk, limits));
        let members = [gzip(first, false), gzip(second, true)].concat();
        assert_whole(&read_with(&members, chunk, limits));
        // Zeros that pad it are nothing; other bytes are told.
        let padded = [&members[..], &[0; 100]].concat();
        let found = read_with(&padded, chunk, limits);
        assert_whole(&found);
        assert_eq!(found.notes, [""; 0]);
    }
    let cut = gzip(&file, false);
    let found = read(&cut[..cut.len() - 12]);
    assert!(
        found
            .notes
            .contains(&"the compressed file is cut short".to_owned()),
        "{found:?}"
    );
    let mut damaged = gzip(&file, false);
    damaged[10] = 7;
    assert!(
        read(&damaged).notes[0].contains("damaged"),
        "{:?}",
        read(&damaged)
    );
}

#[test]
fn other_files_are_named() {
    let table: [(&[u8], &str); 9] = [
        (b"XCP\x00002.002..............................", "NetXRay"),
        (
            &[
                0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                0,
            ],
            "zstd",
        ),
        (&[0x04, 0x22, 0x4d, 0x18, 0, 0, 0, 0], "lz4"),
        (b"{\"log\": {\"version\": \"1.2\"}}", "HAR"),
        (b"\xef\xbb\xbf  {\"log\": {}}", "HAR"),
        (b"1234:9:websocket;", "cut short in its last record"),
        (b"snoop\0\0\0", "snoop"),
        (b"", "empty"),
        (b"\xa1\xb2\xc3\xd4", "cut short in its header"),
    ];
    for (bytes, word) in table {
        let found = read(bytes);
        assert_eq!(found.notes.len(), 1, "{word}: {:?}", found.notes);
        assert!(found.notes[0].contains(word), "{word}: {:?}", found.notes);
    }
}

#[test]
fn damage_ends_the_reading_and_is_told() {
    let mut file = pcap(101, &frames());
    file.extend([
        0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0, 1, 2, 3,
    ]);
    let found = read(&file);
    assert_whole(&found);
    assert!(
        found.notes[0].contains("nothing behind it is read"),
        "{:?}",
        found.notes
    );
    let mut file = Pcapng::new(false);
    file.bytes.extend([6, 0, 0, 0, 4, 0, 0, 0]);
    assert!(read(&file.bytes).notes[0].contains("shorter than a block"));
    // A file that is cut in its last record is read up to there.
    let file = pcap(101, &frames());
    let found = read(&file[..file.len() - 1]);
    assert_eq!(found.only().packets(), [T::Connect]);
    assert!(
        found.notes[0].contains("cut short in its last record"),
        "{:?}",
        found.notes
    );
}

#[test]
fn records_that_are_longer_than_the_snap_length_are_read() {
    let mut file = pcap(101, &frames());
    file[16..20].copy_from_slice(&[10, 0, 0, 0]);
    assert_whole(&read(&file));
}

#[test]
fn a_compressed_file_is_not_inflated_without_end() {
    let file = pcap(101, &vec![vec![0; 1000]; 1000]);
    let limits = Limits {
        inflated: 100_000,
        ..Limits::default()
    };
    let found = read_with(&gzip(&file, false), 4096, limits);
    assert!(found.counts.frames > 0 && found.counts.frames < 200);
    assert!(
        found
            .notes
            .iter()
            .any(|note| note.contains("holds more than is read")),
        "{:?}",
        found.notes
    );
}
