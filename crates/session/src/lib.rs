//! MQTT 3.1, 3.1.1 and 5 without I/O: bytes, commands and time go in; bytes, events and the next
//! deadline come out.
//!
//! [`client`] and [`broker`] speak the protocol, [`network`] carries what they say through virtual
//! time, and [`monitor`] watches both directions of any conversation and says who broke the protocol.
//!
//! One law holds for every state machine here: call one `handle_*`, then drain every `poll_*`.
//! Nothing knows a socket, a clock, a thread or a source of randomness; the caller brings them.
//! What the peer sends never makes this crate panic, and what is kept of it is bounded.
#![no_std]

extern crate alloc;

pub mod broker;
pub mod client;
pub mod common;
pub mod monitor;
pub mod network;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
