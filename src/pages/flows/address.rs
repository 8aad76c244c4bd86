//! The address follows what is shown, and what is shown follows the address.

use std::cell::Cell;

use yew::prelude::*;

use super::act::Acts;
use super::playing::Playing;
use crate::hooks::Arrival;
use crate::route::{Page, Route};
use crate::services::browser;
use crate::state::flows::{Act, Address, Flows};
use crate::state::toasts::{ToastAction, Toaster};

/// Keeps both the same. Another scenario, comparison or fork is an entry of the browser's history; a
/// step or the run in focus changes the entry there is.
#[hook]
pub(super) fn use_address(arrival: &Arrival, state: &UseReducerHandle<Flows>, playing: &Playing) {
    let toaster = use_context::<Toaster>();
    // What is still to be shown because the address says so. Until it is, nothing else is an entry.
    let arriving = use_memo((), |()| Cell::new(None::<String>));
    // The address as it was when the page saw it last: where the browser's is another by now, a person
    // has gone on, which is told next, and nothing must be written over that entry.
    let seen = use_memo((), |()| Cell::new(String::new()));
    // What is written gets its address when it is done.
    let here = state.settled().address(playing.beat);
    let gallery = state.gallery().clone();
    {
        let acts: Acts = state.dispatcher();
        let (arriving, player) = (arriving.clone(), playing.player.clone());
        let seen = seen.clone();
        let (here, gallery) = (here.clone(), gallery.clone());
        use_effect_with(arrival.clone(), move |arrival| {
            let route = Route::of_hash(&arrival.hash);
            if route.page != Page::Flows || browser::hash() != *arrival.hash {
                return;
            }
            seen.set(arrival.hash.to_string());
            let replace = |hash: &str| {
                browser::replace_hash(hash);
                seen.set(browser::hash());
            };
            match Address::of(&route, &gallery) {
                Ok(Some(there))
                    if (&there.scenario, &there.view) == (&here.scenario, &here.view) =>
                {
                    if let Some(run) = there.run {
                        acts.dispatch(Act::Activate(run));
                    }
                    player.act(|playback| {
                        playback.pause();
                        playback.go(there.step);
                    });
                }
                Ok(Some(there)) => {
                    arriving.set(Some(there.place(&gallery)));
                    acts.dispatch(Act::Arrive(there.into()));
                }
                Ok(None) => replace(&here.hash(&gallery)),
                Err(why) => {
                    if let Some(toaster) = toaster {
                        toaster.dispatch(ToastAction::Say(why));
                    }
                    replace(&here.hash(&gallery));
                }
            }
        });
    }
    let last = use_memo((), |()| Cell::new(None::<String>));
    let shown = (here, state.is_preview(), playing.playing);
    use_effect_with(shown, move |(here, is_preview, is_playing)| {
        let place = here.place(&gallery);
        let before = last.take();
        // The first is what the address says, or replaces it.
        let is_other = before.as_ref().is_some_and(|before| *before != place);
        let is_known = before.is_some();
        let awaited = arriving.take();
        if awaited.as_ref().is_some_and(|awaited| *awaited != place) {
            arriving.set(awaited);
            last.set(Some(place));
            return;
        }
        if *is_preview {
            last.set(before.or(Some(place)));
            return;
        }
        last.set(Some(place));
        let hash = here.hash(&gallery);
        let before = seen.take();
        if before != browser::hash() {
            seen.set(before);
            return;
        }
        if is_other && awaited.is_none() {
            browser::push_hash(&hash);
        } else if is_known && !*is_playing {
            browser::replace_hash(&hash);
        }
        seen.set(browser::hash());
    });
}
