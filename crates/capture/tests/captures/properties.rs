//! Any order of segments, any chunks of the file, any bytes.

use std::path::Path;

use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::Limits;
use proptest::prelude::*;

use crate::build::{ACK, FIN, SYN, Segment, handshake, pcap, segment};
use crate::support::{CONNACK, CONNECT, PINGREQ, publish, read, read_with};

/// Whole packets of a side, behind its first one.
fn stream(first: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    let packet = prop_oneof![
        Just(PINGREQ.to_vec()),
        (1..40_usize, 0..3000_usize)
            .prop_map(|(topic, len)| publish(&"t".repeat(topic), &vec![0xab; len])),
        any::<u16>().prop_map(|id| [&[0x40, 2][..], &id.max(1).to_be_bytes()].concat()),
    ];
    proptest::collection::vec(packet, 0..12)
        .prop_map(move |packets| [first.to_vec(), packets.concat()].concat())
}

/// How a stream is cut, sent again and shuffled.
#[derive(Clone, Debug)]
struct Sending {
    cuts: Vec<usize>,
    /// From, length: sent again with other borders.
    again: Vec<(usize, usize)>,
    /// Swaps of neighbours, as far apart as this.
    swaps: Vec<(usize, usize)>,
}

fn sending() -> impl Strategy<Value = Sending> {
    let cuts = proptest::collection::vec(1..1500_usize, 1..8);
    let again = proptest::collection::vec((0..40_000_usize, 1..2000_usize), 0..4);
    let swaps = proptest::collection::vec((0..60_usize, 1..9_usize), 0..20);
    (cuts, again, swaps).prop_map(|(cuts, again, swaps)| Sending { cuts, again, swaps })
}

impl Sending {
    fn segments(&self, is_client: bool, from: u32, stream: &[u8]) -> Vec<Segment> {
        let make = |at: usize, len: usize| {
            let end = (at + len).min(stream.len());
            segment(
                is_client,
                from.wrapping_add(u32::try_from(at).unwrap()),
                ACK,
                &stream[at..end],
            )
        };
        let mut all = Vec::new();
        let (mut at, mut cuts) = (0, self.cuts.iter().cycle());
        while at < stream.len() {
            let len = *cuts.next().unwrap();
            all.push(make(at, len));
            at += len;
        }
        for &(at, len) in &self.again {
            let at = at % stream.len();
            all.insert(all.len() / 2, make(at, len));
        }
        for &(at, by) in &self.swaps {
            let at = at % all.len();
            let other = (at + by).min(all.len() - 1);
            all.swap(at, other);
        }
        all
    }
}

/// Both sides, each in its own order, in turn as the numbers say.
fn merged(a: Vec<Segment>, b: Vec<Segment>, turns: &[bool]) -> Vec<Segment> {
    let (mut a, mut b) = (a.into_iter().peekable(), b.into_iter().peekable());
    let mut turns = turns.iter().cycle();
    let mut all = Vec::new();
    while a.peek().is_some() || b.peek().is_some() {
        let next = if *turns.next().unwrap() {
            a.next()
        } else {
            b.next()
        };
        all.extend(next);
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_order_of_segments_gives_the_same_streams(
        client in stream(CONNECT),
        server in stream(CONNACK),
        up in sending(),
        down in sending(),
        turns in proptest::collection::vec(any::<bool>(), 1..20).prop_map(|mut turns| { turns.extend([true, false]); turns }),
        isn in any::<u32>(),
        chunk in 1..5000_usize,
    ) {
        let mut all = handshake();
        all[0].sequence = isn;
        let begin = isn.wrapping_add(1);
        all.extend(merged(up.segments(true, begin, &client), down.segments(false, 5000, &server), &turns));
        let end = begin.wrapping_add(u32::try_from(client.len()).unwrap());
        all.push(segment(true, end, FIN | ACK, &[]));
        let frames: Vec<_> = all.iter().map(Segment::ipv4).collect();
        let found = read_with(&pcap(101, &frames), chunk, Limits::default());
        let one = found.only();
        prop_assert_eq!(one.whole(Role::Client), &client[..]);
        prop_assert_eq!(one.whole(Role::Server), &server[..]);
        // Memory is given back.
        prop_assert!(found.most_held < 300_000);
    }

    #[test]
    fn any_bytes_are_read_to_the_end_within_bounds(
        magic in prop_oneof![
            Just(&[][..]),
            Just(&[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0][..]),
            Just(&[0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a][..]),
            Just(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..]),
        ],
        bytes in proptest::collection::vec(any::<u8>(), 0..2000),
        chunk in 1..300_usize,
    ) {
        let file = [magic, &bytes].concat();
        let found = read_with(&file, chunk, Limits::default());
        prop_assert!(found.most_held < 1 << 20);
        prop_assert_eq!(read(&file).events, found.events);
    }

    #[test]
    fn any_frames_are_read_within_bounds(
        link in prop_oneof![Just(0_u32), Just(1), Just(9), Just(51), Just(101), Just(105), Just(113), Just(127), Just(239), Just(258), Just(276)],
        frames in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..120), 0..40),
    ) {
        let found = read(&pcap(link, &frames));
        prop_assert_eq!(found.counts.frames, frames.len() as u64);
    }

    #[test]
    fn any_payloads_are_read_within_bounds(
        parts in proptest::collection::vec((any::<bool>(), 0..5_u32, proptest::collection::vec(prop_oneof![
            any::<u8>(), Just(0x30), Just(0), Just(2), Just(0xc0), Just(0x82), Just(0x85), Just(b'a'),
        ], 0..120)), 0..24),
        has_syn in any::<bool>(),
        look in prop_oneof![Just(64_usize), Just(1000), Just(64 << 10)],
    ) {
        let mut all = if has_syn { handshake() } else { Vec::new() };
        let mut at = [1000_u32, 5000];
        for (is_client, gap, bytes) in &parts {
            let next = &mut at[usize::from(!is_client)];
            // Now and then bytes are missing.
            *next += gap / 4 * 7;
            all.push(segment(*is_client, *next, ACK, bytes));
            *next += u32::try_from(bytes.len()).unwrap();
        }
        let frames: Vec<_> = all.iter().map(Segment::ipv4).collect();
        let limits = Limits { look, ..Limits::default() };
        let file = pcap(101, &frames);
        let found = read_with(&file, 4096, limits);
        // Nothing is given that was not sent.
        for one in found.connections.values() {
            let given: usize = one.client.iter().chain(&one.server).map(crate::support::Part::len).sum();
            let sent: usize = parts.iter().map(|(_, _, bytes)| bytes.len()).sum();
            prop_assert!(given <= sent);
        }
        prop_assert_eq!(read_with(&file, 7, limits).events, found.events);
    }

    #[test]
    fn damaged_files_are_read_to_the_end(
        which in 0..6_usize,
        changes in proptest::collection::vec((any::<u32>(), any::<u8>()), 1..30),
    ) {
        const FILES: [&str; 6] = [
            "t1_ws.pcap", "t6_malformed.pcap", "zeek__mqtt.pcap", "arkime__arkime_synthetic.pcap",
            "suricata-verify__example_websocket.pcap", "container-suite/pcapng-test-generator__le_test202.pcapng",
        ];
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/captures/files").join(FILES[which]);
        let mut bytes = std::fs::read(path).unwrap();
        for (at, byte) in changes {
            let at = at as usize % bytes.len();
            bytes[at] = byte;
        }
        let found = read_with(&bytes, 700, Limits::default());
        prop_assert!(found.most_held < 2 << 20);
    }
}

/// A SYN flood costs little, and what waits in all of its connections is bounded.
#[test]
fn many_connections_that_wait_are_bounded_together() {
    let mut frames = Vec::new();
    for number in 0..3000_u32 {
        let mut syn = segment(true, 999, SYN, &[]);
        // Bytes behind a gap, which never come.
        let mut later = segment(true, 5000, ACK, &[7; 1000]);
        for it in [&mut syn, &mut later] {
            it.from.1 = u16::try_from(1 + number).unwrap();
        }
        frames.extend([syn.ipv4(), later.ipv4()]);
    }
    let limits = Limits {
        total: 100_000,
        ..Limits::default()
    };
    let found = read_with(&pcap(101, &frames), 4096, limits);
    assert_eq!(found.connections.len(), 3000);
    assert!(found.most_held < 300_000, "{}", found.most_held);
}

/// Packets and faults in turn, as many as a record can hold.
#[test]
fn packets_between_faults_in_a_large_segment_are_found() {
    let one = [&publish("a/b/c", b"d")[..], PINGREQ, &[0xff; 5]].concat();
    let payload = one.repeat(50_000);
    // A frame that the network card was to cut up has no length in IP.
    let mut frames: Vec<Vec<u8>> = handshake().iter().map(Segment::ipv4).collect();
    frames.push(segment(true, 1000, ACK, CONNECT).ipv4());
    let mut large = segment(true, 1015, ACK, &[]).ipv4();
    large[2..4].copy_from_slice(&[0, 0]);
    large.extend(&payload);
    frames.push(large);
    let found = read(&pcap(101, &frames));
    assert_eq!(found.packets(), 1 + 100_000);
}
