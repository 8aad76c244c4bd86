//! Fields that a caller gives, each held to what it must be; a failure names place and field.
//!
//! Each question to JavaScript costs as much as writing a small packet, so that a field is first
//! taken for what it should be; whether it was left out is asked only when it is not that.

use js_sys::JsString;
use mqttscope_wire::{
    BinaryData, PacketIdentifier, QoS, TopicFilter, TopicName, Utf8EncodedString,
};
use wasm_bindgen::prelude::*;

use crate::bytes;
use crate::error::Failure;
use crate::given::{Given, List};

/// The object that a field stands in, as messages name it: `PUBLISH`, `CONNECT.will`.
#[derive(Clone, Copy)]
pub(super) struct Place<'a>(pub(super) &'a str);

fn whole(value: &JsValue, maximum: u32) -> Option<u32> {
    value
        .as_f64()
        .filter(|&number| number >= 0.0 && number <= f64::from(maximum) && number.fract() == 0.0)
        .map(|number| number as u32)
}

/// Left out.
pub(super) fn is_absent(value: &JsValue) -> bool {
    value.is_undefined() || value.is_null()
}

const STRING: &str = "a string of at most 65,535 bytes without U+0000 and lone surrogates";
const BYTES: &str = "a Uint8Array";

impl Place<'_> {
    pub(super) fn fail(self, message: &str) -> Failure {
        Failure::message(format!("{}: {message}", self.0))
    }

    pub(super) fn object<'v>(self, name: &str, value: &'v JsValue) -> Result<Given<'v>, Failure> {
        Given::of(value).ok_or_else(|| Failure::field(self.0, name, "an object"))
    }

    pub(super) fn list<'v>(
        self,
        name: &str,
        value: &'v JsValue,
        must: &str,
    ) -> Result<List<'v>, Failure> {
        List::of(value).ok_or_else(|| Failure::field(self.0, name, must))
    }

    /// A whole number from 0 to `maximum`.
    pub(super) fn number(self, name: &str, value: &JsValue, maximum: u32) -> Result<u32, Failure> {
        whole(value, maximum).ok_or_else(|| {
            Failure::field(self.0, name, &format!("a whole number from 0 to {maximum}"))
        })
    }

    /// The same; 0 when left out.
    pub(super) fn number_or_0(
        self,
        name: &str,
        value: &JsValue,
        maximum: u32,
    ) -> Result<u32, Failure> {
        match whole(value, maximum) {
            Some(number) => Ok(number),
            None if is_absent(value) => Ok(0),
            None => self.number(name, value, maximum),
        }
    }

    /// QoS 0 when left out.
    pub(super) fn qos(self, name: &str, value: &JsValue) -> Result<QoS, Failure> {
        let number = self.number_or_0(name, value, 2)?;
        Ok(QoS::new(number as u8).unwrap_or_default())
    }

    pub(super) fn identifier(self, value: &JsValue) -> Result<PacketIdentifier, Failure> {
        value
            .as_f64()
            .filter(|&number| number.fract() == 0.0 && number <= f64::from(u16::MAX))
            .and_then(|number| PacketIdentifier::new(number as u16))
            .ok_or_else(|| {
                Failure::field(self.0, "packetIdentifier", "a whole number from 1 to 65535")
            })
    }

    pub(super) fn text(self, name: &str, value: &JsValue) -> Result<String, Failure> {
        let text = value
            .as_string()
            .ok_or_else(|| Failure::field(self.0, name, "a string"))?;
        self.sound(name, value, text)
    }

    /// The text of `value`, when it is all of it.
    fn sound(self, name: &str, value: &JsValue, text: String) -> Result<String, Failure> {
        // Lone surrogates have become U+FFFD on the way; the string would not be what was given.
        let replaced = !text.is_ascii()
            && text.contains('\u{fffd}')
            && !value
                .dyn_ref::<JsString>()
                .is_some_and(JsString::is_valid_utf16);
        if replaced {
            return Err(Failure::field(self.0, name, STRING));
        }
        Ok(text)
    }

    /// An empty text when left out.
    pub(super) fn text_or_empty(self, name: &str, value: &JsValue) -> Result<String, Failure> {
        match value.as_string() {
            Some(text) => self.sound(name, value, text),
            None if is_absent(value) => Ok(String::new()),
            None => self.text(name, value),
        }
    }

    pub(super) fn utf8<'t>(
        self,
        name: &str,
        text: &'t str,
    ) -> Result<Utf8EncodedString<'t>, Failure> {
        Utf8EncodedString::new(text).ok_or_else(|| Failure::field(self.0, name, STRING))
    }

    pub(super) fn topic<'t>(self, name: &str, text: &'t str) -> Result<TopicName<'t>, Failure> {
        let must = "a string of at most 65,535 bytes without U+0000 and the wildcards + and #";
        TopicName::new(text).ok_or_else(|| Failure::field(self.0, name, must))
    }

    pub(super) fn filter<'t>(self, name: &str, text: &'t str) -> Result<TopicFilter<'t>, Failure> {
        let must = "a topic filter, in which + stands for a whole level and # for all that follow";
        TopicFilter::new(text).ok_or_else(|| Failure::field(self.0, name, must))
    }

    pub(super) fn bytes(self, name: &str, value: &JsValue) -> Result<Vec<u8>, Failure> {
        bytes::copy(value).ok_or_else(|| Failure::field(self.0, name, BYTES))?
    }

    /// Bytes, or text, which becomes UTF-8: what a payload and a password are. None when left out.
    pub(super) fn payload(self, name: &str, value: &JsValue) -> Result<Vec<u8>, Failure> {
        if let Some(bytes) = bytes::copy(value) {
            return bytes;
        }
        match value.as_string() {
            Some(text) => Ok(self.sound(name, value, text)?.into_bytes()),
            None if is_absent(value) => Ok(Vec::new()),
            None => Err(Failure::field(self.0, name, "a Uint8Array or a string")),
        }
    }

    pub(super) fn data<'b>(self, name: &str, bytes: &'b [u8]) -> Result<BinaryData<'b>, Failure> {
        BinaryData::new(bytes)
            .ok_or_else(|| Failure::field(self.0, name, "a Uint8Array of at most 65,535 bytes"))
    }
}
