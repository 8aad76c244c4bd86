//! The checks there are: loaded when they are first wanted, and told to the engine.

use std::rc::Rc;

use mqttscope_protocol::{CheckView, Command, Examine};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::pages::live::desk::Desk;
use crate::services::checks;
use crate::state::live::examine::Statements;

/// How far they are.
#[derive(Clone)]
pub(super) enum Checks {
    /// On their way.
    Coming,
    /// The engine knows them; what their statements ask.
    Here(Rc<Statements>),
    /// They did not come; this asks again.
    Failed(Callback<()>),
}

#[derive(Clone, PartialEq)]
enum Loaded {
    Coming,
    /// What the engine reads, and what the page does.
    Here(Rc<str>, Rc<Statements>),
    Failed,
}

/// Loads them once, and tells an engine of them that knows none.
#[hook]
pub(super) fn use_checks(known: &Rc<[CheckView]>, is_running: bool) -> Checks {
    let desk = use_context::<Desk>();
    let loaded = use_state_eq(|| Loaded::Coming);
    {
        let loaded = loaded.clone();
        use_effect_with(*loaded == Loaded::Coming, move |&is_coming| {
            if is_coming {
                spawn_local(async move {
                    let file = checks::load().await;
                    let read = file.as_deref().and_then(Statements::read);
                    loaded.set(match read {
                        Some((text, statements)) => Loaded::Here(text.into(), statements.into()),
                        None => Loaded::Failed,
                    });
                });
            }
        });
    }
    let text = match &*loaded {
        Loaded::Here(text, _) if known.is_empty() && is_running => Some(text.clone()),
        _ => None,
    };
    use_effect_with(text, move |text| {
        if let (Some(text), Some(desk)) = (text, desk) {
            let tell = Examine::Checks(text.to_string());
            desk.talk.emit(Command::Examine(tell));
        }
    });
    match &*loaded {
        Loaded::Failed => {
            let loaded = loaded.setter();
            Checks::Failed(Callback::from(move |()| loaded.set(Loaded::Coming)))
        }
        Loaded::Here(_, statements) if !known.is_empty() => Checks::Here(statements.clone()),
        _ => Checks::Coming,
    }
}
