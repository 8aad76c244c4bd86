//! The way back to a scenario that was being written when something else was opened, such as a handshake of Live, or
//! when the page was left or loaded again.

use yew::prelude::*;

use super::act::Acts;
use super::draft;
use super::steps::Part;
use crate::services::browser;
use crate::state::flows::{Act, Flows};

/// Says that the text is kept, and offers it; nothing where there is none. It stays until it is used or discarded.
pub(super) fn set_aside(state: &Flows, acts: &Acts, on_part: &Callback<Part>) -> Html {
    let Some(editing) = state.set_aside() else {
        return Html::default();
    };
    let resume = {
        let (acts, on_part) = (acts.clone(), on_part.clone());
        Callback::from(move |_: MouseEvent| {
            acts.dispatch(Act::Resume);
            on_part.emit(Part::Scenarios);
        })
    };
    let forget = {
        let acts = acts.clone();
        Callback::from(move |_: MouseEvent| {
            draft::forget();
            acts.dispatch(Act::Forget);
            // The button goes with the line.
            browser::focus_quietly("[data-testid=room]");
        })
    };
    let of = editing
        .title()
        .map_or("a scenario".to_owned(), |title| format!("“{title}”"));
    html! {
        <div class="undo" role="status" data-testid="set-aside">
            <span>{ format!("Unsaved draft of {of}.") }</span>
            <button data-testid="resume-editing" onclick={resume}>{ "Continue" }</button>
            <button data-testid="forget-set-aside" title="Throw the text away" onclick={forget}>{ "Discard" }</button>
        </div>
    }
}
