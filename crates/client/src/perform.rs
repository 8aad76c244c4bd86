//! What the application wants done.

use mqttscope_shared::{Instant, Message};
use mqttscope_wire::{
    ControlPacket, Disconnect, EncodeError, PacketIdentifier, PacketType, PropertiesBuf,
    PropertyId, QoS, ReasonCode, Rule, Sender, Subscribe, Unsubscribe,
};

use super::session::Request;
use super::{Cause, Client, Command, CommandError, Event, Failure, PINGS, Phase, Queued, Ticket};

impl Client {
    /// Does what the application wants. The ticket names the command in later events.
    ///
    /// # Errors
    /// When it makes no sense; then nothing has changed.
    pub fn handle_command(
        &mut self,
        now: Instant,
        command: Command,
    ) -> Result<Ticket, CommandError> {
        let ticket = Ticket(self.tickets.saturating_add(1));
        match command {
            Command::Connect => self.connect(now)?,
            Command::Publish {
                message,
                topic_alias,
            } => self.publish(now, ticket, message, topic_alias)?,
            Command::Subscribe {
                subscriptions,
                properties,
            } => {
                self.request(Request::Subscribe {
                    ticket,
                    subscriptions,
                    properties,
                })?;
            }
            Command::Unsubscribe {
                topic_filters,
                properties,
            } => {
                self.request(Request::Unsubscribe {
                    ticket,
                    topic_filters,
                    properties,
                })?;
            }
            Command::Acknowledge {
                delivery,
                reason_code,
                properties,
            } => self.acknowledge(delivery, reason_code, properties)?,
            Command::Ping => {
                if self.phase != Phase::Connected {
                    return Err(CommandError::NotConnected);
                }
                if self.connection.pings.len() >= PINGS {
                    return Err(CommandError::QueueFull);
                }
                self.ping(now);
            }
            Command::Authenticate { data, properties } => {
                self.authenticate(now, data, properties)?
            }
            Command::Reauthenticate { data, properties } => {
                self.reauthenticate(now, data, properties)?
            }
            Command::Disconnect {
                reason_code,
                properties,
            } => self.leave(now, reason_code, properties)?,
        }
        self.tickets = ticket.0;
        self.flush(now);
        Ok(ticket)
    }

    fn publish(
        &mut self,
        now: Instant,
        ticket: Ticket,
        message: Message,
        topic_alias: Option<u16>,
    ) -> Result<(), CommandError> {
        if message.topic_name().is_empty() {
            return Err(CommandError::NoTopic);
        }
        //= [MQTT-2.2.1-2] v5, [MQTT-2.3.1-5] v3.1.1: no identifier with QoS 0
        let identifier = (message.qos != QoS::AtMostOnce).then_some(PacketIdentifier::MIN);
        let publish = message.publish(identifier, false);
        //= [MQTT-3.3.4-6] v5: a client sends no Subscription Identifier
        if publish
            .properties
            .set()
            .contains(PropertyId::SUBSCRIPTION_IDENTIFIER)
        {
            return Err(CommandError::Encode(EncodeError::Breaks(
                Rule::PublishSubscriptionIdentifierFromClient,
            )));
        }
        ControlPacket::Publish(publish).encoded_len(self.options.version)?;
        if let Some(alias) = topic_alias {
            if self.phase != Phase::Connected {
                return Err(CommandError::NotConnected);
            }
            //= [MQTT-3.2.2-17] and [MQTT-3.3.2-8] v5: 1 up to the server's Topic Alias Maximum
            if alias == 0 || alias > self.connection.server.topic_alias_maximum {
                return Err(CommandError::TopicAlias);
            }
        }
        let limits = self.options.limits;
        let bytes = self.session.queued_bytes.saturating_add(message.size());
        if self.session.queue.len() >= limits.queued || bytes > limits.queued_bytes {
            return Err(CommandError::QueueFull);
        }
        if self.phase != Phase::Connected
            && message.qos == QoS::AtMostOnce
            && !self.options.queue_qos_0
        {
            self.events.push_back(Event::Failed {
                ticket,
                failure: Failure::NotConnected,
            });
            return Ok(());
        }
        self.session.push(Queued {
            ticket,
            message,
            topic_alias,
            since: now,
        });
        Ok(())
    }

    fn request(&mut self, request: Request) -> Result<(), CommandError> {
        let packet_identifier = PacketIdentifier::MIN;
        let packet = match &request {
            Request::Subscribe {
                subscriptions,
                properties,
                ..
            } => ControlPacket::Subscribe(Subscribe {
                packet_identifier,
                properties: properties.as_properties(),
                subscriptions: subscriptions.as_subscriptions(),
            }),
            Request::Unsubscribe {
                topic_filters,
                properties,
                ..
            } => ControlPacket::Unsubscribe(Unsubscribe {
                packet_identifier,
                properties: properties.as_properties(),
                topic_filters: topic_filters.as_topic_filters(),
            }),
        };
        packet.encoded_len(self.options.version)?;
        if self.session.requests.len() >= self.options.limits.queued {
            return Err(CommandError::QueueFull);
        }
        self.session.requests.push_back(request);
        Ok(())
    }

    fn leave(
        &mut self,
        now: Instant,
        reason_code: ReasonCode,
        properties: PropertiesBuf,
    ) -> Result<(), CommandError> {
        let disconnect = Disconnect {
            reason_code,
            properties: properties.as_properties(),
        };
        ControlPacket::Disconnect(disconnect).encoded_len(self.options.version)?;
        if !reason_code.may_be_sent_by(PacketType::Disconnect, Sender::Client) {
            return Err(CommandError::Encode(EncodeError::Breaks(
                Rule::DisconnectReasonDirection,
            )));
        }
        let prolongs = properties
            .as_properties()
            .session_expiry_interval()
            .is_some_and(|seconds| seconds > 0);
        if prolongs && self.options.session_expiry_interval() == 0 {
            return Err(CommandError::SessionExpiry);
        }
        match self.phase {
            Phase::Idle => return Err(CommandError::NotConnected),
            Phase::Waiting(_) | Phase::Opening | Phase::Connecting | Phase::Connected => {
                if let Some(seconds) = properties.as_properties().session_expiry_interval() {
                    self.session.known &= seconds > 0;
                }
                self.close(now, Cause::Requested, Some((reason_code, properties)));
            }
        }
        Ok(())
    }
}
