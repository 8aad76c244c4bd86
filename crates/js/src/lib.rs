//! The npm package `mqttscope`: dissector, codec and monitor for scripts and CI.
//!
//! It has two modules, each built by itself: `packets`, the package, and `schemas`, its `mqttscope/schemas`.
//!
//! Everything here turns JavaScript values into those of the crates below and back; what MQTT is,
//! they know. The types that TypeScript sees are in `types.d.ts`.
//!
//! No input makes this panic. Should there be a mistake in here after all, the panic is thrown as
//! an Error that says where.
//!
//! What is exported takes values, not references: wasm-bindgen keeps references on a stack of a thousand places, which
//! a call that an exception cuts off never leaves.
#![allow(
    clippy::needless_pass_by_value,
    reason = "references of JavaScript's values are lost places, see above"
)]
#![cfg_attr(
    not(feature = "packets"),
    allow(
        dead_code,
        reason = "the smaller module needs a part of what reads and makes objects"
    )
)]

mod bytes;
#[cfg(feature = "packets")]
mod capture;
#[cfg(feature = "packets")]
mod codec;
#[cfg(feature = "packets")]
mod dissect;
mod error;
mod given;
mod held;
#[cfg(feature = "packets")]
mod monitor;
#[cfg(feature = "packets")]
mod options;
#[cfg(feature = "packets")]
mod packet;
mod plain;
#[cfg(feature = "packets")]
mod reader;
#[cfg(feature = "schemas")]
mod schemas;
#[cfg(feature = "packets")]
mod stream;
#[cfg(feature = "packets")]
mod text;
#[cfg(feature = "packets")]
mod version;

use wasm_bindgen::prelude::*;

#[cfg(feature = "packets")]
pub use capture::{CaptureReader, read_capture};
#[cfg(feature = "packets")]
pub use codec::{decode, encode};
#[cfg(feature = "packets")]
pub use dissect::dissect;
#[cfg(feature = "packets")]
pub use monitor::{Monitor, judge};
#[cfg(feature = "schemas")]
pub use schemas::Schemas;
#[cfg(feature = "packets")]
pub use stream::StreamDecoder;
#[cfg(feature = "packets")]
pub use text::read_text;

/// Runs when the module is loaded: makes a panic an Error that can be read.
#[wasm_bindgen(start, private)]
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        wasm_bindgen::throw_str(&format!(
            "mqttscope has a mistake in it, please report it: {info}"
        ));
    }));
}
