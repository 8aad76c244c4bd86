//! The filter language: what is read, what is refused, what matches.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod allocations;
mod completion;
mod language;
mod packets;
mod properties;
mod quantified;
mod reference;
mod searches;
