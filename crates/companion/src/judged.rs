//! What the connections of a capture break: as the engine of the page's Captures finds it, so that both list the same.

use std::collections::HashMap;

use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::{Capture, Connection, ConnectionId};
use mqttscope_engine::{BrokenRule, Engine};
use mqttscope_protocol::{Command, Instant, RecordId};
use mqttscope_wire::{Context, ProtocolVersion, Sender, dissect};

use crate::report::Finding;

/// Packets among which one is looked for that does not stand where it should.
const LOOKED_AHEAD: usize = 64;

/// What breaks rules.
pub(crate) struct Judged {
    /// Of each connection of the capture, in the order of the packets.
    pub(crate) findings: Vec<Vec<Finding>>,
    /// Findings that are counted and not listed.
    pub(crate) left_out: u64,
}

/// Has the engine read files that were read as this capture.
pub(crate) fn of_capture(
    captured: &[&[u8]],
    keys: &[u8],
    version: Option<ProtocolVersion>,
    capture: &Capture,
) -> Judged {
    let mut engine = Engine::new(1);
    // A piece of a compressed file can hold any number of packets.
    engine.handle_command(Instant::ZERO, Command::Budget(u64::MAX));
    if let Some(version) = version {
        engine.read_as(version);
    }
    // Keys first, so that nothing is read twice for them.
    let mut files: Vec<&[u8]> = [keys].iter().chain(captured).copied().collect();
    files.retain(|file| !file.is_empty());
    let first = usize::from(!keys.is_empty());
    engine.handle_files(files.iter().map(|file| (String::new(), file.len() as u64)));
    let mut places = Places::default();
    let mut broken: Vec<BrokenRule> = Vec::new();
    while let Some(wanted) = engine.poll_read() {
        if wanted.file == first && wanted.offset == 0 {
            // Also when keys in the capture have it read again.
            (places, broken) = (Places::of(capture), Vec::new());
        }
        let start = usize::try_from(wanted.offset).unwrap_or(usize::MAX);
        let end = start.saturating_add(usize::try_from(wanted.len).unwrap_or(usize::MAX));
        let file = files.get(wanted.file).copied().unwrap_or_default();
        engine.handle_read(Instant::ZERO, Ok(file.get(start..end).unwrap_or_default()));
        places.add(&engine, capture);
        let next = broken
            .last()
            .map_or(0, |last| last.number.saturating_add(1));
        broken.extend(engine.broken_from(next));
    }
    let mut findings: Vec<Vec<Finding>> = capture.connections.iter().map(|_| Vec::new()).collect();
    for broken in &broken {
        if let Some(&at) = places.connections.get(&broken.connection)
            && let Some(connection) = capture.connections.get(at)
            && let Some(of) = findings.get_mut(at)
        {
            of.push(finding(broken, &places, connection, version));
        }
    }
    for of in &mut findings {
        of.sort_by_key(|finding| finding.packets.last().copied());
    }
    Judged {
        findings,
        left_out: engine.broken_left_out(),
    }
}

fn finding(
    broken: &BrokenRule,
    places: &Places,
    connection: &Connection,
    version: Option<ProtocolVersion>,
) -> Finding {
    let packets = broken.packets.iter();
    let packets: Vec<usize> = packets.filter_map(|record| places.find(*record)).collect();
    let last = packets
        .last()
        .and_then(|last| connection.packets.get(*last));
    // A packet's own fault is told with what stands in its bytes.
    let message = last.zip(broken.span).and_then(|(packet, span)| {
        let bytes = connection.bytes_of(packet)?;
        let context = Context {
            version: version
                .or(connection.version)
                .unwrap_or(ProtocolVersion::V5),
            sender: Some(match packet.from {
                Role::Client => Sender::Client,
                Role::Server => Sender::Server,
            }),
        };
        let dissection = dissect(bytes, context);
        let mut diagnostics = dissection.diagnostics.iter();
        let own = diagnostics.find(|it| it.rule.name() == broken.rule && it.span == span)?;
        Some(own.message(bytes))
    });
    Finding {
        rule: broken.rule,
        statement: broken.statement,
        severity: broken.severity,
        by: Some(broken.by),
        frame: last.map(|packet| packet.frame),
        at_ms: last.map_or(Some(broken.at.millis()), |packet| {
            Some(packet.at_ns? / 1_000_000)
        }),
        message: message.unwrap_or_else(|| broken.message.clone()),
        connection: Some(format!("{} to {}", connection.client, connection.server)),
        packets,
    }
}

/// Where the engine's packets stand in the capture.
#[derive(Default)]
struct Places {
    /// Connections of the capture by their number in the file.
    connections: HashMap<ConnectionId, usize>,
    /// Of each connection the packet that comes next.
    next: Vec<usize>,
    /// By the record, in order: the packet of its connection.
    packets: Vec<(RecordId, usize)>,
}

impl Places {
    fn of(capture: &Capture) -> Self {
        let all = capture.connections.iter().enumerate();
        Self {
            connections: all.map(|(at, connection)| (connection.id, at)).collect(),
            next: vec![0; capture.connections.len()],
            packets: Vec::new(),
        }
    }

    /// Adds the packets that came since.
    fn add(&mut self, engine: &Engine, capture: &Capture) {
        let first = self.packets.last();
        let first = first.map_or(RecordId(0), |(last, _)| RecordId(last.0.saturating_add(1)));
        for (record, id, bytes) in engine.recorded_from(first) {
            let Some(&at) = self.connections.get(&id) else {
                continue;
            };
            let (Some(connection), Some(next)) =
                (capture.connections.get(at), self.next.get_mut(at))
            else {
                continue;
            };
            // The engine also has the beginnings of packets that have no end.
            let ahead = connection.packets.iter().enumerate().skip(*next);
            let found = ahead
                .take(LOOKED_AHEAD)
                .find(|(_, packet)| connection.bytes_of(packet) == Some(bytes));
            let place = found.map_or(*next, |(place, _)| place);
            if found.is_some() {
                *next = place.saturating_add(1);
            }
            self.packets.push((record, place));
        }
    }

    fn find(&self, record: RecordId) -> Option<usize> {
        let at = self
            .packets
            .binary_search_by_key(&record, |(record, _)| *record);
        self.packets.get(at.ok()?).map(|(_, place)| *place)
    }
}
