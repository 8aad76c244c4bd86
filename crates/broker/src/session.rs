//! What the broker remembers of a client (v5 section 4.1): it may outlive the connection.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::sync::Arc;

use mqttscope_shared::{Incoming, Instant, Outgoing, PacketIdentifiers, Resend};
use mqttscope_wire::{PacketIdentifier, ProtocolVersion, QoS};

use super::ConnectionId;
use super::message::{Delivery, Stored};
use super::routing::Terms;
use super::will::Will;

#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client_identifier: Arc<str>,
    pub(crate) version: ProtocolVersion,
    pub(crate) connection: Option<ConnectionId>,
    /// Session Expiry Interval, seconds.
    pub(crate) expiry: u32,
    /// When it ends, while there is no connection.
    pub(crate) expires_at: Option<Instant>,
    pub(crate) will: Option<Will>,
    /// When the will is published, while there is no connection.
    pub(crate) will_at: Option<Instant>,
    pub(crate) subscriptions: BTreeMap<Arc<str>, Terms>,
    pub(crate) incoming: Incoming,
    pub(crate) outgoing: Outgoing<Delivery>,
    pub(crate) identifiers: PacketIdentifiers,
    /// QoS 1 and 2, not sent yet.
    pub(crate) queue: VecDeque<Delivery>,
    /// QoS 0, which waits for the transport only and ends with the connection.
    pub(crate) passing: VecDeque<Delivery>,
    order: u64,
}

/// What goes to the client next.
#[derive(Debug)]
pub(crate) enum Next {
    Publish {
        delivery: Delivery,
        identifier: Option<PacketIdentifier>,
        dup: bool,
    },
    Pubrel(PacketIdentifier),
}

impl Session {
    pub(crate) fn new(client_identifier: Arc<str>, version: ProtocolVersion) -> Self {
        Self {
            client_identifier,
            version,
            connection: None,
            expiry: 0,
            expires_at: None,
            will: None,
            will_at: None,
            subscriptions: BTreeMap::new(),
            incoming: Incoming::new(),
            outgoing: Outgoing::new(),
            identifiers: PacketIdentifiers::new(),
            queue: VecDeque::new(),
            passing: VecDeque::new(),
            order: 0,
        }
    }

    /// Messages that wait or are under way.
    pub(crate) fn waiting(&self) -> usize {
        self.queue
            .len()
            .saturating_add(self.passing.len())
            .saturating_add(self.outgoing.len())
    }

    /// Queues a message; false when there is no room. The caller looks at expiry and the limit's
    /// other side effects.
    pub(crate) fn enqueue(&mut self, mut delivery: Delivery, limit: usize, now: Instant) -> bool {
        if self.waiting() >= limit {
            self.queue
                .retain(|delivery| !delivery.stored.is_expired(now));
            self.passing
                .retain(|delivery| !delivery.stored.is_expired(now));
            if self.waiting() >= limit {
                return false;
            }
        }
        self.order = self.order.saturating_add(1);
        delivery.order = self.order;
        if delivery.qos == QoS::AtMostOnce {
            self.passing.push_back(delivery);
        } else {
            //= [MQTT-4.5.0-1] v5 and v3.1.1: the message is part of the session from here on
            self.queue.push_back(delivery);
        }
        true
    }

    /// A connection begins with this session.
    pub(crate) fn begin_connection(&mut self, connection: ConnectionId) {
        self.connection = Some(connection);
        self.outgoing.begin_connection();
    }

    /// The next packet for the client, as far as `window` allows. Expired messages are put into
    /// `expired`.
    pub(crate) fn next(
        &mut self,
        window: u16,
        now: Instant,
        expired: &mut impl FnMut(&Arc<Stored>),
    ) -> Option<Next> {
        match self.outgoing.poll_resend(window) {
            //= [MQTT-4.3.3-7] v5: what was sent once does not expire any more
            //= [MQTT-3.3.1-1] v5 and v3.1.1: DUP marks a PUBLISH that goes out again
            Some(Resend::Publish(identifier, delivery)) => {
                return Some(Next::Publish {
                    delivery: delivery.clone(),
                    identifier: Some(identifier),
                    dup: true,
                });
            }
            Some(Resend::Pubrel(identifier)) => return Some(Next::Pubrel(identifier)),
            None => {}
        }
        //= [MQTT-3.3.4-9] v5: no more in flight than the client's Receive Maximum
        //= [MQTT-4.9.0-2] v5: the quota that is used up stops PUBLISH of QoS 1 and 2 only
        let open = !self.outgoing.is_resending() && self.outgoing.in_flight() < usize::from(window);
        loop {
            let queued = if open {
                self.queue.front().map(|delivery| delivery.order)
            } else {
                None
            };
            let passing = self.passing.front().map(|delivery| delivery.order);
            //= [MQTT-4.6.0-5] and [MQTT-4.6.0-6] v5, [MQTT-4.6.0-5] and [MQTT-4.6.0-6] v3.1.1
            // Messages leave in the order they came; only a full window lets QoS 0 go ahead.
            let from_queue = match (queued, passing) {
                (Some(queued), Some(passing)) => queued < passing,
                (queued, _) => queued.is_some(),
            };
            let delivery = if from_queue {
                self.queue.pop_front()?
            } else {
                self.passing.pop_front()?
            };
            if delivery.stored.is_expired(now) {
                //= [MQTT-3.3.2-5] v5: expired before its delivery began, the copy is dropped
                expired(&delivery.stored);
                continue;
            }
            if delivery.qos == QoS::AtMostOnce {
                return Some(Next::Publish {
                    delivery,
                    identifier: None,
                    dup: false,
                });
            }
            //= [MQTT-2.2.1-4] v5, [MQTT-2.3.1-4] v3.1.1: an identifier that is not in use
            let Some(identifier) = self.identifiers.allocate() else {
                self.queue.push_front(delivery);
                return None;
            };
            self.outgoing
                .publish(identifier, delivery.qos, delivery.clone());
            return Some(Next::Publish {
                delivery,
                identifier: Some(identifier),
                dup: false,
            });
        }
    }

    /// Ends a handshake that cannot or need not go on.
    pub(crate) fn give_up(&mut self, identifier: PacketIdentifier) {
        self.outgoing.remove(identifier);
        self.identifiers.release(identifier);
    }
}
