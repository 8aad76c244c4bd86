//! CONNECT and CONNACK.

use alloc::{format, string::String};

use super::words::{bytes, duration, text_size};
use super::{At, Meaning, fixed, header, message};
use crate::{Field, ProtocolVersion, Tree};

pub(super) fn value(at: At<'_>) -> Meaning {
    match at.node.field {
        Field::ProtocolName => protocol_name(at),
        Field::ProtocolVersion => protocol_version(at.number()?),
        Field::ConnectFlags => connect_flags(at),
        Field::ConnectReserved | Field::AcknowledgeReserved | Field::OptionsReserved => {
            fixed(if at.number()? == 0 {
                "as it must be"
            } else {
                "must be 0"
            })
        }
        Field::UserNameFlag
        | Field::PasswordFlag
        | Field::WillFlag
        | Field::WillRetain
        | Field::CleanStart => flag(at, at.number()? != 0),
        Field::WillQoS => match (has_will(at.tree), at.number()?) {
            (Some(false), 0) => fixed("there is no will"),
            (Some(false), _) => fixed("there is no will: must be 0"),
            (_, level) => header::qos(level),
        },
        Field::KeepAlive => keep_alive(at.number()?),
        Field::ClientIdentifier => client_identifier(at),
        Field::UserName => Some(text_size(at.content()).into()),
        Field::Password => Some(bytes(at.content().len()).into()),
        Field::WillTopic => message::topic(at.content()),
        Field::WillPayload => message::payload(at.content()),
        Field::SessionPresent => fixed(match (at.number()? != 0, at.version) {
            (true, _) => "the server goes on with a session it had kept",
            (false, ProtocolVersion::V3_1) => "not used in 3.1",
            (false, _) => "no session to go on with",
        }),
        Field::ConnectAcknowledgeFlags => {
            let present = at.tree.number(Field::SessionPresent)?;
            fixed(if present != 0 {
                "session present"
            } else {
                "no session present"
            })
        }
        _ => None,
    }
}

/// Whether the Will Flag is set; `None` when it was not read.
fn has_will(tree: &Tree) -> Option<bool> {
    Some(tree.number(Field::WillFlag)? != 0)
}

fn protocol_name(at: At<'_>) -> Meaning {
    fixed(match at.content() {
        b"MQTT" => "the name of 3.1.1 and 5",
        b"MQIsdp" => "the name of 3.1",
        name if name.eq_ignore_ascii_case(b"MQTT") || name.eq_ignore_ascii_case(b"MQIsdp") => {
            "not MQTT's name: capitals count"
        }
        _ => "not MQTT's name",
    })
}

fn protocol_version(number: u32) -> Meaning {
    let level = (number & 0x7F) as u8;
    let Some(version) = ProtocolVersion::from_level(level) else {
        return fixed("no version of MQTT: 3, 4 and 5 are");
    };
    // Some brokers mark the connections of a bridge so.
    let bridge = if number & 0x80 == 0 {
        ""
    } else {
        ", marked as a bridge"
    };
    Some(format!("MQTT {}{bridge}", version.name()).into())
}

fn flag(at: At<'_>, set: bool) -> Meaning {
    let no_will = has_will(at.tree) == Some(false);
    fixed(match (at.node.field, set) {
        (Field::UserNameFlag, true) => "the payload has one",
        (Field::UserNameFlag, false) => "the payload has none",
        (Field::PasswordFlag, true) => "the payload has one",
        (Field::PasswordFlag, false) => "the payload has none",
        (Field::WillFlag, true) => "a will is published if the connection breaks",
        (Field::WillFlag, false) => "there is no will",
        (Field::WillRetain, true) if no_will => "there is no will: must be 0",
        (Field::WillRetain, false) if no_will => "there is no will",
        (Field::WillRetain, true) => "the will is kept for later subscribers",
        (Field::WillRetain, false) => "the will is not kept",
        (Field::CleanStart, true) if at.version.is_v5() => {
            "start a new session; discard a stored one"
        }
        (Field::CleanStart, true) => "start a new session, which ends with the connection",
        (Field::CleanStart, false) if at.version.is_v5() => {
            "goes on with the stored session, if there is one"
        }
        (Field::CleanStart, false) => "goes on with a stored session and outlives the connection",
        _ => return None,
    })
}

/// The flags that are set, in words.
fn connect_flags(at: At<'_>) -> Meaning {
    let mut out = String::new();
    for (_, node) in at.children() {
        let Some(number) = super::number_of(node.value) else {
            continue;
        };
        let word = match (node.field, number) {
            (_, 0) => continue,
            (Field::UserNameFlag, _) => "user name",
            (Field::PasswordFlag, _) => "password",
            (Field::WillRetain, _) => "will retain",
            (Field::WillQoS, 1) => "will QoS 1",
            (Field::WillQoS, 2) => "will QoS 2",
            (Field::WillQoS, _) => "will QoS 3",
            (Field::WillFlag, _) => "will",
            (Field::CleanStart, _) if at.version.is_v5() => "clean start",
            (Field::CleanStart, _) => "clean session",
            (Field::ConnectReserved, _) => "reserved bit",
            _ => continue,
        };
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.push_str(word);
    }
    if out.is_empty() {
        fixed("none is set")
    } else {
        Some(out.into())
    }
}

/// A Keep Alive, with what the server makes of it: it waits one and a half times as long.
pub(super) fn keep_alive(seconds: u32) -> Meaning {
    if seconds == 0 {
        return fixed("off: the connection may be silent for ever");
    }
    let half = if seconds % 2 == 1 && seconds < 80 {
        ".5"
    } else {
        ""
    };
    let patience = duration(seconds.saturating_add(seconds / 2));
    let patience = if half.is_empty() {
        patience
    } else {
        patience.replace(" s", ".5 s")
    };
    Some(
        format!(
            "at most {} between packets; the server closes after {patience} of silence",
            duration(seconds)
        )
        .into(),
    )
}

fn client_identifier(at: At<'_>) -> Meaning {
    let content = at.content();
    let limit = match (content.len(), at.version) {
        (0, ProtocolVersion::V3_1) => return fixed("empty: 3.1 asks for 1 to 23 characters"),
        (0, ProtocolVersion::V3_1_1) => {
            return fixed("empty: the server makes one up for this connection");
        }
        (0, ProtocolVersion::V5) => return fixed("empty: the server chooses one"),
        (24.., ProtocolVersion::V3_1) => "; 3.1 allows 23",
        (24.., _) => "; a server may refuse more than 23",
        _ => "",
    };
    Some(format!("{}{limit}", text_size(content)).into())
}
