//! The client against a server that says exactly what a test wants.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod connect;
mod flow;
mod hostile;
mod peer;
mod publish;
mod renew;
mod resume;
mod saved;
mod storm;
mod subscribe;
