//! Connections that outlive the page.

use mqttscope_engine::profiles::for_storage;
use mqttscope_engine::protocol::Profile;

use crate::services::storage;

/// Under what they are kept.
const NAME: &str = "live.connections";

/// A name that no other connection has.
pub(super) fn new_id() -> String {
    format!(
        "{:x}-{:x}",
        js_sys::Date::now() as u64,
        (js_sys::Math::random() * 4_294_967_295.0) as u32
    )
}

/// Those that were kept.
pub(super) fn all() -> Vec<Profile> {
    storage::get(NAME)
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

/// Keeps it; its secrets only when the person said so.
pub(super) fn keep(profile: &Profile) {
    let mut all = all();
    let stored = for_storage(profile);
    match all.iter_mut().find(|other| other.id == profile.id) {
        Some(other) => *other = stored,
        None => all.push(stored),
    }
    store(&all);
}

/// Keeps it no longer.
pub(super) fn forget(id: &str) {
    let mut all = all();
    all.retain(|other| other.id != id);
    store(&all);
}

fn store(all: &[Profile]) {
    if let Ok(text) = serde_json::to_string(all) {
        storage::set(NAME, &text);
    }
}
