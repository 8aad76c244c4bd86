//! The options that every function takes.

use js_sys::JsString;
use mqttscope_wire::{Context, PacketType, ProtocolVersion, Score, Sender, detect};
use wasm_bindgen::JsThreadLocal;
use wasm_bindgen::prelude::*;

use crate::error::Failure;
use crate::given::Given;
use crate::plain;

/// What a reader must be told, or finds out.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options {
    version: Option<ProtocolVersion>,
    sender: Option<Sender>,
    maximum_packet_size: Option<u32>,
    maximum_packets: Option<u32>,
    maximum_fields: Option<u32>,
}

/// Bytes of a packet that a stream accepts where nothing is said.
const MAXIMUM_OF_STREAM: usize = 16 << 20;

/// Packets and fields that `dissect` makes objects of, unless it is told otherwise: some 250 MB.
const PACKETS: u32 = 100_000;
const FIELDS: u32 = 1_000_000;

impl Options {
    /// Reads them; `undefined` is none. Each call has options, so they are read without copying a
    /// string: comparing two in JavaScript is cheaper.
    pub(crate) fn of(value: &JsValue) -> Result<Self, Failure> {
        let Some(given) = Given::of(value) else {
            // Asked only now: who gives options wants speed.
            return if value.is_undefined() || value.is_null() {
                Ok(Self::default())
            } else {
                Err(Failure::message("options must be an object"))
            };
        };
        plain::OPTIONS.with(|kind| given.check_keys(kind, "options"))?;
        Ok(Self {
            version: version(&given.version())?,
            sender: sender(&given.from())?,
            maximum_packet_size: maximum(
                &given.maximum_packet_size(),
                "options: maximumPacketSize must be a number of bytes",
            )?,
            maximum_packets: None,
            maximum_fields: None,
        })
    }

    /// Reads those of `dissect`, too.
    pub(crate) fn of_dissect(value: &JsValue) -> Result<Self, Failure> {
        let options = Self::of(value)?;
        let Some(given) = Given::of(value) else {
            return Ok(options);
        };
        Ok(Self {
            maximum_packets: maximum(
                &given.maximum_packets(),
                "options: maximumPackets must be a number of packets",
            )?,
            maximum_fields: maximum(
                &given.maximum_fields(),
                "options: maximumFields must be a number of fields",
            )?,
            ..options
        })
    }

    /// The most packets that are taken apart.
    pub(crate) fn maximum_packets(self) -> usize {
        self.maximum_packets.unwrap_or(PACKETS) as usize
    }

    /// The most fields of all packets together.
    pub(crate) fn maximum_fields(self) -> usize {
        self.maximum_fields.unwrap_or(FIELDS) as usize
    }

    /// The version that is asked for.
    pub(crate) const fn version(self) -> Option<ProtocolVersion> {
        self.version
    }

    /// What is written and does not name its version is in the newest.
    pub(crate) fn written_in(self) -> ProtocolVersion {
        self.version.unwrap_or(ProtocolVersion::V5)
    }

    /// The most that a packet of a stream may have; without it 16 MiB, since a stream keeps what has
    /// come of a packet.
    pub(crate) fn maximum_of_stream(self) -> usize {
        self.maximum_packet_size
            .map_or(MAXIMUM_OF_STREAM, |bytes| bytes as usize)
    }

    /// The end that sent the packets, where it is said.
    pub(crate) const fn sender(self) -> Option<Sender> {
        self.sender
    }

    /// The most that a packet of a buffer may have; without it what the standard allows.
    pub(crate) fn maximum_packet_size(self) -> usize {
        self.maximum_packet_size
            .map_or(usize::MAX, |bytes| bytes as usize)
    }

    /// How to read these bytes.
    pub(crate) fn context(self, bytes: &[u8]) -> Context {
        self.detect(bytes).0
    }

    /// The same, with readings of other versions that are nearly as good.
    pub(crate) fn detect(self, bytes: &[u8]) -> (Context, Vec<Score>) {
        let sender = self.sender;
        let begins = bytes.first().map(|&byte| PacketType::from_first_byte(byte));
        let (version, alternatives) = match self.version {
            Some(version) => (version, Vec::new()),
            // It names its own, and is by far the most frequent start of a recording.
            None if matches!(begins, None | Some(PacketType::Connect)) => {
                (ProtocolVersion::V5, Vec::new())
            }
            None => {
                let found = detect(bytes, sender);
                (found.version, found.alternatives)
            }
        };
        (Context { version, sender }, alternatives)
    }
}

pub(crate) fn version(value: &JsValue) -> Result<Option<ProtocolVersion>, Failure> {
    if value.is_undefined() {
        return Ok(None);
    }
    let is = |text: &'static JsThreadLocal<JsString>| {
        text.with(|text| value == AsRef::<JsValue>::as_ref(text))
    };
    if is(&plain::V5) {
        Ok(Some(ProtocolVersion::V5))
    } else if is(&plain::V3_1_1) {
        Ok(Some(ProtocolVersion::V3_1_1))
    } else if is(&plain::V3_1) {
        Ok(Some(ProtocolVersion::V3_1))
    } else if is(&plain::AUTO) {
        Ok(None)
    } else {
        Err(Failure::message(
            "options: version must be \"3.1\", \"3.1.1\", \"5\" or \"auto\"",
        ))
    }
}

/// The end that `from` names; none when left out.
pub(crate) fn sender(value: &JsValue) -> Result<Option<Sender>, Failure> {
    if value.is_undefined() {
        return Ok(None);
    }
    match value.as_string().as_deref() {
        Some("client") => Ok(Some(Sender::Client)),
        Some("server") => Ok(Some(Sender::Server)),
        _ => Err(Failure::message("from must be \"client\" or \"server\"")),
    }
}

fn maximum(value: &JsValue, wrong: &'static str) -> Result<Option<u32>, Failure> {
    if value.is_undefined() {
        return Ok(None);
    }
    match value.as_f64() {
        Some(number) if number >= 1.0 && number <= f64::from(u32::MAX) && number.fract() == 0.0 => {
            Ok(Some(number as u32))
        }
        // No limit, as far as there are limits.
        Some(number) if number == f64::INFINITY => Ok(Some(u32::MAX)),
        _ => Err(Failure::message(wrong)),
    }
}
