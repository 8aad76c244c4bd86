//! MQTT-SN: a protocol of its own, in which each message begins with its length.

use mqttscope_wire::{PacketType, frame};

use super::{Confidence, Foreign, Protocol, counted};

const ADVICE: &str = "MQTT-SN is another protocol than MQTT: short messages over UDP, serial lines or radio, which a gateway \
    translates. Its messages cannot be read here. Record between the gateway and the broker to see MQTT.";

pub(super) fn recognize(bytes: &[u8]) -> Option<Foreign> {
    let messages = messages(bytes)?;
    let first = *bytes.first()?;
    // A fixed header that is allowed in MQTT is rather that, unless a message proves itself.
    let is_proven = messages.iter().any(|(kind, body)| is_proof(*kind, body));
    let flags = first & 15;
    let may_be_packet = match PacketType::from_first_byte(first) {
        PacketType::Reserved => false,
        PacketType::Publish => flags & 6 != 6,
        PacketType::Subscribe | PacketType::Unsubscribe | PacketType::Pubrel => flags == 2,
        _ => flags == 0,
    };
    let tiles = match frame::header(bytes) {
        frame::Header::Complete { len, .. } => len == bytes.len(),
        _ => false,
    };
    let confidence = match (may_be_packet, is_proven) {
        (true, false) => return None,
        (true, true) if tiles => return None,
        (_, true) => Confidence::Certain,
        (false, false) if bytes.len() < 3 => return None,
        (false, false) => Confidence::Likely,
    };
    let names: Vec<&str> = messages
        .iter()
        .filter_map(|(kind, _)| name(*kind))
        .take(4)
        .collect();
    let more = if messages.len() > names.len() {
        ", …"
    } else {
        ""
    };
    let what = format!(
        "{} ({}{more})",
        counted(messages.len(), "MQTT-SN message"),
        names.join(", ")
    );
    Some(Foreign::new(Protocol::MqttSn, confidence, what, ADVICE))
}

/// Types and bodies of the messages that the bytes consist of, all of known types.
fn messages(bytes: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() && found.len() < 1000 {
        let (kind, body, behind) = message(rest)?;
        found.push((kind, body));
        rest = behind;
    }
    (!found.is_empty()).then_some(found)
}

/// The type and the body of the first message, which is of a known type, and what stands behind it.
fn message(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&first, behind) = bytes.split_first()?;
    let (length, header) = match first {
        1 => (
            usize::from(u16::from_be_bytes(*behind.first_chunk::<2>()?)),
            3_usize,
        ),
        short => (usize::from(short), 1),
    };
    let (message, behind) = bytes.split_at_checked(length)?;
    let (&kind, body) = message.get(header..)?.split_first()?;
    name(kind)?;
    is_fair(kind, body).then_some((kind, body, behind))
}

/// Whether only a message of this type and body can be meant: a CONNECT with the number of the protocol.
fn is_proof(kind: u8, body: &[u8]) -> bool {
    kind == 0x04 && body.get(1) == Some(&1)
}

/// Whether a datagram consists of messages; `Some(true)`: beyond doubt.
pub(crate) fn datagram(bytes: &[u8]) -> Option<bool> {
    let (kind, body, mut rest) = message(bytes)?;
    let mut is_proven = is_proof(kind, body);
    while !rest.is_empty() {
        let (kind, body, behind) = message(rest)?;
        is_proven |= is_proof(kind, body);
        rest = behind;
    }
    Some(is_proven)
}

fn name(kind: u8) -> Option<&'static str> {
    Some(match kind {
        0x00 => "ADVERTISE",
        0x01 => "SEARCHGW",
        0x02 => "GWINFO",
        0x04 => "CONNECT",
        0x05 => "CONNACK",
        0x06 => "WILLTOPICREQ",
        0x07 => "WILLTOPIC",
        0x08 => "WILLMSGREQ",
        0x09 => "WILLMSG",
        0x0a => "REGISTER",
        0x0b => "REGACK",
        0x0c => "PUBLISH",
        0x0d => "PUBACK",
        0x0e => "PUBCOMP",
        0x0f => "PUBREC",
        0x10 => "PUBREL",
        0x12 => "SUBSCRIBE",
        0x13 => "SUBACK",
        0x14 => "UNSUBSCRIBE",
        0x15 => "UNSUBACK",
        0x16 => "PINGREQ",
        0x17 => "PINGRESP",
        0x18 => "DISCONNECT",
        0x1a => "WILLTOPICUPD",
        0x1b => "WILLTOPICRESP",
        0x1c => "WILLMSGUPD",
        0x1d => "WILLMSGRESP",
        0xfe => "encapsulated message",
        _ => return None,
    })
}

/// Whether a body can be one of its type.
fn is_fair(kind: u8, body: &[u8]) -> bool {
    let len = body.len();
    match kind {
        0x00 => len == 3,
        0x01 | 0x05 | 0x1b | 0x1d => len == 1,
        0x04 => len >= 4 && body.get(1) == Some(&1) && body.first().is_some_and(|f| f & !0x0c == 0),
        0x06 | 0x08 | 0x17 => len == 0,
        0x0a => len >= 5,
        0x0b | 0x0d => len == 5,
        0x0c => len >= 5,
        0x0e..=0x10 | 0x15 => len == 2,
        0x12 | 0x14 => len >= 4,
        0x13 => len == 6,
        0x18 => len == 0 || len == 2,
        _ => true,
    }
}
