//! What stays in the browser between visits. Only settings: never bytes, never secrets.

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

fn key(name: &str) -> String {
    format!("mqttscope.{name}")
}
