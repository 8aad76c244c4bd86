//! The address's `#` part, followed.

use gloo_events::EventListener;
use yew::prelude::*;

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
    let hash = use_state(|| Arrival {
        hash: browser::hash().into(),
        count: 0,
    });
    let count = use_mut_ref(|| 0_u32);
    {
        let hash = hash.clone();
        use_effect_with((), move |()| {
            let listener = browser::window().map(|window| {
                EventListener::new(&window, "hashchange", move |_| {
                    let mut count = count.borrow_mut();
                    *count = count.wrapping_add(1);
                    hash.set(Arrival {
                        hash: browser::hash().into(),
                        count: *count,
                    });
                })
            });
            move || drop(listener)
        });
    }
    (*hash).clone()
}
