//! Keys that work anywhere on the page.

use std::rc::Rc;

use yew::prelude::*;

use super::desk::Desk;
use crate::hooks::use_window_keys;
use crate::services::browser;
use crate::state::workbench::Act;

#[hook]
pub(super) fn use_page_keys(desk: &Rc<Desk>) {
    let (packet, acts) = (desk.now.packet, desk.acts.clone());
    let on_key = Callback::from(move |event: KeyboardEvent| {
        if browser::is_typing(&event) {
            return;
        }
        let command = event.ctrl_key() || event.meta_key();
        let act = match (event.key().as_str(), command, event.shift_key()) {
            ("z", true, false) => Act::Undo,
            ("z" | "Z", true, true) | ("y", true, false) => Act::Redo,
            ("[", false, _) => Act::Select(packet.saturating_sub(1)),
            ("]", false, _) => Act::Select(packet.saturating_add(1)),
            _ => return,
        };
        event.prevent_default();
        acts.dispatch(act);
    });
    use_window_keys(on_key);
}
