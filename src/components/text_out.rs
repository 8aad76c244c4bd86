//! A text to be copied by hand, where the browser does not let the page do it.

use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::dialog::Dialog;

/// What the window is given.
#[derive(Clone, PartialEq, Properties)]
pub struct TextOutProps {
    /// What the text is.
    pub title: AttrValue,
    /// The text.
    pub text: AttrValue,
    /// It was closed.
    pub on_close: Callback<()>,
}

/// The window, with the whole text selected.
#[component]
pub fn TextOut(props: &TextOutProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            if let Some(field) = node.cast::<HtmlTextAreaElement>() {
                // It fails only on an element that is gone.
                let _ = field.focus();
                field.select();
            }
        });
    }
    html! {
        <Dialog title={props.title.clone()} on_close={props.on_close.clone()}>
            <p>{ "The browser did not let this page write to the clipboard. The text is selected: copy it with Ctrl+C." }</p>
            <textarea ref={node} readonly=true aria-label={props.title.clone()} data-testid="text-out" value={props.text.clone()} />
        </Dialog>
    }
}
