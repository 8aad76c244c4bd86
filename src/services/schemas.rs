//! The schemas of payloads that a person gave: this browser keeps them, and every engine knows them.

use mqttscope_protocol::Command;
use mqttscope_protocol::schema::Given;

use super::{engine, storage};
use crate::state::live::schemas;

const NAME: &str = "schemas";

/// What is kept.
#[must_use]
pub fn kept() -> Given {
    storage::get(NAME).map_or_else(Given::default, |text| schemas::read(&text))
}

/// Keeps it, and tells the engines that run; false: the browser did not keep it.
#[must_use]
pub fn keep(given: &Given) -> bool {
    engine::tell_all(&Command::Schemas(Box::new(given.clone())));
    storage::keep(NAME, &schemas::write(given))
}
