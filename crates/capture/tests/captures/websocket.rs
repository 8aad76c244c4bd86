//! MQTT in WebSocket frames.

use miniz_oxide::deflate::core::CompressorOxide;
use miniz_oxide::deflate::stream::deflate;
use miniz_oxide::{DataFormat, MZFlush};
use mqttscope_capture::foreign::Protocol;
use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::{Limits, Transport};
use mqttscope_wire::PacketType as T;

use crate::build::{Segment, down, handshake, pcap, up};
use crate::support::{CONNACK, CONNECT, Found, PINGREQ, Part, publish, read};

const REQUEST: &[u8] =
    b"GET /mqtt HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
const ANSWER: &[u8] =
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n\r\n";
const MASK: [u8; 4] = [0x11, 0x22, 0x33, 0x44];

fn frame(first: u8, is_client: bool, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    let mask = u8::from(is_client) << 7;
    match payload.len() {
        len @ 0..126 => bytes.push(mask | u8::try_from(len).unwrap()),
        len @ 126..0x10000 => {
            bytes.push(mask | 126);
            bytes.extend(u16::try_from(len).unwrap().to_be_bytes());
        }
        len => {
            bytes.push(mask | 127);
            bytes.extend((len as u64).to_be_bytes());
        }
    }
    if is_client {
        bytes.extend(MASK);
        bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(a, b)| a ^ b));
    } else {
        bytes.extend(payload);
    }
    bytes
}

/// A stream of both sides, in segments of at most some size, the sides in turn.
fn conversation(client: &[u8], server: &[u8], size: usize) -> Vec<Segment> {
    let mut all = handshake();
    let mut a = client.chunks(size).enumerate();
    let mut b = server.chunks(size).enumerate();
    loop {
        let (one, other) = (a.next(), b.next());
        let at = |from: u32, index: usize| from + u32::try_from(index * size).unwrap();
        if let Some((index, part)) = one {
            all.push(up(at(1000, index), part));
        }
        if let Some((index, part)) = other {
            all.push(down(at(5000, index), part));
        } else if one.is_none() {
            return all;
        }
    }
}

fn found(segments: &[Segment]) -> Found {
    read(&pcap(
        101,
        &segments.iter().map(Segment::ipv4).collect::<Vec<_>>(),
    ))
}

#[test]
fn frames_are_taken_off_however_they_are_cut() {
    let long = publish("a", &[b'x'; 300]);
    let huge = publish("a", &[b'y'; 70_000]);
    let client = [
        REQUEST.to_vec(),
        // A message in fragments, with a ping between them, one byte in the first.
        frame(0x02, true, &CONNECT[..1]),
        frame(0x89, true, b"ping"),
        frame(0x00, true, &CONNECT[1..5]),
        frame(0x80, true, &CONNECT[5..]),
        frame(0x82, true, &[]),
        frame(0x82, true, &long),
        frame(0x88, true, &[3, 0xe8]),
    ]
    .concat();
    let server = [
        ANSWER.to_vec(),
        frame(0x82, false, CONNACK),
        frame(0x8a, false, b"ping"),
        frame(0x82, false, &huge),
    ]
    .concat();
    for size in [1, 3, 100, 1460, 60_000] {
        if size < 100 {
            // The large one takes too many frames so.
            let server = &server[..server.len() - huge.len() - 10];
            let found = found(&conversation(&client, server, size));
            let one = found.only();
            assert_eq!(one.transports, [Transport::WebSocket], "{size}");
            assert_eq!(one.whole(Role::Client), [CONNECT, &long].concat());
            assert_eq!(one.whole(Role::Server), CONNACK);
            continue;
        }
        let found = found(&conversation(&client, &server, size));
        let one = found.only();
        assert_eq!(one.whole(Role::Client), [CONNECT, &long].concat(), "{size}");
        assert_eq!(one.whole(Role::Server), [CONNACK, &huge].concat());
        assert!(found.notes.is_empty(), "{:?}", found.notes);
    }
}

/// Messages as a compressor with a window over all of them writes them.
fn compressed(messages: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut compressor = CompressorOxide::new(
        miniz_oxide::deflate::core::create_comp_flags_from_zip_params(6, -15, 0),
    );
    compressor.set_format_and_level(DataFormat::Raw, 6);
    let compress = |message: &&[u8]| {
        let mut out = vec![0; message.len() + 100];
        let result = deflate(&mut compressor, message, &mut out, MZFlush::Sync);
        out.truncate(result.bytes_written);
        assert!(out.ends_with(&[0, 0, 0xff, 0xff]));
        out.truncate(out.len() - 4);
        out
    };
    messages.iter().map(compress).collect()
}

#[test]
fn compressed_messages_build_on_those_before() {
    let message = publish("plant/line/temperature", b"{\"value\":21.5}");
    let parts = compressed(&[CONNECT, &message, &message, &message]);
    // The third is short, as it is in the window.
    assert!(parts[2].len() < message.len() / 3);
    let (first, rest) = parts[3].split_at(2);
    let client = [
        REQUEST.to_vec(),
        frame(0xc2, true, &parts[0]),
        frame(0xc2, true, &parts[1]),
        frame(0xc2, true, &parts[2]),
        // In fragments, of which the first alone says that they are compressed.
        frame(0x42, true, first),
        frame(0x80, true, rest),
        // One that is not.
        frame(0x82, true, PINGREQ),
    ]
    .concat();
    for size in [1, 7, 1460] {
        let found = found(&conversation(&client, ANSWER, size));
        let one = found.only();
        assert_eq!(
            one.whole(Role::Client),
            [CONNECT, &message.repeat(3), PINGREQ].concat(),
            "{size}"
        );
    }
    // One that is missing takes those behind it along; what is not compressed goes on.
    let lost = [&client[..REQUEST.len()], &frame(0xc2, true, &parts[0])].concat();
    let at = 1000 + u32::try_from(lost.len() + frame(0xc2, true, &parts[1]).len()).unwrap();
    let third = frame(0xc2, true, &parts[2]);
    let plain = frame(0x82, true, &publish("a/b/c", b"d"));
    let mut all = conversation(&lost, ANSWER, 1460);
    let behind = at + u32::try_from(third.len()).unwrap();
    all.extend([up(at, &third), up(behind, &plain)]);
    let found = found(&all);
    let packets = found.only().packets();
    assert_eq!(
        packets,
        [T::Connect, T::Publish],
        "{:?}",
        found.only().client
    );
    assert!(found.notes[0].contains("compressed"), "{:?}", found.notes);
}

#[test]
fn a_bomb_is_given_up() {
    let zeros = vec![0; 40 << 20];
    let packed = compressed(&[&zeros]).remove(0);
    let client = [
        REQUEST.to_vec(),
        frame(0x82, true, CONNECT),
        frame(0xc2, true, &packed),
    ]
    .concat();
    let found = found(&conversation(&client, ANSWER, 40_000));
    assert!(
        found
            .notes
            .iter()
            .any(|note| note.contains("far too large")),
        "{:?}",
        found.notes
    );
    let given: usize = found
        .only()
        .client
        .iter()
        .map(|part| match part {
            Part::Bytes(bytes) | Part::Skipped(bytes) => bytes.len(),
            Part::Gap(_) => 0,
        })
        .sum();
    assert!(given < 20 << 20, "{given}");
}

#[test]
fn a_connection_is_found_in_the_middle_by_its_masked_frames() {
    let message = publish("plant/line/temperature", b"{\"value\":21.5}");
    let mut all = Vec::new();
    let (mut client, mut server) = (10, 90);
    for _ in 0..3 {
        let sent = frame(0x82, true, &message);
        all.push(up(client, &sent));
        client += u32::try_from(sent.len()).unwrap();
        let answer = frame(0x82, false, &message);
        all.push(down(server, &answer));
        server += u32::try_from(answer.len()).unwrap();
    }
    let found = found(&all);
    let one = found.only();
    assert_eq!(one.transports, [Transport::WebSocket]);
    assert_eq!(
        (one.whole(Role::Client), one.whole(Role::Server)),
        (&message.repeat(3)[..], &message.repeat(3)[..])
    );
}

#[test]
fn frames_go_on_behind_a_gap() {
    let message = publish("plant/line/temperature", &[b'x'; 90]);
    let first = [REQUEST, &frame(0x82, true, CONNECT)].concat();
    let sent = frame(0x82, true, &message);
    let start = 1000 + u32::try_from(first.len()).unwrap();
    let len = u32::try_from(sent.len()).unwrap();
    // In a payload: its end is known, and the mask goes on at the right place.
    let mut all = conversation(&first, ANSWER, 1460);
    all.push(up(start, &sent[..30]));
    all.push(up(start + 37, &sent[37..]));
    all.push(up(start + len, &sent));
    let inside = found(&all);
    let [
        Part::Bytes(before),
        Part::Gap(Some(7)),
        Part::Skipped(rest),
        Part::Bytes(behind),
    ] = &inside.only().client[..]
    else {
        panic!("{:?}", inside.only().client)
    };
    assert_eq!(before.len(), CONNECT.len() + 24);
    assert_eq!((&rest[..], &behind[..]), (&message[31..], &message[..]));
    // Over frames: the next is found where a segment begins.
    let mut all = conversation(&first, ANSWER, 1460);
    all.push(up(start + 2 * len, &sent));
    let over = found(&all);
    assert_eq!(
        over.only().client,
        [
            Part::Bytes(CONNECT.to_vec()),
            Part::Gap(None),
            Part::Bytes(message)
        ]
    );
}

#[test]
fn a_refusal_and_text_are_told() {
    let refused = found(&conversation(
        REQUEST,
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        1460,
    ));
    assert_eq!(
        refused.only().transports,
        [Transport::Other(Some(Protocol::Http))]
    );
    assert!(refused.only().whys[0].contains("404"));
    let client = [REQUEST.to_vec(), frame(0x81, true, CONNECT)].concat();
    let text = found(&conversation(&client, ANSWER, 1460));
    assert_eq!(text.only().whole(Role::Client), CONNECT);
    assert!(text.notes[0].contains("[MQTT-6.0.0-1]"), "{:?}", text.notes);
}

#[test]
fn the_upgrade_may_come_behind_another_request_and_one_side_is_enough() {
    let first = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut all = handshake();
    all.push(up(1000, first));
    all.push(down(
        5000,
        b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
    ));
    let client = [REQUEST, &frame(0x82, true, CONNECT)].concat();
    all.push(up(1000 + u32::try_from(first.len()).unwrap(), &client));
    let found_late = found(&all);
    let one = found_late.only();
    assert_eq!(
        one.transports,
        [Transport::Other(Some(Protocol::Http)), Transport::WebSocket]
    );
    assert_eq!(one.whole(Role::Client), CONNECT);
    let one_sided: Vec<_> = conversation(&client, ANSWER, 50)
        .into_iter()
        .filter(|it| it.from == crate::build::CLIENT)
        .collect();
    assert_eq!(found(&one_sided).only().whole(Role::Client), CONNECT);
}

#[test]
fn a_gap_in_the_head_does_not_hide_the_frames_behind_it() {
    let message = publish("plant/line/temperature", b"{\"value\":21.5}");
    let client = [REQUEST, &frame(0x82, true, CONNECT)].concat();
    let mut all = conversation(&client, b"", 1460);
    let at = 5000 + u32::try_from(ANSWER.len()).unwrap();
    all.push(down(5000, &ANSWER[..20]));
    all.push(down(at, &frame(0x82, false, &message)));
    let found = found(&all);
    let one = found.only();
    assert_eq!(one.whole(Role::Client), CONNECT);
    assert_eq!(one.server, [Part::Gap(None), Part::Bytes(message)]);
}

/// A mask of zeros leaves the packets as they are, and they are in frames all the same.
#[test]
fn frames_whose_mask_is_zero_are_found_without_the_upgrade() {
    let frame = |payload: &[u8]| {
        let len = u8::try_from(payload.len()).unwrap();
        [&[0x82, 0x80 | len, 0, 0, 0, 0], payload].concat()
    };
    let mut all = handshake();
    all.push(up(1000 + 170, &frame(CONNECT)));
    all.push(down(5000 + 150, &[0x82, 4, 0x20, 2, 0, 0]));
    all.push(up(1000 + 191, &frame(PINGREQ)));
    all.push(down(5000 + 156, &[0x82, 2, 0xd0, 0]));
    let found = found(&all);
    let one = found.only();
    assert_eq!(one.transports, [Transport::WebSocket]);
    assert_eq!(
        one.packets(),
        [T::Connect, T::Pingreq, T::Connack, T::Pingresp]
    );
}

#[test]
fn windows_of_many_connections_are_bounded() {
    let packed = compressed(&[CONNECT]).remove(0);
    let client = [REQUEST, &frame(0xc2, true, &packed)].concat();
    let mut all = Vec::new();
    for port in 1..=200_u16 {
        for mut it in conversation(&client, ANSWER, 1460) {
            let end = if it.from == crate::build::CLIENT {
                &mut it.from
            } else {
                &mut it.to
            };
            end.1 = port;
            all.push(it);
        }
    }
    let file = pcap(101, &all.iter().map(Segment::ipv4).collect::<Vec<_>>());
    let limits = Limits {
        total: 1 << 20,
        ..Limits::default()
    };
    let found = crate::support::read_with(&file, 1 << 12, limits);
    // Each one's message was read before its window was given up.
    assert_eq!((found.connections.len(), found.packets()), (200, 200));
    assert!(found.most_held < 1_200_000, "{}", found.most_held);
}
