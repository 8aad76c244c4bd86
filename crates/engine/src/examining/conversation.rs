//! The conversation of a check, as rows and packets.

use core::time::Duration;

use mqttscope_examine::{Happened, Seen};
use mqttscope_protocol::{
    CheckLine, ConnectionId, EventKind, ExaminedCheck, LedPackets, Packet, RecordId, TimedPacket,
    WireRow,
};
use mqttscope_shared::Instant;
use mqttscope_wire::{
    Context, ControlPacket, Decoded, PacketType, ProtocolVersion, Sender, decode, dissect, summary,
};

use super::Examining;
use crate::view::cut::cut;
use crate::view::rows;

/// Packets above this are neither taken apart nor told.
const LARGE: usize = 256 << 10;
/// The most bytes of packets that are told.
const MOST_BYTES: usize = 4 << 20;
/// Characters of a payload in a row.
const PREVIEW: usize = 56;

impl Examining {
    /// A check with its conversation, which the page looks at from now on.
    pub(crate) fn open(&mut self, number: u32) -> Option<ExaminedCheck> {
        let (check, version) = self.rows.get(usize::try_from(number).ok()?).copied()?;
        self.opened = Some(number);
        self.is_opened_told = true;
        let lines = check
            .conversation(version)
            .map(|(text, note, is_shown)| CheckLine {
                text: text.to_owned(),
                note: note.to_owned(),
                is_shown,
            });
        let mut opened = ExaminedCheck {
            number,
            lines: lines.collect(),
            judged: self.judged(number),
            rows: Vec::new(),
            packets: Vec::new(),
            left_out: 0,
        };
        if let Some(found) = self.found.get(&number) {
            let seen = &found.report.packets;
            let length = seen.last().map_or(0, |last| last.at);
            let began = Instant::from_millis(found.at.millis().saturating_sub(length));
            tell(
                seen,
                found.report.version,
                Sender::Server,
                began,
                &mut opened,
            );
        }
        Some(opened)
    }
}

/// The conversation with a client that a companion examines.
pub(crate) fn led(packets: &LedPackets) -> ExaminedCheck {
    let mut told = ExaminedCheck {
        number: packets.number,
        lines: Vec::new(),
        judged: None,
        rows: Vec::new(),
        packets: Vec::new(),
        left_out: 0,
    };
    let (seen, began) = (&packets.packets, packets.began);
    tell(seen, packets.version, Sender::Client, began, &mut told);
    told
}

/// Tells what was seen on the connections of a broker or a client that is `examined`.
fn tell(
    seen: &[Seen],
    version: ProtocolVersion,
    examined: Sender,
    began: Instant,
    check: &mut ExaminedCheck,
) {
    let (mut names, mut bytes_left) = (Vec::<&str>::new(), MOST_BYTES);
    let mut before = None;
    for (one, record) in seen.iter().zip(0_u64..) {
        let at = began + Duration::from_millis(one.at);
        let known = names.iter().position(|name| *name == one.connection);
        let connection = known.unwrap_or_else(|| {
            names.push(&one.connection);
            names.len().saturating_sub(1)
        });
        let mut row = WireRow {
            record: RecordId(record),
            connection: ConnectionId(u32::try_from(connection).unwrap_or(u32::MAX)),
            at,
            delta_us: before.replace(at).map(|before| at.micros_since(before)),
            of: Some(one.connection.clone()),
            ..event(one, examined)
        };
        if let Some((bytes, sender)) = packet_of(one, examined) {
            dissected(&mut row, bytes, sender, version);
            if bytes.len() <= LARGE.min(bytes_left) {
                bytes_left = bytes_left.saturating_sub(bytes.len());
                check.packets.push(TimedPacket {
                    at,
                    packet: Packet {
                        record: row.record,
                        sender,
                        version,
                        bytes: bytes.to_vec(),
                        findings: Vec::new(),
                        frame: None,
                        fate: None,
                        linked: None,
                        round_trip: None,
                        forms: Vec::new(),
                    },
                });
            } else {
                check.left_out = check.left_out.saturating_add(1);
            }
        }
        check.rows.push(row);
    }
}

fn packet_of(seen: &Seen, examined: Sender) -> Option<(&[u8], Sender)> {
    match &seen.what {
        Happened::Sent(bytes) => Some((bytes, examined.peer())),
        Happened::Received(bytes) => Some((bytes, examined)),
        _ => None,
    }
}

/// The row of an opening or a closing; of a packet, one that is still to be filled.
fn event(seen: &Seen, examined: Sender) -> WireRow {
    let (opened, here, there) = match examined {
        Sender::Server => ("to the broker", "by the check", "by the broker"),
        Sender::Client => ("by the client", "by the examination", "by the client"),
    };
    let (event, summary) = match &seen.what {
        Happened::Opened => (Some(EventKind::Opened), opened),
        Happened::ClosedHere => (Some(EventKind::Closed), here),
        Happened::ClosedThere => (Some(EventKind::Closed), there),
        Happened::Failed(why) => (Some(EventKind::NotOpened), &**why),
        Happened::Sent(_) | Happened::Received(_) => (None, ""),
    };
    WireRow {
        record: RecordId(0),
        connection: ConnectionId(0),
        at: Instant::ZERO,
        delta_us: None,
        sender: Sender::Client,
        packet_type: None,
        size: 0,
        packet_identifier: None,
        summary: cut(summary, rows::MOST_SUMMARY),
        preview: None,
        severity: None,
        linked: None,
        round_trip: None,
        of: None,
        event,
        fate: None,
    }
}

fn dissected(row: &mut WireRow, bytes: &[u8], sender: Sender, version: ProtocolVersion) {
    let context = Context::new(version).sent_by(sender);
    row.sender = sender;
    row.size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    row.packet_type = (bytes.first()).map(|&first| PacketType::from_first_byte(first));
    if bytes.len() > LARGE {
        row.summary = "too large to be taken apart here".to_owned();
        return;
    }
    let dissection = dissect(bytes, context);
    row.summary = cut(&summary(&dissection, bytes), rows::MOST_SUMMARY);
    let diagnostics = dissection.diagnostics.iter();
    row.severity = diagnostics.map(|diagnostic| diagnostic.severity()).max();
    if let Ok(Decoded::Packet {
        packet: ControlPacket::Publish(publish),
        ..
    }) = decode(bytes, context)
    {
        row.preview =
            (!publish.payload.is_empty()).then(|| rows::preview(publish.payload, PREVIEW));
    }
}
