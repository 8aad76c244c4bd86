//! `mqttscope open`: the bridge that opens the page's connections.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

mod carried;
mod certified;
mod client;
#[path = "../open/http.rs"]
#[allow(dead_code, reason = "the tests of what is lent use more of it")]
mod http;
mod kept_off;
mod page;
mod reached;
#[path = "../support/mod.rs"]
mod support;
