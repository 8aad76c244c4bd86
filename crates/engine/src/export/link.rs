//! A link to the Dissect page: the packets of a list, as a conversation.

use mqttscope_protocol::{ConnectionId, PacketLink};
use mqttscope_view::digits::grouped;
use mqttscope_view::share::{self, LONGEST_LINK, Shared};
use mqttscope_view::sides::Run;
use mqttscope_wire::{PacketType, frame};

use super::Writer;
use crate::log::{Entry, Index};

/// Bytes that are packed at most: what repeats itself takes less room in a link.
const MOST_BYTES: usize = 256 << 10;

/// Makes it, or says why there is none.
pub(super) fn write(writer: &mut Writer<'_>, index: &Index) -> Result<PacketLink, String> {
    let mut shared = Shared::default();
    let mut connection: Option<ConnectionId> = None;
    let (mut packets, mut are_whole, mut is_named, mut has_stars) = (0_u64, true, false, false);
    let mut starts = Vec::new();
    let log = writer.log;
    for id in index.all(log) {
        let Some(Entry::Packet(record)) = log.entry(id) else {
            continue;
        };
        if *connection.get_or_insert(record.connection) != record.connection {
            let says = "the packets are of several connections: choose one, as a link holds one conversation";
            return Err(says.to_owned());
        }
        let bytes = writer.bytes(record);
        has_stars |= bytes != log.bytes(record);
        are_whole &= match frame::header(&bytes) {
            frame::Header::Complete { len, .. } => len == bytes.len(),
            _ => false,
        };
        let start = shared.bytes.len();
        if start.saturating_add(bytes.len()) > MOST_BYTES {
            return Err(too_large());
        }
        starts.push(start);
        let last = shared.runs.last().map(|run| run.from);
        if last != Some(record.sender) {
            let from = record.sender;
            shared.runs.push(Run { start, from });
        }
        shared.version = Some(record.version);
        is_named |= record.packet_type() == PacketType::Connect;
        shared.bytes.extend(bytes);
        packets = packets.saturating_add(1);
    }
    if packets == 0 {
        return Err("no packet with bytes is listed".to_owned());
    }
    if is_named {
        shared.version = None;
    }
    if !are_whole {
        shared.cuts = starts;
    }
    if let [only] = shared.runs[..] {
        shared.sender = Some(only.from);
        shared.runs.clear();
    }
    let content = share::encode(&shared).ok();
    let content = content.filter(|content| content.len() < LONGEST_LINK);
    Ok(PacketLink {
        content: content.ok_or_else(too_large)?,
        packets,
        has_stars,
    })
}

fn too_large() -> String {
    format!(
        "the packets are too large for a link, which has {} characters at most: narrow the list by a filter or a stretch of time, \
         or export them",
        grouped(LONGEST_LINK as u64)
    )
}
