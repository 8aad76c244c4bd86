//! The address of a page of packets: its tab, its filter and, where one part is shown at a time, the part. A link or a
//! reload brings them back, and the browser's Back leads one tab or part back.

use std::cell::RefCell;

use yew::prelude::*;

use super::steps::Step;
use crate::hooks::{Arrival, ONE_PANE, use_narrow};
use crate::route::{Page, Route};
use crate::services::browser;
use crate::state::live::place::Place;
use crate::state::live::{Act, Live};

/// Keeps address and page the same. Another tab is an entry of the browser's history, and so is another part where one is
/// shown at a time; all else changes the entry there is. `is_kept`: there is something to come back
/// to, even if nobody has gone anywhere yet.
#[hook]
pub(in crate::pages) fn use_address(
    page: Page,
    arrival: &Arrival,
    live: &UseReducerHandle<Live>,
    at: (Step, &Callback<Step>),
    is_kept: bool,
) {
    let (step, to_step) = at;
    let is_narrow = use_narrow(ONE_PANE);
    // What is still to be shown because the address says so. Until it is, nothing is written over it.
    let arriving = use_memo((), |()| RefCell::new(None::<Place>));
    let here = Place {
        tab: live.tab,
        search: live.search.clone(),
        part: (is_narrow && step != Step::Traffic).then(|| step.name().to_owned()),
    };
    let last = use_memo((), |()| RefCell::new(here.clone()));
    let first = use_memo((), |()| here.clone());
    let is_kept = is_kept || here != *first;
    {
        let (live, to_step, arriving) = (live.dispatcher(), to_step.clone(), arriving.clone());
        let here = here.clone();
        use_effect_with(arrival.clone(), move |arrival| {
            let route = Route::of_hash(&arrival.hash);
            // The header's link says nothing of it: what was looked at last is looked at again.
            let Some(there) = Place::of(&route).filter(|_| route.page == page) else {
                return;
            };
            if there.tab != here.tab {
                live.dispatch(Act::Show(there.tab));
            }
            if there.search != here.search {
                live.dispatch(Act::Search(there.search.clone()));
            }
            to_step.emit(Step::named(there.part.as_deref().unwrap_or_default()));
            arriving.replace(Some(there));
        });
    }
    let shown = (here, is_narrow, is_kept, arrival.clone());
    use_effect_with(shown, move |(here, is_narrow, is_kept, _)| {
        let before = last.replace(here.clone());
        let route = Route::of_hash(&browser::hash());
        if route.page != page {
            return;
        }
        let awaited = arriving.take();
        let is_there = |there: &Place| {
            let is_part = !is_narrow || there.part == here.part;
            is_part && (there.tab, &there.search) == (here.tab, &here.search)
        };
        let came = awaited.is_some();
        if let Some(there) = awaited.filter(|there| !is_there(there)) {
            arriving.replace(Some(there));
            return;
        }
        if !is_kept && Place::of(&route).is_none() {
            return;
        }
        let is_other = before.tab != here.tab || *is_narrow && before.part != here.part;
        if is_other && !came {
            // The entry that is left says where one was, so that coming back leads there.
            browser::replace_hash(&before.hash(page, &route));
            browser::push_hash(&here.hash(page, &route));
        } else {
            browser::replace_hash(&here.hash(page, &route));
        }
    });
}
