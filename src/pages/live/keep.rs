//! Connections that outlive the page.

use mqttscope_protocol::Profile;
use mqttscope_protocol::profiles::for_storage;
use wasm_bindgen_futures::spawn_local;

use crate::services::profiles;

/// A name that no other connection has. Later ones stand behind earlier ones.
pub(super) fn new_id() -> String {
    format!(
        "{:013x}-{:08x}",
        js_sys::Date::now() as u64,
        (js_sys::Math::random() * 4_294_967_295.0) as u32
    )
}

/// Keeps it; its secrets only when the person said so.
pub(super) fn keep(profile: &Profile) {
    let stored = for_storage(profile);
    spawn_local(async move { profiles::put(&stored).await });
}

/// Keeps it no longer.
pub(super) fn forget(id: &str) {
    let id = id.to_owned();
    spawn_local(async move { profiles::remove(&id).await });
}
