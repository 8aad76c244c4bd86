//! A window above the page, which the browser itself makes modal.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

use super::icon::{Icon, icon};

/// What a dialog is given.
#[derive(Clone, PartialEq, Properties)]
pub struct DialogProps {
    /// Its heading and name.
    pub title: AttrValue,
    /// It was closed: by its button, by Escape, or by a click beside it.
    pub on_close: Callback<()>,
    /// What is in it.
    pub children: Html,
}

/// A dialog that is open as long as it is in the document.
#[component]
pub fn Dialog(props: &DialogProps) -> Html {
    let node = use_node_ref();
    use_effect_with(node.clone(), |node| {
        let dialog = node.cast::<HtmlDialogElement>();
        if let Some(dialog) = &dialog {
            // It fails only where it is open already.
            let _ = dialog.show_modal();
        }
        move || {
            if let Some(dialog) = dialog {
                dialog.close();
            }
        }
    });
    let close = props.on_close.reform(|_: MouseEvent| ());
    let cancel = props
        .on_close
        .reform(|event: Event| event.prevent_default());
    let beside = {
        let (node, on_close) = (node.clone(), props.on_close.clone());
        Callback::from(move |event: MouseEvent| {
            // Only the dialog's own ground is hit beside its content.
            if event.target() == node.get().map(Into::into) {
                on_close.emit(());
            }
        })
    };
    html! {
        <dialog ref={node} aria-label={props.title.clone()} oncancel={cancel} onmousedown={beside}>
            <div class="bar">
                <h2 class="grow">{ &props.title }</h2>
                <button class="bare square" aria-label="Close" onclick={close}>{ icon(Icon::Cross) }</button>
            </div>
            <div class="body">{ props.children.clone() }</div>
        </dialog>
    }
}
