//! Bytes from the outside: what people paste, drop or capture becomes MQTT bytes.
//!
//! Everything here runs in the browser: no files, no clock, no threads. All input is hostile, so
//! every function is linear in its input, bounded in its output, and never panics.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

pub mod foreign;
pub mod json;
pub mod mark;
pub mod pcapng;
pub mod reading;
pub mod recording;
pub mod text;
#[cfg(feature = "tls")]
pub mod tls;
