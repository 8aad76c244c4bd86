//! What the page says of a message that was published.

use mqttscope_engine::protocol::RecordId;

/// The last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Its topic, shortened where it is long.
    pub topic: String,
    /// Its packet; none: it waits to be sent.
    pub record: Option<RecordId>,
    /// Messages to this topic in a row.
    pub count: u32,
}
