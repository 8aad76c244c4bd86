//! Will Messages: published when a client is lost, maybe later (v5 sections 3.1.2.5 and 3.1.3.2).

use alloc::sync::Arc;
use core::time::Duration;

use mqttscope_shared::{Instant, Message, properties_without};
use mqttscope_wire::{Property, PropertyId, WillMessage};

use super::message::Stored;
use super::timers::Timer;
use super::{Broker, Event, SessionId};

/// What a session holds for the case that its client is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Will {
    pub(crate) message: Message,
    topic: Arc<str>,
    /// Will Delay Interval, seconds.
    pub(crate) delay: u32,
}

impl Will {
    pub(crate) fn topic(&self) -> &str {
        &self.topic
    }

    pub(crate) fn new(will: &WillMessage<'_>) -> Self {
        let delay = match will.properties.get(PropertyId::WILL_DELAY_INTERVAL) {
            Some(Property::WillDelayInterval(seconds)) => seconds,
            _ => 0,
        };
        let mut message = Message::new(will.topic_name, will.payload.as_bytes())
            .with_qos(will.qos)
            .with_retain(will.retain);
        message.properties = properties_without(will.properties, PropertyId::WILL_DELAY_INTERVAL);
        Self::restore(message, delay)
    }

    /// `delay`: Will Delay Interval, seconds.
    pub(crate) fn restore(message: Message, delay: u32) -> Self {
        Self {
            topic: message.topic_name().as_str().into(),
            message,
            delay,
        }
    }
}

impl Broker {
    /// A connection ended without the DISCONNECT that deletes the will: it is due now or later.
    pub(super) fn schedule_will(&mut self, id: SessionId, now: Instant) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let Some(will) = &session.will else { return };
        //= [MQTT-3.1.2-8] v5 and v3.1.1: published when the connection is closed, after its delay or
        // when the session ends, whichever is first
        if will.delay == 0 || session.expiry == 0 {
            self.publish_will(id, now);
        } else {
            let at = now + Duration::from_secs(u64::from(will.delay));
            session.will_at = Some(at);
            self.timers.set(at, Timer::Will(id));
        }
    }

    /// A new connection came in time, or the client wants no will any more.
    pub(super) fn cancel_will(&mut self, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        session.will = None;
        if let Some(at) = session.will_at.take() {
            self.timers.cancel(at, Timer::Will(id));
        }
    }

    /// Publishes the will, if the session has one, and forgets it.
    pub(super) fn publish_will(&mut self, id: SessionId, now: Instant) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        if let Some(at) = session.will_at.take() {
            self.timers.cancel(at, Timer::Will(id));
        }
        let client_identifier = session.client_identifier.clone();
        //= [MQTT-3.1.2-10] v5 and v3.1.1: once published it is no longer part of the session
        if let Some(will) = session.will.take() {
            self.publish_will_message(will, client_identifier, id, now);
        }
    }

    pub(super) fn publish_will_message(
        &mut self,
        will: Will,
        client_identifier: Arc<str>,
        id: SessionId,
        now: Instant,
    ) {
        let publisher = Some(client_identifier.clone());
        let topic_name = will.topic;
        // A will was part of the session's state, so it is delivered even when memory is short.
        let stored = Stored::new(
            will.message,
            topic_name.clone(),
            publisher,
            now,
            &self.held,
            usize::MAX,
        );
        //= [MQTT-3.1.2-14] and [MQTT-3.1.2-15] v5: retained as Will Retain says
        //= [MQTT-3.1.2-16] and [MQTT-3.1.2-17] v3.1.1
        if let Some(stored) = stored {
            self.distribute(&stored, Some(id), now);
        }
        self.event(Event::WillPublished {
            client_identifier,
            topic_name,
        });
    }
}
