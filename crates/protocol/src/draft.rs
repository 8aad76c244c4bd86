//! What a person writes before it becomes a packet.

use serde::{Deserialize, Serialize};

/// A message that is to be published.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageDraft {
    /// The Topic Name.
    pub topic: String,
    /// The Application Message.
    #[serde(with = "serde_bytes")]
    pub payload: Vec<u8>,
    /// 0, 1 or 2.
    pub qos: u8,
    /// Whether the server keeps it.
    pub retain: bool,
    /// Sent in version 5 only.
    pub properties: MessageProperties,
}

/// The properties of a message (version 5), as far as a sender chooses them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageProperties {
    /// Whether the payload is said to be UTF-8 text.
    pub payload_format_indicator: Option<bool>,
    /// Seconds.
    pub message_expiry_interval: Option<u32>,
    /// A MIME type, as a rule.
    pub content_type: Option<String>,
    /// Where an answer is wanted.
    pub response_topic: Option<String>,
    /// What ties an answer to its request.
    pub correlation_data: Option<serde_bytes::ByteBuf>,
    /// The alias to send the topic by.
    pub topic_alias: Option<u16>,
    /// Pairs, in order; a name may come twice.
    pub user_properties: Vec<(String, String)>,
}

/// A subscription that is to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SubscriptionDraft {
    /// The Topic Filter; `$share/group/filter` makes it shared.
    pub topic_filter: String,
    /// The Maximum QoS: 0, 1 or 2.
    pub qos: u8,
    /// Not one's own messages (version 5).
    pub no_local: bool,
    /// RETAIN as its publisher set it (version 5).
    pub retain_as_published: bool,
    /// 0: retained messages are sent; 1: only for a new subscription; 2: not (version 5).
    pub retain_handling: u8,
    /// 1 to 268,435,455 (version 5).
    pub subscription_identifier: Option<u32>,
    /// The User Properties of its SUBSCRIBE (version 5).
    pub user_properties: Vec<(String, String)>,
    /// Which of the page's colours its messages are marked with.
    pub colour: u8,
}

impl Default for SubscriptionDraft {
    fn default() -> Self {
        Self {
            topic_filter: "#".into(),
            qos: 0,
            no_local: false,
            retain_as_published: false,
            retain_handling: 0,
            subscription_identifier: None,
            user_properties: Vec::new(),
            colour: 0,
        }
    }
}
