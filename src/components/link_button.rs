//! A button that copies a link to what is shown.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::icon::{Icon, icon};
use super::text_out::TextOut;
use crate::services::{browser, clipboard};
use crate::state::toasts::{ToastAction, Toaster};

/// What the button is given.
#[derive(Clone, PartialEq, Properties)]
pub struct LinkButtonProps {
    /// The address that the link leads to, from its `#` on.
    pub hash: AttrValue,
    /// What stands on it.
    pub label: AttrValue,
    /// What the link opens, in a sentence.
    pub title: AttrValue,
    /// What is said once it is copied.
    pub copied: AttrValue,
    /// The heading of the window that has the link where the browser does not let it be copied.
    pub heading: AttrValue,
    /// By what tests find it.
    pub test: AttrValue,
}

/// Copies the link; where the browser refuses, it is there to be copied by hand.
#[component]
pub fn LinkButton(props: &LinkButtonProps) -> Html {
    let toaster = use_context::<Toaster>();
    let refused = use_state_eq(|| None::<AttrValue>);
    let on_click = {
        let (refused, hash, copied) = (refused.clone(), props.hash.clone(), props.copied.clone());
        Callback::from(move |_: MouseEvent| {
            let link = format!("{}{hash}", browser::address_before_hash());
            let (toaster, refused, copied) = (toaster.clone(), refused.clone(), copied.to_string());
            spawn_local(async move {
                match (clipboard::write(&link).await, toaster) {
                    (Ok(()), Some(toaster)) => toaster.dispatch(ToastAction::Say(copied)),
                    (Ok(()), None) => {}
                    (Err(_), _) => refused.set(Some(link.into())),
                }
            });
        })
    };
    let on_close = {
        let refused = refused.clone();
        Callback::from(move |()| refused.set(None))
    };
    html! {
        <>
            <button data-testid={&props.test} title={&props.title} onclick={on_click}>{ icon(Icon::Link) }{ &props.label }</button>
            if let Some(link) = &*refused {
                <TextOut title={&props.heading} text={link.clone()} {on_close} />
            }
        </>
    }
}
