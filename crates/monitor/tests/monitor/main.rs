//! The monitor against conversations: each statement that a conversation can break, broken and kept.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod bounds;
mod captures;
mod cases;
#[path = "../../../shared/tests/support/notation.rs"]
mod notation;
mod recordings;
mod unordered;
mod views;
