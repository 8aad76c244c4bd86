//! mqttscope-wire
#![no_std]
extern crate alloc;
mod field;
mod span;
mod tree;
mod version;
pub use field::{Field, Section};
pub use span::Span;
pub use tree::{Node, Tree, Value};
pub use version::{Context, ProtocolVersion, Sender};
mod packet_type;
mod reason_code;
pub use packet_type::{Direction, PacketType};
pub use reason_code::ReasonCode;
pub mod explain;
mod summary;
pub use summary::summary;
