//! Whether the page is one column wide.

use gloo_events::EventListener;
use yew::prelude::*;

use crate::services::browser;

/// True where the style sheets show one pane at a time.
#[hook]
pub fn use_narrow() -> bool {
    let list = use_memo((), |()| {
        browser::window().and_then(|window| window.match_media("(max-width: 719px)").ok()?)
    });
    let narrow = use_state_eq(|| {
        (*list)
            .as_ref()
            .is_some_and(web_sys::MediaQueryList::matches)
    });
    {
        let narrow = narrow.clone();
        use_effect_with((), move |()| {
            let listener = (*list).clone().map(|list| {
                EventListener::new(&list.clone(), "change", move |_| narrow.set(list.matches()))
            });
            move || drop(listener)
        });
    }
    *narrow
}
