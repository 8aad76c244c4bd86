//! A capture of what was recorded: MQTT over TCP, made anew, whatever carried it.

use std::collections::HashSet;

use mqttscope_capture::pcapng::{self, Ends};
use mqttscope_capture::reading::Role;
use mqttscope_protocol::{ConnectionId, EventKind};
use mqttscope_wire::Sender;

use super::Writer;
use crate::log::{Entry, Index};

/// Writes the packets of a list. Nothing can be written of those that a log tells of in words.
pub(super) fn write(
    writer: &mut Writer<'_>,
    index: &Index,
    ends: impl Fn(ConnectionId) -> (Ends, String),
) -> Vec<u8> {
    let mut file = Vec::new();
    let mut capture = pcapng::Writer::new("mqttscope");
    let mut open = HashSet::new();
    let mut last_ns = 0;
    capture.begin(&mut file);
    for id in index.all(writer.log) {
        let Some(entry) = writer.log.entry(id) else {
            continue;
        };
        let record = entry.record();
        let connection = record.connection;
        let at_ns = record.at.micros().saturating_mul(1_000);
        last_ns = at_ns;
        match entry {
            Entry::Packet(record) => {
                if open.insert(connection) {
                    let (ends, says) = ends(connection);
                    capture.open(connection.0, ends, &says, at_ns, &mut file);
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
                let is_end =
                    event.is_some_and(|it| matches!(it.kind, EventKind::Closed | EventKind::Ended));
                if is_end && open.remove(&connection) {
                    capture.close(connection.0, at_ns, &mut file);
                }
            }
        }
    }
    for connection in open {
        capture.close(connection.0, last_ns, &mut file);
    }
    file
}
