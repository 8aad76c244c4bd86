//! What stays in the browser: between visits only settings, scenarios, filters and what examinations
//! found, never packets and never secrets; for as long as the tab is open also what a person works on.

use gloo_events::EventListener;
use wasm_bindgen::JsCast as _;
use web_sys::StorageEvent;

/// The value that was kept under a name.
#[must_use]
pub fn get(name: &str) -> Option<String> {
    super::browser::window()?
        .local_storage()
        .ok()??
        .get_item(&key(name))
        .ok()?
}

/// Keeps a value. Where the browser forbids storage, it lasts until the page is closed.
pub fn set(name: &str, value: &str) {
    if let Some(window) = super::browser::window()
        && let Ok(Some(storage)) = window.local_storage()
    {
        // A full or forbidden storage is no reason to disturb anyone over a setting.
        let _ = storage.set_item(&key(name), value);
    }
}

/// Keeps a value; false: the browser forbids storage, or it is full.
#[must_use]
pub fn keep(name: &str, value: &str) -> bool {
    super::browser::window()
        .and_then(|window| window.local_storage().ok()?)
        .is_some_and(|storage| storage.set_item(&key(name), value).is_ok())
}

/// Keeps nothing under a name any more.
pub fn forget(name: &str) {
    if let Some(window) = super::browser::window()
        && let Ok(Some(storage)) = window.local_storage()
    {
        // What cannot be deleted was not stored.
        let _ = storage.remove_item(&key(name));
    }
}

/// Tells when another tab keeps another value under a name, until it is dropped.
#[must_use]
pub fn changes(name: &str, tell: impl Fn() + 'static) -> Option<EventListener> {
    let name = key(name);
    let window = super::browser::window()?;
    Some(EventListener::new(&window, "storage", move |event| {
        let changed = event.dyn_ref::<StorageEvent>().map(StorageEvent::key);
        // No name: everything was deleted.
        if changed.is_some_and(|changed| changed.is_none_or(|changed| changed == name)) {
            tell();
        }
    }))
}

/// What this tab keeps under a name until it is closed.
#[must_use]
pub fn session(name: &str) -> Option<String> {
    let storage = super::browser::window()?.session_storage().ok()??;
    storage.get_item(&key(name)).ok()?
}

/// Keeps a value until the tab is closed, or keeps it no longer; whether the browser did.
pub fn set_session(name: &str, value: Option<&str>) -> bool {
    let window = super::browser::window();
    let Some(storage) = window.and_then(|window| window.session_storage().ok().flatten()) else {
        return false;
    };
    let done = match value {
        Some(value) => storage.set_item(&key(name), value),
        None => storage.remove_item(&key(name)),
    };
    done.is_ok()
}

fn key(name: &str) -> String {
    format!("mqttscope.{name}")
}
