//! Properties as values, read in place.

use super::{PropertyId, PropertySet};
use crate::{BinaryData, TopicName, Utf8EncodedString, text, varint};

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
        text::utf8(self.data()?)
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
