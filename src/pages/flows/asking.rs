//! Whether what was written is to be given up.

use yew::prelude::*;

use crate::services::browser;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct AskingProps {
    /// Ask on, or no longer.
    pub(super) ask: Callback<bool>,
    pub(super) on_discard: Callback<()>,
}

/// The question, in place of the buttons that led to it.
#[component]
pub(super) fn Asking(props: &AskingProps) -> Html {
    use_effect_with((), |()| {
        browser::focus_quietly("[data-testid=keep-writing]");
    });
    html! {
        <div class="head" role="alert" data-testid="ask-discard">
            <span>{ "Your changes are not saved." }</span><span class="grow"></span>
            <button data-testid="discard-text" onclick={props.on_discard.reform(|_: MouseEvent| ())}>{ "Discard" }</button>
            <button class="main" data-testid="keep-writing" onclick={props.ask.reform(|_: MouseEvent| false)}>{ "Keep editing" }</button>
        </div>
    }
}
