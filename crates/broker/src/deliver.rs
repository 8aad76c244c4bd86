//! Messages go out: to whom, with what, and as fast as the client takes them.

use alloc::sync::Arc;

use mqttscope_shared::Instant;
use mqttscope_wire::{Acknowledgement, ControlPacket, PacketIdentifier, Publish, QoS};

use super::connection::{Connection, Phase};
use super::message::{Delivery, Stored};
use super::routing::{Readiness, Route};
use super::session::Next;
use super::{Broker, ConnectionId, Dropped, ENOUGH_OUTPUT, Event, SessionId};

impl Broker {
    /// Gives a message to all who are subscribed, and keeps it if it is to be retained. Returns
    /// how many subscriptions it matched.
    pub(super) fn distribute(
        &mut self,
        stored: &Arc<Stored>,
        publisher: Option<SessionId>,
        now: Instant,
    ) -> usize {
        if let Some(client_identifier) = &stored.publisher
            && self.options.tell_published
        {
            self.event(Event::Published {
                client_identifier: client_identifier.clone(),
                message: stored.message.clone(),
            });
        }
        //= [MQTT-3.3.1-8] v5, [MQTT-3.3.1-12] v3.1.1: without RETAIN the kept message stays as it is
        if stored.message.retain
            && self
                .retained
                .set(stored, self.options.limits.retained, now)
                .is_err()
        {
            self.dropped(None, stored, Dropped::RetainedFull);
        }
        let sessions = &self.sessions;
        let limit = self.options.limits.queue;
        let qos = stored.message.qos;
        let routes = self
            .routes
            .route(&stored.topic, publisher, |id, maximum_qos| {
                match sessions.get(&id) {
                    Some(session) if session.waiting() >= limit => Readiness::No,
                    Some(session) if session.connection.is_some() => Readiness::Connected,
                    Some(_) if qos.min(maximum_qos) != QoS::AtMostOnce => Readiness::Kept,
                    _ => Readiness::No,
                }
            });
        let count = routes.len();
        for route in routes {
            self.deliver(stored, route, now);
        }
        count
    }

    fn deliver(&mut self, stored: &Arc<Stored>, route: Route, now: Instant) {
        //= [MQTT-3.8.4-8] v5, [MQTT-3.8.4-6] v3.1.1: the lower of the published and the granted QoS
        let qos = stored.message.qos.min(route.maximum_qos);
        //= [MQTT-3.3.1-12] and [MQTT-3.3.1-13] v5: RETAIN only as Retain As Published says
        //= [MQTT-3.3.1-9] v3.1.1: RETAIN 0 towards a subscription that is there
        let retain = route.retain_as_published && stored.message.retain;
        let delivery = Delivery {
            stored: Arc::clone(stored),
            qos,
            retain,
            subscription_identifiers: route.identifiers,
            order: 0,
        };
        self.enqueue(route.session, delivery, now);
    }

    /// Queues a message for a session and sends what can be sent.
    pub(super) fn enqueue(&mut self, id: SessionId, delivery: Delivery, now: Instant) {
        let limit = self.options.limits.queue;
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let connection = session.connection;
        if connection.is_none() && delivery.qos == QoS::AtMostOnce {
            return;
        }
        let stored = Arc::clone(&delivery.stored);
        if !session.enqueue(delivery, limit, now) {
            return self.dropped(Some(id), &stored, Dropped::QueueFull);
        }
        if let Some(connection) = connection {
            self.pump(connection);
        }
    }

    /// Makes packets of what waits for the client, as far as its window and the transport allow.
    pub(super) fn pump(&mut self, id: ConnectionId) {
        let now = self.now;
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let Phase::Connected(session_id) = connection.phase else {
            return;
        };
        let Some(session) = self.sessions.get_mut(&session_id) else {
            return;
        };
        let mut dropped = alloc::vec::Vec::new();
        while connection.output.len() < ENOUGH_OUTPUT {
            let mut expired =
                |stored: &Arc<Stored>| dropped.push((Arc::clone(stored), Dropped::Expired));
            match session.next(connection.window, now, &mut expired) {
                None => break,
                Some(Next::Pubrel(identifier)) => {
                    connection.write(&ControlPacket::Pubrel(Acknowledgement::new(identifier)));
                }
                Some(Next::Publish {
                    delivery,
                    identifier,
                    dup,
                }) => {
                    if write_publish(connection, &delivery, identifier, dup, now) {
                        self.counters.messages_sent = self.counters.messages_sent.saturating_add(1);
                    } else {
                        //= [MQTT-3.1.2-25] v5: too large is as good as sent
                        if let Some(identifier) = identifier {
                            session.give_up(identifier);
                        }
                        dropped.push((delivery.stored, Dropped::TooLarge));
                    }
                }
            }
        }
        if !connection.output.is_empty() {
            self.list(id);
        }
        for (stored, why) in dropped {
            self.dropped(Some(session_id), &stored, why);
        }
    }

    /// Counts and tells of a message that somebody does not get.
    pub(super) fn dropped(&mut self, session: Option<SessionId>, stored: &Stored, reason: Dropped) {
        self.counters.messages_dropped = self.counters.messages_dropped.saturating_add(1);
        let session = session
            .and_then(|id| self.sessions.get(&id))
            .map(|session| session.client_identifier.clone());
        let client_identifier = session
            .or_else(|| stored.publisher.clone())
            .unwrap_or_else(|| Arc::from(""));
        self.event(Event::Dropped {
            client_identifier,
            topic_name: stored.topic.clone(),
            reason,
        });
    }
}

/// Writes a PUBLISH; false when it is larger than the client takes.
fn write_publish(
    connection: &mut Connection,
    delivery: &Delivery,
    identifier: Option<PacketIdentifier>,
    dup: bool,
    now: Instant,
) -> bool {
    let message = &delivery.stored.message;
    let v5 = connection.version.is_v5();
    let mut publish = Publish {
        //= [MQTT-3.3.1-3] v5 and v3.1.1: DUP says whether this is sent again, not what the publisher said
        dup,
        qos: delivery.qos,
        retain: delivery.retain,
        topic_name: message.topic_name(),
        packet_identifier: identifier,
        ..Publish::default()
    };
    publish.payload = &message.payload;
    if !v5 {
        return connection.write_publish(&publish, &delivery.stored);
    }
    //= [MQTT-3.3.2-4], [MQTT-3.3.2-15], [MQTT-3.3.2-16], [MQTT-3.3.2-17], [MQTT-3.3.2-18] and
    // [MQTT-3.3.2-20] v5: the publisher's properties go on unaltered and in their order
    let plain = delivery.properties(now, None);
    publish.properties = plain
        .as_ref()
        .unwrap_or(&message.properties)
        .as_properties();
    // An alias costs three bytes and saves the topic the next time. It is used only where the
    // packet fits with both, so that no alias is set by a packet that is not sent.
    let Ok(len) = ControlPacket::Publish(publish).encoded_len(connection.version) else {
        return false;
    };
    let fits_with_alias = len.saturating_add(5) <= connection.maximum_packet_size;
    let alias = if fits_with_alias && publish.topic_name.len() > 3 {
        connection.aliases_out.assign(publish.topic_name.as_str())
    } else {
        None
    };
    let Some(alias) = alias else {
        return connection.write_publish(&publish, &delivery.stored);
    };
    let with_alias = delivery.properties(now, Some(alias.alias));
    publish.properties = with_alias
        .as_ref()
        .unwrap_or(&message.properties)
        .as_properties();
    if !alias.with_topic {
        publish.topic_name = mqttscope_wire::TopicName::default();
    }
    connection.write_publish(&publish, &delivery.stored)
}
