//! What stays in the browser: between visits only settings, never bytes and never secrets; for as long as
//! the tab is open also what a person works on.

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
