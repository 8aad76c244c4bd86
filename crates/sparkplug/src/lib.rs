//! Sparkplug B: its topics, its payloads, and what a recording shows broken of its specification.
//!
//! [`Topic`] tells whose message it is, [`Payload`] reads the Protobuf inside where it stands, [`Birth`] keeps the names
//! behind aliases, and a [`Monitor`] takes messages in the order of their packets and gives [`Finding`]s. There is no I/O
//! in it and no clock.
//!
//! ```
//! use mqttscope_sparkplug::{Message, Monitor, Rule};
//! use mqttscope_wire::{QoS, Sender};
//! let mut monitor = Monitor::new();
//! let message = Message {
//!     connection: 1,
//!     from: Sender::Client,
//!     number: 7,
//!     topic: "spBv1.0/plant/NDATA/line1",
//!     // A timestamp, and no `seq`.
//!     payload: &[0x08, 0x01],
//!     qos: QoS::AtMostOnce,
//!     retain: false,
//!     dup: false,
//! };
//! monitor.handle_message(&message);
//! let finding = monitor.poll_finding().unwrap();
//! assert_eq!(finding.rule, Rule::SeqMissing);
//! assert_eq!(finding.statement(), Some("tck-id-payloads-ndata-seq"));
//! ```
//!
//! Memory is bounded: edge nodes, devices, births and findings that are remembered have limits.
#![cfg_attr(not(test), no_std)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

extern crate alloc;

mod birth;
mod datatype;
mod edges;
mod finding;
mod monitor;
mod payload;
pub mod protobuf;
mod rule;
mod state;
mod topic;

pub use birth::Birth;
pub use datatype::DataType;
pub use finding::Finding;
pub use monitor::{Message, Monitor, Names};
pub use payload::{MAXIMUM_DEPTH, Metric, MetricValue, Payload, datatype};
pub use rule::Rule;
pub use topic::{Address, MessageType, NAMESPACE, Topic};
