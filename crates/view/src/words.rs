//! The words for values and packets, as the views need them.

use mqttscope_wire::{Dissection, Field, explain};

/// What the value of a node means, beside a row that shows `value`; empty when it adds nothing. The
/// sentence about a reason code is [`ReasonCode::meaning`](mqttscope_wire::ReasonCode::meaning).
pub(crate) fn meaning(dissection: &Dissection, node: usize, packet: &[u8], value: &str) -> String {
    let Some(meaning) = explain::brief(&dissection.tree, node, packet, dissection.context()) else {
        return String::new();
    };
    match dissection.tree.get(node).map(|node| node.field) {
        // Its value already shows both halves.
        Some(Field::UserProperty) => String::new(),
        // The value shows number and name; what is said about the name is left.
        Some(Field::PacketType | Field::ReasonCode) => {
            let name = value.split_once(' ').map_or("", |(_, name)| name);
            let rest = meaning.strip_prefix(name);
            let rest = rest.map(|rest| rest.strip_prefix(", ").unwrap_or(rest));
            rest.unwrap_or(&meaning).to_owned()
        }
        _ => meaning.into_owned(),
    }
}

/// A packet in one line.
pub(crate) fn summary(dissection: &Dissection, packet: &[u8]) -> String {
    mqttscope_wire::summary(dissection, packet)
}
