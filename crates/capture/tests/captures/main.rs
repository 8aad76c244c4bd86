//! Captures read in one pass: our own that break other analyzers, those of others, and such that are made here.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod build;
mod containers;
mod inside;
mod links;
mod messages;
mod others;
mod ours;
mod properties;
mod segments;
mod support;
mod tls;
mod websocket;
mod whole;
