//! Faults on a tap, packet by packet. A machine without I/O: bytes and time in, actions out.

mod change;
mod clients;
mod half;
mod link;
pub(crate) mod plan;
mod strike;
#[cfg(test)]
mod tests;

pub(crate) use clients::Faults;
pub(crate) use link::{Action, Link};
