//! A capture of what was recorded: MQTT over TCP, made anew, whatever carried it.

use std::collections::{BTreeSet, HashMap, HashSet};

use mqttscope_capture::mark::Mark;
use mqttscope_capture::pcapng::{self, Ends};
use mqttscope_capture::reading::Role;
use mqttscope_protocol::{ClosedBy, ConnectionId, EventKind, RecordId};
use mqttscope_shared::Instant;
use mqttscope_wire::Sender;

use super::Writer;
use crate::log::{Entry, Index};

/// What stands at the handshake of TCP, which nobody saw.
const MADE: &str = "handshake made by mqttscope; not in the recording";

/// The port by which other tools know MQTT.
const MQTT_PORT: u16 = 1883;

/// Who ended a connection, as far as that is known, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Both sides are done; this one first.
    Closed(Option<Role>),
    /// This side is done; the other was at this time, where that is known.
    Half(Role, Option<Instant>),
    /// This side broke it off.
    Reset(Role),
}

/// What the engine knows of a connection beside its packets.
pub(crate) trait Known {
    /// Its two ends, and what is said of it.
    fn ends(&self, id: ConnectionId) -> (Ends, String);
    /// When the first frame of a capture's connection was.
    fn opened_at(&self, id: ConnectionId) -> Option<Instant>;
    /// How a capture's connection ended, where its row says that it did.
    fn ended(&self, id: ConnectionId) -> Option<Ended>;
    /// What a tap did at this row, where a recording says so.
    fn mark(&self, row: RecordId) -> Option<&Mark>;
}

/// Writes the packets of a list. Nothing can be written of those that a log tells of in words, and no end where none
/// is known.
///
/// Gives the ports of servers besides, by which other tools do not know MQTT.
pub(super) fn write(
    writer: &mut Writer<'_>,
    index: &Index,
    known: &impl Known,
) -> (Vec<u8>, BTreeSet<u16>) {
    let mut ports = BTreeSet::new();
    let mut file = Vec::new();
    let mut capture = pcapng::Writer::new("mqttscope");
    let mut open = HashSet::new();
    let mut last = HashMap::new();
    // When the second of the two sides closed, whose row stands at the first.
    let mut others = HashMap::new();
    // Connections that have packets here, by the time of their beginning, which stands in the order of time.
    let (mut begin, mut found) = (BTreeSet::new(), HashSet::new());
    for id in index.all(writer.log) {
        let Some(entry) = writer.log.entry(id) else {
            continue;
        };
        let record = entry.record();
        last.insert(record.connection, id);
        if matches!(entry, Entry::Packet(_)) && found.insert(record.connection) {
            let at = known.opened_at(record.connection).unwrap_or(record.at);
            begin.insert((nanoseconds(at.min(record.at)), record.connection));
        }
    }
    capture.begin(&mut file);
    for id in index.all(writer.log) {
        let Some(entry) = writer.log.entry(id) else {
            continue;
        };
        let record = entry.record();
        let connection = record.connection;
        let at_ns = nanoseconds(record.at);
        while let Some(&(begins_ns, connection)) = begin.first()
            && begins_ns <= at_ns
        {
            begin.pop_first();
            open.insert(connection);
            ports.insert(self::open(
                &mut capture,
                known,
                connection,
                begins_ns,
                &mut file,
            ));
        }
        match entry {
            Entry::Packet(record) => {
                // One of our own that was opened again.
                if open.insert(connection) {
                    ports.insert(self::open(
                        &mut capture,
                        known,
                        connection,
                        at_ns,
                        &mut file,
                    ));
                }
                let from = match record.sender {
                    Sender::Client => Role::Client,
                    Sender::Server => Role::Server,
                };
                let bytes = writer.bytes(record);
                capture.bytes(connection.0, from, &bytes, at_ns, &mut file);
            }
            Entry::Event(record) => {
                let event = writer.log.event(record);
                if let Some(mark) = known.mark(id).filter(|_| open.contains(&connection)) {
                    capture.mark(connection.0, &mark.to_string(), at_ns, &mut file);
                }
                let ended = event.and_then(|event| match event.kind {
                    EventKind::Closed => Some(Ended::Closed(event.by.and_then(role))),
                    EventKind::Ended => known.ended(connection),
                    _ => None,
                });
                match ended.filter(|_| open.contains(&connection)) {
                    Some(Ended::Closed(first)) => {
                        open.remove(&connection);
                        if let Some(first) = first {
                            capture.end(connection.0, first, at_ns, &mut file);
                        }
                        capture.close(connection.0, at_ns, &mut file);
                    }
                    Some(Ended::Half(from, other)) => {
                        capture.end(connection.0, from, at_ns, &mut file);
                        if let Some(at) = other {
                            others.insert(connection, nanoseconds(at));
                        }
                    }
                    Some(Ended::Reset(by)) => {
                        open.remove(&connection);
                        capture.reset(connection.0, by, at_ns, &mut file);
                    }
                    None => {}
                }
            }
        }
        if last.get(&connection) == Some(&id) {
            if let Some(at_ns) = others.remove(&connection) {
                capture.close(connection.0, at_ns, &mut file);
            }
            capture.forget(connection.0);
        }
    }
    ports.remove(&MQTT_PORT);
    (file, ports)
}

/// The beginning of a connection; gives its server's port.
fn open(
    capture: &mut pcapng::Writer,
    known: &impl Known,
    connection: ConnectionId,
    at_ns: u64,
    file: &mut Vec<u8>,
) -> u16 {
    let (ends, says) = known.ends(connection);
    let says = match says.as_str() {
        "" => MADE.to_owned(),
        says => format!("{says} ({MADE})"),
    };
    capture.open(connection.0, ends, &says, at_ns, file);
    ends.server.port()
}

const fn nanoseconds(at: Instant) -> u64 {
    at.micros().saturating_mul(1_000)
}

/// The side that closed it.
const fn role(by: ClosedBy) -> Option<Role> {
    match by {
        ClosedBy::You | ClosedBy::Client | ClosedBy::ServerThenClient => Some(Role::Client),
        ClosedBy::Server => Some(Role::Server),
        ClosedBy::Tab | ClosedBy::Unknown => None,
    }
}
