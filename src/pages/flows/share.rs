//! A link to what is shown.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::components::icon::{Icon, icon};
use crate::components::text_out::TextOut;
use crate::services::{browser, clipboard};
use crate::state::toasts::{ToastAction, Toaster};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ShareButtonProps {
    /// The address of what is shown, from its `#` on.
    pub(super) hash: AttrValue,
}

/// Copies a link that opens the same scenario at the same step.
#[component]
pub(super) fn ShareButton(props: &ShareButtonProps) -> Html {
    let toaster = use_context::<Toaster>();
    let refused = use_state_eq(|| None::<AttrValue>);
    let on_click = {
        let (refused, hash) = (refused.clone(), props.hash.clone());
        Callback::from(move |_: MouseEvent| {
            let link = format!("{}{hash}", browser::address_before_hash());
            let (toaster, refused) = (toaster.clone(), refused.clone());
            spawn_local(async move {
                match (clipboard::write(&link).await, toaster) {
                    (Ok(()), Some(toaster)) => toaster.dispatch(ToastAction::Say(
                        "Link copied. It opens this scenario at this step.".to_owned(),
                    )),
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
            <button data-testid="share" title="Copy a link that opens this scenario at this step" onclick={on_click}>{ icon(Icon::Link) }{ "Share link" }</button>
            if let Some(link) = &*refused {
                <TextOut title="Share link" text={link.clone()} {on_close} />
            }
        </>
    }
}
