//! TLS connections that others made, opened with their key logs. `README.md` says how they were recorded.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may panic as tests may"
)]

mod disturbed;
mod opened;
mod properties;
mod recordings;
