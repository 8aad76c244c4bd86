//! The words for values and packets.

use mqttscope_wire::Dissection;

/// What the value of a node means; empty when it says all itself.
pub(crate) fn meaning(_dissection: &Dissection, _node: usize, _packet: &[u8]) -> String {
    String::new()
}

/// A packet in one line.
pub(crate) fn summary(_dissection: &Dissection, _packet: &[u8]) -> String {
    String::new()
}
