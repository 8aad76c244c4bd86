//! Links, tunnels, fragments.

use std::net::Ipv4Addr;

use mqttscope_capture::reading::Role;
use mqttscope_wire::PacketType as T;

use crate::build::{Segment, down, ethernet, handshake, ipv4, ipv6, outer, pcap, udp, up};
use crate::support::{CONNACK, CONNECT, publish, read};

fn conversation() -> Vec<Segment> {
    let mut all = handshake();
    all.extend([up(1000, CONNECT), down(5000, CONNACK)]);
    all
}

/// Reads a conversation of which each segment is wrapped in something.
#[track_caller]
fn reads(link: u32, wrap: impl Fn(&Segment) -> Vec<u8>) {
    let frames: Vec<_> = conversation().iter().map(wrap).collect();
    let found = read(&pcap(link, &frames));
    let one = found.only();
    assert_eq!(one.packets(), [T::Connect, T::Connack], "{found:?}");
    assert_eq!(one.whole(Role::Client), CONNECT);
}

fn with(header: &[u8], inside: Vec<u8>) -> Vec<u8> {
    [header, &inside].concat()
}

#[test]
fn links_are_read() {
    reads(1, Segment::ethernet);
    reads(1, |it| ethernet(0x86dd, &it.ipv6()));
    for link in [12, 14, 101, 228] {
        reads(link, Segment::ipv4);
    }
    reads(229, Segment::ipv6);
    // The family of a loopback is in any order, and 24, 28 or 30 for IPv6.
    for family in [[2, 0, 0, 0], [0, 0, 0, 2]] {
        reads(0, |it| with(&family, it.ipv4()));
        reads(108, |it| with(&family, it.ipv4()));
    }
    for family in [24, 28, 30, 10] {
        reads(0, |it| with(&[family, 0, 0, 0], it.ipv6()));
    }
    reads(113, |it| {
        with(&[0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0], it.ipv4())
    });
    let sll2 = [8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0];
    reads(276, |it| with(&sll2, it.ipv4()));
    reads(9, |it| with(&[0xff, 3, 0, 0x21], it.ipv4()));
    reads(9, |it| with(&[0x21], it.ipv4()));
    reads(50, |it| with(&[0xff, 3, 0, 0x57], it.ipv6()));
    reads(204, |it| with(&[1, 0xff, 3, 0, 0x21], it.ipv4()));
    reads(104, |it| with(&[0x0f, 0, 8, 0], it.ipv4()));
    reads(109, |it| with(&[0; 12], it.ipv4()));
    let tap = [&[108, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0][..], &[0; 96]].concat();
    reads(258, |it| with(&tap, it.ethernet()));
    reads(239, |it| {
        let packet = it.ipv4();
        let len = u16::try_from(packet.len() + 4).unwrap().to_le_bytes();
        let header = [&[2, 0, 0, 0, 5, 0, 1, 0, b'x', 0, 0, 0][..], &len, &[9, 0]].concat();
        with(&header, packet)
    });
}

#[test]
fn links_within_links_are_read() {
    reads(1, |it| ethernet(0x8100, &with(&[0, 5, 8, 0], it.ipv4())));
    reads(1, |it| {
        ethernet(
            0x88a8,
            &with(&[0, 5, 0x81, 0, 0, 6, 0x91, 0, 0, 7, 8, 0], it.ipv4()),
        )
    });
    reads(1, |it| {
        ethernet(0x8847, &with(&[0, 1, 0, 64, 0, 2, 1, 64], it.ipv4()))
    });
    reads(1, |it| {
        ethernet(0x8847, &with(&[0, 2, 1, 64, 0, 0, 0, 0], it.ethernet()))
    });
    let llc = [0xaa, 0xaa, 3, 0, 0, 0, 8, 0];
    reads(1, |it| {
        ethernet(
            u16::try_from(it.ipv4().len() + 8).unwrap(),
            &with(&llc, it.ipv4()),
        )
    });
    reads(1, |it| {
        ethernet(0x8864, &with(&[0x11, 0, 0, 9, 0, 0, 0, 0x21], it.ipv4()))
    });
    reads(51, |it| with(&[0x11, 0, 0, 9, 0, 0, 0, 0x21], it.ipv4()));
}

#[test]
fn the_length_of_ip_counts_and_not_that_of_the_frame() {
    // Padding of short frames, and frames that the network card was to cut up.
    reads(1, |it| [it.ethernet(), vec![0xee; 20]].concat());
    reads(101, |it| {
        let mut packet = it.ipv4();
        packet[2..4].copy_from_slice(&[0, 0]);
        packet
    });
    reads(229, |it| {
        let mut packet = it.ipv6();
        packet[4..6].copy_from_slice(&[0, 0]);
        packet
    });
}

#[test]
fn wireless_frames_are_read() {
    let llc = [0xaa, 0xaa, 3, 0, 0, 0, 8, 0];
    let data = |header: &[u8], it: &Segment| [header, &llc, &it.ipv4()].concat();
    let plain = [&[0x08, 1][..], &[0; 22]].concat();
    let qos = [&[0x88, 1][..], &[0; 24]].concat();
    reads(105, |it| data(&plain, it));
    reads(105, |it| data(&qos, it));
    reads(105, |it| data(&[&[0x08, 3][..], &[0; 28]].concat(), it));
    // Radiotap with a time and flags that say that the header is padded.
    let radiotap = [&[0, 0, 17, 0, 3, 0, 0, 0][..], &[0; 8], &[0x20]].concat();
    reads(127, |it| data(&[&radiotap[..], &qos, &[0; 2]].concat(), it));
    // An aggregate with two frames in it, the first padded.
    let pairs: Vec<Vec<u8>> = conversation()
        .chunks(2)
        .map(|pair| {
            let mut frame = qos.clone();
            frame[24] = 0x80;
            for it in pair {
                let inside = [&llc[..], &it.ipv4()].concat();
                frame.extend([1; 12]);
                frame.extend(u16::try_from(inside.len()).unwrap().to_be_bytes());
                frame.extend(&inside);
                let len = inside.len() + 14;
                frame.extend(vec![0; len.next_multiple_of(4) - len]);
            }
            frame
        })
        .collect();
    let found = read(&pcap(105, &pairs));
    assert_eq!(found.only().packets(), [T::Connect, T::Connack]);
    assert_eq!((found.counts.frames, found.counts.segments), (2, 4));
    let mut hidden = data(&plain, &conversation()[0]);
    hidden[1] |= 0x40;
    assert_eq!(
        read(&pcap(105, &[hidden])).notes,
        ["1 frame is encrypted (Wi-Fi or IPsec) and not read"]
    );
}

#[test]
fn tunnels_are_read() {
    let ip = |protocol: u8, header: &[u8], inside: Vec<u8>| outer(protocol, &with(header, inside));
    reads(101, |it| ip(4, &[], it.ipv4()));
    reads(101, |it| ip(41, &[], it.ipv6()));
    reads(101, |it| ip(47, &[0, 0, 8, 0], it.ipv4()));
    reads(101, |it| {
        ip(
            47,
            &[0xb0, 0, 0x65, 0x58, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2],
            it.ethernet(),
        )
    });
    reads(101, |it| {
        ip(
            47,
            &[
                0x30, 0x81, 0x88, 0x0b, 0, 9, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xff, 3, 0, 0x21,
            ],
            it.ipv4(),
        )
    });
    let erspan = [0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 0, 0, 0, 0, 0];
    reads(101, |it| ip(47, &erspan, it.ethernet()));
    let in_udp =
        |port: u16, header: &[u8], inside: Vec<u8>| outer(17, &udp(port, &with(header, inside)));
    for port in [4789, 8472] {
        reads(101, |it| {
            in_udp(port, &[8, 0, 0, 0, 0, 0, 9, 0], it.ethernet())
        });
    }
    let geneve = [1, 0, 0x65, 0x58, 0, 0, 9, 0, 1, 2, 3, 4];
    reads(101, |it| in_udp(6081, &geneve, it.ethernet()));
    let gtp = [0x30, 0xff, 0, 0, 0, 0, 0, 1];
    reads(101, |it| in_udp(2152, &gtp, it.ipv4()));
    let extended = [0x34, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 9, 0];
    reads(101, |it| in_udp(2152, &extended, it.ipv4()));
    reads(101, |it| {
        ip(
            51,
            &[
                4, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,
            ],
            it.ipv4(),
        )
    });
    // IPv6 with extensions.
    reads(229, |it| {
        let inside = with(
            &[
                60, 0, 1, 4, 0, 0, 0, 0, 6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            ],
            it.tcp(),
        );
        ipv6(it.from.0, it.to.0, 0, &inside)
    });
}

#[test]
fn each_direction_of_a_gtp_tunnel_has_its_own_number() {
    reads(101, |it| {
        let number = it.from.0;
        let inside = with(&[0x30, 0xff, 0, 0, 0, 0, 0, number], it.ipv4());
        let host = |last| Ipv4Addr::new(192, 0, 2, last);
        ipv4(
            host(it.from.0),
            host(it.to.0),
            17,
            0,
            0,
            &udp(2152, &inside),
        )
    });
}

#[test]
fn the_same_ports_in_another_vlan_are_another_connection() {
    let tagged = |vlan: u8, it: &Segment| ethernet(0x8100, &with(&[0, vlan, 8, 0], it.ipv4()));
    let mut frames = Vec::new();
    for it in &conversation() {
        frames.push(tagged(5, it));
        frames.push(tagged(6, it));
        frames.push(it.ethernet());
        frames.push(ethernet(0x0800, &outer(4, &it.ipv4())));
    }
    let found = read(&pcap(1, &frames));
    assert_eq!(found.connections.len(), 4);
    assert_eq!((found.packets(), found.counts.retransmitted), (8, 0));
}

#[test]
fn too_many_headers_within_headers_are_not_followed() {
    let mut packet = conversation()[2].ipv4();
    for _ in 0..200 {
        packet = outer(4, &packet);
    }
    assert_eq!(
        read(&pcap(101, &[packet])).notes,
        ["1 frame is not read: too many headers within headers"]
    );
}

#[test]
fn fragments_are_put_together_in_any_order() {
    let long = publish("a/b", &[b'x'; 3000]);
    let all = [CONNECT, &long].concat();
    let whole = up(1000, &all);
    let tcp = whole.tcp();
    let host = |last| Ipv4Addr::new(10, 0, 0, last);
    let v4 = |from: usize, to: usize| {
        let more = if to < tcp.len() { 0x2000 } else { 0 };
        let place = u16::try_from(from / 8).unwrap() | more;
        ipv4(host(1), host(2), 6, 77, place, &tcp[from..to])
    };
    let v6 = |from: usize, to: usize| {
        let place = u16::try_from(from).unwrap() | u16::from(to < tcp.len());
        let mut header = vec![6, 0];
        header.extend(place.to_be_bytes());
        header.extend([0, 0, 0, 77]);
        header.extend(&tcp[from..to]);
        ipv6(1, 2, 44, &header)
    };
    let end = tcp.len();
    // With a part twice and one that overlaps.
    let parts = [(1600, end), (800, 1600), (800, 1600), (0, 808), (400, 1200)];
    for order in [[0, 1, 2, 3, 4], [3, 2, 4, 0, 1], [4, 3, 0, 2, 1]] {
        for build in [&v4 as &dyn Fn(usize, usize) -> Vec<u8>, &v6] {
            let frames: Vec<_> = order
                .iter()
                .map(|&at| build(parts[at].0, parts[at].1))
                .collect();
            let found = read(&pcap(101, &frames));
            assert_eq!(found.only().whole(Role::Client), all, "{order:?}");
        }
    }
    // Without one of them nothing comes.
    let frames: Vec<_> = [(0, 800), (1600, end)]
        .map(|(from, to)| v4(from, to))
        .into();
    assert!(read(&pcap(101, &frames)).connections.is_empty());
}

#[test]
fn what_is_not_read_is_counted() {
    let quic = outer(17, &udp(14_567, &[0xc3, 0, 0, 0, 1, 8]));
    let plain = outer(17, &udp(53, &[1, 2, 3]));
    let found = read(&pcap(101, &[quic, plain.clone(), plain, outer(1, &[8, 0])]));
    assert_eq!(
        found.notes,
        [
            "1 frame without TCP is not read",
            "2 frames with UDP are not read",
            "1 frame of QUIC is not read: where that carries MQTT, let the client connect with TLS over TCP and add its key \
             log, or open a trace of the broker",
        ]
    );
    // What may be MQTT-SN is that where a CONNECT of it is there, on any port.
    let connect = outer(17, &udp(20_000, b"\x0a\x04\x04\x01\0\x3cdev1"));
    let register = outer(17, &udp(20_000, b"\x08\x0a\0\0\0\x01ab"));
    let other = outer(17, &udp(20_000, b"\x08\x0a\0\0\0\x01a"));
    let both = read(&pcap(101, &[connect, register.clone(), other]));
    assert_eq!(
        both.notes,
        [
            "1 frame with UDP is not read",
            "2 frames of MQTT-SN, which is another protocol than MQTT, are not read: record between its gateway and the broker",
        ]
    );
    assert_eq!(
        read(&pcap(101, &[register])).notes,
        ["1 frame with UDP is not read"]
    );
    let usb = read(&pcap(220, &[vec![0; 64], vec![0; 64]]));
    assert_eq!(
        usb.notes,
        ["2 frames of link type 220, which is not known here, are not read"]
    );
}
