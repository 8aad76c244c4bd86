//! What client and broker share: time, identifiers, handshakes, aliases, messages.

mod alias;
mod handshake;
mod identifiers;
mod instant;
mod message;
pub mod topic_tree;

pub use alias::{AliasError, IncomingAliases, OutgoingAlias, OutgoingAliases};
pub use handshake::{Incoming, IncomingStep, NotFound, Outgoing, OutgoingEntry, OutgoingStep, Received, Resend};
pub use identifiers::PacketIdentifiers;
pub use instant::Instant;
pub use message::{Message, owned_properties, properties_without};
