//! What client and broker share: time, packet identifiers, the steps of a handshake, topic aliases,
//! topic matching and messages, so that a rule of both ends has one home.
//!
//! `mqttscope-client` and `mqttscope-broker` export the types that stand in their interfaces; a
//! program with one of them does not need this crate.
#![no_std]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

extern crate alloc;

mod alias;
mod calendar;
mod handshake;
mod identifiers;
mod instant;
mod message;
mod numbers;
mod random;
mod recorded;
pub mod topic_tree;

pub use alias::{AliasError, IncomingAliases, OutgoingAlias, OutgoingAliases};
pub use calendar::rfc3339;
pub use handshake::{
    Incoming, IncomingStep, NotFound, Outgoing, OutgoingEntry, OutgoingStep, Received, Resend,
};
pub use identifiers::PacketIdentifiers;
pub use instant::Instant;
pub use message::{Message, owned_properties, properties_without};
pub use numbers::{Number, NumberType, Numbers};
pub use random::Random;
pub use recorded::Recorded;
