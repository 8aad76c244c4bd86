//! Everything that was found in a conversation, as one list with one count: broken rules of single packets,
//! broken rules of the conversation, and what else is worth knowing.

use mqttscope_wire::{
    Citation, Context, ControlPacket, Decoded, ProtocolVersion, ReasonCode, Rule, Sender, Severity,
    decode, dissect,
};

use super::{Conversation, Judged};
use crate::digits::grouped;

/// The most that are listed; a broken peer may break a rule with every packet.
pub const MOST: usize = 10_000;

/// What shows a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// One packet alone.
    ByPacket,
    /// The conversation.
    ByConversation,
    /// Nothing is broken: it is worth knowing.
    AsRemark,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// How sure it is.
    pub severity: Severity,
    /// What shows it.
    pub shown: Shown,
    /// The rule's name; empty for a remark.
    pub rule: &'static str,
    /// Where the standard says it: `[MQTT-4.3.3-1]` or `section 3.1`; empty where it does not.
    pub place: String,
    /// The version of that standard.
    pub version: ProtocolVersion,
    /// Who broke the rule.
    pub by: Option<Sender>,
    /// What is wrong.
    pub message: String,
    /// The packets that show it, from 0, the one that breaks the rule last.
    pub packets: Vec<usize>,
}

/// The list, the worst first and each grade in the order of the packets. `versions` are those that each
/// packet is read in.
#[must_use]
pub fn merged(
    conversation: &Conversation,
    versions: &[ProtocolVersion],
    judged: &Judged,
) -> Vec<Item> {
    let mut items = of_packets(
        conversation,
        versions,
        is_identifier_refused(conversation, versions),
    );
    items.extend(judged.findings.iter().map(|finding| {
        Item {
            severity: finding.severity,
            shown: Shown::ByConversation,
            rule: finding.rule,
            place: finding
                .statement
                .map(|statement| format!("[{statement}]"))
                .unwrap_or_default(),
            version: finding.version,
            by: Some(finding.by),
            message: finding.message.clone(),
            packets: finding.packets.clone(),
        }
    }));
    let remarks = judged.explanations.iter().filter(|line| !line.is_finding);
    items.extend(remarks.map(|line| Item {
        severity: line.severity,
        shown: Shown::AsRemark,
        rule: "",
        place: String::new(),
        version: ProtocolVersion::V5,
        by: None,
        message: sentence(&line.text),
        packets: line.packets.clone(),
    }));
    items.sort_by_key(|item| {
        let last = item.packets.last().copied().unwrap_or(usize::MAX);
        (core::cmp::Reverse(item.severity), last)
    });
    items.truncate(MOST);
    items
}

/// How many findings there are: so many listed, and so many more that were found and are not listed.
#[must_use]
pub fn how_many(listed: usize, left_out: u64) -> String {
    let listed_text = grouped(listed as u64);
    match listed {
        _ if listed >= MOST => format!("the first {listed_text} findings"),
        _ if left_out > 0 => {
            let all = left_out.saturating_add(listed as u64);
            format!("{listed_text} findings shown of {}", grouped(all))
        }
        1 => "1 finding".to_owned(),
        _ => format!("{listed_text} findings"),
    }
}

/// Errors, warnings and notes of a list.
#[must_use]
pub fn counts(items: &[Item]) -> [usize; 3] {
    [Severity::Error, Severity::Warning, Severity::Note].map(|severity| {
        items
            .iter()
            .filter(|item| item.severity == severity)
            .count()
    })
}

/// Whether the server refuses the client identifier. That it may is worth saying only then: nearly every client has
/// one that it may refuse. The packet's fields say it in any case.
fn is_identifier_refused(conversation: &Conversation, versions: &[ProtocolVersion]) -> bool {
    let mut packets = conversation.packets.iter().zip(versions);
    packets.any(|(spoken, &version)| {
        let bytes = conversation.bytes.get(spoken.range.clone());
        let context = Context::new(version).sent_by(spoken.from);
        let decoded = bytes.map(|bytes| decode(bytes, context));
        let Some(Ok(Decoded::Packet {
            packet: ControlPacket::Connack(connack),
            ..
        })) = decoded
        else {
            return false;
        };
        connack.reason_code
            == if version.is_v5() {
                ReasonCode::CLIENT_IDENTIFIER_NOT_VALID
            } else {
                ReasonCode(2)
            }
    })
}

/// Rules that single packets break.
fn of_packets(
    conversation: &Conversation,
    versions: &[ProtocolVersion],
    is_identifier_refused: bool,
) -> Vec<Item> {
    let mut items = Vec::new();
    for (place, spoken) in conversation.packets.iter().enumerate() {
        let bytes = conversation.bytes.get(spoken.range.clone());
        let (Some(bytes), Some(&version)) = (bytes, versions.get(place)) else {
            continue;
        };
        let dissection = dissect(bytes, Context::new(version).sent_by(spoken.from));
        for diagnostic in &dissection.diagnostics {
            if items.len() >= MOST {
                return items;
            }
            if diagnostic.rule == Rule::ConnectClientIdNotGuaranteed && !is_identifier_refused {
                continue;
            }
            items.push(Item {
                severity: diagnostic.severity(),
                shown: Shown::ByPacket,
                rule: diagnostic.rule.name(),
                place: match diagnostic.citation() {
                    Citation::Statements(ids) => {
                        ids.first().map(|id| format!("[{id}]")).unwrap_or_default()
                    }
                    Citation::Section(section) => section.to_owned(),
                    Citation::None => String::new(),
                },
                version,
                by: Some(spoken.from),
                message: diagnostic.message(bytes),
                packets: vec![place],
            });
        }
    }
    items
}

/// A text with a capital letter and a full stop.
#[must_use]
pub fn sentence(text: &str) -> String {
    let mut rest = text.chars();
    let Some(first) = rest.next() else {
        return String::new();
    };
    let stop = if text.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    first.to_uppercase().chain(rest).collect::<String>() + stop
}

#[cfg(test)]
mod tests {
    use super::how_many;

    #[test]
    fn a_list_that_is_cut_says_so() {
        for (listed, left_out, says) in [
            (0, 0, "0 findings"),
            (1, 0, "1 finding"),
            (9_999, 0, "9,999 findings"),
            (100, 99_900, "100 findings shown of 100,000"),
            (10_000, 5, "the first 10,000 findings"),
        ] {
            assert_eq!(how_many(listed, left_out), says);
        }
    }
}
