//! The focus stays near where it was when what had it is taken away or can be operated no more: whoever works with keys
//! would begin at the top of the page again.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{
    Element, FocusEvent, FocusOptions, HtmlElement, MutationObserver, MutationObserverInit,
};
use yew::prelude::*;

use crate::services::browser;

/// What can have the focus.
const FOCUSABLE: &str = "button:not(:disabled), a[href], input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, [tabindex='0']";
/// What a key leaves as it is, until it is pressed.
const PRESSED: &str = "button, a, summary";
/// What has things of its own to press.
const ROOMS: &str = "section, form, dialog, fieldset";
/// All of a page.
const PAGE: &str = "#main";
/// Where messages are.
const MESSAGES: &str = ".toasts";

/// Where the focus was.
struct Trail {
    element: HtmlElement,
    /// What it is in, from inside to outside, each with the place of the one before among its children, from 1.
    within: Vec<(Element, usize)>,
    /// A message has the focus since.
    in_message: bool,
}

type Kept = Rc<RefCell<Option<Trail>>>;

/// Follows the focus within the pages that are loaded later, and brings it back. A list gives it to the row that took
/// the place of the one that went, and an empty one to what adds to it (`data-home`).
#[hook]
pub fn use_kept_focus() {
    use_effect_with((), |()| {
        let kept = Kept::default();
        let listeners = browser::document().map(|document| {
            let (came, went) = (kept.clone(), kept.clone());
            (
                EventListener::new(&document, "focusin", move |event| {
                    if let Some(element) = browser::target(event) {
                        come(&came, element);
                    }
                }),
                EventListener::new(&document, "focusout", move |event| {
                    let is_leaving = event
                        .dyn_ref::<FocusEvent>()
                        .is_some_and(|event| event.related_target().is_none());
                    if is_leaving {
                        leave(&went);
                    }
                }),
            )
        });
        let observer = observe(&kept);
        move || {
            drop(listeners);
            if let Some((observer, _)) = &observer {
                observer.disconnect();
            }
            drop(observer);
        }
    });
}

type Watching = (MutationObserver, Closure<dyn FnMut()>);

fn observe(kept: &Kept) -> Option<Watching> {
    let kept = kept.clone();
    let look: Closure<dyn FnMut()> = Closure::new(move || bring_back(&kept));
    let observer = MutationObserver::new(browser::function_of(look.as_ref())?).ok()?;
    let options = MutationObserverInit::new();
    options.set_child_list(true);
    options.set_subtree(true);
    options.set_attribute_filter(&js_sys::Array::of1(&"disabled".into()));
    let body = browser::document()?.body()?;
    observer.observe_with_options(&body, &options).ok()?;
    Some((observer, look))
}

fn come(kept: &Kept, element: HtmlElement) {
    let is_within = |selector: &str| element.closest(selector).is_ok_and(|found| found.is_some());
    let mut kept = kept.borrow_mut();
    if is_within(MESSAGES) {
        // From a message it goes back to where it was before.
        if let Some(trail) = &mut *kept {
            trail.in_message = true;
        }
        return;
    }
    if !is_within(".annex") {
        *kept = None;
        return;
    }
    let mut within = Vec::new();
    let mut inner: Element = element.clone().into();
    while let Some(outer) = inner.parent_element() {
        within.push((outer.clone(), place(&inner)));
        inner = outer;
    }
    *kept = Some(Trail {
        element,
        within,
        in_message: false,
    });
}

/// Its place among the children that it is one of, from 1.
fn place(element: &Element) -> usize {
    let mut place = 1_usize;
    let mut before = element.previous_element_sibling();
    while let Some(one) = before {
        place = place.saturating_add(1);
        before = one.previous_element_sibling();
    }
    place
}

/// Where a person left it, it stays away. An element that is taken away tells the same, and is gone a moment later.
fn leave(kept: &Kept) {
    let kept = kept.clone();
    Timeout::new(0, move || {
        let mut kept = kept.borrow_mut();
        let is_left = kept.as_ref().is_some_and(|trail| {
            let is_usable = trail.element.is_connected() && !is_disabled(&trail.element);
            !trail.in_message && is_usable && !has_focus(&trail.element)
        });
        if is_left {
            *kept = None;
        }
    })
    .forget();
}

fn has_focus(element: &HtmlElement) -> bool {
    browser::document()
        .and_then(|document| document.active_element())
        .is_some_and(|active| active == **element)
}

fn is_disabled(element: &HtmlElement) -> bool {
    element.matches(":disabled").unwrap_or(false)
}

fn bring_back(kept: &Kept) {
    // What has the focus now is told while this is asked: nothing is borrowed then.
    let home = {
        let kept = kept.borrow();
        let Some(trail) = kept.as_ref() else { return };
        let is_there = trail.element.is_connected() && !is_disabled(&trail.element);
        // One that was disabled just now has the focus still.
        let is_lost = browser::is_focus_nowhere() || has_focus(&trail.element);
        if is_there && !trail.in_message || !is_lost {
            return;
        }
        if is_there {
            Some(trail.element.clone())
        } else {
            home_of(trail).or_else(|| next_page(trail))
        }
    };
    kept.replace(None);
    if let Some(home) = home {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        // An element that cannot take it is left as it is.
        let _ = home.focus_with_options(&options);
    }
}

fn home_of(trail: &Trail) -> Option<HtmlElement> {
    let mut left = trail
        .within
        .iter()
        .skip_while(|(outer, _)| !outer.is_connected())
        .peekable();
    let (nearest, place) = left.peek()?;
    if matches!(&*nearest.tag_name(), "UL" | "OL" | "TBODY")
        && let Some(row) = row_at(nearest, *place)
    {
        let of_kind = trail.element.get_attribute("data-testid").and_then(|test| {
            let mut all = focusable(&row).into_iter();
            all.find(|one| one.get_attribute("data-testid").as_ref() == Some(&test))
        });
        // What takes a row away stands last in it.
        if let Some(home) = of_kind.or_else(|| focusable(&row).pop()) {
            return Some(home);
        }
    }
    left.filter(|(outer, _)| outer.matches(ROOMS).unwrap_or(false))
        .find_map(|(room, _)| {
            let all = focusable(room);
            let home = all.iter().find(|one| one.has_attribute("data-home"));
            // Not a field, which the next key would change.
            let pressed = all.iter().find(|one| one.matches(PRESSED).unwrap_or(false));
            home.or(pressed).cloned()
        })
}

/// The page that took the place of the one that all of it was in.
fn next_page(trail: &Trail) -> Option<HtmlElement> {
    let mut within = trail.within.iter();
    let has_stayed =
        within.any(|(outer, _)| outer.is_connected() && outer.matches(PAGE).unwrap_or(false));
    let page = browser::document()?.query_selector(PAGE).ok()??;
    page.dyn_into().ok().filter(|_| !has_stayed)
}

/// The row at a place, or the last one.
fn row_at(list: &Element, place: usize) -> Option<Element> {
    let there = list.query_selector(&format!(":scope > :nth-child({place})"));
    there.ok().flatten().or_else(|| list.last_element_child())
}

/// What can have the focus in an element, as far as it is seen.
fn focusable(within: &Element) -> Vec<HtmlElement> {
    let Ok(found) = within.query_selector_all(FOCUSABLE) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|at| found.item(at)?.dyn_into::<HtmlElement>().ok())
        .filter(|element| element.offset_width() > 0)
        .collect()
}
