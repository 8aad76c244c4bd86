//! Keys that work anywhere on the page.

use yew::prelude::*;

use crate::hooks::use_window_keys;
use crate::services::browser;
use crate::state::live::{Act, Live};

/// `/` searches, `p` pauses; both only while the page is looked at.
#[hook]
pub(in crate::pages) fn use_page_keys(live: &UseReducerHandle<Live>, shown: bool) {
    let acts = live.dispatcher();
    let on_key = use_callback(
        (live.paused, shown),
        move |event: KeyboardEvent, &(paused, shown)| {
            let is_plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
            if !shown || !is_plain || browser::is_typing(&event) {
                return;
            }
            match event.key().as_str() {
                "/" => browser::focus_id("search"),
                "p" => acts.dispatch(Act::Pause(!paused)),
                _ => return,
            }
            event.prevent_default();
        },
    );
    use_window_keys(on_key);
}
