//! Messages that outlive the page: those that a person keeps, and those published lately.

use serde::Serialize as _;
use serde_wasm_bindgen::Serializer;

use super::database::{self, MESSAGES};
use crate::state::live::saved::Saved;

/// Under what they are kept.
const ALL: &str = "all";

/// What was kept; none: nothing, or what cannot be read any more.
pub async fn get() -> Option<Saved> {
    let value = database::all(MESSAGES).await.ok()?.pop()?;
    serde_wasm_bindgen::from_value(value).ok()
}

/// Keeps them, in the place of those before; only as much as [`Saved::for_storage`] leaves.
pub async fn put(saved: &Saved) {
    if let Ok(value) = saved.for_storage().serialize(&Serializer::new()) {
        // Full or forbidden: nothing is lost now, and only the next visit will show it.
        let _ = database::put(MESSAGES, ALL, &value).await;
    }
}
