//! Another name for an own scenario.

use web_sys::{HtmlInputElement, SubmitEvent};
use yew::prelude::*;

use crate::services::browser;

use crate::components::dialog::Dialog;

/// The longest name, in characters.
const LONGEST: &str = "200";

#[derive(Clone, PartialEq, Properties)]
pub(super) struct RenameProps {
    /// The name it has.
    pub(super) title: String,
    /// The name it gets; none: it keeps the one it has.
    pub(super) on_rename: Callback<Option<String>>,
}

/// The window.
#[component]
pub(super) fn Rename(props: &RenameProps) -> Html {
    let field = use_node_ref();
    {
        let field = field.clone();
        use_effect_with((), move |()| {
            if let Some(field) = browser::element_of::<HtmlInputElement>(&field) {
                // A field that cannot take the focus can still be clicked.
                let _ = field.focus();
                field.select();
            }
        });
    }
    let on_submit = {
        let (field, on_rename) = (field.clone(), props.on_rename.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let value = browser::element_of::<HtmlInputElement>(&field).map(|field| field.value());
            let words = value.unwrap_or_default();
            let words: Vec<&str> = words.split_whitespace().collect();
            on_rename.emit((!words.is_empty()).then(|| words.join(" ")));
        })
    };
    let on_close = props.on_rename.reform(|()| None);
    html! {
        <Dialog title="Rename the scenario" {on_close}>
            <form class="rename" onsubmit={on_submit}>
                <input type="text" aria-label="Name" data-testid="scenario-name" maxlength={LONGEST} ref={field} value={props.title.clone()} />
                <button class="main" data-testid="rename">{ "Rename" }</button>
            </form>
        </Dialog>
    }
}
