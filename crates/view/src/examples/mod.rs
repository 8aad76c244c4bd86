//! Packets to begin with: every type in every version where it differs, and broken ones.

mod all;

use std::borrow::Cow;

use mqttscope_wire::{ProtocolVersion, Sender};

pub use all::{ALL, FIRST};

/// One example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example<'a> {
    /// The part of the menu it stands in; examples of a group stand together.
    pub group: &'a str,
    /// What it is called; unique in its group.
    pub title: &'a str,
    /// What there is to see.
    pub shows: &'a str,
    /// The version it is in.
    pub version: ProtocolVersion,
    /// Who sends it; `None` where both ends speak or it does not matter.
    pub sender: Option<Sender>,
    /// The name of the rule it breaks; `None`: it breaks none.
    pub rule: Option<&'a str>,
    /// The bytes as a person would paste them, one packet a line. Where both sides speak, each line
    /// begins with `C:` or `S:`.
    pub hex: Cow<'a, str>,
}

impl Example<'_> {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        // A mark is no hex.
        self.hex
            .split_ascii_whitespace()
            .filter_map(|byte| u8::from_str_radix(byte, 16).ok())
            .collect()
    }
}
