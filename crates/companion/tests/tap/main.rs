//! `mqttscope tap` and `mqttscope record` between real sockets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod carried;
mod faulty;
mod recorded;
mod schedules;
mod secured;
mod shown;
#[path = "../support/mod.rs"]
mod support;
mod websocket;
