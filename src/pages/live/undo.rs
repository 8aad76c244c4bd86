//! The way back for connections that were just deleted.

use yew::prelude::*;

use super::desk::Desk;
use super::keep;
use crate::components::icon::{Icon, icon};
use crate::services::browser;
use crate::state::live::Act;
use crate::state::live::profiles::{Known, ProfileAct};

/// The button's name in the document.
const UNDO: &str = "undo-delete";

#[derive(Clone, PartialEq, Properties)]
pub(super) struct UndoProps {
    /// What was deleted.
    pub(super) known: Vec<Known>,
}

/// It stays until it is used or sent away, and has the focus that the deleted row had.
#[component]
pub(super) fn Undo(props: &UndoProps) -> Html {
    use_effect_with((), |()| browser::focus_id(UNDO));
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let undo = {
        let (desk, known) = (desk.clone(), props.known.clone());
        Callback::from(move |_: MouseEvent| {
            for known in &known {
                keep::keep(&known.profile);
            }
            desk.profiles.dispatch(ProfileAct::Restore);
            if let Some(first) = known.first() {
                desk.live.dispatch(Act::Connection(first.number));
            }
        })
    };
    let forget = Callback::from(move |_: MouseEvent| desk.profiles.dispatch(ProfileAct::Forget));
    let says = match props.known.as_slice() {
        [one] => format!("“{}” is deleted.", one.profile.shown_name()),
        all => format!("{} connections are deleted.", all.len()),
    };
    html! {
        <div class="undo" role="status" data-testid="deleted">
            <span>{ says }</span>
            <button id={UNDO} data-testid="undo-delete" onclick={undo}>{ "Undo" }</button>
            <button class="bare square" data-testid="forget-deleted" aria-label="Close this message" title="Close" onclick={forget}>{ icon(Icon::Cross) }</button>
        </div>
    }
}
