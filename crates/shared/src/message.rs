//! A message that outlives the packet it came in or was made for.

use alloc::sync::Arc;
use alloc::vec::Vec;

use mqttscope_wire::{
    PacketIdentifier, Properties, PropertiesBuf, Property, PropertyError, PropertyId, Publish, QoS,
    TopicName,
};

/// An Application Message with its topic and properties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Shared, so that a long topic under an alias is not copied for each message that uses it.
    topic_name: Arc<str>,
    /// The application's bytes.
    pub payload: Vec<u8>,
    /// How hard to try.
    pub qos: QoS,
    /// To be kept for later subscribers, or kept before now.
    pub retain: bool,
    /// Version 5 only. A Topic Alias has no place here: it belongs to one connection.
    pub properties: PropertiesBuf,
}

impl Message {
    /// A message of QoS 0, not retained.
    #[must_use]
    pub fn new(topic_name: TopicName<'_>, payload: impl Into<Vec<u8>>) -> Self {
        Self {
            topic_name: topic_name.as_str().into(),
            payload: payload.into(),
            qos: QoS::AtMostOnce,
            retain: false,
            properties: PropertiesBuf::new(),
        }
    }

    /// The same with another QoS.
    #[must_use]
    pub fn with_qos(self, qos: QoS) -> Self {
        Self { qos, ..self }
    }

    /// The same, to be retained or not.
    #[must_use]
    pub fn with_retain(self, retain: bool) -> Self {
        Self { retain, ..self }
    }

    /// The same with a property more.
    ///
    /// # Errors
    /// When it is out of its range, or is there already and may not repeat.
    pub fn with_property(mut self, property: Property<'_>) -> Result<Self, PropertyError> {
        self.properties.push(property)?;
        Ok(self)
    }

    /// What a PUBLISH carries, under its topic or the one that its alias stands for. The Topic
    /// Alias is left out. A `topic_name` that is no Topic Name is an empty one.
    #[must_use]
    pub fn from_publish(publish: &Publish<'_>, topic_name: impl Into<Arc<str>>) -> Self {
        Self {
            topic_name: topic_name.into(),
            payload: publish.payload.into(),
            qos: publish.qos,
            retain: publish.retain,
            properties: properties_without(publish.properties, PropertyId::TOPIC_ALIAS),
        }
    }

    /// Where to.
    #[must_use]
    pub fn topic_name(&self) -> TopicName<'_> {
        TopicName::new(&self.topic_name).unwrap_or_default()
    }

    /// The PUBLISH that carries it, with its own QoS.
    #[must_use]
    pub fn publish(&self, packet_identifier: Option<PacketIdentifier>, dup: bool) -> Publish<'_> {
        Publish {
            dup,
            qos: self.qos,
            retain: self.retain,
            topic_name: self.topic_name(),
            packet_identifier,
            properties: self.properties.as_properties(),
            payload: &self.payload,
        }
    }

    /// Bytes that it holds.
    #[must_use]
    pub fn size(&self) -> usize {
        self.topic_name
            .len()
            .saturating_add(self.payload.len())
            .saturating_add(self.properties.as_properties().as_bytes().len())
    }

    /// Seconds it is of use, if it says so.
    #[must_use]
    pub fn expiry_interval(&self) -> Option<u32> {
        self.properties.as_properties().message_expiry_interval()
    }
}

/// A copy to keep.
#[must_use]
pub fn owned_properties(properties: Properties<'_>) -> PropertiesBuf {
    let mut buf = PropertiesBuf::new();
    for property in properties {
        // Properties that were read are in range and repeat only where they may.
        let _ = buf.push(property);
    }
    buf
}

/// A copy to keep, without one of them.
#[must_use]
pub fn properties_without(properties: Properties<'_>, id: PropertyId) -> PropertiesBuf {
    let mut buf = PropertiesBuf::new();
    for property in properties.iter().filter(|property| property.id() != id) {
        // As above.
        let _ = buf.push(property);
    }
    buf
}
