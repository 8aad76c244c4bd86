//! Forms that take no schema: a person says that a topic has one, whatever its payloads look like.

use serde::{Deserialize, Serialize};

/// A form of payloads that takes no schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Plain {
    /// JSON.
    Json,
    /// CBOR.
    Cbor,
    /// The MessagePack format.
    MessagePack,
    /// XML.
    Xml,
    /// UTF-8 text, whatever is in it.
    Text,
    /// Bytes that say nothing.
    Hex,
}

impl Plain {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Json,
        Self::Cbor,
        Self::MessagePack,
        Self::Xml,
        Self::Text,
        Self::Hex,
    ];

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Cbor => "CBOR",
            Self::MessagePack => "MessagePack",
            Self::Xml => "XML",
            Self::Text => "text",
            Self::Hex => "hex",
        }
    }
}
