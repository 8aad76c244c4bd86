//! MQTT 3.1, 3.1.1 and 5 on the wire: one grammar, read strictly or taken apart.
//!
//! - [`decode`] gives a valid [`ControlPacket`] borrowed from the bytes, or the first broken rule.
//! - [`dissect`] never fails: it gives every field with its bits, and every broken [`Rule`].
//! - [`dissect_all`] does so with every packet of a recording, and its parts can be printed.
//! - [`ControlPacket::encode`] writes what [`decode`] reads.
//! - [`Framer`] finds the packets in chunks of any size, [`Frame`] is one that was read, [`StreamDecoder`]
//!   is both for one who stops at the first fault; [`packets`] finds the packets in a recording;
//!   [`detect`] works out the version of a recording without a CONNECT.
//!
//! ```
//! use mqttscope_wire::dissect_all;
//! let bytes = b"\x32\x08\0\x01a\0\x07hi!";
//! for packet in dissect_all(bytes, None) {
//!     println!("{packet}"); // PUBLISH, MQTT 3.1.1, 10 bytes: QoS 1 · id 7 · a · 3 B
//!     for field in packet.fields() {
//!         println!("{:1$}{field}, {2}", "", 2 * field.depth(), field.span());
//!     }
//!     assert!(packet.is_sound());
//! }
//! ```
//!
//! No input makes this crate panic, and nothing in it knows a clock, a socket or a thread.
#![cfg_attr(not(test), no_std)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

extern crate alloc;
// The generator of packets is shared with the tests that stand outside.
#[cfg(test)]
extern crate self as mqttscope_wire;

mod decode;
mod detect;
mod diagnostic;
mod dissect;
mod dissected;
mod encode;
pub mod explain;
mod field;
pub mod frame;
mod framer;
mod grammar;
pub mod notation;
mod packet;
mod packet_type;
mod property;
mod qos;
mod reason_code;
mod rule;
mod secrets;
mod span;
mod stream;
mod summary;
mod text;
mod topic;
mod tree;
pub mod varint;
mod version;

pub use decode::{Decoded, decode, decode_tolerant};
pub use detect::{Detection, FirstError, Reason, Score, detect, version_named};
pub use diagnostic::{DecodeError, Diagnostic};
pub use dissect::{Dissection, Dissector, FaultCounts, Limits, dissect, dissect_within};
pub use dissected::{Dissected, Fault, FieldAt, dissect_all};
pub use encode::EncodeError;
pub use field::{Field, Section};
pub use framer::{Frame, Framed, Framer};
pub use packet::{
    Acknowledgement, Auth, Connack, Connect, ControlPacket, Disconnect, Publish, ReasonCodes,
    RetainHandling, Suback, Subscribe, Subscription, SubscriptionOptions, Subscriptions,
    SubscriptionsBuf, TopicFilters, TopicFiltersBuf, Unsuback, Unsubscribe, WillMessage,
};
pub use packet_type::{Direction, PacketType};
pub use property::{
    Iter as PropertiesIter, Properties, PropertiesBuf, Property, PropertyError, PropertyId,
    PropertyOwner, PropertySet, PropertyType, PropertyValue,
};
pub use qos::{PacketIdentifier, QoS};
pub use reason_code::ReasonCode;
pub use rule::{BrokenPacket, Citation, Rule, Seen, Severity, Words, broken_packets};
pub use secrets::mask_passwords;
pub use span::Span;
pub use stream::{PacketAt, StreamDecoder, StreamError, packets};
pub use summary::summary;
pub use text::{BinaryData, Utf8EncodedString};
pub use topic::{SharedSubscription, TopicError, TopicFilter, TopicName};
pub use tree::{Node, Tree, Value};
pub use version::{Context, ProtocolVersion, Sender, UnknownVersion};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
