//! The options that every function takes.

use mqttscope_wire::{Context, PacketType, ProtocolVersion, Sender, detect};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use crate::error::Failure;

/// What a reader must be told, or finds out.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Options {
    version: Option<Version>,
    from: Option<From>,
    maximum_packet_size: Option<u32>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
enum Version {
    #[serde(rename = "auto")]
    Auto,
    #[serde(rename = "3.1")]
    V3_1,
    #[serde(rename = "3.1.1")]
    V3_1_1,
    #[serde(rename = "5")]
    V5,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum From {
    Client,
    Server,
}

impl Options {
    /// Reads them; `undefined` is none.
    pub(crate) fn of(value: &JsValue) -> Result<Self, Failure> {
        if value.is_undefined() || value.is_null() {
            return Ok(Self::default());
        }
        if !value.is_object() {
            return Err(Failure::message("options must be an object"));
        }
        serde_wasm_bindgen::from_value(value.clone())
            .map_err(|error| Failure::message(format!("options: {error}")))
    }

    /// The version that is asked for.
    pub(crate) fn version(self) -> Option<ProtocolVersion> {
        match self.version? {
            Version::Auto => None,
            Version::V3_1 => Some(ProtocolVersion::V3_1),
            Version::V3_1_1 => Some(ProtocolVersion::V3_1_1),
            Version::V5 => Some(ProtocolVersion::V5),
        }
    }

    /// What is written and does not name its version is in the newest.
    pub(crate) fn written_in(self) -> ProtocolVersion {
        self.version().unwrap_or(ProtocolVersion::V5)
    }

    /// Who sent the packets, where that is known.
    pub(crate) fn sender(self) -> Option<Sender> {
        Some(match self.from? {
            From::Client => Sender::Client,
            From::Server => Sender::Server,
        })
    }

    /// The most that a packet of a stream may have; without it what the standard allows.
    pub(crate) fn maximum_packet_size(self) -> usize {
        self.maximum_packet_size
            .map_or(usize::MAX, |bytes| bytes as usize)
    }

    /// How to read these bytes.
    pub(crate) fn context(self, bytes: &[u8]) -> Context {
        let sender = self.sender();
        let begins = bytes.first().map(|&byte| PacketType::from_first_byte(byte));
        let version = match self.version() {
            Some(version) => version,
            // It names its own, and is by far the most frequent start of a recording.
            None if matches!(begins, None | Some(PacketType::Connect)) => ProtocolVersion::V5,
            None => detect(bytes, sender).version,
        };
        Context { version, sender }
    }
}
