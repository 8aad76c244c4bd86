//! What EMQX writes at the level `debug` and into traces: what it receives in hex, and all packets in words.

use mqttscope_wire::ProtocolVersion;

use super::{Line, Packet, Who, typed, within_brackets};
use crate::reading::Role;

/// `… msg: raw_bin_received, peername: 127.0.0.1:59390, size: 2, type: hex, bin: C000`,
/// `… msg: mqtt_packet_sent, peername: 127.0.0.1:59390, packet: CONNACK(Q0, R0, D0, AckFlags=0, ReasonCode=0)`
pub(super) fn line(text: &str) -> Option<Line<'_>> {
    let address = value(text, "peername")?;
    let who = Who {
        key: address,
        id: value(text, "clientid").unwrap_or_default(),
        address,
    };
    let from = match value(text, "msg")? {
        "raw_bin_received" => {
            let hex = value(text, "bin")?;
            let is_hex = !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
            return is_hex.then_some(Line::Bytes { who, hex });
        }
        "mqtt_packet_received" => Role::Client,
        "mqtt_packet_sent" => Role::Server,
        _ => return None,
    };
    let at = place(text, "packet")?;
    let (packet_type, rest) = typed(text.get(at..)?)?;
    // Other members may follow; a payload may have brackets of its own.
    let end = rest.rfind(')')?;
    let words = within_brackets(rest.get(..=end)?);
    let version = match value(words, "ProtoVsn") {
        Some("3") => Some(ProtocolVersion::V3_1),
        Some("4") => Some(ProtocolVersion::V3_1_1),
        Some("5") => Some(ProtocolVersion::V5),
        _ => None,
    };
    Some(Line::Packet(Packet {
        who,
        from,
        packet_type,
        version,
        words,
    }))
}

/// Where the value of a member begins: `name: value`, `name=value` or, in JSON, `"name":"value"`.
fn place(text: &str, name: &str) -> Option<usize> {
    let mut from = 0_usize;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find(name)) {
        let start = from.saturating_add(found);
        let end = start.saturating_add(name.len());
        let before = text
            .get(..start)
            .and_then(|before| before.chars().next_back());
        let behind = text.get(end..)?;
        let is_name = before.is_none_or(|c| matches!(c, ' ' | ',' | '"' | '{'));
        let value = ["\":\"", "\": \"", "\":", ": ", "="]
            .into_iter()
            .find_map(|mark| behind.strip_prefix(mark));
        if let Some(value) = value.filter(|_| is_name) {
            return Some(text.len().saturating_sub(value.len()));
        }
        from = end;
    }
    None
}

fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let rest = text.get(place(text, name)?..)?;
    let len = rest.find([',', '"', '}', ')']).unwrap_or(rest.len());
    rest.get(..len).map(str::trim)
}
