//! The window in which schemas are given. What is changed holds at once.

use yew::prelude::*;

use super::files::Files;
use super::rules::rules;
use crate::components::dialog::Dialog;
use crate::pages::live::desk::Desk;
use crate::services::schemas;
use crate::state::live::publishing::PublishingAct;
use crate::state::live::schemas::Known;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct SchemasDialogProps {
    pub(super) on_close: Callback<()>,
}

#[component]
pub(super) fn SchemasDialog(props: &SchemasDialogProps) -> Html {
    let known = use_state(|| Known::new(schemas::kept()));
    let is_kept = use_state_eq(|| true);
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let on_change = {
        let (known, is_kept) = (known.setter(), is_kept.setter());
        Callback::from(move |changed: Known| {
            is_kept.set(schemas::keep(&changed.given));
            (desk.publishing).dispatch(PublishingAct::Schemas(changed.clone()));
            known.set(changed);
        })
    };
    html! {
        <Dialog title="Payload schemas" on_close={props.on_close.clone()}>
            <div class="schemas">
                <p>{ "Payloads of these topics are read by your schemas: in the lists, the details, the history and the chart. The payload form writes them from JSON. All of it stays in this browser." }</p>
                <Files known={(*known).clone()} on_change={on_change.clone()} />
                { rules(&known, &on_change) }
                if !*is_kept {
                    <p class="is-error" role="alert" data-testid="schemas-not-kept">{ "This browser does not keep them: they hold until the page is left." }</p>
                }
            </div>
        </Dialog>
    }
}
