//! Captures of real traffic, with a few lines of pcap reading.

use std::collections::BTreeSet;
use std::time::Duration;

use mqttscope_monitor::{ConnectionId, Instant, Monitor};
use mqttscope_wire::{Rule, Sender, Severity};

/// A TCP segment: seconds, both ports, and what it carries.
struct Segment {
    millis: u64,
    source: u16,
    destination: u16,
    ends: bool,
    payload: Vec<u8>,
}

/// The TCP segments of a pcap file with link type RAW and IPv4.
fn segments(pcap: &[u8]) -> Vec<Segment> {
    let word = |at: usize| u32::from_le_bytes(pcap[at..at + 4].try_into().unwrap());
    let short = |bytes: &[u8]| u16::from_be_bytes([bytes[0], bytes[1]]);
    assert_eq!(word(0), 0xa1b2_c3d4, "little endian, microseconds");
    let mut found = Vec::new();
    let mut at = 24;
    while at < pcap.len() {
        let len = word(at + 8) as usize;
        let packet = &pcap[at + 16..at + 16 + len];
        let ip = usize::from(packet[0] & 15) * 4;
        let total = usize::from(short(&packet[2..]));
        let tcp = &packet[ip..total];
        found.push(Segment {
            millis: u64::from(word(at)) * 1000 + u64::from(word(at + 4)) / 1000,
            source: short(tcp),
            destination: short(&tcp[2..]),
            ends: tcp[13] & 5 != 0,
            payload: tcp[usize::from(tcp[12] >> 4) * 4..].to_vec(),
        });
        at += 16 + len;
    }
    found
}

/// Feeds a capture; the server is the side with the lower port.
fn watch(pcap: &[u8]) -> Monitor {
    let mut monitor = Monitor::new();
    for segment in segments(pcap) {
        let to_server = segment.destination < segment.source;
        let (from, port) = if to_server {
            (Sender::Client, segment.source)
        } else {
            (Sender::Server, segment.destination)
        };
        let connection = ConnectionId(u32::from(port));
        let at = Instant::from_millis(segment.millis);
        monitor.push(connection, from, &segment.payload, at);
        if segment.ends {
            monitor.close(connection, at);
        }
    }
    monitor
}

fn rules(monitor: &Monitor) -> Vec<Rule> {
    monitor
        .findings()
        .iter()
        .filter(|finding| finding.severity() != Severity::Note)
        .map(|finding| finding.rule)
        .collect()
}

#[test]
fn acknowledgements_of_nothing_and_silence_are_found() {
    let mut monitor = watch(include_bytes!(
        "../../../../tests/corpus/t12_keepalive.pcap"
    ));
    let found: Vec<_> = monitor
        .findings()
        .iter()
        .map(|finding| {
            (
                finding.rule,
                finding.by,
                finding.packets.as_slice(),
                finding.value,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (Rule::AcknowledgementUnknown, Sender::Server, &[3][..], 6),
            (Rule::PubcompWithoutPubrel, Sender::Server, &[6], 9),
        ]
    );
    // Keep Alive is 60 s; the client is silent from here on.
    let last = monitor
        .state(ConnectionId(41004))
        .unwrap()
        .client
        .last_packet
        .unwrap();
    monitor.handle_time(last + Duration::from_secs(90));
    assert!(!rules(&monitor).contains(&Rule::KeepAliveMissed));
    monitor.handle_time(last + Duration::from_secs(92));
    monitor.handle_time(last + Duration::from_secs(102));
    let late = rules(&monitor);
    assert!(late.contains(&Rule::KeepAliveMissed) && late.contains(&Rule::KeepAliveNotEnforced));
}

#[test]
fn aliases_belong_to_their_direction_and_moment() {
    let monitor = watch(include_bytes!("../../../../tests/corpus/t2_alias.pcap"));
    let state = monitor.state(ConnectionId(40002)).unwrap();
    assert_eq!(state.client.aliases, [(1, "up/two".to_owned())]);
    assert_eq!(state.server.aliases, [(1, "down/topic".to_owned())]);
    // The client announced no Topic Alias Maximum, and subscribed to nothing.
    assert_eq!(
        rules(&monitor),
        [
            Rule::ServerAliasAboveMaximum,
            Rule::DeliveryUnsubscribed,
            Rule::ServerAliasAboveMaximum,
            Rule::DeliveryUnsubscribed,
        ]
    );
}

#[test]
fn each_of_the_32_malformed_packets_is_found() {
    let monitor = watch(include_bytes!(
        "../../../wire/tests/captures/t6_malformed.pcap"
    ));
    assert_eq!(monitor.packets(), 32);
    let shown: BTreeSet<u64> = monitor
        .findings()
        .iter()
        .filter(|finding| finding.severity() == Severity::Error)
        .filter_map(|finding| finding.packets.last())
        .collect();
    assert_eq!(shown, (0..32).collect());
    let second = monitor
        .findings()
        .iter()
        .find(|finding| finding.rule == Rule::SecondConnect && finding.packets.last() == Some(4));
    assert!(second.is_some());
}

/// A recording that begins in the middle, of a packet even.
#[test]
fn what_is_cut_off_is_not_claimed() {
    let whole = segments(include_bytes!(
        "../../../wire/tests/captures/t5_noconnect.pcap"
    ));
    let from_client: Vec<u8> = whole
        .iter()
        .filter(|segment| segment.destination < segment.source)
        .flat_map(|segment| segment.payload.clone())
        .collect();
    for start in 0..from_client.len() {
        let mut monitor = Monitor::new();
        let rest = &from_client[start..];
        monitor.push(ConnectionId(0), Sender::Client, rest, Instant::ZERO);
        assert_eq!(rules(&monitor), [], "from byte {start}");
    }
}
