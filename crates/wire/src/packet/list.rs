//! What a packet has many of: read in place from sound bytes, or built.

use alloc::vec::Vec;

use super::{Subscription, SubscriptionOptions};
use crate::encode::Writer;
use crate::{ReasonCode, TopicFilter, text};

/// The codes of a SUBACK or UNSUBACK, one a topic filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReasonCodes<'a>(&'a [u8]);

impl<'a> ReasonCodes<'a> {
    /// Each byte is a code.
    #[must_use]
    pub const fn new(codes: &'a [u8]) -> Self {
        Self(codes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// In the packet's order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = ReasonCode> + 'a {
        self.0.iter().map(|&code| ReasonCode(code))
    }
}

/// Takes a string with its length off the front.
fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let (len, behind) = rest.split_first_chunk::<2>()?;
    let (string, behind) = behind.split_at_checked(usize::from(u16::from_be_bytes(*len)))?;
    *rest = behind;
    text::utf8(string)
}

fn push_string(string: &str, out: &mut Vec<u8>) {
    // The newtypes hold no more than 65,535 bytes.
    out.extend_from_slice(&(string.len() as u16).to_be_bytes());
    out.extend_from_slice(string.as_bytes());
}

/// The subscriptions of a SUBSCRIBE as they stand in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subscriptions<'a> {
    pub(crate) bytes: &'a [u8],
    /// The bits of the options byte that mean something: before version 5 only the QoS does, and
    /// MQTT 3.1 lets the others be anything.
    pub(crate) meant: u8,
}

impl PartialEq for Subscriptions<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Subscriptions<'_> {}

impl<'a> Subscriptions<'a> {
    /// In the packet's order.
    pub fn iter(self) -> impl Iterator<Item = Subscription<'a>> {
        let mut rest = self.bytes;
        core::iter::from_fn(move || {
            let topic_filter = TopicFilter::trusted(string(&mut rest)?);
            let (&options, behind) = rest.split_first()?;
            rest = behind;
            Some(Subscription {
                topic_filter,
                options: SubscriptionOptions::from_byte(options & self.meant)?,
            })
        })
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.bytes.is_empty()
    }

    /// As the bytes stand, but for bits that meant nothing where they were read.
    pub(super) fn write<W: Writer>(self, out: &mut W) {
        if self.meant == u8::MAX {
            return out.bytes(self.bytes);
        }
        for subscription in self.iter() {
            out.string(subscription.topic_filter.as_str());
            out.u8(subscription.options.byte());
        }
    }
}

/// Subscriptions being built.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionsBuf {
    bytes: Vec<u8>,
}

impl SubscriptionsBuf {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// Adds one.
    pub fn push(&mut self, subscription: Subscription<'_>) {
        push_string(subscription.topic_filter.as_str(), &mut self.bytes);
        self.bytes.push(subscription.options.byte());
    }

    /// The same, for building in one expression.
    #[must_use]
    pub fn with(mut self, subscription: Subscription<'_>) -> Self {
        self.push(subscription);
        self
    }

    /// Takes all out and keeps the memory, for the next packet.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// What a [`super::Subscribe`] takes.
    #[must_use]
    pub fn as_subscriptions(&self) -> Subscriptions<'_> {
        Subscriptions {
            bytes: &self.bytes,
            meant: u8::MAX,
        }
    }
}

impl<'a> FromIterator<Subscription<'a>> for SubscriptionsBuf {
    fn from_iter<I: IntoIterator<Item = Subscription<'a>>>(subscriptions: I) -> Self {
        subscriptions.into_iter().fold(Self::new(), Self::with)
    }
}

/// The topic filters of an UNSUBSCRIBE as they stand in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TopicFilters<'a> {
    pub(crate) bytes: &'a [u8],
}

impl<'a> TopicFilters<'a> {
    /// In the packet's order.
    pub fn iter(self) -> impl Iterator<Item = TopicFilter<'a>> {
        let mut rest = self.bytes;
        core::iter::from_fn(move || Some(TopicFilter::trusted(string(&mut rest)?)))
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.bytes.is_empty()
    }
}

/// Topic filters being built.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicFiltersBuf {
    bytes: Vec<u8>,
}

impl TopicFiltersBuf {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// Adds one.
    pub fn push(&mut self, filter: TopicFilter<'_>) {
        push_string(filter.as_str(), &mut self.bytes);
    }

    /// The same, for building in one expression.
    #[must_use]
    pub fn with(mut self, filter: TopicFilter<'_>) -> Self {
        self.push(filter);
        self
    }

    /// Takes all out and keeps the memory, for the next packet.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// What an [`super::Unsubscribe`] takes.
    #[must_use]
    pub fn as_topic_filters(&self) -> TopicFilters<'_> {
        TopicFilters { bytes: &self.bytes }
    }
}

impl<'a> FromIterator<TopicFilter<'a>> for TopicFiltersBuf {
    fn from_iter<I: IntoIterator<Item = TopicFilter<'a>>>(filters: I) -> Self {
        filters.into_iter().fold(Self::new(), Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ControlPacket, PacketIdentifier, ProtocolVersion, QoS, Subscribe};

    #[test]
    fn lists_are_built_in_one_expression() {
        let filters = ["a/#", "b/+"].map(|filter| TopicFilter::new(filter).unwrap());
        let subscriptions: SubscriptionsBuf = filters
            .into_iter()
            .map(|filter| Subscription::new(filter, QoS::AtLeastOnce))
            .collect();
        let mut subscribe = SubscriptionsBuf::new();
        for filter in filters {
            subscribe = subscribe.with(Subscription::new(filter, QoS::AtLeastOnce));
        }
        assert_eq!(subscribe, subscriptions);
        let packet = ControlPacket::Subscribe(Subscribe {
            packet_identifier: PacketIdentifier::MIN,
            properties: crate::Properties::NONE,
            subscriptions: subscriptions.as_subscriptions(),
        });
        let mut out = Vec::new();
        packet.encode(ProtocolVersion::V5, &mut out).unwrap();
        assert_eq!(out, b"\x82\x0f\0\x01\0\0\x03a/#\x01\0\x03b/+\x01");
        assert_eq!(packet.packet_identifier(), Some(PacketIdentifier::MIN));
        let mut buf: TopicFiltersBuf = filters.into_iter().collect();
        assert!(buf.as_topic_filters().iter().eq(filters));
        buf.clear();
        assert!(buf.as_topic_filters().is_empty());
    }
}
