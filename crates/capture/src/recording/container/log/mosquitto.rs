//! What mosquitto writes: the broker with `-v` or `log_type all`, `mosquitto_sub` and `mosquitto_pub` with `-d`.

use mqttscope_wire::{PacketType, ProtocolVersion};

use super::{Line, Packet, Who, typed, within_brackets};
use crate::reading::Role;
use crate::recording::event::Ending;

pub(super) fn line(text: &str) -> Option<Line<'_>> {
    // Filters of the SUBSCRIBE in the line before.
    if let Some((_, words)) = text.split_once('\t')
        && text.len().saturating_sub(words.len()) <= 40
        && !words.is_empty()
    {
        return Some(Line::More(words.trim()));
    }
    connected(text)
        .or_else(|| passed(text))
        .or_else(|| over(text))
        .or_else(|| of_client(text))
}

/// `New connection from 127.0.0.1:53348 on port 1883.`,
/// `New client connected from 127.0.0.1:53348 as sub (p2, c1, k60).`
fn connected(text: &str) -> Option<Line<'_>> {
    if let Some((_, rest)) = text.split_once("New connection from ") {
        let (address, port) = rest.trim_end_matches('.').split_once(" on port ")?;
        return Some(Line::Connection { address, port });
    }
    let (_, words) = text.split_once("New client connected from ")?;
    let words = words.trim_end_matches('.');
    let (address, rest) = words.split_once(" as ")?;
    let at = rest.rfind(" (p").or_else(|| rest.rfind(" (c"))?;
    let (id, told) = rest.split_at_checked(at)?;
    let number = told.trim_start_matches(" (p").chars().next();
    let version = match number.filter(|_| told.starts_with(" (p")) {
        Some('1') => Some(ProtocolVersion::V3_1),
        Some('2') => Some(ProtocolVersion::V3_1_1),
        Some('5') => Some(ProtocolVersion::V5),
        _ => None,
    };
    Some(Line::Packet(Packet {
        who: Who {
            key: id,
            id,
            address,
        },
        from: Role::Client,
        packet_type: PacketType::Connect,
        version,
        words,
    }))
}

/// `Received PUBLISH from sub (d0, q0, r0, m0, 'a', ... (1 bytes))`, `Sending PUBACK to pub (m1, rc0)`
fn passed(text: &str) -> Option<Line<'_>> {
    let ways = [
        ("Received ", " from ", Role::Client),
        ("Denied ", " from ", Role::Client),
        ("Sending ", " to ", Role::Server),
    ];
    ways.into_iter().find_map(|(verb, link, from)| {
        let at = text.find(verb)?;
        let (packet_type, rest) = typed(text.get(at.saturating_add(verb.len())..)?)?;
        let rest = rest.strip_prefix(link)?;
        // As other brokers have it.
        if rest.starts_with("client '") {
            return None;
        }
        let (id, words) = apart(rest, packet_type);
        Some(Line::Packet(Packet {
            who: Who {
                key: id,
                id,
                address: "",
            },
            from,
            packet_type,
            version: None,
            words: if verb == "Denied " {
                text.get(at..)?
            } else {
                within_brackets(words)
            },
        }))
    })
}

/// The Client Identifier, and what is told of the packet.
fn apart(rest: &str, packet_type: PacketType) -> (&str, &str) {
    let at = if packet_type == PacketType::Publish {
        rest.find(" (d")
    } else {
        rest.rfind(" (").filter(|_| rest.ends_with(')'))
    };
    rest.split_at_checked(at.unwrap_or(rest.len()))
        .unwrap_or((rest, ""))
}

/// `Client sub disconnected.`, `Client sub has exceeded timeout, disconnecting.`
fn over(text: &str) -> Option<Line<'_>> {
    if let Some(at) = text.find("Socket error on client ") {
        let words = text.get(at..)?;
        let rest = words.strip_prefix("Socket error on client ")?;
        return gone(rest.split_once(", ")?.0, Ending::Failed, words);
    }
    if let Some(at) = text.find("Bad socket read/write on client ") {
        let words = text.get(at..)?;
        let rest = words.strip_prefix("Bad socket read/write on client ")?;
        return gone(rest.rsplit_once(": ")?.0, Ending::Failed, words);
    }
    let (before, rest) = text.split_once("Client ")?;
    // Behind a time, or at the beginning.
    if before.chars().any(char::is_lowercase) && !before.ends_with(": ") {
        return None;
    }
    let words = text.get(before.len()..)?;
    let ends = [
        (" disconnected.", Ending::Fin),
        (" closed its connection.", Ending::Fin),
        (" has exceeded timeout, disconnecting.", Ending::TimedOut),
        (
            " already connected, closing old connection.",
            Ending::TakenOver,
        ),
        (
            " been disconnected by administrative action.",
            Ending::Failed,
        ),
    ];
    if let Some(over) = ends.into_iter().find_map(|(end, how)| {
        let key = rest.strip_suffix(end)?;
        gone(key, how, words)
    }) {
        return Some(over);
    }
    // Why stands behind it: `, not authorised.`, ` due to protocol error.`, `: Connection reset by peer.`
    let (key, why) = rest.rsplit_once(" disconnected")?;
    let is_why = [", ", " due to ", ": "];
    let is_why = is_why.iter().any(|link| why.starts_with(link));
    is_why.then(|| gone(key, Ending::Failed, words))?
}

fn gone<'a>(key: &'a str, how: Ending, words: &'a str) -> Option<Line<'a>> {
    // A newer broker writes where the client is behind its name.
    let key = key
        .strip_suffix(']')
        .and_then(|named| Some(named.rsplit_once(" [")?.0))
        .unwrap_or(key);
    let who = Who {
        key,
        ..Who::default()
    };
    let words = words.trim_end_matches('.');
    Some(Line::Over { who, how, words })
}

/// `Client sub sending CONNECT`, `Client sub received PUBLISH (d0, …)`
fn of_client(text: &str) -> Option<Line<'_>> {
    let (_, rest) = text.split_once("Client ")?;
    let ways = [(" sending ", Role::Client), (" received ", Role::Server)];
    ways.into_iter().find_map(|(verb, from)| {
        let (id, rest) = rest.split_once(verb)?;
        let (packet_type, words) = typed(rest)?;
        if !(words.is_empty() || words.starts_with(" (")) {
            return None;
        }
        Some(Line::Packet(Packet {
            who: Who {
                key: id,
                // Without one, the server gives it.
                id: if matches!(id, "(null)" | "null") {
                    ""
                } else {
                    id
                },
                address: "",
            },
            from,
            packet_type,
            version: None,
            words: within_brackets(words),
        }))
    })
}
