//! Where a list stands: measured, and moved.

use std::cell::RefCell;
use std::rc::Rc;

use web_sys::HtmlElement;
use yew::Callback;

use super::seen::Seen;
use crate::state::scroll::Scroll;

/// What the listeners know: the list as it was drawn last, and where it stood.
pub(super) struct Known {
    pub(super) scroll: Scroll,
    pub(super) top: u64,
    pub(super) tail: bool,
    pub(super) follows: bool,
    pub(super) dropped: u64,
}

pub(super) fn look(element: &HtmlElement, known: &Rc<RefCell<Known>>) -> Seen {
    let mut known = known.borrow_mut();
    let top = u64::try_from(element.scroll_top()).unwrap_or(0);
    let shown = u32::try_from(element.client_height()).unwrap_or(0);
    let scroll = Scroll {
        shown,
        ..known.scroll
    };
    // A list that grew is not at its end any more, though nobody scrolled.
    if top.saturating_add(4) >= scroll.way() {
        known.tail = known.follows;
    } else if top.saturating_add(1) < known.top {
        known.tail = false;
    }
    known.top = top;
    let step = u64::from(scroll.row).saturating_mul(4).max(1);
    let (top, dropped) = if known.tail {
        (0, 0)
    } else if scroll.is_scaled() {
        (top, known.dropped)
    } else {
        // In steps, so that not every pixel draws the list again.
        let steps = top.checked_div(step).unwrap_or(0);
        (steps.saturating_mul(step), known.dropped)
    };
    Seen {
        top,
        shown,
        tail: known.tail,
        dropped,
    }
}

/// Keeps what is seen where it is when rows before it were dropped.
pub(super) fn lift(element: &HtmlElement, known: &Rc<RefCell<Known>>, dropped: u64) {
    let mut known = known.borrow_mut();
    if dropped == 0 || known.tail {
        return;
    }
    let top = if known.scroll.is_scaled() {
        let first = known.scroll.first(known.top);
        known.scroll.top_of(first.saturating_sub(dropped))
    } else {
        let height = dropped.saturating_mul(known.scroll.row.into());
        known.top.saturating_sub(height)
    };
    element.set_scroll_top(i32::try_from(top).unwrap_or(i32::MAX));
    known.top = u64::try_from(element.scroll_top()).unwrap_or(0);
}

/// Scrolls to a row that is not on screen, which then stands in its middle.
pub(super) fn reveal(element: &HtmlElement, known: &Rc<RefCell<Known>>, row: u64) {
    let mut known = known.borrow_mut();
    let top = u64::try_from(element.scroll_top()).unwrap_or(0);
    let scroll = Scroll {
        shown: u32::try_from(element.client_height()).unwrap_or(0),
        ..known.scroll
    };
    if scroll.reveal(row, top).is_some() {
        let above = u64::from(scroll.shown.checked_div(scroll.row).unwrap_or(0) / 2);
        let top = scroll.top_of(row.saturating_sub(above));
        known.tail = false;
        element.set_scroll_top(i32::try_from(top).unwrap_or(i32::MAX));
    }
}

/// Scrolls to the end. Where that is is known: to ask the browser would have it lay out the page once more.
pub(super) fn go_to_end(element: &HtmlElement, known: &Rc<RefCell<Known>>) {
    element.set_scroll_top(i32::MAX);
    let mut known = known.borrow_mut();
    known.top = known.scroll.way();
}

/// Chooses the wanted row, if it is here.
pub(super) fn choose(wanted: &mut Option<u64>, first: u64, ids: &[u64], on_select: &Callback<u64>) {
    let here = wanted.and_then(|wanted| usize::try_from(wanted.checked_sub(first)?).ok());
    if let Some(&id) = here.and_then(|at| ids.get(at)) {
        *wanted = None;
        on_select.emit(id);
    }
}
