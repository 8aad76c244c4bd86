//! The window in which schemas are given. What is changed holds at once.

use yew::prelude::*;

use super::files::Files;
use super::rules::rules;
use crate::components::dialog::Dialog;
use crate::services::schemas;
use crate::state::live::schemas::Known;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct SchemasDialogProps {
    /// They are others now, and kept where the browser keeps them.
    pub(crate) on_change: Callback<Known>,
    pub(crate) on_close: Callback<()>,
}

#[component]
pub(crate) fn SchemasDialog(props: &SchemasDialogProps) -> Html {
    let known = use_state(schemas::known);
    let is_kept = use_state_eq(|| true);
    let on_change = {
        let (known, is_kept) = (known.setter(), is_kept.setter());
        let tell = props.on_change.clone();
        Callback::from(move |changed: Known| {
            is_kept.set(schemas::keep(&changed.given));
            tell.emit(changed.clone());
            known.set(changed);
        })
    };
    html! {
        <Dialog title="How payloads are read" on_close={props.on_close.clone()}>
            <div class="schemas">
                <p>{ "Payloads are read as you say for their topics: by the schemas of your files, or as JSON, CBOR, numbers and so on, whatever they look like. That holds on Dissect, and in the lists, the details, the history, the chart and the answers of Live and Captures. The payload form of Live writes them so, from JSON. All of it stays in this browser." }</p>
                <Files known={(*known).clone()} on_change={on_change.clone()} />
                { rules(&known, &on_change) }
                if !*is_kept {
                    <p class="is-error" role="alert" data-testid="schemas-not-kept">{ "This browser does not keep them: they hold until the page is left." }</p>
                }
            </div>
        </Dialog>
    }
}
