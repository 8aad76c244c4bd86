//! The monitor allocates nothing for a packet once it is warm.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use mqttscope_monitor::{ConnectionId, Instant, Monitor};
use mqttscope_wire::Sender::{Client, Server};

#[test]
fn a_warm_monitor_allocates_nothing() {
    let mut monitor = Monitor::new();
    let id = ConnectionId(0);
    let begin: [(_, &[u8]); 4] = [
        (
            Client,
            b"\x10\x11\0\x04MQTT\x05\x02\0\0\x03\x22\0\x05\0\x01a",
        ),
        (Server, b"\x20\x06\0\0\x03\x22\0\x05"),
        (Client, b"\x82\x09\0\x01\0\0\x03t/+\x01"),
        (Server, b"\x90\x04\0\x01\0\x01"),
    ];
    for (from, bytes) in begin {
        monitor.push(id, from, bytes, Instant::ZERO);
    }
    // QoS 0, 1 and 2 to the server, what it sends on, a topic alias both ways, and a ping.
    let round: [(_, &[u8]); 14] = [
        (Client, b"\x30\x0a\0\x03t/1\x03\x23\0\x01x"),
        (Server, b"\x30\x0a\0\x03t/1\x03\x23\0\x01x"),
        (Client, b"\x30\x07\0\0\x03\x23\0\x01x"),
        (Server, b"\x30\x07\0\0\x03\x23\0\x01x"),
        (Client, b"\x32\x09\0\x03t/2\0\x02\0y"),
        (Server, b"\x40\x02\0\x02"),
        (Server, b"\x32\x09\0\x03t/2\0\x09\0y"),
        (Client, b"\x40\x02\0\x09"),
        (Client, b"\x34\x09\0\x03u/3\0\x03\0z"),
        (Server, b"\x50\x02\0\x03"),
        (Client, b"\x62\x02\0\x03"),
        (Server, b"\x70\x02\0\x03"),
        (Client, b"\xc0\0"),
        (Server, b"\xd0\0"),
    ];
    let mut now = 0;
    let mut run = |rounds: u64| {
        for _ in 0..rounds {
            now += 7;
            for (from, bytes) in round {
                // Cut within the packet, so that its beginning waits in the buffer.
                let (head, tail) = bytes.split_at(bytes.len() / 2);
                monitor.push(id, from, head, Instant::from_millis(now));
                monitor.push(id, from, tail, Instant::from_millis(now));
            }
        }
    };
    run(8000);
    let counted = allocation_counter::measure(|| run(2000));
    assert_eq!(counted.count_total, 0, "{counted:?}");
    assert_eq!(monitor.findings().first(), None);
}
