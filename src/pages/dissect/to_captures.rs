//! A capture file with several connections, one that is too large for this page, or a log in words is for the Captures page.

use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen_futures::spawn_local;
use web_sys::File;
use yew::prelude::*;

use super::desk::Desk;
use crate::route::Page;
use crate::services::{annex, browser};
use crate::state::toasts::{ToastAction, Toaster};
use crate::state::workbench::Given;

/// The way to all connections of what was given.
pub(super) fn button(desk: &Rc<Desk>) -> Html {
    let desk = desk.clone();
    let open = Callback::from(move |_: MouseEvent| {
        let name = desk.now.name.as_deref();
        let (name, bytes) = match &desk.now.given {
            Given::File { name, bytes } => (&**name, &**bytes),
            given => {
                let text = given.text().map_or("", |text| text);
                (name.unwrap_or("pasted.log"), text.as_bytes())
            }
        };
        let parts = Array::of1(&Uint8Array::from(bytes));
        if let Ok(file) = File::new_with_u8_array_sequence(&parts, name) {
            hand_over(file, desk.toaster.clone());
        }
    });
    html! {
        <div class="acts">
            <button type="button" data-testid="open-in-captures" title="All connections in it, each with its packets" onclick={open}>{ "Open in Captures" }</button>
        </div>
    }
}

/// Says that a file is too large for this page, and offers the one that reads it in pieces.
pub(super) fn too_large(file: File, why: String, desk: &Desk) {
    let toaster = desk.toaster.clone();
    let open = {
        let toaster = toaster.clone();
        Callback::from(move |()| hand_over(file.clone(), toaster.clone()))
    };
    toaster.dispatch(ToastAction::Offer(why, "Open in Captures", open));
}

/// Gives a file to the Captures page and goes there.
fn hand_over(file: File, toaster: Toaster) {
    spawn_local(async move {
        match annex::ask("hand_over", &Array::of1(&Array::of1(&file))).await {
            Ok(_) => browser::go_to(Page::Captures.hash()),
            Err(why) => toaster.dispatch(ToastAction::Say(format!(
                "The Captures page could not be loaded: {why}"
            ))),
        }
    });
}
