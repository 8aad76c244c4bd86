//! Following the scrolling of a list, and its end.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::EventListener;
use web_sys::HtmlElement;
use yew::prelude::*;

use super::FarListProps;
use super::seen::Seen;
use crate::hooks::Resizes;
use crate::state::live::scroll::Scroll;

/// What the listeners know: the list as it was drawn last, and where it stood.
struct Known {
    scroll: Scroll,
    top: u64,
    tail: bool,
    follows: bool,
    dropped: u64,
}

/// Follows the scrolling and the size of the list, and its end; the callback goes to the end.
#[hook]
pub(super) fn use_following(node: &NodeRef, props: &FarListProps) -> (Seen, Callback<MouseEvent>) {
    let seen = use_state_eq(|| Seen {
        top: 0,
        shown: 0,
        tail: props.follows,
        dropped: props.dropped,
    });
    let known = use_mut_ref(|| Known {
        scroll: seen.scroll(props),
        top: 0,
        tail: props.follows,
        follows: props.follows,
        dropped: props.dropped,
    });
    known.borrow_mut().scroll = seen.scroll(props);
    {
        let (seen, known) = (seen.clone(), known.clone());
        use_effect_with(node.clone(), move |node| {
            let element = node.cast::<HtmlElement>();
            let look = {
                let element = element.clone();
                move || {
                    if let Some(element) = &element {
                        seen.set(look(element, &known));
                    }
                }
            };
            look();
            let scroll = element.as_ref().map(|element| {
                EventListener::new(element, "scroll", {
                    let look = look.clone();
                    move |_| look()
                })
            });
            let resize = element.and_then(|element| Resizes::of(&element, look));
            move || drop((scroll, resize))
        });
    }
    {
        let (node, seen, known) = (node.clone(), seen.clone(), known.clone());
        use_effect_with(props.dropped, move |&dropped| {
            if let Some(element) = node.cast::<HtmlElement>() {
                let since = dropped.saturating_sub(known.borrow().dropped);
                known.borrow_mut().dropped = dropped;
                lift(&element, &known, since);
                seen.set(look(&element, &known));
            }
        });
    }
    {
        let (node, known) = (node.clone(), known.clone());
        let drawn = (
            props.total,
            props.first,
            props.ids.len(),
            seen.shown,
            seen.tail,
        );
        use_effect_with(drawn, move |&(.., tail)| {
            if let Some(element) = node.cast::<HtmlElement>().filter(|_| tail) {
                go_to_end(&element, &known);
            }
        });
    }
    {
        let on_window = props.on_window.clone();
        let is_known = seen.shown > 0;
        use_effect_with(seen.window(props), move |window| {
            if is_known {
                on_window.emit(*window);
            }
        });
    }
    {
        let (node, seen, known) = (node.clone(), seen.clone(), known.clone());
        let row = props.reveal.filter(|&row| row < props.total);
        use_effect_with(row, move |&row| {
            let element = node.cast::<HtmlElement>();
            if let Some((row, element)) = row.zip(element) {
                reveal(&element, &known, row);
                seen.set(look(&element, &known));
            }
        });
    }
    let to_end = {
        let (node, seen) = (node.clone(), seen.clone());
        Callback::from(move |()| {
            if let Some(element) = node.cast::<HtmlElement>() {
                known.borrow_mut().tail = true;
                go_to_end(&element, &known);
                seen.set(look(&element, &known));
            }
        })
    };
    {
        let (to_end, before) = (to_end.clone(), use_mut_ref(|| props.resumed));
        use_effect_with(props.resumed, move |&resumed| {
            if before.replace(resumed) != resumed {
                to_end.emit(());
            }
        });
    }
    (*seen, to_end.reform(|_: MouseEvent| ()))
}

fn look(element: &HtmlElement, known: &Rc<RefCell<Known>>) -> Seen {
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
    Seen {
        // In steps, so that not every pixel draws the list again.
        top: if scroll.is_scaled() {
            top
        } else {
            top.checked_div(step).unwrap_or(0).saturating_mul(step)
        },
        shown,
        tail: known.tail,
        dropped: known.dropped,
    }
}

/// Keeps what is seen where it is when rows before it were dropped.
fn lift(element: &HtmlElement, known: &Rc<RefCell<Known>>, dropped: u64) {
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
fn reveal(element: &HtmlElement, known: &Rc<RefCell<Known>>, row: u64) {
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

fn go_to_end(element: &HtmlElement, known: &Rc<RefCell<Known>>) {
    element.set_scroll_top(element.scroll_height());
    known.borrow_mut().top = u64::try_from(element.scroll_top()).unwrap_or(0);
}
