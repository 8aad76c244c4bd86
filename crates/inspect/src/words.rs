//! The words for values and packets, as the views need them.

use mqttscope_wire::{Dissection, explain};

/// What the value of a node means; empty when it says all itself.
pub(crate) fn meaning(dissection: &Dissection, node: usize, packet: &[u8]) -> String {
    let meaning = explain::value(&dissection.tree, node, packet, dissection.version);
    meaning.map_or_else(String::new, std::borrow::Cow::into_owned)
}

/// A packet in one line.
pub(crate) fn summary(dissection: &Dissection, packet: &[u8]) -> String {
    mqttscope_wire::summary(dissection, packet)
}
