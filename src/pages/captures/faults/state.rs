//! What the companion says of the faults of its tap. Several pages may set them, so that it is asked again and again.

use gloo_timers::callback::Interval;
use mqttscope_protocol::{AskFaults, FaultError, TapFaults};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::services::companion;

/// How often it is asked, in milliseconds: while somebody looks at them, and else.
const LOOKED_AT: u32 = 1_000;
const ELSE: u32 = 5_000;

/// The faults of a tap, or of live connections.
#[derive(Clone, PartialEq)]
pub(in crate::pages) struct Asked {
    /// None: there is no tap, or nothing was heard yet.
    pub(in crate::pages) told: Option<TapFaults>,
    /// What was wrong with what was asked last.
    pub(in crate::pages) errors: Vec<FaultError>,
    /// Whether the last that was asked for is done.
    pub(in crate::pages) is_done: bool,
    pub(in crate::pages) ask: Callback<AskFaults>,
}

/// Asks the companion with this token, unless it has ended; more often while they are looked at.
#[hook]
pub(super) fn use_tap_faults(token: &AttrValue, is_looked_at: bool, has_ended: bool) -> Asked {
    let told = use_state_eq(|| None::<TapFaults>);
    let errors = use_state_eq(Vec::new);
    let is_done = use_state_eq(|| false);
    // It does not answer: it is asked no more until somebody looks.
    let is_gone = use_state_eq(|| false);
    let ask = {
        let (told, errors, is_done) = (told.setter(), errors.setter(), is_done.setter());
        let is_gone = is_gone.setter();
        use_callback(token.clone(), move |ask: AskFaults, token| {
            let (told, errors, is_done) = (told.clone(), errors.clone(), is_done.clone());
            let (token, is_gone) = (token.clone(), is_gone.clone());
            spawn_local(async move {
                let answer = companion::faults(&token, &ask).await;
                let is_question = ask == AskFaults::Tell;
                is_gone.set(is_question && answer.is_err());
                match answer {
                    Ok(answer) => {
                        told.set(answer);
                        if !is_question {
                            errors.set(Vec::new());
                            is_done.set(true);
                        }
                    }
                    // That it cannot be reached is said by the file's own line.
                    Err(_) if is_question => {}
                    Err(why) => {
                        errors.set(why);
                        is_done.set(false);
                    }
                }
            });
        })
    };
    let is_asked = told.is_some() && !*is_gone && !has_ended;
    {
        let (ask, errors, is_done) = (ask.clone(), errors.setter(), is_done.setter());
        use_effect_with((token.clone(), is_looked_at), move |_| {
            errors.set(Vec::new());
            is_done.set(false);
            if !has_ended {
                ask.emit(AskFaults::Tell);
            }
        });
    }
    {
        let ask = ask.clone();
        use_effect_with(
            (is_asked, is_looked_at, token.clone()),
            move |(is_asked, is_looked_at, _)| {
                let every = if *is_looked_at { LOOKED_AT } else { ELSE };
                let asking =
                    is_asked.then(|| Interval::new(every, move || ask.emit(AskFaults::Tell)));
                move || drop(asking)
            },
        );
    }
    Asked {
        told: (*told).clone(),
        errors: (*errors).clone(),
        is_done: *is_done,
        ask,
    }
}
