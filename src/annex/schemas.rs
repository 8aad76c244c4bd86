//! Schemas of payloads for the Dissect page: what they read, and the window in which they are given.

use std::cell::{Cell, RefCell};

use js_sys::Function;
use mqttscope_view::payload::{Asked, Form};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;
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

type Window = (Element, AppHandle<SchemasDialog>);

/// The payload of an [`Asked`], in postcard's format, by the schema of its topic: no form or one, in the same format.
///
/// # Errors
/// The bytes are no such thing.
pub fn by_schema(asked: &[u8]) -> Result<Vec<u8>, postcard::Error> {
    let asked: Asked<'_> = postcard::from_bytes(asked)?;
    let topic = asked.topic();
    let shown = topic.and_then(|topic| schemas::known().read.decode(&topic, asked.payload()));
    let form = shown.map(|shown| Form::of_text("by schema", shown.in_words()));
    postcard::to_allocvec(&Vec::from_iter(form))
}

/// Opens the window in which schemas are given. `on_change` is called with how often they were changed.
pub fn give_schemas(on_change: Function) {
    failure::report_panics();
    close();
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
    WINDOW.set(Some((host, root)));
}

fn close() {
    if let Some((host, root)) = WINDOW.take() {
        root.destroy();
        host.remove();
    }
}
