//! What comes from the server, one function a packet.

use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

use mqttscope_shared::{
    IncomingStep, Instant, Message, NotFound, OutgoingAliases, Received, owned_properties,
    topic_tree,
};
use mqttscope_wire::{
    Acknowledgement, Connack, Context, ControlPacket, DecodeError, Decoded, Disconnect, Frame,
    PacketIdentifier, PacketType, Property, PropertyId, ProtocolVersion, Publish, QoS, ReasonCode,
    ReasonCodes, Rule, decode, decode_tolerant, frame,
};

use super::connection::ServerLimits;
use super::session::Request;
use super::{
    Authentication, Cause, Client, Connected, Delivery, Deviation, Event, Phase, ProtocolError,
    Ticket,
};

impl Client {
    pub(super) fn receive_frame(&mut self, now: Instant, frame: &Frame<'_>) {
        let received = match &frame.packet {
            Ok(ControlPacket::Publish(publish)) if self.phase == Phase::Connected => {
                self.receive_publish(publish)
            }
            Ok(packet) => self.receive_other(now, *packet),
            Err(error) => return self.receive_malformed(now, frame.bytes, *error),
        };
        if let Err(fault) = received {
            self.fault(now, fault);
        }
    }

    /// What has come of a packet that is not whole.
    pub(super) fn receive_beginning(&mut self, now: Instant, bytes: &[u8]) {
        let most = self.options.maximum_packet_size();
        match frame::header(bytes) {
            frame::Header::Complete { len, .. } if len > most => {
                self.fault(now, ProtocolError::TooLarge { len });
            }
            _ => {
                if let Err(error) = decode(bytes, self.context()) {
                    self.receive_malformed(now, bytes, error);
                }
            }
        }
    }

    /// All but a PUBLISH. Apart, so that what is hot in a flood is small: a browser compiles it anew,
    /// for speed, while the flood goes on.
    #[inline(never)]
    fn receive_other(
        &mut self,
        now: Instant,
        packet: ControlPacket<'_>,
    ) -> Result<(), ProtocolError> {
        let packet_type = packet.packet_type();
        let connected = self.phase == Phase::Connected;
        match packet {
            ControlPacket::Connack(connack) if !connected => self.receive_connack(now, connack),
            ControlPacket::Auth(auth) => self.receive_auth(now, auth),
            // A server says DISCONNECT only after its CONNACK, but the meaning is plain.
            ControlPacket::Disconnect(disconnect) if self.options.version.is_v5() => {
                self.receive_disconnect(now, disconnect);
                Ok(())
            }
            ControlPacket::Puback(answer) if connected => {
                let sent = self.session.outgoing.puback(answer.packet_identifier);
                self.finished(
                    answer,
                    packet_type,
                    sent.map(|sent| sent.map(|sent| sent.ticket)),
                );
                Ok(())
            }
            ControlPacket::Pubrec(answer) if connected => {
                self.receive_pubrec(now, answer);
                Ok(())
            }
            ControlPacket::Pubrel(answer) if connected => {
                self.receive_pubrel(now, answer.packet_identifier);
                Ok(())
            }
            ControlPacket::Pubcomp(answer) if connected => {
                let done = self.session.outgoing.pubcomp(answer.packet_identifier);
                let ticket =
                    done.map(|()| self.session.releasing.remove(&answer.packet_identifier));
                self.finished(answer, packet_type, ticket);
                Ok(())
            }
            ControlPacket::Suback(suback) if connected => self.answered(
                suback.packet_identifier,
                packet_type,
                suback.reason_codes,
                suback.properties,
            ),
            ControlPacket::Unsuback(unsuback) if connected => self.answered(
                unsuback.packet_identifier,
                packet_type,
                unsuback.reason_codes,
                unsuback.properties,
            ),
            ControlPacket::Pingresp if connected => {
                let event = match self.connection.pings.pop_front() {
                    Some(sent) => Event::Pinged {
                        round_trip: now - sent,
                    },
                    None => Event::Deviation(Deviation::UnaskedPingresp),
                };
                self.events.push_back(event);
                Ok(())
            }
            _ => Err(ProtocolError::Unexpected(packet_type)),
        }
    }

    fn receive_connack(&mut self, now: Instant, connack: Connack<'_>) -> Result<(), ProtocolError> {
        let Connack {
            session_present,
            reason_code,
            properties,
        } = connack;
        let version = self.options.version;
        if reason_code.refuses(PacketType::Connack, version) {
            let cause = Cause::Refused {
                reason_code,
                properties: owned_properties(properties),
            };
            self.close(now, cause, None);
            return Ok(());
        }
        self.check_method(properties)?;
        // Version 3.1 does not say whether there is a session; then there is what was asked for.
        let clean_start = self.connection.clean_start;
        let present = if version == ProtocolVersion::V3_1 {
            !clean_start
        } else {
            session_present
        };
        let unknown = clean_start || !(self.session.known || self.options.accept_unknown_session);
        if unknown && session_present && (version.is_v5() || clean_start) {
            //= [MQTT-3.2.2-4] v5: a session that the client does not know of ends the connection
            return Err(ProtocolError::UnknownSession);
        }
        let connection = &mut self.connection;
        connection.server = ServerLimits::from_connack(properties);
        if !version.is_v5() {
            connection.server.receive_maximum = self.options.assumed_receive_maximum.max(1);
        }
        connection.outgoing_aliases = OutgoingAliases::new(connection.server.topic_alias_maximum);
        connection.connect_deadline = None;
        connection.authentication = Authentication::None;
        connection.session_expiry_interval = properties.session_expiry_interval();
        //= [MQTT-3.1.2-21] and [MQTT-3.2.2-21] v5: Server Keep Alive replaces the client's own
        if let Some(Property::ServerKeepAlive(seconds)) =
            properties.get(PropertyId::SERVER_KEEP_ALIVE)
        {
            connection.keep_alive = seconds;
        }
        if let Some(Property::AssignedClientIdentifier(assigned)) =
            properties.get(PropertyId::ASSIGNED_CLIENT_IDENTIFIER)
        {
            self.session.assigned = Some(assigned.to_string());
        }
        self.phase = Phase::Connected;
        self.accepted = true;
        self.connection.accepted_at = Some(now);
        let identifier = self
            .session
            .assigned
            .as_deref()
            .unwrap_or(&self.options.client_identifier);
        self.events.push_back(Event::Connected(Connected {
            session_present,
            client_identifier: identifier.to_string(),
            keep_alive: self.connection.keep_alive,
            properties: owned_properties(properties),
        }));
        if present {
            self.session.outgoing.begin_connection();
        } else {
            self.session.lose(now, &mut self.events);
            self.session.renew();
        }
        self.session.known = true;
        Ok(())
    }

    /// A packet breaks a rule, and `bytes` begin with it. A CONNACK may be understood all the same; any
    /// other ends the connection.
    #[cold]
    fn receive_malformed(&mut self, now: Instant, bytes: &[u8], error: DecodeError) {
        let context = self.context();
        let decoded = match error.rule {
            _ if self.phase != Phase::Connecting => Err(error),
            Rule::ConnackOfV311 => decode(
                bytes,
                Context {
                    version: ProtocolVersion::V3_1_1,
                    ..context
                },
            ),
            Rule::MaximumQoSValue => decode_tolerant(bytes, context, error.rule),
            _ => Err(error),
        };
        let connack = match decoded {
            Ok(Decoded::Packet {
                packet: ControlPacket::Connack(connack),
                ..
            }) => connack,
            // The rest of it says how it is.
            Ok(Decoded::Incomplete { .. }) => return,
            _ => return self.fault(now, ProtocolError::Malformed(error)),
        };
        if error.rule == Rule::ConnackOfV311 {
            let return_code = connack.reason_code;
            return self.close(now, Cause::AnsweredAsV3_1_1 { return_code }, None);
        }
        self.events
            .push_back(Event::Deviation(Deviation::MaximumQoSValue));
        if let Err(fault) = self.receive_connack(now, connack) {
            self.fault(now, fault);
        }
    }

    fn receive_disconnect(&mut self, now: Instant, disconnect: Disconnect<'_>) {
        let properties = owned_properties(disconnect.properties);
        let cause = Cause::ByServer {
            reason_code: disconnect.reason_code,
            properties,
        };
        self.close(now, cause, None);
    }

    fn receive_publish(&mut self, publish: &Publish<'_>) -> Result<(), ProtocolError> {
        let topic_alias = match publish.properties.get(PropertyId::TOPIC_ALIAS) {
            Some(Property::TopicAlias(alias)) => Some(alias),
            _ => None,
        };
        let aliases = &mut self.connection.incoming_aliases;
        let aliased: Option<Arc<str>> = topic_alias
            .map(|alias| aliases.resolve(alias, &publish.topic_name).cloned())
            .transpose()
            .map_err(|_| ProtocolError::TopicAliasInvalid)?;
        self.deliveries = self.deliveries.saturating_add(1);
        let number = self.deliveries;
        let give = |client: &mut Self, packet_identifier: Option<PacketIdentifier>| {
            let manual = client.options.manual_acknowledgement;
            let has = publish.properties.set();
            if client.options.answers_only
                && !manual
                && !has.contains(PropertyId::CORRELATION_DATA)
                && !client.wants(aliased.as_deref().unwrap_or(publish.topic_name.as_str()))
            {
                return;
            }
            let topic = aliased.unwrap_or_else(|| publish.topic_name.as_str().into());
            let delivery = packet_identifier
                .filter(|_| manual)
                .map(|packet_identifier| Delivery {
                    packet_identifier,
                    number,
                });
            let message = Message::from_publish(publish, topic);
            client.events.push_back(Event::Message {
                message,
                dup: publish.dup,
                topic_alias,
                delivery,
            });
        };
        let Some(identifier) = publish.packet_identifier else {
            give(self, None);
            return Ok(());
        };
        let first_here = self.connection.open.insert(identifier);
        if self.connection.open.len() > usize::from(self.options.receive_maximum()) {
            return Err(ProtocolError::ReceiveMaximumExceeded);
        }
        if publish.qos == QoS::AtLeastOnce {
            // Without a PUBACK in between it is the same message again.
            if first_here {
                //= [MQTT-4.3.2-5] v5: after the PUBACK the identifier stands for a new message
                give(self, Some(identifier));
                self.due(identifier, QoS::AtLeastOnce, number, None);
            }
            return Ok(());
        }
        let step = if self.options.manual_acknowledgement {
            IncomingStep::Acknowledgement
        } else {
            IncomingStep::Pubrel
        };
        match self.session.incoming.publish(identifier, step) {
            Received::New => {
                give(self, Some(identifier));
                if step == IncomingStep::Acknowledgement {
                    self.session.held.insert(identifier, number);
                }
                self.due(identifier, QoS::ExactlyOnce, number, None);
            }
            //= [MQTT-4.3.3-10] v5: it is acknowledged again and not given on again
            Received::Again(IncomingStep::Pubrel) => {
                self.due(
                    identifier,
                    QoS::ExactlyOnce,
                    number,
                    Some(IncomingStep::Pubrel),
                );
            }
            Received::Again(IncomingStep::Acknowledgement) => {
                // The application has it and has not answered; its answer goes out on this connection.
                let held = self.session.held.get(&identifier).copied();
                if let Some(number) = held.filter(|_| first_here) {
                    self.due(identifier, QoS::ExactlyOnce, number, None);
                }
            }
        }
        Ok(())
    }

    /// Whether a message to this topic is asked for by [`Client::set_wanted`].
    fn wants(&self, topic: &str) -> bool {
        let mut wanted = self.wanted.iter();
        wanted.any(|filter| topic_tree::matches(filter, topic))
    }

    fn receive_pubrec(&mut self, now: Instant, answer: Acknowledgement<'_>) {
        let identifier = answer.packet_identifier;
        if answer.reason_code.is_error() {
            //= [MQTT-4.4.0-2] v5: a refused PUBLISH is acknowledged and not sent again
            let sent = self.session.outgoing.pubrec_refused(identifier);
            self.finished(
                answer,
                PacketType::Pubrec,
                sent.map(|sent| sent.map(|sent| sent.ticket)),
            );
            return;
        }
        let pubrel = match self.session.outgoing.pubrec(identifier) {
            Ok(sent) => {
                if let Some(sent) = sent {
                    self.session.releasing.insert(identifier, sent.ticket);
                }
                Acknowledgement::new(identifier)
            }
            Err(NotFound) => {
                self.odd(PacketType::Pubrec, identifier);
                if self.session.identifiers.is_in_use(identifier) {
                    return;
                }
                Acknowledgement {
                    reason_code: self.not_found(),
                    ..Acknowledgement::new(identifier)
                }
            }
        };
        //= [MQTT-4.9.0-3] v5: whatever the window, a PUBREC is answered
        self.write(now, ControlPacket::Pubrel(pubrel));
    }

    fn receive_pubrel(&mut self, now: Instant, identifier: PacketIdentifier) {
        let known = self.session.incoming.release(identifier);
        self.session.held.remove(&identifier);
        self.connection
            .due
            .retain(|due| due.qos != QoS::ExactlyOnce || due.packet_identifier != identifier);
        self.connection.open.remove(&identifier);
        if !known {
            self.odd(PacketType::Pubrel, identifier);
        }
        let reason_code = if known {
            ReasonCode::SUCCESS
        } else {
            self.not_found()
        };
        //= [MQTT-4.3.3-11] v5, [MQTT-4.3.3-2] v3.1.1: a PUBREL is answered with PUBCOMP
        self.write(
            now,
            ControlPacket::Pubcomp(Acknowledgement {
                reason_code,
                ..Acknowledgement::new(identifier)
            }),
        );
        // Those behind the one that went need not wait for it.
        self.send_acknowledgements();
    }

    /// A PUBLISH is seen through.
    fn finished(
        &mut self,
        answer: Acknowledgement<'_>,
        packet_type: PacketType,
        ticket: Result<Option<Ticket>, NotFound>,
    ) {
        let Ok(ticket) = ticket else {
            return self.odd(packet_type, answer.packet_identifier);
        };
        //= [MQTT-2.3.1-3] v3.1.1: the identifier is free once the packet is acknowledged
        self.session.identifiers.release(answer.packet_identifier);
        if let Some(ticket) = ticket {
            let properties = owned_properties(answer.properties);
            self.events.push_back(Event::Published {
                ticket,
                reason_code: answer.reason_code,
                properties,
            });
        }
    }

    /// A SUBACK or UNSUBACK.
    fn answered(
        &mut self,
        identifier: PacketIdentifier,
        packet_type: PacketType,
        reason_codes: ReasonCodes<'_>,
        properties: mqttscope_wire::Properties<'_>,
    ) -> Result<(), ProtocolError> {
        let due = match self.session.requested.get(&identifier) {
            Some(Request::Subscribe { subscriptions, .. }) if packet_type == PacketType::Suback => {
                Some(subscriptions.as_subscriptions().iter().count())
            }
            Some(Request::Unsubscribe { topic_filters, .. })
                if packet_type == PacketType::Unsuback =>
            {
                self.options
                    .version
                    .is_v5()
                    .then(|| topic_filters.as_topic_filters().iter().count())
            }
            _ => {
                self.odd(packet_type, identifier);
                return Ok(());
            }
        };
        if due.is_some_and(|due| due != reason_codes.iter().len()) {
            return Err(ProtocolError::ReasonCodeCount);
        }
        let Some(request) = self.session.requested.remove(&identifier) else {
            return Ok(());
        };
        self.session.identifiers.release(identifier);
        let ticket = request.ticket();
        let reason_codes: Vec<_> = reason_codes.iter().collect();
        let properties = owned_properties(properties);
        if self.options.renew_subscriptions {
            self.session.keep(&request, &reason_codes);
        }
        self.events.push_back(match request {
            Request::Subscribe { .. } => Event::Subscribed {
                ticket,
                reason_codes,
                properties,
            },
            Request::Unsubscribe { .. } => Event::Unsubscribed {
                ticket,
                reason_codes,
                properties,
            },
        });
        Ok(())
    }
}
