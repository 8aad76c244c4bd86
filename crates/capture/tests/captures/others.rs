//! Captures that others made: counts as another program has them, or as they were counted by hand.

use std::path::Path;

use mqttscope_capture::foreign::Protocol;
use mqttscope_capture::recording::{Ending, Transport};
use mqttscope_wire::ProtocolVersion as V;

use crate::support::{Found, Part, read, read_with};

fn file(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/captures/files")
        .join(name);
    std::fs::read(path).unwrap()
}

fn found(name: &str) -> Found {
    read(&file(name))
}

/// File, frames, MQTT packets, connections with MQTT, of which without a SYN.
const FILES: [(&str, u64, usize, usize, usize); 20] = [
    ("Distributed-System__mqtt.pcap", 692, 338, 2, 1),
    ("arkime__arkime_synthetic.pcap", 918, 5, 2, 0),
    ("arkime__mqtt_big.pcap", 51, 23, 1, 0),
    ("arkime__mqtt_synthetic.pcap", 63, 20, 7, 0),
    ("dist1__mqtt.pcap", 96, 45, 2, 2),
    ("presill__mqtt.pcap", 12, 6, 1, 1),
    ("presill__mqtt_start.pcap", 48, 22, 1, 0),
    ("suricata-verify__example_websocket.pcap", 27, 0, 0, 0),
    ("suricata-verify__mqtt-events-invalid-qos.pcap", 12, 4, 1, 0),
    (
        "suricata-verify__mqtt-events-missing-connect.pcap",
        115,
        21,
        2,
        0,
    ),
    ("suricata-verify__mqtt-limit-2.pcap", 37, 12, 1, 0),
    ("suricata-verify__mqtt-midstream-split.pcap", 16, 3, 1, 1),
    ("suricata-verify__mqtt-ping.pcap", 2, 2, 1, 1),
    ("suricata-verify__mqtt5-excessiveproplen.pcap", 12, 4, 1, 0),
    ("suricata-verify__mqtt5-pub-qos2.pcap", 15, 7, 1, 0),
    ("suricata-verify__mqtt5_pub_jpeg.pcap", 14, 4, 1, 0),
    ("zeek__mqtt.pcap", 19, 20, 2, 2),
    ("zeek__reply-ping-coalesced.pcap", 16, 0, 0, 0),
    ("zeek__two-binary-fragments.pcap", 18, 0, 0, 0),
    ("t1_ws.pcap", 10, 5, 1, 0),
];

#[test]
fn packets_and_connections_are_as_counted() {
    for (name, frames, packets, connections, without_syn) in FILES {
        let found = found(name);
        assert_eq!(
            (found.counts.frames, found.packets()),
            (frames, packets),
            "{name}"
        );
        let with_mqtt = || {
            found
                .connections
                .values()
                .filter(|one| !one.packets().is_empty())
        };
        let no_syn = with_mqtt()
            .filter(|one| !one.opened.as_ref().unwrap().has_syn)
            .count();
        assert_eq!(
            (with_mqtt().count(), no_syn),
            (connections, without_syn),
            "{name}"
        );
    }
}

#[test]
fn versions_are_those_of_the_connects() {
    let versions = |name: &str| -> Vec<Option<V>> {
        found(name)
            .connections
            .values()
            .map(|one| one.version())
            .collect()
    };
    assert_eq!(versions("zeek__mqtt.pcap"), [Some(V::V3_1); 2]);
    assert_eq!(
        versions("suricata-verify__mqtt5-pub-qos2.pcap"),
        [Some(V::V5)]
    );
    let mut synthetic = versions("arkime__mqtt_synthetic.pcap");
    synthetic.sort();
    assert_eq!(synthetic.first(), Some(&Some(V::V3_1)));
    assert_eq!(synthetic.last(), Some(&Some(V::V5)));
}

#[test]
fn a_connect_that_was_not_captured_is_a_gap_at_the_beginning() {
    let found = found("suricata-verify__mqtt-events-missing-connect.pcap");
    let one = found
        .connections
        .values()
        .find(|one| one.packets().len() == 16)
        .unwrap();
    assert_eq!(one.client.first(), Some(&Part::Gap(Some(16))));
    assert_eq!(one.closed.map(|(how, _)| how), Some(Ending::Fin));
}

#[test]
fn a_message_larger_than_a_segment_can_be_is_whole() {
    let found = found("suricata-verify__mqtt-limit-2.pcap");
    let one = found.only();
    assert_eq!((one.gaps(), one.skipped()), (0, 0));
    let longest = one.client.iter().map(|part| match part {
        Part::Bytes(bytes) => bytes.len(),
        _ => 0,
    });
    assert!(longest.max().unwrap() > 65_536);
}

#[test]
fn what_is_no_mqtt_is_named() {
    let others = found("zeek__two-binary-fragments.pcap");
    assert_eq!(
        others.only().transports,
        [Transport::Other(Some(Protocol::WebSocket))]
    );
    // Compressed messages of text.
    let compressed = found("suricata-verify__example_websocket.pcap");
    let one = compressed.only();
    assert_eq!(
        one.transports,
        [Transport::Other(Some(Protocol::WebSocket))]
    );
    assert!(
        one.whys[0].contains("KEY=07cb9559eff21e3e34f3bbd18240bac3"),
        "{:?}",
        one.whys
    );
    let many = found("arkime__arkime_synthetic.pcap");
    let named = |port: u16, protocol: Transport| {
        let of = many
            .connections
            .values()
            .filter(|one| one.ends().1.port == port);
        assert!(of.clone().count() > 0);
        for one in of {
            assert_eq!(one.transports, [protocol], "{:?}", one.ends());
        }
    };
    let tls = many
        .connections
        .values()
        .filter(|one| one.transports == [Transport::Tls]);
    assert_eq!(tls.clone().count(), 11);
    assert!(
        tls.clone()
            .any(|one| one.whys[0].contains("secure.example.com"))
    );
    named(5985, Transport::Other(Some(Protocol::Http)));
    named(22, Transport::Other(Some(Protocol::Ssh)));
}

/// Frames in each file of the suite; custom blocks are no frames.
const SUITE: [(&str, u64); 24] = [
    ("001", 4),
    ("002", 0),
    ("003", 0),
    ("004", 4),
    ("005", 4),
    ("006", 5),
    ("007", 1),
    ("008", 4),
    ("009", 2),
    ("010", 4),
    ("011", 4),
    ("012", 4),
    ("013", 0),
    ("014", 0),
    ("015", 0),
    ("016", 4),
    ("017", 0),
    ("018", 4),
    ("100", 5),
    ("101", 4),
    ("102", 5),
    ("200", 0),
    ("201", 4),
    ("202", 8),
];

#[test]
fn all_files_of_the_suite_are_read() {
    for order in ["be", "le"] {
        for (number, frames) in SUITE {
            let name =
                format!("container-suite/pcapng-test-generator__{order}_test{number}.pcapng");
            let found = found(&name);
            assert_eq!(found.counts.frames, frames, "{name}: {:?}", found.notes);
            // All of them hold UDP only, and nothing in them is odd.
            let is_udp = |note: &String| note.contains("with UDP");
            assert!(found.notes.iter().all(is_udp), "{name}: {:?}", found.notes);
        }
    }
}

/// Files whose every beginning is read.
#[test]
fn a_cut_file_gives_a_prefix_of_the_events() {
    let suite = "container-suite/pcapng-test-generator__be_test202.pcapng";
    for name in [
        "t1_ws.pcap",
        "t10_missingseg.pcap",
        "zeek__mqtt.pcap",
        suite,
    ] {
        let bytes = file(name);
        let whole = read(&bytes);
        for len in 0..bytes.len() {
            let cut = read(&bytes[..len]);
            let before = &cut.events[..cut.before_the_end];
            let expected = &whole.events[..whole.before_the_end];
            assert!(expected.starts_with(before), "{name} cut at {len}");
        }
    }
}

#[test]
fn chunks_make_no_difference() {
    for (name, ..) in FILES {
        let bytes = file(name);
        let whole = read(&bytes).events;
        for chunk in [1, 7, 1024, 1460] {
            if bytes.len() / chunk > 50_000 {
                continue;
            }
            let limits = mqttscope_capture::recording::Limits::default();
            assert_eq!(
                read_with(&bytes, chunk, limits).events,
                whole,
                "{name} by {chunk}"
            );
        }
    }
}
