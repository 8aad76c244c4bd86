//! `mqttscope open`: what it lends to its page, and to nobody else.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod faults;
mod http;
mod kept_off;
mod lent;
#[path = "../support/mod.rs"]
mod support;
