//! The address's `#` part, followed.

use gloo_events::EventListener;
use yew::prelude::*;

use super::kept::{use_after, use_kept};
use crate::services::browser;

/// An address that a person came to. Coming to the same one again is another arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// `location.hash`.
    pub hash: AttrValue,
    /// Different for each.
    pub count: u32,
}

/// What stands behind the address's `#`; the component is drawn again when a person changes it.
/// What the app itself writes with `replace_hash` is no such change.
#[hook]
pub fn use_hash() -> Arrival {
    let arrival = use_kept(|| Arrival {
        hash: browser::hash().into(),
        count: 0,
    });
    {
        let arrival = arrival.clone();
        use_after([], move || {
            let window = browser::window()?;
            let listener = EventListener::new(&window, "hashchange", move |_| {
                arrival.set(Arrival {
                    hash: browser::hash().into(),
                    count: arrival.get().count.wrapping_add(1),
                });
            });
            Some(Box::new(move || drop(listener)))
        });
    }
    arrival.get()
}
