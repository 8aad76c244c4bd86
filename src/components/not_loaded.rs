//! What stands in place of texts that did not come.

use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct NotLoadedProps {
    /// Asks for them again.
    pub(crate) again: Callback<()>,
}

/// Says so, with a button that asks for them again.
#[component]
pub(crate) fn NotLoaded(props: &NotLoadedProps) -> Html {
    let again = props.again.reform(|_: MouseEvent| ());
    html! {
        <p role="alert">
            { "The explanations could not be loaded. " }
            <button data-testid="texts-again" onclick={again}>{ "Try again" }</button>
        </p>
    }
}
