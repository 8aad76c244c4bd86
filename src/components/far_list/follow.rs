//! Following the scrolling of a list, and its end.

use gloo_events::EventListener;
use web_sys::HtmlElement;
use yew::prelude::*;

use super::FarListProps;
use super::place::{Known, go_to_end, lift, look, reveal};
use super::seen::Seen;
use crate::hooks::Resizes;
use crate::services::browser;

/// Follows the scrolling and the size of the list, and its end; the callback goes to the end.
#[hook]
pub(super) fn use_following(node: &NodeRef, props: &FarListProps) -> (Seen, Callback<MouseEvent>) {
    let seen = use_state_eq(|| Seen {
        top: 0,
        shown: 0,
        tail: props.follows,
        dropped: if props.follows { 0 } else { props.dropped },
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
            let element = browser::element_of::<HtmlElement>(node);
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
            if let Some(element) = browser::element_of::<HtmlElement>(&node) {
                let since = dropped.saturating_sub(known.borrow().dropped);
                known.borrow_mut().dropped = dropped;
                // Who follows the end stays there, whatever went before it.
                if !known.borrow().tail {
                    lift(&element, &known, since);
                    seen.set(look(&element, &known));
                }
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
            if let Some(element) = browser::element_of::<HtmlElement>(&node).filter(|_| tail) {
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
            let element = browser::element_of::<HtmlElement>(&node);
            if let Some((row, element)) = row.zip(element) {
                reveal(&element, &known, row);
                seen.set(look(&element, &known));
            }
        });
    }
    let to_end = {
        let (node, seen) = (node.clone(), seen.clone());
        Callback::from(move |()| {
            if let Some(element) = browser::element_of::<HtmlElement>(&node) {
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
