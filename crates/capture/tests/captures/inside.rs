//! What streams carry: MQTT from the middle, behind gaps and faults, and what is none.

use mqttscope_capture::foreign::Protocol;
use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::Transport;
use mqttscope_wire::PacketType as T;

use crate::build::{Segment, down, handshake, pcap, up};
use crate::support::{CONNACK, CONNECT, Found, PINGREQ, Part, publish, read};

fn found(segments: &[Segment]) -> Found {
    read(&pcap(
        101,
        &segments.iter().map(Segment::ipv4).collect::<Vec<_>>(),
    ))
}

/// Segments of one side in a row, from a number on.
fn row(is_client: bool, from: u32, parts: &[&[u8]]) -> Vec<Segment> {
    let mut at = from;
    let make = if is_client { up } else { down };
    let segments = parts.iter().map(|part| {
        let made = make(at, part);
        at += u32::try_from(part.len()).unwrap();
        made
    });
    segments.collect()
}

#[test]
fn a_connect_in_two_segments_is_found() {
    for cut in 1..CONNECT.len() {
        let mut all = handshake();
        all.extend(row(true, 1000, &[&CONNECT[..cut], &CONNECT[cut..]]));
        let found = found(&all);
        assert_eq!(found.only().whole(Role::Client), CONNECT, "cut at {cut}");
        assert_eq!(found.only().transports, [Transport::Tcp]);
    }
}

#[test]
fn answers_of_both_sides_prove_mqtt_in_the_middle() {
    // Nothing but acknowledgements and pings, on no known port.
    let mut all = row(true, 10, &[b"\x32\x08\0\x01t\x01\x07abc", PINGREQ]);
    all.extend(row(false, 90, &[&[0x40, 2, 1, 7], &[0xd0, 0]]));
    let found = found(&all);
    let one = found.only();
    assert_eq!(
        one.packets(),
        [T::Publish, T::Pingreq, T::Puback, T::Pingresp]
    );
    // The port says the other way round, the packets tell: the sender of PINGREQ is the client.
    assert_eq!(one.ends().0.port, 50_000);
    let mut other = all;
    for it in &mut other {
        (it.from.1, it.to.1) = if it.from.1 == 50_000 {
            (1000, 50_000)
        } else {
            (50_000, 1000)
        };
    }
    let turned = crate::inside::found(&other);
    assert_eq!(turned.only().ends().0.port, 1000);
}

#[test]
fn a_packet_that_began_before_the_file_is_skipped_wherever_it_ends() {
    let message = publish("plant/line/temperature", b"{\"value\":21.5}");
    let tail = [b'{'; 40];
    // The rest of one, and the next in the same segment.
    let joined = [&tail[..], &message, &message].concat();
    let middle = found(&row(true, 10, &[&joined, &message]));
    assert_eq!(
        middle.only().client,
        [Part::Skipped(tail.to_vec()), Part::Bytes(message.repeat(3))]
    );
    // Large packets, of which none fits into what is looked at.
    let large = publish("plant/line/temperature", &vec![b'y'; 200_000]);
    let both = [&[b'y'; 5000][..], &large, &large].concat();
    let parts: Vec<&[u8]> = both.chunks(5000).collect();
    let found = found(&row(true, 10, &parts));
    let one = found.only();
    assert_eq!(one.packets(), [T::Publish, T::Publish]);
    assert_eq!(one.skipped(), 5000);
}

#[test]
fn stray_bytes_behind_a_packet_are_passed_over() {
    // As a client wrote them: memory behind a SUBSCRIBE.
    let subscribe = b"\x82\x06\0\x01\0\x01a\0";
    let stray = [&subscribe[..], b"\0\0tcp_tfo\0"].concat();
    let mut all = handshake();
    all.extend(row(
        true,
        1000,
        &[CONNECT, &stray, &publish("a", b"b"), PINGREQ],
    ));
    let found = found(&all);
    let one = found.only();
    let behind = one.packets();
    assert_eq!(behind[behind.len() - 2..], [T::Publish, T::Pingreq]);
    assert!(behind.starts_with(&[T::Connect, T::Subscribe]));
}

#[test]
fn a_gap_at_a_border_and_one_over_several_packets_are_passed_over() {
    let message = publish("topic/a", b"hello");
    let len = u32::try_from(message.len()).unwrap();
    // Two whole packets and a half are missing: the rest of the third is skipped.
    let at = 1015 + len * 2 + 6;
    let mut all = handshake();
    all.push(up(1000, CONNECT));
    all.push(up(at, &message[6..]));
    all.extend(row(true, at + len - 6, &[&message, PINGREQ]));
    let found = found(&all);
    let parts = &found.only().client[1..];
    let bytes = [&message[..], PINGREQ].concat();
    let gap = u64::from(len * 2 + 6);
    assert_eq!(
        parts,
        [
            Part::Gap(Some(gap)),
            Part::Skipped(message[6..].to_vec()),
            Part::Bytes(bytes)
        ]
    );
}

#[test]
fn what_is_no_mqtt_is_dropped_and_named() {
    let noise: Vec<u8> = (0..4000_u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8 | 0x80)
        .collect();
    let table: [(&[u8], Option<Protocol>); 4] = [
        (b"SSH-2.0-OpenSSH_9.2\r\n", Some(Protocol::Ssh)),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", Some(Protocol::Http)),
        (
            b"EHLO example.com, and more to come\r\n",
            Some(Protocol::Text),
        ),
        (&noise, None),
    ];
    for (bytes, protocol) in table {
        for has_syn in [true, false] {
            let mut all = if has_syn { handshake() } else { Vec::new() };
            all.push(up(1000, bytes));
            let found = found(&all);
            let one = found.only();
            assert_eq!(
                one.transports,
                [Transport::Other(protocol)],
                "{:?}",
                one.whys
            );
            assert!(one.client.is_empty() && one.server.is_empty());
        }
    }
}

#[test]
fn a_connack_is_enough_and_too_few_bytes_are_said_to_be_so() {
    // Only what the server sends, on a port of its own.
    let connack = b"\x20\x09\0\0\x06\x22\0\x0a\x21\0\x14";
    let alone = |has_syn: bool, bytes: &[u8]| {
        let mut all: Vec<_> = if has_syn { handshake() } else { Vec::new() };
        all.push(down(5000, bytes));
        all.retain(|it| it.from != crate::build::CLIENT);
        for it in &mut all {
            it.from.1 = 4410;
        }
        found(&all)
    };
    for bytes in [&connack[..], b"\x20\x02\0\0"] {
        let found = alone(true, bytes);
        assert_eq!(found.only().transports, [Transport::Tcp], "{bytes:?}");
        assert_eq!(found.only().packets(), [T::Connack]);
        assert_eq!(found.only().ends().1.port, 4410);
    }
    // Not where it begins in the middle, or where it breaks a rule.
    let middle = alone(false, b"\xd0\0");
    let says = middle.only().whys.last().unwrap().clone();
    assert_eq!(says, "its bytes may be MQTT, but are too few to tell");
    let broken = alone(true, b"\x20\x09\0\0\x06\x22\0\x0a\x22\0\x14");
    assert_ne!(broken.only().transports, [Transport::Tcp]);
}

#[test]
fn mqtt_that_shows_up_late_is_found() {
    // The end of something large, more than is looked at, on another port.
    let noise = vec![0xee; 100_000];
    let mut parts: Vec<&[u8]> = noise.chunks(1000).collect();
    let message = publish("plant/line/temperature", b"{\"value\":21.5}");
    let both = message.repeat(2);
    parts.extend([&both[..], &message]);
    let found = found(&row(true, 10, &parts));
    let one = found.only();
    assert_eq!(one.transports, [Transport::Other(None), Transport::Tcp]);
    assert_eq!(one.packets(), [T::Publish; 3]);
}

#[test]
fn a_proxy_header_is_taken_off() {
    let header = b"PROXY TCP4 192.0.2.1 192.0.2.2 50000 1883\r\n";
    for split in [false, true] {
        let mut all = handshake();
        let joined = [&header[..], CONNECT].concat();
        let parts: &[&[u8]] = if split {
            &[header, CONNECT]
        } else {
            &[&joined]
        };
        all.extend(row(true, 1000, parts));
        let found = found(&all);
        assert_eq!(found.only().whole(Role::Client), CONNECT);
    }
}

#[test]
fn a_connect_that_breaks_rules_is_one() {
    let mut broken = CONNECT.to_vec();
    broken[9] |= 1;
    let mut all = handshake();
    all.push(up(1000, &broken));
    all.push(down(5000, CONNACK));
    let found = found(&all);
    assert_eq!(found.only().packets(), [T::Connect, T::Connack]);
}

#[test]
fn a_packet_without_an_end_is_told_apart_from_the_next_one() {
    let mut all = handshake();
    let fault = [0x30, 0xff, 0xff, 0xff, 0xff];
    all.extend(row(
        true,
        1000,
        &[&[CONNECT, &fault, PINGREQ, PINGREQ].concat()],
    ));
    let found = found(&all);
    assert_eq!(
        found.only().client,
        [
            Part::Bytes([CONNECT, &fault].concat()),
            Part::Skipped(Vec::new()),
            Part::Bytes(PINGREQ.repeat(2)),
        ]
    );
}
