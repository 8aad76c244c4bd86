//! Handshakes as the page shows them.

use mqttscope_monitor::{FlowKind, FlowState as State};
use mqttscope_protocol::{Fate, FlowState, FlowView, RecordId};
use mqttscope_wire::{Context, ControlPacket, Decoded, PacketType, QoS, Sender, decode};

use crate::log::WireLog;
use crate::topics::Topics;
use crate::view::cut::cut;
use crate::view::rows::topic_of;
use crate::watch::Watched;

/// Characters of what a handshake is about.
const MOST_ABOUT: usize = 300;

/// Where a handshake stands.
pub(crate) fn state(watched: &Watched, log: &WireLog) -> FlowState {
    let flow = &watched.flow;
    match flow.state {
        State::Done if lost(&watched.packets(), log).is_some() => FlowState::Broken,
        State::Done => FlowState::Complete,
        State::WaitsFor(_) if is_resent(flow.kind, &watched.packets(), log) => FlowState::Resent,
        State::WaitsFor(_) => FlowState::Waiting,
        State::Refused(_) => FlowState::Refused,
        State::Broken => FlowState::Broken,
        State::Unknown => FlowState::Unknown,
    }
}

/// A row of the list.
pub(crate) fn row(watched: &Watched, log: &WireLog, topics: &Topics) -> FlowView {
    let flow = &watched.flow;
    let packets = watched.packets();
    let first = packets.first().copied();
    let at = |id: Option<RecordId>| id.and_then(|id| log.get(id)).map(|record| record.at);
    let began = at(first).unwrap_or(flow.started);
    let ended = at(packets.last().copied()).unwrap_or(flow.updated);
    let was_resent = is_resent(flow.kind, &packets, log);
    let state_text = match flow.state {
        State::Done => match lost(&packets, log) {
            Some(packet) => format!("{} lost by a fault", packet.name()),
            None if was_resent => "complete, sent again".to_owned(),
            None => "complete".to_owned(),
        },
        State::WaitsFor(next) if was_resent => format!("sent again, waits for {}", next.name()),
        State::WaitsFor(next) => format!("waits for {}", next.name()),
        State::Refused(code) => {
            let answer = packets.last().and_then(|&id| log.get(id));
            let name = answer.and_then(|it| code.name(it.packet_type(), it.version));
            let name = name.map_or_else(|| format!("0x{:02X}", code.0), str::to_owned);
            format!("refused: {name}")
        }
        State::Broken => "the connection ended before".to_owned(),
        State::Unknown => "unknown (bytes are missing)".to_owned(),
    };
    FlowView {
        connection: watched.connection,
        name: name(flow.kind).to_owned(),
        about: first
            .and_then(|id| about(id, log, topics))
            .map_or_else(String::new, |about| cut(&about, MOST_ABOUT)),
        packet_identifier: (flow.identifier != 0).then_some(flow.identifier),
        sender: flow.by,
        state: state(watched, log),
        state_text,
        packets,
        began,
        took: flow.is_over().then_some(ended - began),
        of: None,
    }
}

/// The packet with which it ended for its sender, where a fault of a tap took that away from the other side.
fn lost(packets: &[RecordId], log: &WireLog) -> Option<PacketType> {
    let last = log.get(*packets.last()?)?;
    (last.fate == Some(Fate::Lost)).then(|| last.packet_type())
}

const fn name(kind: FlowKind) -> &'static str {
    match kind {
        FlowKind::Connect => "CONNECT",
        FlowKind::Authenticate => "AUTH",
        FlowKind::Publish(QoS::AtMostOnce) => "PUBLISH",
        FlowKind::Publish(QoS::AtLeastOnce) => "QoS 1 PUBLISH",
        FlowKind::Publish(QoS::ExactlyOnce) => "QoS 2 PUBLISH",
        FlowKind::Subscribe => "SUBSCRIBE",
        FlowKind::Unsubscribe => "UNSUBSCRIBE",
        FlowKind::Ping => "PING",
        FlowKind::RequestResponse => "request and response",
    }
}

/// Whether one of its packets came a second time.
fn is_resent(kind: FlowKind, packets: &[RecordId], log: &WireLog) -> bool {
    if matches!(kind, FlowKind::Connect | FlowKind::RequestResponse) {
        return false;
    }
    let mut seen: Vec<(PacketType, Sender)> = Vec::new();
    let records = packets.iter().filter_map(|&id| log.get(id));
    for record in records {
        let it = (record.packet_type(), record.sender);
        if it.0 != PacketType::Auth && seen.contains(&it) {
            return true;
        }
        seen.push(it);
    }
    false
}

/// The topic of a PUBLISH, the first filter of a SUBSCRIBE, who connects.
fn about(id: RecordId, log: &WireLog, topics: &Topics) -> Option<String> {
    let record = log.get(id)?;
    if let Some(topic) = topic_of(log, topics, record) {
        return Some(topic);
    }
    let Ok(Decoded::Packet { packet, .. }) =
        decode(log.bytes(record), Context::new(record.version))
    else {
        return None;
    };
    match packet {
        ControlPacket::Connect(connect) => Some(connect.client_identifier.as_str().to_owned()),
        ControlPacket::Subscribe(subscribe) => {
            let mut filters = subscribe
                .subscriptions
                .iter()
                .map(|it| it.topic_filter.as_str());
            let first = filters.next()?.to_owned();
            Some(and_more(first, filters.count()))
        }
        ControlPacket::Unsubscribe(unsubscribe) => {
            let mut filters = unsubscribe.topic_filters.iter();
            let first = filters.next()?.as_str().to_owned();
            Some(and_more(first, filters.count()))
        }
        _ => None,
    }
}

fn and_more(first: String, more: usize) -> String {
    match more {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
