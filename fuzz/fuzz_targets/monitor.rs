//! Any bytes, in any chunks, directions and times: the monitor bears them, and keeps within bounds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mqttscope_monitor::{ConnectionId, Instant, Monitor};
use mqttscope_wire::Sender;

// Each step is two bytes of what to do, and as many bytes of traffic as they say.
fuzz_target!(|bytes: &[u8]| {
    let mut monitor = Monitor::new();
    let mut now = 0_u64;
    let mut rest = bytes;
    while let [what, len, behind @ ..] = rest {
        let (chunk, behind) = behind.split_at(usize::from(*len).min(behind.len()));
        rest = behind;
        let connection = ConnectionId(u32::from(what & 3));
        now += u64::from(what >> 4) * 700;
        let at = Instant::from_millis(now);
        match what & 12 {
            0 if chunk.is_empty() => monitor.close(connection, at),
            4 if chunk.is_empty() => monitor.open(connection),
            side => {
                let from = if side & 4 == 0 { Sender::Client } else { Sender::Server };
                monitor.push(connection, from, chunk, at);
            }
        }
    }
    for finding in monitor.findings() {
        assert!(!finding.message().is_empty());
    }
    let ids: Vec<_> = monitor.connections().collect();
    for id in ids {
        let state = monitor.state(id).unwrap();
        assert!(state.client.in_flight.len() + state.server.in_flight.len() <= bytes.len());
    }
    assert!(monitor.flows().len() <= bytes.len());
    assert!(monitor.explanations().len() <= bytes.len() + 8);
});
