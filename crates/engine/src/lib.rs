//! What runs behind the Live page, without a browser in it.
//!
//! The page and the engine are two programs that share nothing but [`protocol`]: the page sends
//! [`protocol::Command`]s and draws [`protocol::Report`]s. The engine holds the connections, the
//! log of the wire and everything that is counted; a Web Worker gives it sockets and time.

mod attempt;
pub mod brokers;
mod captures;
mod connection;
mod convert;
pub mod doctor;
mod engine;
mod export;
pub mod hub;
mod log;
mod practice;
pub mod profiles;
pub mod protocol;
mod rates;
mod states;
mod stream;
mod topics;
mod unfinished;
mod view;
mod watch;
mod worked;

pub use captures::WantedBytes;
pub use engine::{Closed, Engine, SocketId, Transport};
pub use practice::practise;
