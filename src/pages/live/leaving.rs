//! Asks before the page is left with a log that took a while to record: it is kept in memory only.

use gloo_events::{EventListener, EventListenerOptions};
use yew::prelude::*;

use crate::services::browser;

/// Packets of a log that is worth a question.
const LARGE: u64 = 1_000;

/// Lets the browser ask while so many packets are recorded.
#[hook]
pub(super) fn use_leaving(packets: u64) {
    use_asking(packets >= LARGE);
}

/// Lets the browser ask while something would be lost.
#[hook]
pub(in crate::pages) fn use_asking(would_lose: bool) {
    use_effect_with(would_lose, |&would_lose| {
        let listener = browser::window().filter(|_| would_lose).map(|window| {
            let options = EventListenerOptions::enable_prevent_default();
            // The browser has words of its own.
            EventListener::new_with_options(&window, "beforeunload", options, |event| {
                event.prevent_default();
            })
        });
        move || drop(listener)
    });
}
