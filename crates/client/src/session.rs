//! What a client keeps over connections: the Session State, and what waits to be sent.

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use mqttscope_shared::{Incoming, Instant, Message, Outgoing, OutgoingStep, PacketIdentifiers};
use mqttscope_wire::{PacketIdentifier, PropertiesBuf, SubscriptionsBuf, TopicFiltersBuf};

use super::{Event, Failure, KeptSubscription, Ticket};

/// A message that was sent and not acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Of its command.
    pub ticket: Ticket,
    /// The message as it was sent.
    pub message: Message,
}

/// A message that waits to be sent for the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Of its command.
    pub ticket: Ticket,
    /// The message that waits.
    pub message: Message,
    /// The alias that the application named.
    pub topic_alias: Option<u16>,
    /// Since when; its Message Expiry Interval runs from there.
    pub since: Instant,
}

/// A SUBSCRIBE or UNSUBSCRIBE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Request {
    Subscribe {
        ticket: Ticket,
        subscriptions: SubscriptionsBuf,
        properties: PropertiesBuf,
    },
    Unsubscribe {
        ticket: Ticket,
        topic_filters: TopicFiltersBuf,
        properties: PropertiesBuf,
    },
}

impl Request {
    fn filters(&self) -> Vec<String> {
        match self {
            Self::Subscribe { subscriptions, .. } => {
                let subscriptions = subscriptions.as_subscriptions();
                let filters = subscriptions.iter().map(|one| one.topic_filter.to_string());
                filters.collect()
            }
            Self::Unsubscribe { topic_filters, .. } => {
                let filters = topic_filters.as_topic_filters();
                filters.iter().map(|filter| filter.to_string()).collect()
            }
        }
    }

    pub(super) const fn ticket(&self) -> Ticket {
        match self {
            Self::Subscribe { ticket, .. } | Self::Unsubscribe { ticket, .. } => *ticket,
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Session {
    /// The server may know of it.
    pub(super) known: bool,
    /// The Client Identifier that the server assigned.
    pub(super) assigned: Option<String>,
    pub(super) identifiers: PacketIdentifiers,
    pub(super) outgoing: Outgoing<Sent>,
    /// The commands of messages whose PUBCOMP is awaited.
    pub(super) releasing: BTreeMap<PacketIdentifier, Ticket>,
    pub(super) incoming: Incoming,
    /// QoS 2 messages that the application holds, by the number of their delivery.
    pub(super) held: BTreeMap<PacketIdentifier, u64>,
    /// Requests that were sent on this connection and not answered.
    pub(super) requested: BTreeMap<PacketIdentifier, Request>,
    /// What the server has granted, where it is kept to be renewed.
    pub(super) subscriptions: Vec<KeptSubscription>,
    /// Requests that wait to be sent.
    pub(super) requests: VecDeque<Request>,
    /// Messages that wait to be sent.
    pub(super) queue: VecDeque<Queued>,
    pub(super) queued_bytes: usize,
}

impl Session {
    /// The connection is gone. A request without an answer is made anew on the next one, under
    /// another identifier: the standard sends nothing but PUBLISH and PUBREL again. Whoever makes
    /// requests need not make them again.
    pub(super) fn end_connection(&mut self) {
        while let Some((identifier, request)) = self.requested.pop_last() {
            self.identifiers.release(identifier);
            self.requests.push_front(request);
        }
    }

    /// Drops each SUBSCRIBE that waits where later requests name all its filters: only the last one
    /// counts for the server, so a filter that is asked for on every connection goes out once a
    /// connection, however many of them ended without a SUBACK.
    pub(super) fn coalesce(&mut self, events: &mut VecDeque<Event>) {
        if self.requests.len() < 2 {
            return;
        }
        let mut later: BTreeSet<String> = BTreeSet::new();
        let mut kept = VecDeque::with_capacity(self.requests.len());
        while let Some(request) = self.requests.pop_back() {
            let filters: Vec<String> = request.filters();
            let is_subscribe = matches!(request, Request::Subscribe { .. });
            if is_subscribe && filters.iter().all(|filter| later.contains(filter)) {
                let ticket = request.ticket();
                if ticket != Ticket::RENEWAL {
                    events.push_back(Event::Failed {
                        ticket,
                        failure: Failure::Superseded,
                    });
                }
                continue;
            }
            later.extend(filters);
            kept.push_front(request);
        }
        self.requests = kept;
    }

    pub(super) fn push(&mut self, queued: Queued) {
        self.queued_bytes = self.queued_bytes.saturating_add(queued.message.size());
        self.queue.push_back(queued);
    }

    pub(super) fn pop(&mut self) -> Option<Queued> {
        let queued = self.queue.pop_front()?;
        self.queued_bytes = self.queued_bytes.saturating_sub(queued.message.size());
        Some(queued)
    }

    /// The server has no session. Messages of QoS 1 become new ones, in their order and before all
    /// others; for QoS 2 sending again could deliver twice, so the application is told.
    pub(super) fn lose(&mut self, now: Instant, events: &mut VecDeque<Event>) {
        //= [MQTT-3.2.2-5] v5: what the client kept of the session is discarded
        //= [MQTT-3.1.2-4] v5, [MQTT-3.1.2-6] v3.1.1: a clean start begins with nothing
        let mut again = VecDeque::new();
        let entries: Vec<_> = self
            .outgoing
            .iter()
            .map(|(identifier, _)| identifier)
            .collect();
        for identifier in entries {
            let Some(entry) = self.outgoing.remove(identifier) else {
                continue;
            };
            let ticket = entry.message.as_ref().map(|sent| sent.ticket);
            match entry.message {
                Some(Sent { ticket, message }) if entry.step == OutgoingStep::Puback => {
                    self.queued_bytes = self.queued_bytes.saturating_add(message.size());
                    again.push_back(Queued {
                        ticket,
                        message,
                        topic_alias: None,
                        since: now,
                    });
                }
                _ => {
                    if let Some(ticket) =
                        ticket.or_else(|| self.releasing.get(&identifier).copied())
                    {
                        events.push_back(Event::Failed {
                            ticket,
                            failure: Failure::SessionLost,
                        });
                    }
                }
            }
        }
        again.append(&mut self.queue);
        self.queue = again;
        self.outgoing.clear();
        self.releasing.clear();
        self.incoming.clear();
        self.held.clear();
        let next = self.identifiers.next();
        self.identifiers = PacketIdentifiers::new();
        self.identifiers.set_next(next);
    }
}
