//! What runs behind the Live page, without a browser in it.
//!
//! The page and the engine are two programs that share nothing but `mqttscope_protocol`: the page sends
//! [`Command`]s and draws [`Report`]s. The engine holds the connections, the
//! log of the wire and everything that is counted; a Web Worker gives it sockets and time.
//!
//! [`Command`]: mqttscope_protocol::Command
//! [`Report`]: mqttscope_protocol::Report

mod attempt;
mod by_hand;
mod captures;
mod connection;
mod convert;
pub mod doctor;
mod engine;
mod examining;
mod export;
pub mod hub;
mod log;
mod payloads;
mod practice;
mod rates;
mod sieve;
mod sparkplug;
mod states;
mod stream;
mod topics;
mod unfinished;
mod view;
mod watch;
mod worked;

pub use captures::WantedBytes;
pub use engine::{Bridging, BrokenRule, Closed, Engine, SocketId, Transport};
pub use mqttscope_capture::pcapng::Place;
pub use practice::practise;
