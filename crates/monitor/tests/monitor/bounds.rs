//! No input makes the monitor panic, and memory stays within bounds.

use mqttscope_monitor::{ConnectionId, Instant, Monitor};
use mqttscope_wire::{ProtocolVersion, Sender};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::cases::packet;

/// What may come: bytes of anything, or of packets, whole or in part.
fn chunk() -> impl Strategy<Value = Vec<u8>> {
    let sound: Vec<Vec<u8>> = ProtocolVersion::ALL
        .into_iter()
        .flat_map(|version| {
            [
                "CONNECT id=a keep=1 will=w:x expiry=9",
                "CONNECT id=a resume aliases=3 receive=2",
                "CONNACK aliases=3 receive=2 max=20",
                "CONNACK",
                "PUBLISH t x q1 #1 alias=1",
                "PUBLISH t x q2 #2 dup",
                "PUBLISH t - retain",
                "PUBACK #1",
                "PUBREC #2",
                "PUBREL #2",
                "PUBCOMP #2",
                "SUBSCRIBE #1 t,q1 #",
                "SUBACK #1 01 02",
                "UNSUBSCRIBE #3 t",
                "UNSUBACK #3 00",
                "PINGREQ",
                "PINGRESP",
                "DISCONNECT",
            ]
            .map(|line| packet(&line.split(' ').collect::<Vec<_>>(), version))
        })
        .collect();
    prop_oneof![
        2 => vec(any::<u8>(), 0..40),
        8 => prop::sample::select(sound.clone()),
        2 => (prop::sample::select(sound.clone()), any::<prop::sample::Index>())
            .prop_map(|(bytes, at)| bytes[..at.index(bytes.len())].to_vec()),
        2 => (prop::sample::select(sound), any::<prop::sample::Index>(), any::<u8>())
            .prop_map(|(mut bytes, at, byte)| {
                let at = at.index(bytes.len());
                bytes[at] = byte;
                bytes
            }),
    ]
}

#[test]
fn what_is_forgotten_is_findings_and_not_the_state() {
    let mut monitor = Monitor::new();
    let id = ConnectionId(1);
    let lines = [
        (Sender::Client, "CONNECT id=a"),
        (Sender::Server, "CONNACK"),
        (Sender::Client, "SUBSCRIBE #1 t,q1"),
        (Sender::Server, "SUBACK #1 01"),
        (Sender::Server, "SUBACK #9 01"),
        (Sender::Client, "PUBLISH t x q2 #2"),
    ];
    for (from, line) in lines {
        let bytes = packet(&line.split(' ').collect::<Vec<_>>(), ProtocolVersion::V5);
        monitor.push(id, from, &bytes, Instant::ZERO);
    }
    assert_eq!(monitor.findings().len(), 1);
    let state = monitor.state(id);
    monitor.forget_findings();
    assert_eq!(
        (monitor.findings().len(), monitor.poll_finding()),
        (0, None)
    );
    // Of the flows only the open one is left.
    assert_eq!(monitor.flows().len(), 1);
    assert_eq!(monitor.state(id), state);
    let wrong = packet(&["SUBACK", "#8", "01"], ProtocolVersion::V5);
    monitor.push(id, Sender::Server, &wrong, Instant::ZERO);
    assert!(
        monitor.poll_finding().is_some(),
        "the next one is found as ever"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(1000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_in_any_chunks_and_directions_are_borne(
        steps in vec((0_u32..3, any::<bool>(), chunk(), 0_u64..9000, 0_u8..20), 0..60),
    ) {
        let mut monitor = Monitor::new();
        let mut now = 0;
        for (connection, client, bytes, later, what) in steps {
            let id = ConnectionId(connection);
            now += later;
            let at = Instant::from_millis(now);
            match what {
                0 => monitor.close(id, at),
                1 => monitor.open(id),
                2 => monitor.handle_time(at),
                _ => {
                    let from = if client { Sender::Client } else { Sender::Server };
                    let numbers = monitor.push(id, from, &bytes, at);
                    prop_assert_eq!(numbers.end, monitor.packets());
                }
            }
            let state = monitor.state(id);
            prop_assert!(state.is_none_or(|state| state.client.packets <= monitor.packets()));
        }
        for finding in monitor.findings() {
            prop_assert!(!finding.message().is_empty());
        }
        for line in monitor.explanations() {
            prop_assert!(!line.text.is_empty());
        }
        prop_assert!(monitor.flows().len() < 1000);
    }

    /// However a stream is cut, the same is found.
    #[test]
    fn chunks_do_not_matter(packets in vec(chunk(), 0..20), len in 1_usize..9) {
        let watch = |len: usize| {
            let mut monitor = Monitor::new();
            monitor.open(ConnectionId(0));
            for bytes in packets.concat().chunks(len) {
                monitor.push(ConnectionId(0), Sender::Client, bytes, Instant::ZERO);
            }
            monitor
        };
        let (cut, whole) = (watch(len), watch(usize::MAX));
        prop_assert_eq!(cut.findings(), whole.findings());
        prop_assert_eq!(cut.packets(), whole.packets());
    }
}

/// A million packets of honest traffic: no error, and what is kept is what the limits allow.
#[test]
fn a_million_packets_stay_within_bounds() {
    let v5 = ProtocolVersion::V5;
    let line = |line: &str| packet(&line.split(' ').collect::<Vec<_>>(), v5);
    let mut monitor = Monitor::new();
    let id = ConnectionId(0);
    let mut now = Instant::ZERO;
    monitor.push(id, Sender::Client, &line("CONNECT id=a"), now);
    monitor.push(id, Sender::Server, &line("CONNACK"), now);
    monitor.push(id, Sender::Client, &line("SUBSCRIBE #1 t"), now);
    monitor.push(id, Sender::Server, &line("SUBACK #1 01"), now);
    let round = [
        (Sender::Client, line("PUBLISH t x q2 #9")),
        (Sender::Server, line("PUBREC #9")),
        (Sender::Client, line("PUBREL #9")),
        (Sender::Server, line("PUBCOMP #9")),
        (Sender::Server, line("PUBLISH t x q1 #7")),
        (Sender::Client, line("PUBACK #7")),
        (Sender::Client, line("PUBLISH u y")),
        (Sender::Client, line("PUBLISH u z q1 #8")),
        (Sender::Server, line("PUBACK #8")),
        (Sender::Client, line("PINGREQ")),
        (Sender::Server, line("PINGRESP")),
    ];
    let mut warm = 0;
    for count in 0..91_000_u64 {
        now = Instant::from_millis(count);
        for (from, bytes) in &round {
            monitor.push(id, *from, bytes, now);
        }
        if count == 20_000 {
            warm = monitor.flows().len();
        }
    }
    assert!(monitor.packets() > 1_000_000);
    assert_eq!(
        monitor.findings().len(),
        0,
        "{:?}",
        monitor.findings().first()
    );
    assert_eq!(monitor.flows().len(), warm);
    assert!(monitor.flows_dropped() > 300_000);
    assert_eq!(monitor.state(id).unwrap().client.in_flight, []);
}

/// Many packets that break rules: what is said of them is bounded, and the rest counted.
#[test]
fn findings_are_bounded_and_counted() {
    let mut monitor = Monitor::new();
    let connect = packet(&["CONNECT", "id=a"], ProtocolVersion::V5);
    for number in 0..20_000_u32 {
        let id = ConnectionId(number % 200);
        if number < 200 {
            monitor.push(id, Sender::Client, &connect, Instant::ZERO);
        }
        monitor.push(id, Sender::Client, &[0xc1, 0, 0x62, 0], Instant::ZERO);
    }
    assert_eq!(monitor.findings().len(), 10_000);
    assert!(monitor.findings_dropped() > 10_000);
}

/// Peers that never acknowledge anything: what is given up is counted, and nothing is claimed of it.
#[test]
fn messages_in_flight_are_bounded_over_all_connections() {
    let v3 = ProtocolVersion::V3_1_1;
    let connack = packet(&["CONNACK"], v3);
    let puback = packet(&["PUBACK", "#1"], v3);
    let mut publish = packet(&["PUBLISH", "t", "x", "q1", "#1"], v3);
    let identifier = publish.len() - 3;
    let mut monitor = Monitor::new();
    let (connections, messages) = (30_u32, 20_000_u16);
    for id in (0..connections).map(ConnectionId) {
        let connect = packet(&["CONNECT", &format!("id={}", id.0)], v3);
        monitor.push(id, Sender::Client, &connect, Instant::ZERO);
        monitor.push(id, Sender::Server, &connack, Instant::ZERO);
        for number in 1..=messages {
            publish[identifier..identifier + 2].copy_from_slice(&number.to_be_bytes());
            monitor.push(id, Sender::Client, &publish, Instant::ZERO);
        }
    }
    let in_flight = |id| monitor.state(id).unwrap().client.in_flight.len();
    let kept: usize = monitor.connections().map(in_flight).sum();
    assert!((100_000..300_000).contains(&kept), "{kept}");
    assert_eq!(kept as u64 + monitor.flows_dropped(), 600_000);
    for id in (0..connections).map(ConnectionId) {
        monitor.push(id, Sender::Server, &puback, Instant::ZERO);
    }
    assert_eq!(monitor.findings(), []);
}

/// Who polls hears of every connection, however many there are.
#[test]
fn polled_findings_make_room() {
    let mut monitor = Monitor::new();
    let mut polled = 0;
    for connection in 0..25_000 {
        let connection = ConnectionId(connection);
        monitor.open(connection);
        monitor.push(connection, Sender::Client, &[0xc0, 0], Instant::ZERO);
        while monitor.poll_finding().is_some() {
            polled += 1;
        }
        monitor.close(connection, Instant::ZERO);
    }
    assert_eq!((polled, monitor.findings_dropped()), (25_000, 0));
    assert!(monitor.findings().len() <= 10_000);
}
