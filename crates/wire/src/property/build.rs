//! Properties being built.

use alloc::vec::Vec;

use super::{Properties, Property, PropertyId, PropertySet, PropertyValue};
use crate::text;

/// Why a property cannot be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PropertyError {
    /// It is there already and may not repeat.
    Repeated(PropertyId),
    /// Its number is out of its range, its topic is empty, or its text is of MQTT 3.1 and has U+0000.
    OutOfRange(PropertyId),
}

impl core::fmt::Display for PropertyError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Repeated(id) => write!(f, "{} is there already and may not repeat", id.name()),
            Self::OutOfRange(id) => write!(f, "the value is out of the range of {}", id.name()),
        }
    }
}

impl core::error::Error for PropertyError {}

/// Properties being built; [`PropertiesBuf::as_properties`] is what packets take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PropertiesBuf {
    bytes: Vec<u8>,
    set: PropertySet,
}

impl PropertiesBuf {
    /// No properties.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            set: PropertySet::EMPTY,
        }
    }

    /// The properties so far.
    #[inline]
    #[must_use]
    pub fn as_properties(&self) -> Properties<'_> {
        Properties {
            bytes: &self.bytes,
            set: self.set,
        }
    }

    /// Takes all properties out and keeps the memory, for the next packet.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.set = PropertySet::EMPTY;
    }

    /// Adds a property behind the others.
    ///
    /// # Errors
    /// When it may not repeat (all but User Property and Subscription Identifier), and when its
    /// value is out of its range.
    pub fn push(&mut self, property: Property<'_>) -> Result<(), PropertyError> {
        let id = property.id();
        let Some(definition) = id.definition() else {
            return Ok(());
        };
        if definition.rules.repeats == 0 && self.set.has(definition) {
            return Err(PropertyError::Repeated(id));
        }
        let in_range = match property.value() {
            PropertyValue::Number(number) => definition.rules.allow(number),
            PropertyValue::Text(text) => {
                !has_null(text) && (definition.rules.topic.is_none() || !text.is_empty())
            }
            PropertyValue::Pair(name, value) => !has_null(name) && !has_null(value),
            PropertyValue::Data(_) => true,
        };
        if !in_range {
            return Err(PropertyError::OutOfRange(id));
        }
        self.set.add(definition);
        property.write(&mut self.bytes);
        Ok(())
    }

    /// The same, for building in one expression.
    ///
    /// # Errors
    /// As [`PropertiesBuf::push`].
    pub fn with(mut self, property: Property<'_>) -> Result<Self, PropertyError> {
        self.push(property)?;
        Ok(self)
    }
}

/// MQTT 3.1 lets U+0000 be in strings; no version that has properties does.
fn has_null(string: &str) -> bool {
    text::has_zero(string.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BinaryData, PropertyType, Utf8EncodedString};

    #[test]
    fn what_is_pushed_is_read() {
        let text = |string| Utf8EncodedString::new(string).unwrap();
        let all = [
            Property::TopicAlias(7),
            Property::SubscriptionIdentifier(300),
            Property::SubscriptionIdentifier(1),
            Property::UserProperty(text("k"), text("v")),
            Property::ContentType(text("text/plain")),
            Property::CorrelationData(BinaryData::new(&[0, 255]).unwrap()),
            Property::MessageExpiryInterval(9),
        ];
        let mut buf = PropertiesBuf::new();
        for property in all {
            buf.push(property).unwrap();
        }
        assert!(buf.as_properties().iter().eq(all));
        let properties = buf.as_properties();
        assert_eq!(properties.topic_alias(), Some(7));
        assert_eq!(properties.subscription_identifier(), Some(300));
        assert_eq!(properties.user_property(), Some((text("k"), text("v"))));
        assert_eq!(properties.response_topic(), None);
        assert_eq!(
            buf.as_properties().get(PropertyId::TOPIC_ALIAS),
            Some(Property::TopicAlias(7))
        );
        assert_eq!(buf.as_properties().get(PropertyId::RESPONSE_TOPIC), None);
        assert_eq!(
            buf.push(Property::TopicAlias(1)),
            Err(PropertyError::Repeated(PropertyId::TOPIC_ALIAS))
        );
        assert_eq!(
            buf.push(Property::ReceiveMaximum(0)),
            Err(PropertyError::OutOfRange(PropertyId::RECEIVE_MAXIMUM))
        );
        buf.clear();
        assert_eq!(buf, PropertiesBuf::new());
        assert_eq!(buf.push(Property::TopicAlias(1)), Ok(()));
    }

    #[test]
    fn every_identifier_is_defined_once() {
        let mut seen = PropertySet::EMPTY;
        for id in PropertyId::ALL {
            let definition = id.definition().unwrap();
            assert!(!seen.has(definition), "{}", id.name());
            seen.add(definition);
            assert!(
                id.property_type()
                    .is_some_and(|kind| matches!(kind, PropertyType::Utf8StringPair)
                        == (id == PropertyId::USER_PROPERTY))
            );
        }
    }
}
