//! Schemas of payloads for the Dissect page: what they read, and the window in which they are given.

use std::cell::{Cell, RefCell};

use js_sys::Function;
use mqttscope_view::payload::Asked;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;
use yew::{AppHandle, Renderer};

use super::leave_first_number;
use crate::pages::live::{SchemasDialog, SchemasDialogProps};
use crate::services::{browser, failure, schemas};
use crate::state::live::schemas::Known;

thread_local! {
    /// The window that is open, and where it stands.
    static WINDOW: RefCell<Option<Window>> = const { RefCell::new(None) };
    /// How often schemas were changed here.
    static CHANGES: Cell<u32> = const { Cell::new(0) };
}

/// Its place, the window, and what had the focus before it.
type Window = (Element, AppHandle<SchemasDialog>, Option<HtmlElement>);

/// The payload of an [`Asked`], in postcard's format, in the form that a person gave for its topic, and what it changed in
/// that form: forms in the same format.
///
/// # Errors
/// The bytes are no such thing.
pub fn by_schema(asked: &[u8]) -> Result<Vec<u8>, postcard::Error> {
    let asked: Asked<'_> = postcard::from_bytes(asked)?;
    postcard::to_allocvec(&asked.by_topic(&schemas::known().read))
}

/// Opens the window in which schemas are given. `on_change` is called with how often they were changed.
pub fn give_schemas(on_change: Function) {
    failure::report_panics();
    close();
    let focused = browser::document().and_then(|document| document.active_element());
    let focused = focused.and_then(|element| element.dyn_into().ok());
    let host = browser::document().and_then(|document| {
        let host = document.create_element("div").ok()?;
        document.body()?.append_child(&host).ok()?;
        Some(host)
    });
    let Some(host) = host else { return };
    leave_first_number();
    let props = SchemasDialogProps {
        on_change: Callback::from(move |_: Known| {
            CHANGES.set(CHANGES.get().saturating_add(1));
            // The page behind the function is ours, so it does not throw.
            let _ = on_change.call1(&JsValue::UNDEFINED, &CHANGES.get().into());
        }),
        // Not while the window still works on what closes it.
        on_close: Callback::from(|()| spawn_local(async { close() })),
    };
    let root = Renderer::with_root_and_props(host.clone(), props).render();
    WINDOW.set(Some((host, root, focused)));
}

fn close() {
    if let Some((host, root, focused)) = WINDOW.take() {
        root.destroy();
        host.remove();
        // The browser would do it where it closes the window by itself; it fails only on an element that is gone.
        let _ = focused.map(|element| element.focus());
    }
}
