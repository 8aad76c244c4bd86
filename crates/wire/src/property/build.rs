//! Properties being built.

use alloc::vec::Vec;

use super::{Properties, Property, PropertyId, PropertySet};
use crate::varint;

/// Why a property cannot be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyError {
    /// It is there already and may not repeat.
    Repeated(PropertyId),
    /// Its number is out of its range.
    OutOfRange(PropertyId),
}

impl core::fmt::Display for PropertyError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Repeated(id) => write!(f, "{} is there already and may not repeat", id.name()),
            Self::OutOfRange(id) => write!(f, "the number is out of the range of {}", id.name()),
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

    /// Adds a property behind the others.
    ///
    /// # Errors
    /// When it may not repeat (all but User Property and Subscription Identifier), and when a
    /// number is out of its range.
    pub fn push(&mut self, property: Property<'_>) -> Result<(), PropertyError> {
        let id = property.id();
        let Some(definition) = id.definition() else {
            return Ok(());
        };
        let may_repeat = matches!(
            id,
            PropertyId::USER_PROPERTY | PropertyId::SUBSCRIPTION_IDENTIFIER
        );
        if !may_repeat && self.set.has(definition) {
            return Err(PropertyError::Repeated(id));
        }
        if !in_range(&property) {
            return Err(PropertyError::OutOfRange(id));
        }
        self.set.add(definition);
        self.bytes.push(id.0 as u8);
        self.write(&property);
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

    fn data(&mut self, bytes: &[u8]) {
        // The newtypes hold no more than 65,535 bytes.
        self.bytes
            .extend_from_slice(&(bytes.len() as u16).to_be_bytes());
        self.bytes.extend_from_slice(bytes);
    }

    fn write(&mut self, property: &Property<'_>) {
        match *property {
            Property::PayloadFormatIndicator(byte)
            | Property::RequestProblemInformation(byte)
            | Property::RequestResponseInformation(byte)
            | Property::MaximumQoS(byte)
            | Property::RetainAvailable(byte)
            | Property::WildcardSubscriptionAvailable(byte)
            | Property::SubscriptionIdentifierAvailable(byte)
            | Property::SharedSubscriptionAvailable(byte) => self.bytes.push(byte),
            Property::ServerKeepAlive(number)
            | Property::ReceiveMaximum(number)
            | Property::TopicAliasMaximum(number)
            | Property::TopicAlias(number) => self.bytes.extend_from_slice(&number.to_be_bytes()),
            Property::MessageExpiryInterval(number)
            | Property::SessionExpiryInterval(number)
            | Property::WillDelayInterval(number)
            | Property::MaximumPacketSize(number) => {
                self.bytes.extend_from_slice(&number.to_be_bytes())
            }
            Property::SubscriptionIdentifier(number) => varint::write(number, &mut self.bytes),
            Property::ResponseTopic(topic) => self.data(topic.as_str().as_bytes()),
            Property::CorrelationData(data) | Property::AuthenticationData(data) => {
                self.data(data.as_bytes())
            }
            Property::ContentType(text)
            | Property::AssignedClientIdentifier(text)
            | Property::AuthenticationMethod(text)
            | Property::ResponseInformation(text)
            | Property::ServerReference(text)
            | Property::ReasonString(text) => self.data(text.as_str().as_bytes()),
            Property::UserProperty(name, value) => {
                self.data(name.as_str().as_bytes());
                self.data(value.as_str().as_bytes());
            }
        }
    }
}

/// Whether a number is one that its property may have.
fn in_range(property: &Property<'_>) -> bool {
    match *property {
        Property::SubscriptionIdentifier(number) => (1..=varint::MAX).contains(&number),
        Property::ReceiveMaximum(number) | Property::TopicAlias(number) => number != 0,
        Property::MaximumPacketSize(number) => number != 0,
        Property::ResponseTopic(topic) => !topic.as_str().is_empty(),
        Property::PayloadFormatIndicator(byte)
        | Property::RequestProblemInformation(byte)
        | Property::RequestResponseInformation(byte)
        | Property::MaximumQoS(byte)
        | Property::RetainAvailable(byte)
        | Property::WildcardSubscriptionAvailable(byte)
        | Property::SubscriptionIdentifierAvailable(byte)
        | Property::SharedSubscriptionAvailable(byte) => byte <= 1,
        _ => true,
    }
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
