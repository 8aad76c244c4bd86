//! A text to be copied by hand, where the browser does not let the page do it.

use yew::prelude::*;

use super::dialog::Dialog;

/// What the window is given.
#[derive(Clone, PartialEq, Properties)]
pub struct TextOutProps {
    /// Its heading and name.
    pub title: AttrValue,
    /// What is to be copied.
    pub text: AttrValue,
    /// It was closed.
    pub on_close: Callback<()>,
}

/// The window; the whole text is selected when it opens.
#[component]
pub fn TextOut(props: &TextOutProps) -> Html {
    html! {
        <Dialog title={&props.title} on_close={props.on_close.clone()}>
            <p>
                { "The browser did not let this page write to the clipboard. " }
                { "The text is selected: copy it with Ctrl+C." }
            </p>
            <textarea readonly=true aria-label={&props.title} data-testid="text-out" value={&props.text} />
        </Dialog>
    }
}
