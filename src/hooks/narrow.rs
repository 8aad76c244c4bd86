//! How wide the page is.

use gloo_events::EventListener;
use web_sys::MediaQueryList;
use yew::prelude::*;

use crate::services::browser;

/// Where the style sheets show one pane at a time.
pub const ONE_PANE: &str = "(max-width: 719px)";

/// Whether the page is as narrow as this media query says.
#[hook]
pub fn use_narrow(query: &'static str) -> bool {
    let narrow = use_state_eq(|| list(query).is_some_and(|list| list.matches()));
    {
        let narrow = narrow.setter();
        use_effect_with((), move |()| {
            let listener = list(query).map(|list| {
                EventListener::new(&list.clone(), "change", move |_| narrow.set(list.matches()))
            });
            move || drop(listener)
        });
    }
    *narrow
}

fn list(query: &str) -> Option<MediaQueryList> {
    browser::window()?.match_media(query).ok()?
}
