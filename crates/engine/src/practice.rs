//! A small flood that nobody sees.
//!
//! A browser runs a program at first as it stands and compiles what turns out to be hot once more, on all
//! cores. When that happens as a flood begins, the page has no core to draw on for several frames. So it is
//! made to happen before: an engine that is thrown away takes enough packets to show what is hot.

use core::time::Duration;

use mqttscope_protocol::{Command, ConnectionId, Looking, Profile, Report, Target, Window};
use mqttscope_shared::Instant;
use mqttscope_wire::ProtocolVersion;

use crate::{Engine, Transport};

/// Bytes of a PUBLISH of the flood: a topic of 14 bytes and a payload of 64.
const PUBLISH: usize = 2 + 2 + 14 + 64;
/// Packets that come at once, as brokers pack them.
const TOGETHER: usize = 200;
/// The time between those, as the engine's clock is told.
const STEP: Duration = Duration::from_millis(5);

/// Takes so many packets, `TOGETHER` at a time, and gives each report to `tell`, which is to make of it
/// what is sent to a page.
pub fn practise(packets: usize, mut tell: impl FnMut(&[Report])) {
    let mut engine = Engine::new(0);
    let mut now = Instant::ZERO;
    let window = Window {
        first: 0,
        count: 40,
        tail: true,
        dropped: 0,
    };
    engine.handle_command(
        now,
        Command::Look(Box::new(Looking {
            wire: Some(window),
            topics: Some(window),
            ..Looking::default()
        })),
    );
    let profile = Profile {
        target: Target::BuiltIn,
        version: ProtocolVersion::V3_1_1,
        ..Profile::default()
    };
    engine.handle_command(now, Command::Connect(ConnectionId(0), Box::new(profile)));
    let Some(Transport::Open { socket, .. }) = engine.poll_transport() else {
        return;
    };
    engine.handle_open(now, socket);
    // CONNACK: accepted.
    engine.handle_bytes(now, socket, &[0x20, 2, 0, 0]);
    let mut together = Vec::with_capacity(TOGETHER * PUBLISH);
    for first in (0..packets).step_by(TOGETHER) {
        together.clear();
        for number in first..first + TOGETHER {
            together.extend_from_slice(&[0x30, PUBLISH as u8 - 2, 0, 14]);
            together.extend_from_slice(format!("practice/{:05}", number % 100).as_bytes());
            together.extend_from_slice(&[b'x'; 64]);
        }
        now += STEP;
        engine.handle_bytes(now, socket, &together);
        while engine.poll_transport().is_some() {}
        if engine.has_reports(now) {
            tell(&engine.reports(now));
            engine.handle_command(now, Command::Drawn);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_packets_are_recorded_and_told() {
        let (mut rows, mut topics) = (0, 0);
        practise(10_000, |reports| {
            for report in reports {
                match report {
                    Report::Wire { total, .. } => rows = *total,
                    Report::Topics { total, .. } => topics = *total,
                    _ => {}
                }
            }
        });
        // CONNECT and CONNACK, too; what came last may not be told yet.
        assert!((5_000..=10_002).contains(&rows), "{rows}");
        assert_eq!(topics, 1, "what all topics have in common");
    }
}
