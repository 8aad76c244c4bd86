//! How payloads are read: files with schemas, and the topics that these, or forms that take none, are for.

mod dialog;
mod files;
mod rules;

use yew::prelude::*;

use super::desk::Desk;
use crate::services::schemas;
use crate::state::live::publishing::PublishingAct;
use crate::state::live::schemas::Known;
pub(crate) use dialog::{SchemasDialog, SchemasDialogProps};

/// Reads what this browser keeps whenever the page is come to: another may have changed it.
#[hook]
pub(super) fn use_kept_schemas(shown: bool, desk: &Desk) {
    let publishing = desk.publishing.clone();
    use_effect_with(shown, move |&shown| {
        if shown {
            let known = schemas::known();
            publishing.dispatch(PublishingAct::Schemas(known));
        }
    });
}

/// The button that leads to them.
#[component]
pub(super) fn SchemasButton() -> Html {
    let open = use_state_eq(|| false);
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let on_change = Callback::from(move |known: Known| {
        (desk.publishing).dispatch(PublishingAct::Schemas(known));
    });
    let show = |to: bool| {
        let open = open.setter();
        Callback::from(move |()| open.set(to))
    };
    html! {
        <>
            <button data-testid="schemas-open" title="Say how payloads of a topic are read: by a schema, as CBOR, as numbers…" onclick={show(true).reform(|_: MouseEvent| ())}>{ "Schemas" }</button>
            if *open { <SchemasDialog {on_change} on_close={show(false)} /> }
        </>
    }
}
