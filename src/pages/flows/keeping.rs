//! Own scenarios, kept in this browser.

use yew::prelude::*;

use super::act::Acts;
use crate::services::storage;
use crate::state::flows::{Act, Flows, Keep, MAX_YOURS, Yours};
use crate::state::toasts::{ToastAction, Toaster};

/// Their name in the browser's storage.
const NAME: &str = "scenarios";

/// Shows what is kept, follows other tabs, and keeps what was made here. Gives what changes them.
#[hook]
pub(super) fn use_keeping(state: &UseReducerHandle<Flows>) -> Callback<Keep> {
    let toaster = use_context::<Toaster>();
    let acts: Acts = state.dispatcher();
    {
        let acts = acts.clone();
        use_effect_with((), move |()| {
            acts.dispatch(Act::Yours(stored()));
            let listener = storage::changes(NAME, move || acts.dispatch(Act::Yours(stored())));
            move || drop(listener)
        });
    }
    let keep = use_callback((), move |act: Keep, ()| {
        // Read again, so that what another tab has added is not lost.
        let said = match stored().after(&act) {
            Err(_) => Some(format!(
                "Not kept: “Yours” holds {MAX_YOURS} scenarios at most. Delete one first."
            )),
            Ok(yours) => {
                let is_stored = storage::keep(NAME, &yours.to_text());
                acts.dispatch(Act::Yours(yours));
                if is_stored {
                    saved(&act)
                } else {
                    Some("This browser stores nothing for this page: the scenario is gone when the page is closed. Copy its link to keep it.".to_owned())
                }
            }
        };
        if let (Some(said), Some(toaster)) = (said, &toaster) {
            toaster.dispatch(ToastAction::Say(said));
        }
    });
    let acts: Acts = state.dispatcher();
    let made = state.made().cloned();
    {
        let keep = keep.clone();
        use_effect_with(made, move |made| {
            if let Some(act) = made {
                keep.emit(act.clone());
                acts.dispatch(Act::Kept);
            }
        });
    }
    keep
}

/// What is said of one that is kept now.
fn saved(act: &Keep) -> Option<String> {
    let Keep::Add(scenario) = act else {
        return None;
    };
    let title = if scenario.title.is_empty() {
        "Untitled scenario"
    } else {
        &scenario.title
    };
    Some(format!("Saved under “Yours”: {title}"))
}

/// What is kept.
pub(super) fn stored() -> Yours {
    storage::get(NAME).map_or_else(Yours::default, |text| Yours::parse(&text))
}
