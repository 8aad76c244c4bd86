//! Bytes are sent on a connection of the Live page.

use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::desk::Desk;
use crate::route::Page;
use crate::services::{annex, browser};

/// The most bytes that are handed over: the form there shows them all.
const MOST: usize = 16 * 1024;

/// Gives the selected packet to the Live page and goes there.
pub(super) fn send_button(desk: &Rc<Desk>) -> Html {
    let bytes = desk.now.recording.bytes_of(desk.now.packet);
    let disabled = bytes.is_empty() || bytes.len() > MOST;
    let send = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| {
            let desk = desk.clone();
            spawn_local(async move {
                let bytes = desk.now.recording.bytes_of(desk.now.packet);
                match annex::ask("send_bytes", &Array::of1(&Uint8Array::from(bytes))).await {
                    Ok(_) => browser::go_to(Page::Live.hash()),
                    Err(why) => desk.say(format!("The Live page could not be loaded: {why}")),
                }
            });
        })
    };
    html! { <button data-testid="send-in-live" {disabled} title="Send this packet as it is on a connection of the Live page" onclick={send}>{ "Send…" }</button> }
}
