//! A link to a card.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::components::icon::{Icon, icon};
use crate::components::text_out::TextOut;
use crate::route::Page;
use crate::services::{browser, clipboard};
use crate::state::toasts::{ToastAction, Toaster};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct CopyLinkProps {
    /// The card, as an address has it.
    pub(super) token: AttrValue,
}

/// Copies a link that opens the card, without any login.
#[component]
pub(super) fn CopyLink(props: &CopyLinkProps) -> Html {
    let toaster = use_context::<Toaster>();
    let refused = use_state_eq(|| None::<AttrValue>);
    let on_click = {
        let (refused, token) = (refused.clone(), props.token.clone());
        Callback::from(move |_: MouseEvent| {
            let hash = Page::Live.hash_with(Some(&format!("card={token}")));
            let link = format!("{}{hash}", browser::address_before_hash());
            let (toaster, refused) = (toaster.clone(), refused.clone());
            spawn_local(async move {
                match (clipboard::write(&link).await, toaster) {
                    (Ok(()), Some(toaster)) => toaster.dispatch(ToastAction::Say(
                        "Link copied. It opens card A: the broker’s address, facts and verdicts, no login."
                            .to_owned(),
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
            <button data-testid="card-link" title="Copy a link that opens the card on side A" onclick={on_click}>{ icon(Icon::Link) }{ "Link to A" }</button>
            if let Some(link) = &*refused {
                <TextOut title="Link to a card" text={link.clone()} {on_close} />
            }
        </>
    }
}
