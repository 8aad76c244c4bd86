//! PUBLISH from a client: is it allowed, is it new, and what is it answered.

use alloc::sync::Arc;

use mqttscope_shared::topic_tree::too_deep;
use mqttscope_shared::{AliasError, IncomingStep, Message, Received};
use mqttscope_wire::{
    Acknowledgement, ControlPacket, PacketIdentifier, Property, PropertyId, Publish, QoS,
    ReasonCode,
};

use super::message::Stored;
use super::{Broker, ConnectionId, Dropped, Event, SessionId};

impl Broker {
    pub(super) fn handle_publish(
        &mut self,
        id: ConnectionId,
        session: SessionId,
        publish: &Publish<'_>,
    ) {
        self.counters.messages_received = self.counters.messages_received.saturating_add(1);
        if publish.qos > self.options.maximum_qos {
            //= [MQTT-3.2.2-11] v5: no QoS above the announced maximum
            return self.fail(id, ReasonCode::QOS_NOT_SUPPORTED, None);
        }
        if publish.retain && !self.options.retain_available {
            //= [MQTT-3.2.2-14] v5: no RETAIN where nothing is retained
            return self.fail(id, ReasonCode::RETAIN_NOT_SUPPORTED, None);
        }
        let topic = match self.topic_of(id, publish) {
            Ok(topic) => topic,
            Err(reason) => return self.fail(id, reason, None),
        };
        let Some(identifier) = publish.packet_identifier else {
            // Nobody can be told of a refusal at QoS 0; it is counted.
            let _ = self.take(id, session, publish, topic);
            return;
        };
        match publish.qos {
            QoS::AtLeastOnce => self.publish_once(id, session, publish, topic, identifier),
            _ => self.publish_exactly_once(id, session, publish, topic, identifier),
        }
    }

    /// QoS 1. Each PUBLISH is a message, also with an identifier that was there before.
    fn publish_once(
        &mut self,
        id: ConnectionId,
        session: SessionId,
        publish: &Publish<'_>,
        topic: Arc<str>,
        identifier: PacketIdentifier,
    ) {
        let in_use = self
            .sessions
            .get(&session)
            .is_some_and(|session| session.incoming.get(identifier).is_some());
        //= [MQTT-3.3.4-7] v5: what is open of QoS 2 counts against the Receive Maximum of QoS 1 too
        if self.exceeds_receive_maximum(id, identifier) {
            return self.fail(id, ReasonCode::RECEIVE_MAXIMUM_EXCEEDED, None);
        }
        let result = if in_use && self.is_v5(id) {
            Err(ReasonCode::PACKET_IDENTIFIER_IN_USE)
        } else {
            //= [MQTT-4.3.2-5] v5, [MQTT-4.3.2-2] v3.1.1: behind the PUBACK it would be a new message
            self.take(id, session, publish, topic)
        };
        let Some(reason_code) = self.told(id, result) else {
            return;
        };
        //= [MQTT-4.3.2-4] v5, [MQTT-4.3.2-2] v3.1.1: taken over, so acknowledged
        //= [MQTT-3.3.4-1] v5 and v3.1.1
        let ack = Acknowledgement {
            reason_code,
            ..Acknowledgement::new(identifier)
        };
        self.answer(id, &ControlPacket::Puback(ack));
    }

    /// QoS 2. The message goes on when its identifier is new; then the identifier is kept until
    /// PUBREL, and the message is not.
    fn publish_exactly_once(
        &mut self,
        id: ConnectionId,
        session: SessionId,
        publish: &Publish<'_>,
        topic: Arc<str>,
        identifier: PacketIdentifier,
    ) {
        if self.exceeds_receive_maximum(id, identifier) {
            return self.fail(id, ReasonCode::RECEIVE_MAXIMUM_EXCEEDED, None);
        }
        let Some(held) = self.sessions.get_mut(&session) else {
            return;
        };
        //= [MQTT-4.3.3-10] v5, [MQTT-4.3.3-2] v3.1.1: again is acknowledged again and goes to nobody
        let result = match held.incoming.publish(identifier, IncomingStep::Pubrel) {
            Received::Again(_) => Ok(ReasonCode::SUCCESS),
            Received::New => self.take(id, session, publish, topic),
        };
        if result.is_err() {
            //= [MQTT-4.3.3-9] v5: behind a PUBREC that refuses the identifier is free
            if let Some(session) = self.sessions.get_mut(&session) {
                session.incoming.release(identifier);
            }
        }
        let Some(reason_code) = self.told(id, result) else {
            return;
        };
        if let Some(connection) = self.connections.get_mut(&id)
            && !reason_code.is_error()
        {
            connection.received.insert(identifier);
        }
        //= [MQTT-4.3.3-8] v5, [MQTT-4.3.3-2] v3.1.1
        let ack = Acknowledgement {
            reason_code,
            ..Acknowledgement::new(identifier)
        };
        self.answer(id, &ControlPacket::Pubrec(ack));
    }

    /// Takes a message over and gives it on.
    fn take(
        &mut self,
        id: ConnectionId,
        session: SessionId,
        publish: &Publish<'_>,
        topic: Arc<str>,
    ) -> Result<ReasonCode, ReasonCode> {
        let Some(client_identifier) = self
            .sessions
            .get(&session)
            .map(|session| session.client_identifier.clone())
        else {
            return Err(ReasonCode::UNSPECIFIED_ERROR);
        };
        let refused = if too_deep(&topic) {
            Some((Dropped::TooDeep, ReasonCode::TOPIC_NAME_INVALID))
        } else if !self.may_publish(&client_identifier, &topic) {
            Some((Dropped::NotAuthorized, ReasonCode::NOT_AUTHORIZED))
        } else {
            None
        };
        let limit = self.options.limits.message_bytes;
        let stored = match refused {
            Some(refused) => Err(refused),
            None => {
                let message = Message::from_publish(publish, topic.clone());
                Stored::new(
                    message,
                    topic.clone(),
                    Some(client_identifier.clone()),
                    self.now,
                    &self.held,
                    limit,
                )
                .ok_or((Dropped::Memory, ReasonCode::QUOTA_EXCEEDED))
            }
        };
        match stored {
            Ok(stored) => {
                let receivers = self.distribute(&stored, Some(session), self.now);
                Ok(if receivers > 0 {
                    ReasonCode::SUCCESS
                } else {
                    self.in_v5(id, ReasonCode::NO_MATCHING_SUBSCRIBERS)
                })
            }
            Err((dropped, reason)) => {
                self.counters.messages_dropped = self.counters.messages_dropped.saturating_add(1);
                self.event(Event::Dropped {
                    client_identifier,
                    topic_name: topic,
                    reason: dropped,
                });
                Err(reason)
            }
        }
    }

    /// The code for the acknowledgement. Before version 5 there is none to refuse with: what is
    /// not allowed is acknowledged and dropped, and where there is no room the connection ends.
    fn told(
        &mut self,
        id: ConnectionId,
        result: Result<ReasonCode, ReasonCode>,
    ) -> Option<ReasonCode> {
        match result {
            Ok(reason) => Some(reason),
            Err(reason) if self.is_v5(id) => Some(reason),
            //= [MQTT-3.3.5-2] v3.1.1: acknowledged as usual, or the connection is closed
            Err(ReasonCode::NOT_AUTHORIZED) => Some(ReasonCode::SUCCESS),
            //= [MQTT-4.8.0-2] v3.1.1: what cannot be handled for now closes the connection
            Err(reason) => {
                self.fail(id, reason, None);
                None
            }
        }
    }

    /// The topic, which an alias may stand for.
    fn topic_of(
        &mut self,
        id: ConnectionId,
        publish: &Publish<'_>,
    ) -> Result<Arc<str>, ReasonCode> {
        let Some(Property::TopicAlias(alias)) = publish.properties.get(PropertyId::TOPIC_ALIAS)
        else {
            return Ok(publish.topic_name.as_str().into());
        };
        let connection = self
            .connections
            .get_mut(&id)
            .ok_or(ReasonCode::UNSPECIFIED_ERROR)?;
        match connection
            .aliases_in
            .resolve(alias, publish.topic_name.as_str())
        {
            Ok(topic) => Ok(topic.clone()),
            //= [MQTT-3.3.2-9] v5: an alias above our maximum
            Err(AliasError::OutOfRange) => Err(ReasonCode::TOPIC_ALIAS_INVALID),
            // Section 3.3.2.3.4: an alias that was never set.
            Err(AliasError::Unknown) => Err(ReasonCode::PROTOCOL_ERROR),
        }
    }

    /// Whether one more message of QoS 1 or 2 is more than we said we take at a time.
    fn exceeds_receive_maximum(&self, id: ConnectionId, identifier: PacketIdentifier) -> bool {
        let maximum = usize::from(self.options.limits.receive_maximum.max(1));
        self.connections.get(&id).is_some_and(|connection| {
            let open = &connection.received;
            connection.version.is_v5() && !open.contains(&identifier) && open.len() >= maximum
        })
    }

    /// `$SYS` is the broker's own; beyond that the owner decides.
    pub(super) fn may_publish(&mut self, client_identifier: &str, topic_name: &str) -> bool {
        let own = topic_name == "$SYS" || topic_name.starts_with("$SYS/");
        !own && self
            .options
            .access
            .may_publish(client_identifier, topic_name)
    }

    fn is_v5(&self, id: ConnectionId) -> bool {
        self.connections
            .get(&id)
            .is_some_and(|connection| connection.version.is_v5())
    }
}
