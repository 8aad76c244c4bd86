//! Faults on a connection, packet by packet: of a tap, and of a live connection. A machine without I/O: bytes and time in,
//! actions out.
//!
//! [`Faults`] are lines of text that are in force for clients over all their connections; a [`Link`] is one connection.
//!
//! ```
//! use mqttscope_faults::{Action, Faults, Link, parse};
//! use mqttscope_wire::Sender;
//!
//! let mut faults = Faults::new(parse("cut * after CONNECT 1").unwrap_or_default());
//! let mut link = Link::new(&faults, 0);
//! let connect = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01c";
//! link.handle_bytes(&mut faults, 0, Sender::Client, connect);
//! assert_eq!(link.poll_action(), Some(Action::Send(Sender::Server, connect.to_vec())));
//! assert!(matches!(link.poll_action(), Some(Action::Say(said)) if said.text.starts_with("line 1: cut behind its packet")));
//! assert_eq!(link.poll_action(), Some(Action::Over { by_fault: true }));
//! ```

mod change;
mod clients;
mod foreign;
mod half;
mod link;
mod plan;
mod said;
mod set;
mod strike;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_live;

pub use clients::{Faults, MOST_ACTIVE};
pub use link::{Action, Link};
pub use plan::{Rule, parse};
pub use said::Said;
pub use set::InPlaceOf;
