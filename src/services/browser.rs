//! Window, document and address. Every function does nothing where there is no window.

use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, Event, HtmlElement, HtmlInputElement, Window};
use yew::NodeRef;

/// The window.
#[must_use]
pub fn window() -> Option<Window> {
    web_sys::window()
}

/// The document.
#[must_use]
pub fn document() -> Option<Document> {
    window()?.document()
}

/// The element that a `NodeRef` points to, if it is one of this kind. Yew's own `NodeRef::cast` does not
/// look at what the element is: a `<select>` taken for an `<input>` throws at the first method that it
/// does not have, in the middle of Yew, and the page never reacts again.
#[must_use]
pub fn element_of<T: JsCast>(node: &NodeRef) -> Option<T> {
    node.get()?.dyn_into().ok()
}

/// A closure of ours as the function that a browser's interface takes.
#[must_use]
pub fn function_of(closure: &JsValue) -> Option<&Function> {
    closure.dyn_ref()
}

/// What stands behind the address's `#`, that sign included; empty when there is nothing.
#[must_use]
pub fn hash() -> String {
    window()
        .and_then(|window| window.location().hash().ok())
        .unwrap_or_default()
}

/// The address without what stands behind `#`.
#[must_use]
pub fn address_before_hash() -> String {
    let address = window()
        .and_then(|window| window.location().href().ok())
        .unwrap_or_default();
    address.split('#').next().unwrap_or_default().to_owned()
}

/// Shows another `#` address without loading, without an entry in the history and without a
/// `hashchange`.
pub fn replace_hash(hash: &str) {
    let Some(window) = window() else { return };
    if window.location().hash().is_ok_and(|now| now == hash) {
        return;
    }
    if let Ok(history) = window.history() {
        // A browser may refuse when a page does this very often: the address is then a step behind.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(hash));
    }
}

/// Shows another `#` address without loading, as a new entry of the history and without a
/// `hashchange`.
pub fn push_hash(hash: &str) {
    let Some(window) = window() else { return };
    if window.location().hash().is_ok_and(|now| now == hash) {
        return;
    }
    if let Ok(history) = window.history() {
        // A browser may refuse when a page does this very often: the address is then a step behind.
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(hash));
    }
}

/// Goes to another `#` address, as a link does.
pub fn go_to(hash: &str) {
    if let Some(window) = window() {
        // It fails on no such address.
        let _ = window.location().set_hash(hash);
    }
}

/// The element that an event happened on.
#[must_use]
pub fn target(event: &Event) -> Option<HtmlElement> {
    event.target()?.dyn_into().ok()
}

/// The number in a `data-` attribute of the event's target or of what it stands in.
#[must_use]
pub fn data_number(event: &Event, name: &str) -> Option<usize> {
    let element: Element = event.target()?.dyn_into().ok()?;
    let holder = element.closest(&format!("[data-{name}]")).ok()??;
    holder.get_attribute(&format!("data-{name}"))?.parse().ok()
}

/// The text of a `data-` attribute of the event's target or of what it stands in.
#[must_use]
pub fn data_text(event: &Event, name: &str) -> Option<String> {
    let element: Element = event.target()?.dyn_into().ok()?;
    element
        .closest(&format!("[data-{name}]"))
        .ok()??
        .get_attribute(&format!("data-{name}"))
}

/// Scrolls as little as needed for the element with this id to be seen.
pub fn reveal_id(id: &str) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    if let Some(element) = document().and_then(|document| document.get_element_by_id(id)) {
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Whether what is typed now goes into a field, so that keys belong to it.
#[must_use]
pub fn is_typing(event: &Event) -> bool {
    target(event).is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
            || element.is_content_editable()
    })
}

/// Puts the focus on the element with this id.
pub fn focus_id(id: &str) {
    let element = document().and_then(|document| document.get_element_by_id(id));
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // An element that cannot take it is left as it is.
        let _ = element.focus();
    }
}

/// Gives an element the focus that the one with this id has.
pub fn take_focus_from(id: &str, node: &NodeRef) {
    let has = document().and_then(|document| document.active_element());
    let (Some(has), Some(element)) = (has, element_of::<HtmlElement>(node)) else {
        return;
    };
    if has.id() == id {
        // A list that can be gone through by keys can take it.
        let _ = element.focus();
    }
}

/// Selects what stands in the field with this id.
pub fn select_text(id: &str) {
    let field = document().and_then(|document| document.get_element_by_id(id));
    if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) {
        field.select();
    }
}

/// Puts the focus on the first element that a selector finds, without scrolling.
pub fn focus_quietly(selector: &str) {
    let element = document().and_then(|document| document.query_selector(selector).ok()?);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        // An element that cannot take it is left as it is.
        let _ = element.focus_with_options(&options);
    }
}

/// Whether nothing has the focus.
#[must_use]
pub fn is_focus_nowhere() -> bool {
    document().is_some_and(|document| {
        let active = document.active_element();
        active.is_none_or(|active| active.tag_name() == "BODY")
    })
}

/// The same, or the page as a whole has it.
#[must_use]
pub fn is_focus_free() -> bool {
    let active = document().and_then(|document| document.active_element());
    is_focus_nowhere() || active.is_some_and(|active| active.id() == "main")
}

/// Whether what has the focus is not drawn, so that it is about to lose it.
#[must_use]
pub fn is_focus_hidden() -> bool {
    let active = document().and_then(|document| document.active_element());
    active.is_some_and(|active| active.get_bounding_client_rect().width() == 0.0)
}

/// Gives the focus on if the first element that a selector finds has it, to the first that another finds.
pub fn pass_focus(from: &str, to: &str) {
    if has_focus(from) {
        focus_quietly(to);
    }
}

/// Whether the element with the focus is one that a selector finds.
#[must_use]
pub fn has_focus(selector: &str) -> bool {
    let active = document().and_then(|document| document.active_element());
    active.is_some_and(|active| active.matches(selector).unwrap_or(false))
}

/// Whether an event happened within an element that a selector finds.
#[must_use]
pub fn is_within(event: &Event, selector: &str) -> bool {
    // A picture within a button is no element of HTML.
    let element = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    element.is_some_and(|element| element.closest(selector).is_ok_and(|found| found.is_some()))
}

/// A colour of the style sheets as it is now, by the name of its custom property.
#[must_use]
pub fn colour(name: &str) -> Option<String> {
    let probe = document()?.create_element("span").ok()?;
    let probe: HtmlElement = probe.dyn_into().ok()?;
    probe
        .style()
        .set_property("color", &format!("var({name})"))
        .ok()?;
    let body = document()?.body()?;
    body.append_child(&probe).ok()?;
    let style = window()?.get_computed_style(&probe).ok().flatten();
    let colour = style.and_then(|style| style.get_property_value("color").ok());
    probe.remove();
    colour.filter(|colour| !colour.is_empty())
}

/// Whether a media query holds now.
#[must_use]
pub fn matches(query: &str) -> bool {
    window()
        .and_then(|window| window.match_media(query).ok()?)
        .is_some_and(|list| list.matches())
}

/// Whether a dialog lies over the page.
#[must_use]
pub fn has_dialog() -> bool {
    document().is_some_and(|document| {
        let dialog = document.query_selector("dialog[open]");
        dialog.is_ok_and(|dialog| dialog.is_some())
    })
}

/// Presses the first element that a selector finds.
pub fn press(selector: &str) {
    let element = document().and_then(|document| document.query_selector(selector).ok()?);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        element.click();
    }
}
