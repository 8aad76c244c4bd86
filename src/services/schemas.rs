//! The schemas of payloads that a person gave: this browser keeps them, and every engine knows them.

use std::cell::RefCell;

use mqttscope_protocol::Command;
use mqttscope_protocol::schema::Given;

use super::{engine, storage};
use crate::state::live::schemas::{self, Known};

const NAME: &str = "schemas";

thread_local! {
    /// What the browser did not keep: it holds as long as the page.
    static NOT_KEPT: RefCell<Option<Given>> = const { RefCell::new(None) };
    /// What was read last.
    static READ: RefCell<Known> = RefCell::default();
}

/// What was given last.
#[must_use]
pub fn kept() -> Given {
    let not_kept = NOT_KEPT.with_borrow(Clone::clone);
    not_kept.unwrap_or_else(|| {
        storage::get(NAME).map_or_else(Given::default, |text| schemas::read(&text))
    })
}

/// Whether this browser keeps any.
pub(crate) fn are_kept() -> bool {
    storage::get(NAME).is_some()
}

/// What was given last, read. It is read again only where it is another.
#[must_use]
pub fn known() -> Known {
    let given = kept();
    READ.with_borrow_mut(|read| {
        if *read.given != given {
            *read = Known::new(given);
        }
        read.clone()
    })
}

/// Keeps it, and tells the engines that run; false: the browser did not keep it.
#[must_use]
pub fn keep(given: &Given) -> bool {
    engine::tell_all(&Command::Schemas(Box::new(given.clone())));
    if *given == Given::default() {
        // Then nobody loads what reads them.
        storage::forget(NAME);
        NOT_KEPT.set(None);
        return true;
    }
    let is_kept = storage::keep(NAME, &schemas::write(given));
    NOT_KEPT.set((!is_kept).then(|| given.clone()));
    is_kept
}
