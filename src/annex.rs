//! The pages that are loaded when one of them is first asked for. They are a program of their own,
//! so that whoever only dissects never waits for them.

use yew::prelude::*;

use crate::components::toasts::use_toasts;
use crate::hooks::use_hash;
use crate::pages::flows::Flows;
use crate::pages::live::Live;
use crate::route::{Page, Route};
use crate::services::browser;
use crate::state;
use crate::state::toasts::Toaster;

/// Live and Flows, by the address. It stays while the start page is looked at, so that
/// connections and what was done live on.
#[component]
pub fn Annex() -> Html {
    let (toaster, toast_region) = use_toasts();
    let flows = use_reducer(state::flows::Flows::default);
    let arrival = use_hash();
    let Route { page, shared } = Route::of_hash(&arrival.hash);
    let shared = shared.map(AttrValue::from);
    let arrival = arrival.count;
    let was_live = use_mut_ref(|| false);
    let is_live = page == Page::Live;
    *was_live.borrow_mut() |= is_live;
    html! {
        <ContextProvider<Toaster> context={toaster}>
            // Once it was looked at it stays, unseen: its connections must not break.
            if *was_live.borrow() { <Live shown={is_live} /> }
            if page == Page::Flows { <Flows {shared} {arrival} state={flows} /> }
            { toast_region }
        </ContextProvider<Toaster>>
    }
}

/// Draws the pages into `host`.
///
/// Each program numbers its Yew roots from 1, and by its number a root knows which events are its
/// own. The start page is another program and has number 1: so that neither answers for the other,
/// the first number here goes to nothing.
pub fn mount(host: web_sys::Element) {
    let nowhere = browser::document().and_then(|document| document.create_element("div").ok());
    if let Some(nowhere) = nowhere {
        yew::Renderer::<Nothing>::with_root(nowhere).render();
    }
    yew::Renderer::<Annex>::with_root(host).render();
}

#[component]
fn Nothing() -> Html {
    Html::default()
}
