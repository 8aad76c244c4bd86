//! Connections that outlive the page. What may be stored of one, its owner decides: see
//! [`mqttscope_protocol::profiles::for_storage`].

use mqttscope_protocol::Profile;
use serde::Serialize as _;
use serde_wasm_bindgen::Serializer;

use super::database::{self, PROFILES};

/// All that are kept, in the order of their identifiers. None where the browser forbids storage;
/// one that an older page kept and that cannot be read any more is left out.
pub async fn all() -> Vec<Profile> {
    // Without storage there is nothing from before, which needs no words.
    let values = database::all(PROFILES).await.unwrap_or_default();
    values
        .into_iter()
        .filter_map(|value| serde_wasm_bindgen::from_value(value).ok())
        .collect()
}

/// Keeps one, in the place of an earlier one with its identifier. Where the browser forbids
/// storage, it lasts until the page is closed.
pub async fn put(profile: &Profile) {
    let Ok(value) = profile.serialize(&Serializer::new()) else {
        return;
    };
    // Full or forbidden: nothing is lost now, and only the next visit will show it.
    let _ = database::put(PROFILES, &profile.id, &value).await;
}

/// Keeps it no longer.
pub async fn remove(id: &str) {
    // What cannot be removed was never there, or the browser forbids storage.
    let _ = database::remove(PROFILES, id).await;
}
