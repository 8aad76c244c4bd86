//! What goes out: first what a new connection must carry again, then requests, then messages.

use mqttscope_shared::{Instant, Resend, properties_without};
use mqttscope_wire::{
    Acknowledgement, ControlPacket, Disconnect, Properties, PropertiesBuf, Property, PropertyId,
    QoS, ReasonCode, Subscribe, Unsubscribe,
};

use super::session::{Request, Sent};
use super::{Client, Event, Failure, Phase, Queued};

impl Client {
    /// Writes a packet, if the server takes one of this size.
    pub(super) fn write(&mut self, now: Instant, packet: ControlPacket<'_>) -> bool {
        let version = self.options.version;
        //= [MQTT-3.2.2-15] v5: no packet above the server's Maximum Packet Size
        let fits = packet
            .encoded_len(version)
            .is_ok_and(|len| len <= self.connection.server.maximum_packet_size);
        let written = fits && packet.encode(version, &mut self.transmit).is_ok();
        if written {
            self.connection.last_sent = now;
        }
        written
    }

    /// Sends all that may be sent now.
    pub(super) fn flush(&mut self, now: Instant) {
        if self.phase != Phase::Connected {
            return;
        }
        self.resend(now);
        self.send_requests(now);
        while let Some(queued) = self.session.queue.front() {
            if queued.message.qos != QoS::AtMostOnce {
                //= [MQTT-3.3.4-7] and [MQTT-4.9.0-2] v5: no more open PUBLISH packets than the server takes
                //= [MQTT-3.3.4-8] v5: that holds back nothing but PUBLISH packets
                let full = self.session.outgoing.in_flight()
                    >= usize::from(self.connection.server.receive_maximum);
                if full || self.session.outgoing.is_resending() {
                    break;
                }
            }
            let Some(queued) = self.session.pop() else {
                break;
            };
            let ticket = queued.ticket;
            if let Err(failure) = self.send_message(now, queued) {
                self.events.push_back(Event::Failed { ticket, failure });
            }
        }
    }

    fn resend(&mut self, now: Instant) {
        let version = self.options.version;
        let server = self.connection.server;
        while let Some(resend) = self.session.outgoing.poll_resend(server.receive_maximum) {
            let (identifier, packet) = match &resend {
                Resend::Pubrel(identifier) => (
                    *identifier,
                    ControlPacket::Pubrel(Acknowledgement::new(*identifier)),
                ),
                //= [MQTT-3.3.1-1] v5 and v3.1.1: what is sent again has DUP
                Resend::Publish(identifier, sent) => (
                    *identifier,
                    ControlPacket::Publish(sent.message.publish(Some(*identifier), true)),
                ),
            };
            let fits = packet
                .encoded_len(version)
                .is_ok_and(|len| len <= server.maximum_packet_size);
            if fits && packet.encode(version, &mut self.transmit).is_ok() {
                self.connection.last_sent = now;
                continue;
            }
            // The server takes smaller packets than the one that the message was first sent to.
            let entry = self.session.outgoing.remove(identifier);
            self.session.identifiers.release(identifier);
            if let Some(Sent { ticket, .. }) = entry.and_then(|entry| entry.message) {
                self.events.push_back(Event::Failed {
                    ticket,
                    failure: Failure::TooLarge,
                });
            }
        }
    }

    fn send_requests(&mut self, now: Instant) {
        self.session.coalesce(&mut self.events);
        while let Some(request) = self.session.requests.pop_front() {
            let ticket = request.ticket();
            if let Err(failure) = self.send_request(now, request) {
                self.events.push_back(Event::Failed { ticket, failure });
            }
        }
    }

    #[inline(never)]
    fn send_request(&mut self, now: Instant, request: Request) -> Result<(), Failure> {
        self.supported(&request)?;
        let packet_identifier = self
            .session
            .identifiers
            .allocate()
            .ok_or(Failure::NoPacketIdentifier)?;
        let written = match &request {
            Request::Subscribe {
                subscriptions,
                properties,
                ..
            } => {
                let subscriptions = subscriptions.as_subscriptions();
                let properties = properties.as_properties();
                self.write(
                    now,
                    ControlPacket::Subscribe(Subscribe {
                        packet_identifier,
                        properties,
                        subscriptions,
                    }),
                )
            }
            Request::Unsubscribe {
                topic_filters,
                properties,
                ..
            } => {
                let topic_filters = topic_filters.as_topic_filters();
                let properties = properties.as_properties();
                self.write(
                    now,
                    ControlPacket::Unsubscribe(Unsubscribe {
                        packet_identifier,
                        properties,
                        topic_filters,
                    }),
                )
            }
        };
        if !written {
            self.session.identifiers.release(packet_identifier);
            return Err(Failure::TooLarge);
        }
        self.session.requested.insert(packet_identifier, request);
        Ok(())
    }

    /// Whether the server has said that it cannot do this.
    fn supported(&self, request: &Request) -> Result<(), Failure> {
        let Request::Subscribe {
            subscriptions,
            properties,
            ..
        } = request
        else {
            return Ok(());
        };
        let server = &self.connection.server;
        let identified = properties
            .as_properties()
            .set()
            .contains(PropertyId::SUBSCRIPTION_IDENTIFIER);
        if identified && !server.subscription_identifiers_available {
            return Err(Failure::SubscriptionIdentifiersNotSupported);
        }
        for subscription in subscriptions.as_subscriptions().iter() {
            let filter = subscription.topic_filter;
            if filter.shared().is_some()
                && self.options.version.is_v5()
                && !server.shared_subscription_available
            {
                return Err(Failure::SharedSubscriptionsNotSupported);
            }
            if filter.contains(['+', '#']) && !server.wildcard_subscription_available {
                return Err(Failure::WildcardsNotSupported);
            }
        }
        Ok(())
    }

    #[inline(never)]
    fn send_message(&mut self, now: Instant, queued: Queued) -> Result<(), Failure> {
        let Queued {
            ticket,
            mut message,
            topic_alias,
            since,
        } = queued;
        let server = self.connection.server;
        //= [MQTT-3.2.2-11] v5: no QoS above the server's Maximum QoS
        if message.qos > server.maximum_qos {
            return Err(Failure::QoSNotSupported);
        }
        //= [MQTT-3.2.2-14] v5: no retained message where the server keeps none
        if message.retain && !server.retain_available {
            return Err(Failure::RetainNotSupported);
        }
        let waited = u32::try_from((now - since).as_secs()).unwrap_or(u32::MAX);
        if let Some(interval) = message.expiry_interval().filter(|_| waited > 0) {
            // What waited here has less time left, as with a server.
            let left = interval
                .checked_sub(waited)
                .filter(|&left| left > 0)
                .ok_or(Failure::Expired)?;
            let rest = properties_without(
                message.properties.as_properties(),
                PropertyId::MESSAGE_EXPIRY_INTERVAL,
            );
            message.properties = with(rest, Property::MessageExpiryInterval(left));
        }
        //= [MQTT-2.2.1-3], [MQTT-4.3.2-1] and [MQTT-4.3.3-1] v5: an identifier that is not in use
        let identifier = match message.qos {
            QoS::AtMostOnce => None,
            _ => Some(
                self.session
                    .identifiers
                    .allocate()
                    .ok_or(Failure::NoPacketIdentifier)?,
            ),
        };
        //= [MQTT-4.3.1-1], [MQTT-4.3.2-2] and [MQTT-4.3.3-2] v5: DUP is 0 the first time
        let alias = self.choose_alias(topic_alias, &message);
        let written = match alias {
            Some((alias, with_topic)) => {
                let properties = with(message.properties.clone(), Property::TopicAlias(alias));
                let mut publish = message.publish(identifier, false);
                publish.properties = properties.as_properties();
                if !with_topic {
                    publish.topic_name = mqttscope_wire::TopicName::default();
                }
                self.write(now, ControlPacket::Publish(publish))
            }
            None => self.write(
                now,
                ControlPacket::Publish(message.publish(identifier, false)),
            ),
        };
        match identifier {
            Some(identifier) if written => {
                let qos = message.qos;
                self.session
                    .outgoing
                    .publish(identifier, qos, Sent { ticket, message });
            }
            Some(identifier) => {
                self.session.identifiers.release(identifier);
            }
            None if written => {
                let (reason_code, properties) = (ReasonCode::SUCCESS, PropertiesBuf::new());
                self.events.push_back(Event::Published {
                    ticket,
                    reason_code,
                    properties,
                });
            }
            None => {}
        }
        if !written {
            if let Some((alias, true)) = alias {
                // The server has not heard of it.
                self.connection.outgoing_aliases.unset(alias);
            }
            return Err(Failure::TooLarge);
        }
        Ok(())
    }

    /// An alias, and whether the topic must stand beside it.
    fn choose_alias(
        &mut self,
        named: Option<u16>,
        message: &mqttscope_shared::Message,
    ) -> Option<(u16, bool)> {
        let aliases = &mut self.connection.outgoing_aliases;
        let topic = message.topic_name();
        if let Some(alias) = named {
            let with_topic = aliases.topic_of(alias) != Some(topic.as_str());
            return aliases.set(alias, &topic).then_some((alias, with_topic));
        }
        if !self.options.automatic_topic_alias {
            return None;
        }
        aliases
            .assign(&topic)
            .map(|assigned| (assigned.alias, assigned.with_topic))
    }

    pub(super) fn ping(&mut self, now: Instant) {
        if self.write(now, ControlPacket::Pingreq) {
            self.connection.pings.push_back(now);
        }
        // Also where the server takes no packet of two bytes: the next attempt is a Keep Alive away.
        self.connection.last_sent = now;
    }

    /// The last packet of a connection, without its properties if it were too large with them.
    pub(super) fn send_disconnect(&mut self, reason_code: ReasonCode, properties: &PropertiesBuf) {
        if !matches!(self.phase, Phase::Connecting | Phase::Connected) {
            return;
        }
        let now = self.connection.last_sent;
        let version = self.options.version;
        let disconnect = |properties| {
            ControlPacket::Disconnect(Disconnect {
                reason_code,
                properties,
            })
        };
        if !version.is_v5() {
            // Before version 5 it says nothing but a normal end; after a fault there is none.
            if reason_code == ReasonCode::NORMAL_DISCONNECTION {
                self.write(now, disconnect(Properties::NONE));
            }
            return;
        }
        //= [MQTT-3.14.2-3] and [MQTT-3.14.2-4] v5: no Reason String or User Property that makes it too large
        if !self.write(now, disconnect(properties.as_properties())) {
            let essential = match properties.as_properties().session_expiry_interval() {
                Some(seconds) => with(
                    PropertiesBuf::new(),
                    Property::SessionExpiryInterval(seconds),
                ),
                None => PropertiesBuf::new(),
            };
            self.write(now, disconnect(essential.as_properties()));
        }
    }
}

fn with(mut properties: PropertiesBuf, property: Property<'_>) -> PropertiesBuf {
    // The number is in range and the property is not there yet, so this cannot fail.
    let _ = properties.push(property);
    properties
}
