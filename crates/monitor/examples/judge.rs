//! Says what is wrong with a conversation: `cargo run -p mqttscope-monitor --example judge`.

use mqttscope_monitor::{ConnectionId, Instant, Monitor};
use mqttscope_wire::Sender;

fn main() {
    let conversation: [(u64, Sender, &[u8]); 5] = [
        (
            0,
            Sender::Client,
            b"\x10\x0d\0\x04MQTT\x04\x02\0\x3c\0\x01c",
        ),
        (5, Sender::Server, b"\x20\x02\0\0"),
        (10, Sender::Client, b"\x34\x06\0\x01t\0\x07x"), // PUBLISH, QoS 2
        (15, Sender::Server, b"\x40\x02\0\x07"),         // PUBACK, where a PUBREC is due
        (20, Sender::Server, b"\x30\x04\0\x01uy"),       // PUBLISH to one who is not subscribed
    ];
    let mut monitor = Monitor::new();
    let connection = ConnectionId(1);
    for (at_ms, from, bytes) in conversation {
        monitor.push(connection, from, bytes, Instant::from_millis(at_ms));
    }
    while let Some(finding) = monitor.poll_finding() {
        println!(
            "packets {:?}: {:?} by the {:?}: {} ({}, {})",
            finding.packets.as_slice(),
            finding.severity(),
            finding.by,
            finding.message(),
            finding.rule.name(),
            finding.statement().unwrap_or("no numbered statement"),
        );
    }
    for flow in monitor.flows() {
        println!(
            "{:?} {:?}: packets {:?}",
            flow.kind,
            flow.state,
            flow.packets.as_slice()
        );
    }
}
