//! Properties as values: read in place, or built.

use alloc::vec::Vec;

use super::{PropertyId, PropertySet};
use crate::{BinaryData, TopicName, Utf8EncodedString, varint};

macro_rules! property {
    ($($(#[$doc:meta])* $name:ident($type:ty) $constant:ident,)*) => {
        /// One property with its value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Property<'a> {
            $($(#[$doc])* $name($type),)*
            /// A name and a value; the only property that may repeat everywhere.
            UserProperty(Utf8EncodedString<'a>, Utf8EncodedString<'a>),
        }

        impl Property<'_> {
            /// Which property it is.
            #[must_use]
            pub const fn id(&self) -> PropertyId {
                match self {
                    $(Self::$name(_) => PropertyId::$constant,)*
                    Self::UserProperty(..) => PropertyId::USER_PROPERTY,
                }
            }
        }
    };
}

property! {
    /// 0: bytes, 1: UTF-8.
    PayloadFormatIndicator(u8) PAYLOAD_FORMAT_INDICATOR,
    /// Seconds.
    MessageExpiryInterval(u32) MESSAGE_EXPIRY_INTERVAL,
    /// What the payload is.
    ContentType(Utf8EncodedString<'a>) CONTENT_TYPE,
    /// Where to answer.
    ResponseTopic(TopicName<'a>) RESPONSE_TOPIC,
    /// What to put into the answer.
    CorrelationData(BinaryData<'a>) CORRELATION_DATA,
    /// 1 to 268,435,455.
    SubscriptionIdentifier(u32) SUBSCRIPTION_IDENTIFIER,
    /// Seconds; `u32::MAX`: never.
    SessionExpiryInterval(u32) SESSION_EXPIRY_INTERVAL,
    /// The identifier that the server chose.
    AssignedClientIdentifier(Utf8EncodedString<'a>) ASSIGNED_CLIENT_IDENTIFIER,
    /// Seconds.
    ServerKeepAlive(u16) SERVER_KEEP_ALIVE,
    /// The name of the method.
    AuthenticationMethod(Utf8EncodedString<'a>) AUTHENTICATION_METHOD,
    /// What the method says.
    AuthenticationData(BinaryData<'a>) AUTHENTICATION_DATA,
    /// Whether answers may explain themselves: 0 or 1.
    RequestProblemInformation(u8) REQUEST_PROBLEM_INFORMATION,
    /// Seconds.
    WillDelayInterval(u32) WILL_DELAY_INTERVAL,
    /// Whether Response Information is wanted: 0 or 1.
    RequestResponseInformation(u8) REQUEST_RESPONSE_INFORMATION,
    /// What to make response topics of.
    ResponseInformation(Utf8EncodedString<'a>) RESPONSE_INFORMATION,
    /// Another server.
    ServerReference(Utf8EncodedString<'a>) SERVER_REFERENCE,
    /// Text for a person.
    ReasonString(Utf8EncodedString<'a>) REASON_STRING,
    /// Packets in flight, at least 1.
    ReceiveMaximum(u16) RECEIVE_MAXIMUM,
    /// The greatest alias that is accepted; 0: none.
    TopicAliasMaximum(u16) TOPIC_ALIAS_MAXIMUM,
    /// At least 1.
    TopicAlias(u16) TOPIC_ALIAS,
    /// 0 or 1.
    MaximumQoS(u8) MAXIMUM_QOS,
    /// 0 or 1.
    RetainAvailable(u8) RETAIN_AVAILABLE,
    /// Bytes, at least 1.
    MaximumPacketSize(u32) MAXIMUM_PACKET_SIZE,
    /// 0 or 1.
    WildcardSubscriptionAvailable(u8) WILDCARD_SUBSCRIPTION_AVAILABLE,
    /// 0 or 1.
    SubscriptionIdentifierAvailable(u8) SUBSCRIPTION_IDENTIFIER_AVAILABLE,
    /// 0 or 1.
    SharedSubscriptionAvailable(u8) SHARED_SUBSCRIPTION_AVAILABLE,
}

/// Properties as they stand in a packet, behind the Property Length: sound, and read on demand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Properties<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) set: PropertySet,
}

impl<'a> Properties<'a> {
    /// No properties.
    pub const NONE: Self = Self {
        bytes: &[],
        set: PropertySet::EMPTY,
    };

    /// Whether there is none.
    #[inline]
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.bytes.is_empty()
    }

    /// Which properties there are.
    #[inline]
    #[must_use]
    pub const fn set(self) -> PropertySet {
        self.set
    }

    /// The encoded bytes, without the Property Length.
    #[inline]
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// In the packet's order.
    #[must_use]
    pub const fn iter(self) -> Iter<'a> {
        Iter { rest: self.bytes }
    }

    /// The first property with this identifier.
    #[must_use]
    pub fn get(self, id: PropertyId) -> Option<Property<'a>> {
        // Most look-ups are for what is not there.
        if !self.set.contains(id) {
            return None;
        }
        self.iter().find(|property| property.id() == id)
    }
}

impl<'a> IntoIterator for Properties<'a> {
    type Item = Property<'a>;
    type IntoIter = Iter<'a>;
    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// Reads properties one by one.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    rest: &'a [u8],
}

impl<'a> Iter<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn two(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn four(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn variable(&mut self) -> Option<u32> {
        let varint::Read::Complete { value, len } = varint::read(self.rest) else {
            return None;
        };
        self.take(len)?;
        Some(value)
    }

    fn data(&mut self) -> Option<&'a [u8]> {
        let len = self.two()?;
        self.take(usize::from(len))
    }

    fn string(&mut self) -> Option<&'a str> {
        core::str::from_utf8(self.data()?).ok()
    }

    fn read(&mut self) -> Option<Property<'a>> {
        let text = Utf8EncodedString::trusted;
        Some(match PropertyId(self.variable()?) {
            PropertyId::PAYLOAD_FORMAT_INDICATOR => Property::PayloadFormatIndicator(self.byte()?),
            PropertyId::MESSAGE_EXPIRY_INTERVAL => Property::MessageExpiryInterval(self.four()?),
            PropertyId::CONTENT_TYPE => Property::ContentType(text(self.string()?)),
            PropertyId::RESPONSE_TOPIC => {
                Property::ResponseTopic(TopicName::trusted(self.string()?))
            }
            PropertyId::CORRELATION_DATA => {
                Property::CorrelationData(BinaryData::trusted(self.data()?))
            }
            PropertyId::SUBSCRIPTION_IDENTIFIER => {
                Property::SubscriptionIdentifier(self.variable()?)
            }
            PropertyId::SESSION_EXPIRY_INTERVAL => Property::SessionExpiryInterval(self.four()?),
            PropertyId::ASSIGNED_CLIENT_IDENTIFIER => {
                Property::AssignedClientIdentifier(text(self.string()?))
            }
            PropertyId::SERVER_KEEP_ALIVE => Property::ServerKeepAlive(self.two()?),
            PropertyId::AUTHENTICATION_METHOD => {
                Property::AuthenticationMethod(text(self.string()?))
            }
            PropertyId::AUTHENTICATION_DATA => {
                Property::AuthenticationData(BinaryData::trusted(self.data()?))
            }
            PropertyId::REQUEST_PROBLEM_INFORMATION => {
                Property::RequestProblemInformation(self.byte()?)
            }
            PropertyId::WILL_DELAY_INTERVAL => Property::WillDelayInterval(self.four()?),
            PropertyId::REQUEST_RESPONSE_INFORMATION => {
                Property::RequestResponseInformation(self.byte()?)
            }
            PropertyId::RESPONSE_INFORMATION => Property::ResponseInformation(text(self.string()?)),
            PropertyId::SERVER_REFERENCE => Property::ServerReference(text(self.string()?)),
            PropertyId::REASON_STRING => Property::ReasonString(text(self.string()?)),
            PropertyId::RECEIVE_MAXIMUM => Property::ReceiveMaximum(self.two()?),
            PropertyId::TOPIC_ALIAS_MAXIMUM => Property::TopicAliasMaximum(self.two()?),
            PropertyId::TOPIC_ALIAS => Property::TopicAlias(self.two()?),
            PropertyId::MAXIMUM_QOS => Property::MaximumQoS(self.byte()?),
            PropertyId::RETAIN_AVAILABLE => Property::RetainAvailable(self.byte()?),
            PropertyId::USER_PROPERTY => {
                Property::UserProperty(text(self.string()?), text(self.string()?))
            }
            PropertyId::MAXIMUM_PACKET_SIZE => Property::MaximumPacketSize(self.four()?),
            PropertyId::WILDCARD_SUBSCRIPTION_AVAILABLE => {
                Property::WildcardSubscriptionAvailable(self.byte()?)
            }
            PropertyId::SUBSCRIPTION_IDENTIFIER_AVAILABLE => {
                Property::SubscriptionIdentifierAvailable(self.byte()?)
            }
            PropertyId::SHARED_SUBSCRIPTION_AVAILABLE => {
                Property::SharedSubscriptionAvailable(self.byte()?)
            }
            _ => return None,
        })
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = Property<'a>;

    fn next(&mut self) -> Option<Property<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let property = self.read();
        if property.is_none() {
            self.rest = &[];
        }
        property
    }
}

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
    use crate::PropertyType;

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
