//! The grammar's means: a place in the bytes, the primitive types of the standard, and who listens: a
//! sink that stops at the first fault, or one that writes everything down. What a packet is made of stands
//! with the packets.

mod cursor;
mod sink;
mod strings;

pub(crate) use cursor::{Cursor, Read};
pub(crate) use sink::{Record, Sink, Strict};
pub(crate) use strings::Text;
