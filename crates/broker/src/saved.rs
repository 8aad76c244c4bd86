//! A broker that outlives its process: what it must keep, as plain values.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use mqttscope_shared::{IncomingStep, Instant, Message, OutgoingStep};
use mqttscope_wire::{PacketIdentifier, ProtocolVersion, QoS, SubscriptionOptions};

use super::message::{Delivery, Stored};
use super::routing::{Filter, Terms};
use super::session::Session;
use super::will::Will;
use super::{Broker, Options, SessionId, Timer};

/// What a broker must keep to go on after a restart. Times are what was left at [`Broker::save`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedBroker {
    /// Every message that is retained, waits or is in flight, each once.
    pub messages: Vec<SavedMessage>,
    /// Indices into `messages`.
    pub retained: Vec<usize>,
    /// Oldest first.
    pub sessions: Vec<SavedSession>,
}

/// A message that the broker has taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedMessage {
    /// Without Message Expiry Interval.
    pub message: Message,
    /// The Client Identifier of its publisher; none for the broker's own.
    pub publisher: Option<String>,
    /// Until its Message Expiry Interval is over.
    pub expires_in: Option<Duration>,
}

/// What is kept for a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSession {
    /// Whose it is.
    pub client_identifier: String,
    /// Of its last connection.
    pub version: ProtocolVersion,
    /// It had a connection, which the restart breaks.
    pub connected: bool,
    /// Session Expiry Interval, seconds; `u32::MAX` has no end.
    pub session_expiry_interval: u32,
    /// Until it ends, where it had no connection and has an end.
    pub expires_in: Option<Duration>,
    /// What is published when the client is lost.
    pub will: Option<SavedWill>,
    /// In the order of their filters.
    pub subscriptions: Vec<SavedSubscription>,
    /// Where the search for a free Packet Identifier begins.
    pub next_identifier: PacketIdentifier,
    /// Messages that were sent and not seen through, in order.
    pub outgoing: Vec<SavedHandshake>,
    /// QoS 2 messages of the client whose PUBREL is awaited.
    pub incoming: Vec<PacketIdentifier>,
    /// Messages of QoS 1 and 2 that wait to be sent, in order.
    pub queued: Vec<SavedDelivery>,
}

/// A Will Message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedWill {
    /// What is published.
    pub message: Message,
    /// Will Delay Interval, seconds.
    pub delay_interval: u32,
    /// Until it is published, where the client is already lost.
    pub due_in: Option<Duration>,
}

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSubscription {
    /// With `$share/NAME/` if it is shared.
    pub topic_filter: String,
    /// With the QoS that was granted.
    pub options: SubscriptionOptions,
    /// Subscription Identifier.
    pub identifier: Option<u32>,
    /// `$share/` had its meaning when it was made.
    pub sharing: bool,
}

/// A message that was sent and not seen through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SavedHandshake {
    /// Neither PUBACK nor PUBREC has come.
    Publish(PacketIdentifier, SavedDelivery),
    /// The PUBREC has come and the PUBCOMP has not.
    Pubrel(PacketIdentifier),
}

/// A message on its way to one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedDelivery {
    /// Index into [`SavedBroker::messages`].
    pub message: usize,
    /// What it is sent with.
    pub qos: QoS,
    /// What it is sent with.
    pub retain: bool,
    /// What it is sent with.
    pub subscription_identifiers: Vec<u32>,
}

impl Broker {
    /// What to keep for a restart. It is right until the next `handle_*`; what happens later and is
    /// not saved can cost a message or double it.
    #[must_use]
    pub fn save(&self, now: Instant) -> SavedBroker {
        let mut messages = Messages {
            now,
            ..Messages::default()
        };
        let mut retained = Vec::new();
        self.retained.visit(|stored| {
            // The broker's own are made anew when they are asked for.
            if stored.publisher.is_some() || !stored.topic.starts_with("$SYS/") {
                retained.push(messages.number(stored));
            }
        });
        let sessions = self
            .sessions
            .values()
            .map(|session| messages.session(session))
            .collect();
        SavedBroker {
            messages: messages.saved,
            retained,
            sessions,
        }
    }

    /// A broker that goes on with what was saved, `away` after that. Whoever was connected is not
    /// any more, as if the connection had broken now: so a will may be published at once, and
    /// sessions that end with their connection end.
    ///
    /// Of two sessions of one client, and of two handshakes under one identifier, the first counts;
    /// what names a message that is not there is left out.
    #[must_use]
    pub fn restore(options: Options, saved: SavedBroker, now: Instant, away: Duration) -> Self {
        let mut broker = Self::new(options);
        broker.advance(now);
        let messages: Vec<_> = saved
            .messages
            .into_iter()
            .map(|saved| broker.restore_message(saved, away))
            .collect();
        for number in saved.retained {
            if let Some(stored) = messages.get(number) {
                // It was within the limits of the broker that kept it.
                let _ = broker.retained.set(stored, usize::MAX, now);
            }
        }
        let mut broken = Vec::new();
        for session in saved.sessions {
            if !broker
                .clients
                .contains_key(session.client_identifier.as_str())
            {
                let connected = session.connected;
                let id = broker.restore_session(session, &messages, away);
                broken.extend(connected.then_some(id));
            }
        }
        // Wills reach every session, so all are there before the first is published.
        for id in broken {
            broker.detach(id);
        }
        if broker.sys_subscriptions > 0 {
            broker.refresh_sys();
        }
        broker.handle_timeout(now);
        broker
    }

    fn restore_message(&self, saved: SavedMessage, away: Duration) -> Arc<Stored> {
        let expires_at = saved
            .expires_in
            .map(|left| self.now + left.saturating_sub(away));
        let topic = saved.message.topic_name().as_str().into();
        let publisher = saved.publisher.map(Arc::from);
        Stored::keep(saved.message, topic, publisher, expires_at, &self.held)
    }

    fn restore_session(
        &mut self,
        saved: SavedSession,
        messages: &[Arc<Stored>],
        away: Duration,
    ) -> SessionId {
        let id = SessionId(self.number());
        let client_identifier: Arc<str> = saved.client_identifier.into();
        let mut session = Session::new(client_identifier.clone(), saved.version);
        session.expiry = saved.session_expiry_interval;
        session.restore_handshakes(saved.outgoing, saved.incoming, messages);
        session.identifiers.set_next(saved.next_identifier);
        for delivery in saved.queued {
            if let Some(delivery) = delivery.restore(messages) {
                session.enqueue(delivery, usize::MAX, self.now);
            }
        }
        let due = |left: Duration| self.now + left.saturating_sub(away);
        if let Some(will) = saved.will {
            session.will_at = will.due_in.map(due);
            session.will = Some(Will::restore(will.message, will.delay_interval));
        }
        session.expires_at = saved.expires_in.map(due);
        for (at, timer) in [
            (session.will_at, Timer::Will(id)),
            (session.expires_at, Timer::SessionExpiry(id)),
        ] {
            if let Some(at) = at {
                self.timers.set(at, timer);
            }
        }
        for subscription in saved.subscriptions {
            let terms = Terms {
                options: subscription.options,
                identifier: subscription.identifier,
                sharing: subscription.sharing,
            };
            let filter = Filter::new(&subscription.topic_filter, terms.sharing);
            if let Ok(new) = self.routes.subscribe(filter, id, terms) {
                if new && filter.levels.starts_with("$SYS") {
                    self.sys_subscriptions = self.sys_subscriptions.saturating_add(1);
                }
                session
                    .subscriptions
                    .insert(subscription.topic_filter.into(), terms);
            }
        }
        self.sessions.insert(id, session);
        self.clients.insert(client_identifier, id);
        id
    }
}

impl Session {
    fn restore_handshakes(
        &mut self,
        outgoing: Vec<SavedHandshake>,
        incoming: Vec<PacketIdentifier>,
        messages: &[Arc<Stored>],
    ) {
        for handshake in outgoing {
            let (identifier, step, delivery) = match handshake {
                SavedHandshake::Pubrel(identifier) => (identifier, OutgoingStep::Pubcomp, None),
                SavedHandshake::Publish(identifier, delivery) => {
                    let step = match delivery.qos {
                        QoS::AtMostOnce => continue,
                        QoS::AtLeastOnce => OutgoingStep::Puback,
                        QoS::ExactlyOnce => OutgoingStep::Pubrec,
                    };
                    let Some(delivery) = delivery.restore(messages) else {
                        continue;
                    };
                    (identifier, step, Some(delivery))
                }
            };
            if self.identifiers.reserve(identifier) {
                self.outgoing.restore(identifier, step, delivery);
            }
        }
        for identifier in incoming {
            self.incoming.publish(identifier, IncomingStep::Pubrel);
        }
    }
}

impl SavedDelivery {
    fn restore(self, messages: &[Arc<Stored>]) -> Option<Delivery> {
        Some(Delivery {
            stored: Arc::clone(messages.get(self.message)?),
            qos: self.qos,
            retain: self.retain,
            subscription_identifiers: self.subscription_identifiers,
            order: 0,
        })
    }
}

/// The messages that are saved so far, and which is which.
#[derive(Default)]
struct Messages {
    now: Instant,
    saved: Vec<SavedMessage>,
    numbers: BTreeMap<*const Stored, usize>,
}

impl Messages {
    fn number(&mut self, stored: &Arc<Stored>) -> usize {
        let next = self.saved.len();
        let number = *self.numbers.entry(Arc::as_ptr(stored)).or_insert(next);
        if number == next {
            self.saved.push(SavedMessage {
                message: stored.message.clone(),
                publisher: stored.publisher.as_deref().map(ToString::to_string),
                expires_in: stored.expires_at.map(|at| at - self.now),
            });
        }
        number
    }

    fn delivery(&mut self, delivery: &Delivery) -> SavedDelivery {
        SavedDelivery {
            message: self.number(&delivery.stored),
            qos: delivery.qos,
            retain: delivery.retain,
            subscription_identifiers: delivery.subscription_identifiers.clone(),
        }
    }

    fn session(&mut self, session: &Session) -> SavedSession {
        let left = |at: Option<Instant>| at.map(|at| at - self.now);
        let expires_in = left(session.expires_at);
        let will = session.will.as_ref().map(|will| SavedWill {
            message: will.message.clone(),
            delay_interval: will.delay,
            due_in: left(session.will_at),
        });
        let outgoing = session
            .outgoing
            .iter()
            .filter_map(|(identifier, entry)| {
                Some(match (&entry.message, entry.step) {
                    (_, OutgoingStep::Pubcomp) => SavedHandshake::Pubrel(identifier),
                    (Some(delivery), _) => {
                        SavedHandshake::Publish(identifier, self.delivery(delivery))
                    }
                    (None, _) => return None,
                })
            })
            .collect();
        let queued = session
            .queue
            .iter()
            .map(|delivery| self.delivery(delivery))
            .collect();
        let subscriptions = session
            .subscriptions
            .iter()
            .map(|(topic_filter, terms)| SavedSubscription {
                topic_filter: topic_filter.to_string(),
                options: terms.options,
                identifier: terms.identifier,
                sharing: terms.sharing,
            })
            .collect();
        SavedSession {
            client_identifier: session.client_identifier.to_string(),
            version: session.version,
            connected: session.connection.is_some(),
            session_expiry_interval: session.expiry,
            expires_in,
            will,
            subscriptions,
            next_identifier: session.identifiers.next(),
            outgoing,
            incoming: session
                .incoming
                .iter()
                .map(|(identifier, _)| identifier)
                .collect(),
            queued,
        }
    }
}
