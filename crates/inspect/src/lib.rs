//! View models of the pages: rows, fields, bits, edits, share links; no browser in it.

pub mod edit;
pub mod escape;
