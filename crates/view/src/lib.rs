//! View models of the pages: rows, fields, bits, edits, share links; no browser in it.
//!
//! - [`recording`]: the bytes of one paste as a list of packets.
//! - [`fields`], [`bytes`] and [`bits`]: one packet as field tree, hex lines and figures.
//! - [`edit`] and [`build`]: changing a packet through its fields.
//! - [`examples`]: packets to begin with, sound and broken.
//! - [`conversation`]: packets of both sides, judged together.
//! - [`glossary`]: what the terms of MQTT mean.
//! - [`help`]: what the pages do and which keys they know.
//! - [`repair`]: what was probably meant by a length that is written wrong.
//! - [`packet_lines`]: packets as lines of hex, as they are written here.
//! - [`reader`]: what a person gave, read: texts, files, what is no MQTT.
//! - [`payload`]: a message's content as text, JSON or hex.
//! - [`sides`]: who sent what, where both sides of a connection speak.
//! - [`share`]: what a link carries.
//! - [`standard`]: addresses of the sections of the public standards.
//! - [`states`]: what both ends of a connection know around a packet.
//! - [`texts`]: what is said about fields and rules, examples and help, as a file.

pub mod bits;
pub mod build;
pub mod bytes;
pub mod conversation;
pub mod digits;
pub mod edit;
pub mod escape;
pub mod examples;
pub mod fields;
pub mod glossary;
pub mod help;
mod lines;
pub mod natural;
mod order;
pub mod packet_lines;
pub mod payload;
pub mod reader;
pub mod recording;
pub mod repair;
pub mod share;
pub mod sides;
pub mod standard;
pub mod states;
pub mod texts;
mod told;
mod words;
