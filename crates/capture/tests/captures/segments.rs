//! TCP: order, overlaps, gaps, beginnings and ends.

use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::{Ending, Limits, Transport};

use crate::build::{ACK, FIN, Pcapng, RST, SYN, Segment, down, handshake, pcap, segment, up};
use crate::support::{
    CONNACK, CONNECT, Connection, Found, PINGREQ, Part, publish, read, read_with,
};

fn written(segments: &[Segment]) -> Vec<u8> {
    pcap(101, &segments.iter().map(Segment::ipv4).collect::<Vec<_>>())
}

fn found(segments: &[Segment]) -> Found {
    read(&written(segments))
}

/// A handshake and a CONNECT, then these from the client, whose next number is 1015.
fn client(segments: &[Segment]) -> Vec<Segment> {
    let mut all = handshake();
    all.push(up(1000, CONNECT));
    all.extend_from_slice(segments);
    all
}

/// What came behind the CONNECT.
#[track_caller]
fn behind(one: &Connection) -> Vec<Part> {
    let mut parts = one.client.clone();
    let Part::Bytes(first) = &mut parts[0] else {
        panic!("{parts:?}")
    };
    assert!(first.starts_with(CONNECT));
    first.drain(..CONNECT.len());
    if first.is_empty() {
        parts.remove(0);
    }
    parts
}

#[test]
fn segments_come_in_any_order_and_twice() {
    let message = publish("a", b"0123456789");
    let [a, b, c] = [&message[..5], &message[5..9], &message[9..]];
    let orders: [Vec<Segment>; 4] = [
        vec![up(1024, c), up(1020, b), up(1015, a)],
        vec![
            up(1020, b),
            up(1020, b),
            up(1015, a),
            up(1024, c),
            up(1015, a),
        ],
        // With other borders, over what waits and over what was given.
        vec![
            up(1022, &message[7..]),
            up(1015, &message[..9]),
            up(1017, &message[2..]),
        ],
        vec![up(1024, c), up(1015, &message), up(1015, a)],
    ];
    for order in orders {
        let found = found(&client(&order));
        assert_eq!(
            behind(found.only()),
            [Part::Bytes(message.clone())],
            "{order:?}"
        );
        assert_eq!(found.counts.contradicted, 0);
    }
}

#[test]
fn of_bytes_that_come_twice_the_first_are_kept() {
    let message = publish("a", b"0123456789");
    let mut other = message.clone();
    other[8] = b'X';
    let found = found(&client(&[up(1018, &message[3..]), up(1015, &other)]));
    assert_eq!(behind(found.only()), [Part::Bytes(message)]);
    assert_eq!(found.counts.contradicted, 1);
}

#[test]
fn probes_that_the_connection_is_alive_are_no_data() {
    // A byte of nothing before what comes next, or none at all.
    let probes = [
        up(1014, &[0]),
        up(1014, &[]),
        up(1015, &[]),
        up(1015, PINGREQ),
    ];
    let found = found(&client(&probes));
    assert_eq!(behind(found.only()), [Part::Bytes(PINGREQ.to_vec())]);
    assert_eq!(
        (found.counts.keep_alives, found.counts.retransmitted),
        (1, 0)
    );
}

#[test]
fn sequence_numbers_wrap() {
    let isn = u32::MAX - 6;
    let mut all = vec![
        segment(true, isn, SYN, &[]),
        segment(false, 0, SYN | ACK, &[]),
    ];
    let mut sent: Vec<u8> = Vec::new();
    for part in [CONNECT, PINGREQ, PINGREQ] {
        let at = isn
            .wrapping_add(1)
            .wrapping_add(u32::try_from(sent.len()).unwrap());
        all.push(up(at, part));
        sent.extend(part);
    }
    all.swap(2, 3);
    assert_eq!(found(&all).only().whole(Role::Client), sent);
}

#[test]
fn a_syn_may_carry_bytes() {
    let all = [
        segment(true, 999, SYN, CONNECT),
        segment(false, 4999, SYN | ACK, CONNACK),
    ];
    let found = found(&all);
    let one = found.only();
    assert_eq!(
        (one.whole(Role::Client), one.whole(Role::Server)),
        (CONNECT, CONNACK)
    );
    assert!(one.opened.as_ref().unwrap().has_syn);
}

#[test]
fn what_comes_again_with_another_interface_is_a_copy() {
    let segments = client(&[up(1015, PINGREQ)]);
    let mut file = Pcapng::new(false);
    for _ in 0..2 {
        file.interface(101, 0, &[]);
    }
    for it in &segments {
        file.packet(0, 0, &it.ipv4());
        file.packet(1, 0, &it.ipv4());
    }
    let found = read(&file.bytes);
    assert_eq!((found.counts.copies, found.counts.retransmitted), (2, 0));
    // The second version of Linux cooked tells the interface in the frame.
    let cooked = |index: u8, it: &Segment| {
        let header = [
            8, 0, 0, 0, 0, 0, 0, index, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0,
        ];
        [&header[..], &it.ipv4()].concat()
    };
    let frames: Vec<_> = segments
        .iter()
        .flat_map(|it| [cooked(3, it), cooked(7, it)])
        .collect();
    let found = read(&pcap(276, &frames));
    assert_eq!((found.counts.copies, found.counts.retransmitted), (2, 0));
    // The first does not: then the number of the IP packet shows it. Without one it was sent again.
    for (identification, expected) in [(9, (1, 0)), (0, (0, 1))] {
        let mut all = client(&[up(1015, PINGREQ), up(1015, PINGREQ)]);
        for it in &mut all[3..] {
            it.identification = identification;
        }
        let found = read(&written(&all));
        assert_eq!((found.counts.copies, found.counts.retransmitted), expected);
    }
}

#[test]
fn no_acknowledgement_gives_up_a_gap() {
    let message = publish("a", b"0123456789");
    let mut all = client(&[up(1020, &message[5..])]);
    // The server acknowledges and answers what is still to come in the file.
    all.push(down(5000, CONNACK));
    all.push(down(5004, &[0xd0, 0]));
    all.push(up(1015, &message[..5]));
    let found = found(&all);
    let one = found.only();
    assert_eq!(behind(one), [Part::Bytes(message)]);
    assert_eq!(one.whole(Role::Server), [CONNACK, &[0xd0, 0]].concat());
}

#[test]
fn a_gap_is_given_up_for_room_and_packets_are_found_behind_it() {
    let message = publish("topic", &[b'x'; 500]);
    let mut all = client(&[]);
    // The first of them is missing, and so is the beginning of the second.
    let start = 1015 + 1000;
    for number in 0..100_u32 {
        let at = start + number * u32::try_from(message.len()).unwrap();
        all.push(up(at, &message));
    }
    let limits = Limits {
        waiting: 10_000,
        ..Limits::default()
    };
    let given_up = read_with(&written(&all), 4096, limits);
    let one = given_up.only();
    let expected = [Part::Gap(Some(1000)), Part::Bytes(message.repeat(100))];
    assert_eq!(behind(one), expected);
    assert!(given_up.most_held < 30_000, "{}", given_up.most_held);
    let last = *given_up.only().frames.last().unwrap();
    assert_eq!(last, 103);
    // By their number, and with all the room at the end of the file.
    let limits = Limits {
        segments: 10,
        ..Limits::default()
    };
    assert_eq!(
        behind(read_with(&written(&all), 4096, limits).only()),
        expected
    );
    assert_eq!(behind(found(&all).only()), expected);
    let limits = Limits {
        total: 10_000,
        ..Limits::default()
    };
    assert_eq!(
        behind(read_with(&written(&all), 4096, limits).only()),
        expected
    );
}

#[test]
fn a_cut_segment_is_a_gap_of_what_was_left_out() {
    let long = publish("topic", &[b'x'; 500]);
    let all = client(&[up(1015, &long), up(1015 + 510, PINGREQ)]);
    let mut frames: Vec<Vec<u8>> = all.iter().map(Segment::ipv4).collect();
    frames[3].truncate(100);
    let found = read(&pcap(101, &frames));
    assert_eq!(
        behind(found.only()),
        [
            Part::Bytes(long[..60].to_vec()),
            Part::Gap(Some(450)),
            Part::Bytes(PINGREQ.to_vec()),
        ]
    );
}

#[test]
fn a_connection_ends_by_fin_or_reset() {
    let fins = [
        down(5000, CONNACK),
        segment(true, 1015, FIN | ACK, PINGREQ),
        segment(false, 5004, FIN | ACK, &[]),
        up(1018, &[]),
    ];
    let ended = found(&client(&fins));
    assert_eq!(ended.only().closed, Some((Ending::Fin, Some(Role::Client))));
    assert_eq!(behind(ended.only()), [Part::Bytes(PINGREQ.to_vec())]);
    // The FIN is before bytes that come later in the file.
    let early = [
        segment(false, 5004, FIN | ACK, &[]),
        segment(true, 1017, FIN | ACK, &[]),
        up(1015, PINGREQ),
        down(5000, CONNACK),
        up(1018, &[]),
    ];
    let ended = found(&client(&early));
    assert_eq!(ended.only().closed, Some((Ending::Fin, Some(Role::Server))));
    assert_eq!(behind(ended.only()), [Part::Bytes(PINGREQ.to_vec())]);
    assert_eq!(ended.only().whole(Role::Server), CONNACK);
    let reset = [
        down(5000, CONNACK),
        segment(false, 5004, RST, &[]),
        up(1015, PINGREQ),
    ];
    let ended = found(&client(&reset));
    assert_eq!(
        ended.only().closed,
        Some((Ending::Reset, Some(Role::Server)))
    );
    assert_eq!((behind(ended.only()).len(), ended.counts.late), (0, 1));
    // One that stands nowhere near is not of this connection.
    let forged = [
        segment(false, 5000 + (1 << 30), RST, &[]),
        down(5000, CONNACK),
    ];
    let open = found(&client(&forged));
    assert_eq!(
        (open.only().closed, open.only().whole(Role::Server)),
        (None, CONNACK)
    );
}

#[test]
fn the_same_ports_again_are_another_connection() {
    let mut all = client(&[down(5000, CONNACK)]);
    // The old one was never closed.
    all.push(segment(true, 700_000, SYN, &[]));
    all.push(segment(false, 800_000, SYN | ACK, &[]));
    all.push(up(700_001, CONNECT));
    let reused = found(&all);
    assert_eq!(reused.connections.len(), 2);
    assert_eq!(reused.number(0).closed, Some((Ending::Reused, None)));
    assert_eq!(reused.number(1).whole(Role::Client), CONNECT);
    // A SYN that is sent again opens nothing, one behind the end does, with whatever number.
    let twice = [&handshake()[..1], &client(&[])].concat();
    assert_eq!(found(&twice).connections.len(), 1);
    let mut ended = client(&[segment(false, 5000, RST, &[])]);
    ended.extend(client(&[]));
    assert_eq!(found(&ended).connections.len(), 2);
}

#[test]
fn one_side_is_enough() {
    let all: Vec<_> = client(&[up(1015, PINGREQ), segment(true, 1017, FIN | ACK, &[])])
        .into_iter()
        .filter(|it| it.from == crate::build::CLIENT)
        .collect();
    let found = found(&all);
    assert_eq!(
        found.only().whole(Role::Client),
        [CONNECT, PINGREQ].concat()
    );
    assert_eq!(found.only().closed, Some((Ending::Fin, Some(Role::Client))));
}

#[test]
fn a_connection_without_bytes_is_told() {
    let refused = [
        segment(true, 999, SYN, &[]),
        segment(false, 0, RST | ACK, &[]),
    ];
    let refusal = found(&refused);
    let one = refusal.only();
    assert_eq!(one.transports, [Transport::Refused]);
    assert_eq!(one.closed, Some((Ending::Reset, Some(Role::Server))));
    assert_eq!(one.ends().0.port, 50_000);
    // A SYN that is sent again and has no answer, and a connection that is there and carries nothing.
    let syn = || segment(true, 999, SYN, &[]);
    assert_eq!(
        found(&[syn(), syn()]).only().transports,
        [Transport::Unanswered]
    );
    assert_eq!(found(&handshake()).only().transports, [Transport::Nothing]);
    // What is broken off behind the answer was not refused.
    let mut broken = handshake();
    broken.push(segment(false, 5000, RST, &[]));
    assert_eq!(found(&broken).only().transports, [Transport::Nothing]);
}

#[test]
fn the_answer_to_a_syn_tells_who_is_the_client() {
    // The port of the server is the higher one.
    let mut all = handshake();
    all.remove(0);
    all.push(down(5000, &publish("a/b/c/d/e", b"1")));
    all.push(down(5014, &publish("a/b/c/d/e", b"2")));
    for it in &mut all {
        (it.from.1, it.to.1) = (50_000, 100);
    }
    let found = found(&all);
    assert_eq!(
        (found.only().ends().0.port, found.only().client.len()),
        (100, 0)
    );
}

#[test]
fn many_connections_are_kept_apart_and_the_oldest_forgotten() {
    let mut all = Vec::new();
    for port in 1..=3000_u16 {
        for mut it in client(&[]) {
            let end = if it.from == crate::build::CLIENT {
                &mut it.from
            } else {
                &mut it.to
            };
            end.1 = port;
            all.push(it);
        }
    }
    let found = read(&written(&all));
    assert_eq!((found.connections.len(), found.packets()), (3000, 3000));
    let limits = Limits {
        connections: 100,
        ..Limits::default()
    };
    let few = read_with(&written(&all), 1 << 16, limits);
    assert_eq!((few.connections.len(), few.packets()), (3000, 3000));
    let evicted = |one: &&Connection| one.closed == Some((Ending::Evicted, None));
    assert!(few.connections.values().filter(evicted).count() > 2800);
    assert!(few.notes[0].contains("more connections at once"));
}

#[test]
fn a_stream_far_off_is_found_again() {
    let far = 1015_u32.wrapping_sub(1 << 30);
    let message = publish("topic", b"hello");
    let len = u32::try_from(message.len()).unwrap();
    // One of them alone is passed over.
    let alone = found(&client(&[up(far, &message), up(1015, PINGREQ)]));
    assert_eq!(behind(alone.only()), [Part::Bytes(PINGREQ.to_vec())]);
    let again = found(&client(&[
        up(far, &message),
        up(far + len, &message),
        up(far + len * 2, &message),
    ]));
    assert_eq!(
        behind(again.only()),
        [Part::Gap(None), Part::Bytes(message.repeat(2))]
    );
}

#[test]
fn a_cut_segment_over_bytes_that_were_given_is_a_gap_of_the_rest() {
    // Sent again with more behind it, of which the capture has only what was there before.
    let long = publish("topic", &[b'x'; 500]);
    let all = client(&[
        up(1015, &long[..200]),
        up(1015 + 510, PINGREQ),
        up(1015, &long),
    ]);
    let mut frames: Vec<Vec<u8>> = all.iter().map(Segment::ipv4).collect();
    frames[5].truncate(100);
    let found = read(&pcap(101, &frames));
    assert_eq!(
        behind(found.only()),
        [
            Part::Bytes(long[..200].to_vec()),
            Part::Gap(Some(310)),
            Part::Bytes(PINGREQ.to_vec()),
        ]
    );
}

/// A frame is not in the capture: the answer to it shows that it was sent, so the gap stands before the answer.
#[test]
fn what_was_acknowledged_and_is_not_here_is_a_gap_before_its_answer() {
    let puback = &[0x40, 2, 0, 1];
    let mut answer = down(5004, puback);
    answer.acknowledges = 1015 + 10;
    let later = up(1015 + 10, PINGREQ);
    let all = [
        &client(&[])[..],
        &[down(5000, CONNACK), answer.clone(), later],
    ]
    .concat();
    let found = found(&all);
    assert_eq!(
        behind(found.only()),
        [Part::Gap(Some(10)), Part::Bytes(PINGREQ.to_vec())]
    );
    let gap = found.events.iter().position(|it| it.contains("Gap"));
    let answered = found
        .events
        .iter()
        .position(|it| it.contains("[40, 2, 0, 1]") || it.contains("[64, 2, 0, 1]"));
    assert!(gap < answered, "{:#?}", found.events);
    // Where it comes a little later, as in captures of two interfaces, nothing is missing.
    let message = publish("a", b"12345");
    assert_eq!(message.len(), 10);
    let late = up(1015, &message);
    let all = [
        &client(&[])[..],
        &[down(5000, CONNACK), answer, late.clone()],
    ]
    .concat();
    let mut file = written(&all);
    let last = file.len() - 16 - late.ipv4().len();
    let before = u32::from_le_bytes(file[last..last + 4].try_into().unwrap()) - 1;
    file[last..last + 4].copy_from_slice(&before.to_le_bytes());
    assert_eq!(behind(read(&file).only()), [Part::Bytes(message)]);
}

/// PUBREC and PUBCOMP are not in the capture. PUBREL acknowledges the first of them only: it stands between both.
#[test]
fn an_answer_to_a_part_of_a_gap_comes_before_the_rest() {
    let message = &[0x34, 6, 0, 1, b'a', 0, 1, b'x'][..];
    let pubrel = &[0x62, 2, 0, 1][..];
    let up_to = |acknowledges: u32, segment: Segment| Segment {
        acknowledges,
        ..segment
    };
    let all = [
        &client(&[])[..],
        &[
            down(5000, CONNACK),
            up_to(5004, up(1015, message)),
            up_to(5008, up(1023, pubrel)),
            up_to(5012, up(1027, PINGREQ)),
            down(5012, &[0xd0, 0]),
        ],
    ]
    .concat();
    let found = found(&all);
    let kinds = found.events.iter().filter_map(|event| {
        if event.contains("Gap") {
            Some("gap")
        } else if event.contains("[98, 2, 0, 1]") {
            Some("PUBREL")
        } else if event.contains("[192, 0]") {
            Some("PINGREQ")
        } else {
            None
        }
    });
    let kinds: Vec<_> = kinds.collect();
    assert_eq!(kinds, ["gap", "PUBREL", "gap", "PINGREQ"]);
    let gaps = [Part::Gap(Some(4)), Part::Gap(Some(4))];
    assert_eq!(found.only().server[1..3], gaps);
}

/// Where each byte is a segment, their borders show nothing: what looks like a PUBREL is the middle of a message.
#[test]
fn torn_packets_are_no_proof_behind_a_gap() {
    let message = [
        0x30, 9, 0, 3, b't', b'/', 0x62, 2, 0x0b, 3, b'1', 0xd0, 0, 0xd0, 0,
    ];
    let mut all = client(&[]);
    all.push(down(5000, CONNACK));
    // The first byte is missing.
    for (at, byte) in (5005..).zip(&message[1..]) {
        all.push(down(at, &[*byte]));
    }
    let mut answer = up(1015, PINGREQ);
    answer.acknowledges = 5019;
    all.push(answer);
    assert_eq!(
        found(&all).only().server,
        [
            Part::Bytes(CONNACK.to_vec()),
            Part::Gap(Some(1)),
            Part::Skipped(message[1..11].to_vec()),
            Part::Bytes(message[11..].to_vec()),
        ]
    );
}

/// A frame stands a few places behind what acknowledges it and what follows it, as captures of several queues have them.
#[test]
fn frames_that_stand_a_few_places_off_are_put_in_order() {
    let message = publish("a", b"12345");
    let mut answer = down(5004, &[0x40, 2, 0, 1]);
    answer.acknowledges = 1015 + 10;
    let all = [
        &client(&[])[..],
        &[
            down(5000, CONNACK),
            answer,
            up(1015 + 10, PINGREQ),
            up(1015, &message),
        ],
    ]
    .concat();
    let mut file = written(&all);
    // All within a millisecond.
    let mut at = 24;
    for number in 0_u32..u32::try_from(all.len()).unwrap() {
        file[at..at + 4].copy_from_slice(&1_u32.to_le_bytes());
        file[at + 4..at + 8].copy_from_slice(&number.to_le_bytes());
        let len = u32::from_le_bytes(file[at + 8..at + 12].try_into().unwrap());
        at += 16 + usize::try_from(len).unwrap();
    }
    let sent = [&message[..], PINGREQ].concat();
    assert_eq!(behind(read(&file).only()), [Part::Bytes(sent)]);
}

/// A SYN behind bytes of its own side: what was given before may stand before what it answers, and it is told.
#[test]
fn a_syn_behind_its_bytes_is_a_gap() {
    let [syn, answer] = <[Segment; 2]>::try_from(handshake()).unwrap();
    let all = [
        syn,
        down(5000, CONNACK),
        answer,
        up(1000, CONNECT),
        down(5004, &[0xd0, 0]),
    ];
    let found = found(&all);
    assert_eq!(
        found.only().server,
        [
            Part::Bytes(CONNACK.to_vec()),
            Part::Gap(None),
            Part::Bytes(vec![0xd0, 0])
        ]
    );
}

/// The connection ends behind a gap, and its end is acknowledged: only the gap is missing.
#[test]
fn a_gap_before_an_acknowledged_end_takes_nothing_else() {
    let mut end = segment(false, 5004, FIN | ACK, &[]);
    end.acknowledges = 1015 + 10 + 2 + 1;
    let all = [
        &client(&[])[..],
        &[
            down(5000, CONNACK),
            up(1015 + 10, PINGREQ),
            segment(true, 1015 + 12, FIN | ACK, &[]),
            end,
        ],
    ]
    .concat();
    assert_eq!(
        behind(found(&all).only()),
        [Part::Gap(Some(10)), Part::Bytes(PINGREQ.to_vec())]
    );
}
