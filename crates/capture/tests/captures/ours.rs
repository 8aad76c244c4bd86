//! Small captures, each with a fault that other analyzers get wrong.

use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::Transport;
use mqttscope_wire::{PacketType as T, ProtocolVersion};

use crate::support::{Part, publish, read};

macro_rules! file {
    ($name:literal) => {
        read(include_bytes!(concat!("files/", $name)))
    };
}

#[test]
fn websocket_messages_are_a_stream() {
    let found = file!("t1_ws.pcap");
    let one = found.only();
    assert_eq!(one.transports, [Transport::WebSocket]);
    assert_eq!(
        one.packets(),
        [T::Connect, T::Publish, T::Publish, T::Publish, T::Connack]
    );
    assert_eq!((one.gaps(), one.skipped()), (0, 0));
    // One was split over two messages: 71 bytes of payload in four of them.
    assert_eq!(one.whole(Role::Client).len(), 71);
    assert_eq!(one.frames, [6, 7, 8, 9, 10]);
}

#[test]
fn both_directions_of_aliases_are_given() {
    let found = file!("t2_alias.pcap");
    let one = found.only();
    assert_eq!(one.version(), Some(ProtocolVersion::V5));
    assert_eq!(one.packets().len(), 8);
}

#[test]
fn a_remaining_length_over_two_segments_is_whole() {
    let found = file!("t3_lensplit.pcap");
    let one = found.only();
    let publishes = one
        .packets()
        .iter()
        .filter(|kind| **kind == T::Publish)
        .count();
    assert_eq!((publishes, one.packets().len(), one.skipped()), (4, 6, 0));
}

#[test]
fn packets_go_on_behind_a_length_without_an_end() {
    let found = file!("t4_badvarint.pcap");
    let one = found.only();
    // The five bytes that show it, what cannot be framed, and the next packet.
    let [
        Part::Bytes(before),
        Part::Skipped(lost),
        Part::Bytes(behind),
    ] = &one.client[..]
    else {
        panic!("{:?}", one.client)
    };
    assert!(before.ends_with(&[0x30, 0x85, 0x80, 0x80, 0x80]));
    assert_eq!(
        (&lost[..], &behind[..]),
        (&b"\0\0\x03a/b"[..], &[0xc0, 0][..])
    );
}

#[test]
fn a_connection_without_a_connect_is_found() {
    let found = file!("t5_noconnect.pcap");
    let one = found.only();
    assert!(!one.opened.as_ref().unwrap().has_syn);
    assert_eq!(
        one.packets(),
        [T::Publish, T::Publish, T::Puback, T::Suback]
    );
}

#[test]
fn packets_that_break_rules_are_given_as_they_are() {
    let found = file!("t6_malformed.pcap");
    let one = found.only();
    assert_eq!((one.packets().len(), one.skipped(), one.gaps()), (32, 0, 0));
    assert!(one.packets().contains(&T::Reserved));
}

#[test]
fn what_is_no_text_is_given_as_it_is() {
    let found = file!("t7_binprops.pcap");
    assert_eq!(found.only().packets(), [T::Connect, T::Publish, T::Connect]);
}

#[test]
fn mqtt_is_found_on_another_port() {
    let found = file!("t8_port.pcap");
    let one = found.only();
    assert_eq!(
        (one.ends().1.port, one.transports[0]),
        (11_883, Transport::Tcp)
    );
    assert_eq!(one.packets(), [T::Connect, T::Connack]);
}

#[test]
fn the_end_of_a_packet_that_began_before_is_skipped() {
    let found = file!("t9_midstream.pcap");
    let [Part::Skipped(before), Part::Bytes(bytes)] = &found.only().client[..] else {
        panic!("{found:?}")
    };
    assert_eq!(before, &[b'z'; 39]);
    assert_eq!(
        bytes[..],
        [publish("good/1", b"1"), publish("good/2", b"2")].concat()
    );
}

#[test]
fn a_gap_in_a_packet_ends_where_the_packet_would() {
    let found = file!("t10_missingseg.pcap");
    let one = found.only();
    let [
        Part::Bytes(before),
        Part::Gap(Some(1000)),
        Part::Skipped(rest),
        Part::Bytes(behind),
    ] = &one.client[..]
    else {
        panic!("{:?}", one.client)
    };
    assert_eq!((before.len(), rest.len()), (1015, 1008));
    assert_eq!(behind[..], publish("after", b"1"));
}

#[test]
fn the_rest_is_complete() {
    let found = file!("t11_reasons.pcap");
    assert_eq!(found.only().packets().len(), 6);
    let found = file!("t12_keepalive.pcap");
    assert_eq!(found.only().packets().len(), 7);
    let times = &found.only().times;
    assert!(times.iter().all(Option::is_some) && times.windows(2).all(|pair| pair[0] <= pair[1]));
    let found = file!("t13_share.pcap");
    assert_eq!(
        found.only().packets(),
        [T::Connect, T::Subscribe, T::Connack]
    );
    assert!(
        found
            .only()
            .whole(Role::Client)
            .windows(12)
            .any(|part| part == b"$share/grp/a")
    );
}
