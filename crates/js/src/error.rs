//! What is thrown: an Error with the broken rule and its place beside the message.

#[cfg(feature = "packets")]
mod packets;

use js_sys::Array;
use wasm_bindgen::prelude::*;

#[cfg(feature = "packets")]
pub(crate) use packets::{section, statement};

/// Why a call fails.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    rule: Option<&'static str>,
    statement: Option<&'static str>,
    /// The byte of the input that is wrong.
    offset: Option<f64>,
    /// The place in a list of packets to be written.
    index: Option<u32>,
    message: String,
}

impl Failure {
    /// The caller's mistake.
    pub(crate) fn message(message: impl Into<String>) -> Self {
        Self {
            rule: None,
            statement: None,
            offset: None,
            index: None,
            message: message.into(),
        }
    }

    /// What the Error says.
    pub(crate) fn text(&self) -> &str {
        &self.message
    }

    /// More bytes than there is memory for.
    pub(crate) fn too_much(bytes: f64) -> Self {
        Self::message(format!("{bytes} bytes are more than there is memory for"))
    }

    fn error(self, packets: Option<&Array>) -> JsValue {
        let error = match made(&self.message) {
            Ok(error) => error,
            Err(thrown) => return thrown,
        };
        // Where prototypes are frozen, a name cannot be set; the message says all that matters.
        error.set_name("MqttError").ok();
        if let Some(rule) = self.rule {
            error.set_rule(rule).ok();
        }
        if let Some(statement) = self.statement {
            error.set_statement(statement).ok();
        }
        if let Some(offset) = self.offset {
            error.set_offset(offset).ok();
        }
        if let Some(index) = self.index {
            error.set_index(index).ok();
        }
        if let Some(packets) = packets {
            error.set_packets(packets).ok();
        }
        error.into()
    }
}

#[wasm_bindgen(module = "/src/given.js")]
extern "C" {
    /// A `MqttError`, the class that callers can catch.
    #[wasm_bindgen(catch)]
    fn made(message: &str) -> Result<JsError, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = Error)]
    type JsError;
    #[wasm_bindgen(method, setter, catch)]
    fn set_name(this: &JsError, name: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, setter, catch)]
    fn set_rule(this: &JsError, rule: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, setter, catch)]
    fn set_statement(this: &JsError, statement: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, setter, catch)]
    fn set_offset(this: &JsError, offset: f64) -> Result<(), JsValue>;
    #[wasm_bindgen(method, setter, catch)]
    fn set_index(this: &JsError, index: u32) -> Result<(), JsValue>;
    #[wasm_bindgen(method, setter, catch)]
    fn set_packets(this: &JsError, packets: &Array) -> Result<(), JsValue>;
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        failure.error(None)
    }
}
