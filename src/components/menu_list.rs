//! The list of a menu in the document: where it opens, and where its focus goes.

use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::services::browser;

/// Opens the list beside its button, within the window, and focuses its first item.
pub(super) fn show(button: &NodeRef, list: &NodeRef) {
    let (Some(button), Some(list)) = (
        browser::element_of::<HtmlElement>(button),
        browser::element_of::<HtmlElement>(list),
    ) else {
        return;
    };
    // It fails only where it is shown already.
    let _ = list.show_popover();
    let (place, own) = (
        button.get_bounding_client_rect(),
        list.get_bounding_client_rect(),
    );
    let Some(root) = browser::document().and_then(|document| document.document_element()) else {
        return;
    };
    let (wide, high) = (root.client_width(), root.client_height());
    // Whole pixels are enough, and code that writes floats is large.
    let (top, bottom, left) = (
        place.top() as i32,
        place.bottom() as i32,
        place.left() as i32,
    );
    let (own_wide, own_high) = (own.width() as i32, own.height() as i32);
    let left = left
        .min(wide.saturating_sub(own_wide).saturating_sub(8))
        .max(8);
    let below = bottom.saturating_add(4);
    let fits = below.saturating_add(own_high) <= high.saturating_sub(8);
    let top = if fits {
        below
    } else {
        top.saturating_sub(own_high).saturating_sub(4).max(8)
    };
    for (name, value) in [("left", left), ("top", top)] {
        // The names are right, so it cannot fail.
        let _ = list.style().set_property(name, &format!("{value}px"));
    }
    // The field to search in, or the first item. Again with other items, while someone types: it stays.
    if let Ok(Some(first)) = list.query_selector("input, [role=menuitem]")
        && let Ok(first) = first.dyn_into::<HtmlElement>()
    {
        let _ = first.focus();
    }
}

/// Whether the list is open now. What a menu was told of it may be older.
pub(super) fn is_shown(list: &NodeRef) -> bool {
    browser::element_of::<HtmlElement>(list)
        .is_some_and(|list| list.matches(":popover-open").unwrap_or(false))
}

/// Closes the list.
pub(super) fn hide(list: &NodeRef) {
    if let Some(list) = browser::element_of::<HtmlElement>(list) {
        // It fails only where it is hidden already.
        let _ = list.hide_popover();
    }
}

/// Which item is focused next.
pub(super) enum Step {
    Next,
    Before,
    First,
    Last,
}

/// Moves the focus among the items, round and round.
pub(super) fn step(list: &NodeRef, by: &Step) {
    let Some(list) = browser::element_of::<HtmlElement>(list) else {
        return;
    };
    let Ok(items) = list.query_selector_all("[role=menuitem]") else {
        return;
    };
    let count = items.length();
    if count == 0 {
        return;
    }
    let focused = browser::document().and_then(|document| document.active_element());
    let at = (0..count).find(|&index| items.get(index).as_ref() == focused.as_deref());
    let last = count.saturating_sub(1);
    let to = match (by, at) {
        (Step::First, _) | (Step::Next, None) => 0,
        (Step::Last, _) | (Step::Before, None) => last,
        (Step::Next, Some(at)) => {
            if at == last {
                0
            } else {
                at.saturating_add(1)
            }
        }
        (Step::Before, Some(at)) => {
            if at == 0 {
                last
            } else {
                at.saturating_sub(1)
            }
        }
    };
    if let Some(item) = items
        .get(to)
        .and_then(|item| item.dyn_into::<HtmlElement>().ok())
    {
        let _ = item.focus();
    }
}
