//! The address follows what is shown, and what is shown follows the address.

use std::cell::RefCell;

use yew::prelude::*;

use crate::hooks::Arrival;
use crate::route::{Page, Route};
use crate::services::browser;
use crate::state::live::place::Place;
use crate::state::live::{Act, Live};

/// What the address says, as far as it is known.
#[derive(Default)]
struct Said {
    /// What it says now.
    place: Option<Place>,
    /// It was just come to, and is not shown yet.
    is_new: bool,
}

/// Keeps both the same. Another tab is an entry of the browser's history; another filter changes the entry there is.
#[hook]
pub(super) fn use_address(arrival: &Arrival, live: &UseReducerHandle<Live>, shown: bool) {
    let said = use_memo((), |()| RefCell::new(Said::default()));
    let here = Place {
        tab: live.tab,
        search: live.search.clone(),
    };
    {
        let (said, acts, here) = (said.clone(), live.dispatcher(), here.clone());
        use_effect_with(arrival.clone(), move |arrival| {
            let route = Route::of_hash(&arrival.hash);
            if route.page != Page::Live || browser::hash() != *arrival.hash {
                return;
            }
            // An address that says nothing of it, as the header's, leaves what is shown.
            let there = Place::of(&route).unwrap_or_else(|| {
                if here != Place::default() {
                    browser::replace_hash(&here.hash(&route));
                }
                here.clone()
            });
            said.replace(Said {
                is_new: there != here,
                place: Some(there.clone()),
            });
            if there.tab != here.tab {
                acts.dispatch(Act::Show(there.tab));
            }
            if there.search != here.search {
                acts.dispatch(Act::Search(there.search));
            }
        });
    }
    use_effect_with((here, shown), move |(here, shown)| {
        let mut said = said.borrow_mut();
        let is_new = core::mem::take(&mut said.is_new);
        let route = Route::of_hash(&browser::hash());
        if !shown || is_new || said.place.as_ref() == Some(here) || route.page != Page::Live {
            return;
        }
        let before = said.place.replace(here.clone());
        match before.filter(|before| before.tab != here.tab) {
            Some(before) => {
                // The entry that is left says where one was, so that coming back leads there.
                browser::replace_hash(&before.hash(&route));
                browser::push_hash(&here.hash(&route));
            }
            None => browser::replace_hash(&here.hash(&route)),
        }
    });
}
