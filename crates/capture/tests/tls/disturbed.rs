//! Connections of which something is missing or wrong.
