//! What the tests of packets share.
#![allow(dead_code, reason = "each test crate uses some of it")]

use mqttscope_wire::notation;

/// The bytes of a packet in the crate's notation.
pub(crate) fn bytes(text: &str) -> Vec<u8> {
    notation::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}
