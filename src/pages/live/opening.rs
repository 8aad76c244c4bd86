//! What happens when the page is first opened: what was kept is loaded, and who comes for the first
//! time is connected to the broker in the page.

use mqttscope_protocol::{Command, ConnectionId, Target};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::keep;
use crate::services::{messages, profiles, storage};
use crate::state::live::profiles::{ProfileAct, Profiles, first};
use crate::state::live::saved::{Saved, SavedAct};
use crate::state::live::{Act, Live};

/// Under what the connection that was looked at last is kept.
const LAST: &str = "live.connection";

/// Under what the size limit of the log is kept, in bytes.
pub(super) const BUDGET: &str = "live.budget";

/// Loads what was kept, and keeps what changes.
#[hook]
pub(super) fn use_opening(
    live: &UseReducerHandle<Live>,
    known: &UseReducerHandle<Profiles>,
    saved: &UseReducerHandle<Saved>,
    talk: &Callback<Command>,
) {
    let loaded = use_state_eq(|| false);
    {
        let (known, saved, loaded) = (known.dispatcher(), saved.dispatcher(), loaded.clone());
        let talk = talk.clone();
        use_effect_with((), move |()| {
            if let Some(bytes) = storage::get(BUDGET).and_then(|text| text.parse().ok()) {
                talk.emit(Command::Budget(bytes));
            }
            spawn_local(async move {
                saved.dispatch(SavedAct::Load(messages::get().await.unwrap_or_default()));
                let mut kept = profiles::all().await;
                if kept.is_empty() {
                    kept.extend(first());
                    kept.iter().for_each(keep::keep);
                }
                known.dispatch(ProfileAct::Load(kept));
                loaded.set(true);
            });
        });
    }
    {
        let (live, known, talk) = (live.dispatcher(), (**known).clone(), talk.clone());
        use_effect_with(*loaded, move |loaded| {
            let last = storage::get(LAST);
            let last = last.and_then(|id| known.by_id(&id));
            let Some(first) = last.or(known.known().first()).filter(|_| *loaded) else {
                return;
            };
            live.dispatch(Act::Connection(first.number));
            // It reaches nobody outside, so nobody has to be asked.
            if first.profile.target == Target::BuiltIn {
                talk.emit(Command::Connect(
                    first.number,
                    Box::new((*first.profile).clone()),
                ));
            }
        });
    }
    {
        // Whose connection was deleted looks at the first.
        let first = known.known().first().map(|known| known.number);
        let is_gone = live
            .connection
            .is_some_and(|number| known.get(number).is_none());
        let live = live.dispatcher();
        use_effect_with((first, is_gone), move |&(first, is_gone)| {
            if let Some(first) = first.filter(|_| is_gone) {
                live.dispatch(Act::Connection(first));
            }
        });
    }
    {
        let id = id_of(known, live.connection);
        use_effect_with(id, |id| {
            if let Some(id) = id {
                storage::set(LAST, id);
            }
        });
    }
    {
        let saved = (**saved).clone();
        use_effect_with((saved, *loaded), |(saved, loaded)| {
            if *loaded {
                let saved = saved.clone();
                spawn_local(async move { messages::put(&saved).await });
            }
        });
    }
}

fn id_of(known: &Profiles, number: Option<ConnectionId>) -> Option<String> {
    Some(known.get(number?)?.profile.id.clone())
}
