//! The way back to a scenario that was being written when something else was opened, such as a handshake of Live.

use yew::prelude::*;

use super::act::Acts;
use super::steps::Part;
use crate::components::icon::{Icon, icon};
use crate::state::flows::{Act, Flows};

/// Says that the text is kept, and offers it; nothing where there is none. It stays until it is used or sent away.
pub(super) fn set_aside(state: &Flows, acts: &Acts, on_part: &Callback<Part>) -> Html {
    if state.set_aside().is_none() {
        return Html::default();
    }
    let resume = {
        let (acts, on_part) = (acts.clone(), on_part.clone());
        Callback::from(move |_: MouseEvent| {
            acts.dispatch(Act::Resume);
            on_part.emit(Part::Scenarios);
        })
    };
    let forget = {
        let acts = acts.clone();
        Callback::from(move |_: MouseEvent| acts.dispatch(Act::Forget))
    };
    html! {
        <div class="undo" role="status" data-testid="set-aside">
            <span>{ "The scenario that you were writing is kept." }</span>
            <button data-testid="resume-editing" onclick={resume}>{ "Continue editing" }</button>
            <button class="bare square" data-testid="forget-set-aside" aria-label="Discard the text" title="Discard the text" onclick={forget}>{ icon(Icon::Cross) }</button>
        </div>
    }
}
