//! A message as the broker holds it: once, however many sessions wait for it.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;

use mqttscope_shared::{Instant, Message, properties_without};
use mqttscope_wire::{PropertiesBuf, Property, PropertyId, QoS};

/// The bytes of all messages that live, so that they can be bounded together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held(Arc<AtomicUsize>);

impl Held {
    pub(crate) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// What every message costs beside its bytes.
const OVERHEAD: usize = 128;

/// A message that the broker has taken over.
#[derive(Debug)]
pub(crate) struct Stored {
    /// Without its Message Expiry Interval, which is written anew at each delivery.
    pub(crate) message: Message,
    /// The topic once more, for who keeps it longer than the message.
    pub(crate) topic: Arc<str>,
    /// Who published it; the broker itself is nobody.
    pub(crate) publisher: Option<Arc<str>>,
    pub(crate) expires_at: Option<Instant>,
    size: usize,
    held: Held,
}

impl Stored {
    /// Takes a message over, unless more than `limit` bytes would then be held.
    pub(crate) fn new(
        message: Message,
        topic: Arc<str>,
        publisher: Option<Arc<str>>,
        now: Instant,
        held: &Held,
        limit: usize,
    ) -> Option<Arc<Self>> {
        let size = message.size().saturating_add(OVERHEAD);
        if held.bytes().saturating_add(size) > limit {
            return None;
        }
        let expires_at = message
            .expiry_interval()
            .map(|seconds| now + Duration::from_secs(u64::from(seconds)));
        let mut message = message;
        if expires_at.is_some() {
            message.properties = properties_without(
                message.properties.as_properties(),
                PropertyId::MESSAGE_EXPIRY_INTERVAL,
            );
        }
        Some(Self::keep(message, topic, publisher, expires_at, held))
    }

    /// Keeps a message that has no Message Expiry Interval any more.
    pub(crate) fn keep(
        message: Message,
        topic: Arc<str>,
        publisher: Option<Arc<str>>,
        expires_at: Option<Instant>,
        held: &Held,
    ) -> Arc<Self> {
        let size = message.size().saturating_add(OVERHEAD);
        held.0.fetch_add(size, Ordering::Relaxed);
        Arc::new(Self {
            message,
            topic,
            publisher,
            expires_at,
            size,
            held: held.clone(),
        })
    }

    pub(crate) fn is_expired(&self, now: Instant) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// Seconds that are left, rounded up so that a message that lives is not said to be dead.
    pub(crate) fn expiry_interval(&self, now: Instant) -> Option<u32> {
        //= [MQTT-3.3.2-6] v5: the received interval less the time it waited here
        let left = self.expires_at? - now;
        Some(u32::try_from(left.as_micros().div_ceil(1_000_000)).unwrap_or(u32::MAX))
    }
}

impl Drop for Stored {
    fn drop(&mut self) {
        self.held.0.fetch_sub(self.size, Ordering::Relaxed);
    }
}

/// A message on its way to one session.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) stored: Arc<Stored>,
    pub(crate) qos: QoS,
    pub(crate) retain: bool,
    pub(crate) subscription_identifiers: Vec<u32>,
    /// Its place among all deliveries to the session.
    pub(crate) order: u64,
}

impl Delivery {
    /// Its properties, made for this delivery only where they differ from the publisher's.
    pub(crate) fn properties(&self, now: Instant, alias: Option<u16>) -> Option<PropertiesBuf> {
        let expiry = self.stored.expiry_interval(now);
        if expiry.is_none() && alias.is_none() && self.subscription_identifiers.is_empty() {
            return None;
        }
        let mut properties = self.stored.message.properties.clone();
        let extra = expiry
            .map(Property::MessageExpiryInterval)
            .into_iter()
            .chain(alias.map(Property::TopicAlias));
        let identifiers = self
            .subscription_identifiers
            .iter()
            .copied()
            .map(Property::SubscriptionIdentifier);
        for property in extra.chain(identifiers) {
            // None of them is in the stored properties, and all are in range.
            let _ = properties.push(property);
        }
        Some(properties)
    }
}
