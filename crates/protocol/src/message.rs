//! What page and companion say to each other in text messages of a WebSocket: plain values as JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value that is a message.
pub trait TextMessage: Serialize + DeserializeOwned {
    /// As it stands in the message.
    #[must_use]
    fn to_text(&self) -> String {
        // No maps, no floats: nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What a message says; none: it is of a page or a companion of another version.
    #[must_use]
    fn of_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}
