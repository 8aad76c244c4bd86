//! A line of text becomes a packet's bytes.

use mqttscope_wire::{ProtocolVersion, QoS};

use crate::notation::{self, Unsaid};

/// `v3.1`, `v3.1.1` or `v5`.
pub(crate) fn version(word: &str) -> Option<ProtocolVersion> {
    ProtocolVersion::ALL
        .into_iter()
        .find(|version| word.strip_prefix('v') == Some(version.name()))
}

/// The bytes of the packet that the words describe.
pub(crate) fn packet(words: &[&str], version: ProtocolVersion) -> Vec<u8> {
    let unsaid = Unsaid {
        clean_start: false,
        maximum_qos: QoS::AtMostOnce,
    };
    notation::packet(words, version, unsaid)
}
