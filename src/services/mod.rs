//! The browser's interfaces behind small types.

pub mod browser;
pub mod clipboard;
pub mod files;
pub mod storage;
