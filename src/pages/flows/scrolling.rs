//! Scrolling sideways, where the diagrams are wider than their room.

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::services::browser;

/// Scrolls sideways by most of the room, and at the end back to the beginning.
pub(super) fn scroll_on(room: &NodeRef) {
    if let Some(room) = browser::element_of::<HtmlElement>(room) {
        let (left, wide) = (room.scroll_left(), room.client_width());
        let is_end = left.saturating_add(wide).saturating_add(2) >= room.scroll_width();
        let by = wide.saturating_mul(3) / 4;
        room.set_scroll_left(if is_end { 0 } else { left.saturating_add(by) });
    }
}
