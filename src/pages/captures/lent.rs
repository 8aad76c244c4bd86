//! What the companion lends is opened once for each page that it opens.

use js_sys::Array;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::services::companion;
use crate::state::toasts::{ToastAction, Toaster};

/// Opens what the companion lends under this token.
#[hook]
pub(super) fn use_lent(
    token: Option<&AttrValue>,
    on_sources: &Callback<Array>,
    toaster: Option<&Toaster>,
) {
    let opened = use_mut_ref(|| None::<AttrValue>);
    let (on_sources, toaster) = (on_sources.clone(), toaster.cloned());
    use_effect_with(token.cloned(), move |token| {
        let Some(token) = token.clone() else { return };
        // Whoever looks at another page and comes back has it already.
        let before = opened.borrow_mut().replace(token.clone());
        if before.as_ref() == Some(&token) {
            return;
        }
        spawn_local(async move {
            match companion::sources(&token).await {
                Ok(sources) if sources.length() > 0 => on_sources.emit(sources),
                Ok(_) => {}
                Err(why) => {
                    if let Some(toaster) = toaster {
                        toaster.dispatch(ToastAction::Say(why));
                    }
                }
            }
        });
    });
}
