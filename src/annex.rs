//! The pages that are loaded when one of them is first asked for. They are a program of their own,
//! so that whoever only dissects never waits for them.

use yew::prelude::*;

use crate::components::toasts::toast_region;
use crate::hooks::use_hash;
use crate::pages::flows::Flows;
use crate::pages::live::Live;
use crate::route::{Page, Route};
use crate::state::toasts::{Toaster, Toasts};

/// Live and Flows, by the address. It stays while the start page is looked at, so that
/// connections and what was done live on.
#[component]
pub fn Annex() -> Html {
    let toasts = use_reducer(Toasts::default);
    let arrival = use_hash();
    let Route { page, shared } = Route::of_hash(&arrival.hash);
    let shared = shared.map(AttrValue::from);
    let arrival = arrival.count;
    let was_live = use_mut_ref(|| false);
    let is_live = page == Page::Live;
    *was_live.borrow_mut() |= is_live;
    html! {
        <ContextProvider<Toaster> context={toasts.dispatcher()}>
            // Once it was looked at it stays, unseen: its connections must not break.
            if *was_live.borrow() { <Live shown={is_live} /> }
            if page == Page::Flows { <Flows {shared} {arrival} /> }
            { toast_region(&toasts) }
        </ContextProvider<Toaster>>
    }
}
