//! Faults on a tap, packet by packet. A machine without I/O: bytes and time in, actions out.

mod change;
mod clients;
mod half;
mod link;
pub(crate) mod plan;
mod said;
mod strike;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_live;

pub(crate) use clients::{Active, Faults, MOST_ACTIVE};
pub(crate) use link::{Action, Link};
pub(crate) use said::Said;
