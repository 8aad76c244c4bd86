//! The address's `#` part, followed.

use gloo_events::EventListener;
use yew::prelude::*;

use crate::services::browser;

/// What stands behind the address's `#`; the component is drawn again when a person changes it.
/// What the app itself writes with `replace_hash` is no such change.
#[hook]
pub fn use_hash() -> AttrValue {
    let hash = use_state_eq(|| AttrValue::from(browser::hash()));
    {
        let hash = hash.clone();
        use_effect_with((), move |()| {
            let listener = browser::window().map(|window| {
                EventListener::new(&window, "hashchange", move |_| {
                    hash.set(AttrValue::from(browser::hash()));
                })
            });
            move || drop(listener)
        });
    }
    (*hash).clone()
}
