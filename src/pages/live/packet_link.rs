//! A link to packets of a list: onto the clipboard, and to the Dissect page at once.

use mqttscope_protocol::PacketLink;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

use crate::route::Page;
use crate::services::{browser, clipboard};
use crate::state::live::words;
use crate::state::toasts::{ToastAction, Toaster};

/// Copies the link, and offers to follow it, where it can be copied by hand, too.
pub(super) fn hand_out(link: &PacketLink, toaster: Toaster) {
    let hash = Page::Dissect.hash_with(Some(&link.content));
    let packets = words::count(link.packets, "packet");
    let stars = if link.has_stars {
        " Stars stand in it for passwords and authentication data."
    } else {
        ""
    };
    spawn_local(async move {
        let address = format!("{}{hash}", browser::address_before_hash());
        let says = match clipboard::write(&address).await {
            Ok(()) => format!("Link to {packets} copied.{stars}"),
            Err(_) => format!(
                "The browser does not let the link to {packets} be copied: open it, and copy its address.{stars}"
            ),
        };
        let open = Callback::from(move |()| browser::go_to(&hash));
        toaster.dispatch(ToastAction::Offer(says, "Open in Dissect", open));
    });
}
