//! Whether the page is one column wide.

use gloo_events::EventListener;
use web_sys::MediaQueryList;
use yew::prelude::*;

use super::kept::{use_after, use_kept};
use crate::services::browser;

/// True where the style sheets show one pane at a time.
#[hook]
pub fn use_narrow() -> bool {
    let narrow = use_kept(|| list().is_some_and(|list| list.matches()));
    {
        let narrow = narrow.clone();
        use_after([], move || {
            let list = list()?;
            let listener = EventListener::new(&list.clone(), "change", move |_| {
                narrow.set(list.matches());
            });
            Some(Box::new(move || drop(listener)))
        });
    }
    narrow.get()
}

fn list() -> Option<MediaQueryList> {
    browser::window()?.match_media("(max-width: 719px)").ok()?
}
