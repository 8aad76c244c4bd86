//! The browser's interfaces behind small types.

pub(crate) mod annex;
mod assets;
pub mod browser;
pub(crate) mod checks;
pub mod clipboard;
pub mod companion;
mod database;
pub mod engine;
pub(crate) mod failure;
pub mod files;
pub mod fullscreen;
pub mod led;
pub mod messages;
pub mod picture;
pub mod profiles;
pub mod reader;
pub mod schemas;
pub mod script;
pub mod session;
pub mod storage;
pub mod texts;
pub mod used_filters;
