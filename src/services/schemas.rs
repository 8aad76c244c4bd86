//! The schemas of payloads that a person gave: this browser keeps them, and every engine knows them.

use std::cell::RefCell;

use mqttscope_protocol::Command;
use mqttscope_protocol::schema::Given;

use super::{engine, storage};
use crate::state::live::schemas;

const NAME: &str = "schemas";

thread_local! {
    /// What the browser did not keep: it holds as long as the page.
    static NOT_KEPT: RefCell<Option<Given>> = const { RefCell::new(None) };
}

/// What was given last.
#[must_use]
pub fn kept() -> Given {
    let not_kept = NOT_KEPT.with_borrow(Clone::clone);
    not_kept.unwrap_or_else(|| {
        storage::get(NAME).map_or_else(Given::default, |text| schemas::read(&text))
    })
}

/// Keeps it, and tells the engines that run; false: the browser did not keep it.
#[must_use]
pub fn keep(given: &Given) -> bool {
    engine::tell_all(&Command::Schemas(Box::new(given.clone())));
    let is_kept = storage::keep(NAME, &schemas::write(given));
    NOT_KEPT.set((!is_kept).then(|| given.clone()));
    is_kept
}
