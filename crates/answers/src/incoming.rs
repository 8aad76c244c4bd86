//! A client's message as answers see it.

use mqttscope_shared::Message;
use mqttscope_wire::{Property, PropertyId};
use serde_json::Value;

use crate::answering::{Incoming, Reader};

impl<'a> Incoming<'a> {
    /// The same, whose payload is read by this where a path goes into it: forms that are no JSON have paths, too.
    #[must_use]
    pub fn read_by(&self, read: &'a dyn Fn() -> Option<Value>) -> Self {
        Self {
            reader: Reader(Some(read)),
            ..*self
        }
    }

    /// Gives a message as answers see it.
    pub fn with<T>(message: &Message, give: impl FnOnce(&Incoming<'_>) -> T) -> T {
        let properties = message.properties.as_properties();
        let topic = message.topic_name();
        let mut incoming = Incoming {
            topic: topic.as_str(),
            payload: &message.payload,
            qos: message.qos as u8,
            retain: message.retain,
            ..Incoming::default()
        };
        if let Some(Property::ResponseTopic(topic)) = properties.get(PropertyId::RESPONSE_TOPIC) {
            incoming.response_topic = Some(topic.as_str());
        }
        if let Some(Property::CorrelationData(data)) = properties.get(PropertyId::CORRELATION_DATA)
        {
            incoming.correlation_data = Some(data.as_bytes());
        }
        if let Some(Property::ContentType(text)) = properties.get(PropertyId::CONTENT_TYPE) {
            incoming.content_type = Some(text.as_str());
        }
        let pair = |property| match property {
            Property::UserProperty(name, value) => Some((name.as_str(), value.as_str())),
            _ => None,
        };
        let pairs: Vec<_> = properties.iter().filter_map(pair).collect();
        incoming.user_properties = &pairs;
        give(&incoming)
    }
}
