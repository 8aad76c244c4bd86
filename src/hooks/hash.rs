//! The address's `#` part, followed.

use std::rc::Rc;

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

/// The action is the `location.hash` that a person came to.
impl Reducible for Arrival {
    type Action = AttrValue;

    fn reduce(self: Rc<Self>, hash: AttrValue) -> Rc<Self> {
        let count = self.count.wrapping_add(1);
        Rc::new(Self { hash, count })
    }
}

/// What stands behind the address's `#`; the component is drawn again when a person changes it.
/// What the app itself writes with `replace_hash` is no such change.
#[hook]
pub fn use_hash() -> Arrival {
    let arrival = use_reducer(|| Arrival {
        hash: browser::hash().into(),
        count: 0,
    });
    let arrive = arrival.dispatcher();
    use_effect_with((), move |()| {
        let listener = browser::window().map(|window| {
            EventListener::new(&window, "hashchange", move |_| {
                arrive.dispatch(browser::hash().into());
            })
        });
        move || drop(listener)
    });
    (*arrival).clone()
}
