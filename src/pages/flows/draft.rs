//! The text of the editor that was not saved, kept in this browser: it outlives a reload.

use mqttscope_flows::Scenario;
use yew::prelude::*;

use super::act::Acts;
use crate::services::storage;
use crate::state::flows::{Act, Editing, Yours};

/// The text's name in the browser's storage.
const TEXT: &str = "scenario-draft";
/// The name of the own scenario that it replaces.
const OF: &str = "scenario-draft-of";
/// The name of a mark: it was given up, and is offered only in the editor.
const GIVEN_UP: &str = "scenario-draft-given-up";

/// The text that was written last and not saved.
pub(super) fn text() -> Option<String> {
    storage::get(TEXT)
}

/// Keeps the text. Where the browser stores nothing, it lasts as long as the page.
pub(super) fn keep(text: &str, replaces: Option<&Scenario>) {
    storage::forget(GIVEN_UP);
    match replaces {
        Some(scenario) => storage::set(OF, &scenario.to_text()),
        None => storage::forget(OF),
    }
    storage::set(TEXT, text);
}

/// A person gave it up: it is not offered on the page any more.
pub(super) fn give_up() {
    if text().is_some() {
        storage::set(GIVEN_UP, "1");
    }
}

/// It was saved, or is thrown away.
pub(super) fn forget() {
    for name in [TEXT, OF, GIVEN_UP] {
        storage::forget(name);
    }
}

/// Offers what an earlier page left unsaved, when the page is opened.
#[hook]
pub(super) fn use_draft(acts: &Acts, yours: fn() -> Yours) {
    let acts = acts.clone();
    use_effect_with((), move |()| {
        let left = text().filter(|text| !text.trim().is_empty());
        if let Some(text) = left.filter(|_| storage::get(GIVEN_UP).is_none()) {
            let old = storage::get(OF).and_then(|of| Scenario::parse(&of).ok());
            let replaces = old.filter(|old| yours().position(old).is_some());
            acts.dispatch(Act::Found(Editing::found(text, replaces).into()));
        }
    });
}
