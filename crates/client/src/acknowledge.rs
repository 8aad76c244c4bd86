//! The answers to messages that came, in their order.

use alloc::collections::VecDeque;

use mqttscope_shared::IncomingStep;
use mqttscope_wire::{
    Acknowledgement, ControlPacket, PacketIdentifier, Properties, PropertiesBuf, ProtocolVersion,
    QoS, ReasonCode,
};

use super::connection::DueAcknowledgement;
use super::{Client, CommandError, Delivery};

impl Client {
    /// What is said of an identifier that nothing is known of.
    pub(super) fn not_found(&self) -> ReasonCode {
        if self.options.version.is_v5() {
            ReasonCode::PACKET_IDENTIFIER_NOT_FOUND
        } else {
            ReasonCode::SUCCESS
        }
    }

    /// The application is done with a message.
    pub(super) fn acknowledge(
        &mut self,
        delivery: Delivery,
        reason_code: ReasonCode,
        properties: PropertiesBuf,
    ) -> Result<(), CommandError> {
        let identifier = delivery.packet_identifier;
        // PUBACK and PUBREC have the same codes and properties.
        let answer = Acknowledgement {
            reason_code,
            properties: properties.as_properties(),
            packet_identifier: identifier,
        };
        if self.options.version.is_v5() {
            ControlPacket::Puback(answer).encoded_len(ProtocolVersion::V5)?;
        }
        if self.session.held.get(&identifier) == Some(&delivery.number) {
            self.session.held.remove(&identifier);
            if !self
                .connection
                .due
                .iter()
                .any(|due| due.number == delivery.number)
            {
                // The connection it came on is gone; its PUBREC answers the PUBLISH when that comes again.
                if reason_code.is_error() {
                    self.session.incoming.release(identifier);
                } else {
                    self.session.incoming.pubrec(identifier);
                }
                return Ok(());
            }
        }
        let due = self
            .connection
            .due
            .iter_mut()
            .find(|due| due.number == delivery.number && due.answer.is_none());
        due.ok_or(CommandError::NoSuchDelivery)?.answer = Some((reason_code, properties));
        self.send_acknowledgements();
        Ok(())
    }

    /// Sends the answers that are due, up to the first of each QoS that the application still holds.
    pub(super) fn send_acknowledgements(&mut self) {
        //= [MQTT-4.6.0-2] v5: PUBACK packets in the order of their PUBLISH packets
        //= [MQTT-4.6.0-3] v5: PUBREC packets too
        let mut held = [false; 2];
        let mut waiting = VecDeque::new();
        let mut due = core::mem::take(&mut self.connection.due);
        while let Some(mut next) = due.pop_front() {
            let [held_1, held_2] = &mut held;
            let held = if next.qos == QoS::ExactlyOnce {
                held_2
            } else {
                held_1
            };
            if *held || next.answer.is_none() {
                *held = true;
                waiting.push_back(next);
            } else if let Some((reason_code, properties)) = next.answer.take() {
                self.send_acknowledgement(&next, reason_code, &properties);
            }
        }
        self.connection.due = waiting;
    }

    fn send_acknowledgement(
        &mut self,
        due: &DueAcknowledgement,
        reason_code: ReasonCode,
        properties: &PropertiesBuf,
    ) {
        let identifier = due.packet_identifier;
        let (reason_code, properties) = if self.options.version.is_v5() {
            (reason_code, properties.as_properties())
        } else {
            (ReasonCode::SUCCESS, Properties::NONE)
        };
        let answer = |properties| Acknowledgement {
            packet_identifier: identifier,
            reason_code,
            properties,
        };
        if due.qos == QoS::ExactlyOnce {
            //= [MQTT-4.3.3-8] v5, [MQTT-4.3.3-2] v3.1.1: a PUBREC with the identifier of the PUBLISH
            self.explain(properties, |properties| {
                ControlPacket::Pubrec(answer(properties))
            });
            if reason_code.is_error() {
                //= [MQTT-4.3.3-9] v5: after a refusal the identifier stands for a new message
                self.session.incoming.release(identifier);
                self.connection.open.remove(&identifier);
            } else {
                self.session.incoming.pubrec(identifier);
            }
        } else {
            //= [MQTT-4.3.2-4] v5, [MQTT-4.3.2-2] v3.1.1: a PUBACK with the identifier of the PUBLISH
            self.explain(properties, |properties| {
                ControlPacket::Puback(answer(properties))
            });
            self.connection.open.remove(&identifier);
        }
    }

    /// Writes a packet with properties that explain it, or without where it were too large.
    fn explain<'a>(
        &mut self,
        properties: Properties<'a>,
        packet: impl Fn(Properties<'a>) -> ControlPacket<'a>,
    ) {
        //= [MQTT-3.4.2-2] and [MQTT-3.4.2-3] v5: no Reason String or User Property beyond what is taken
        //= [MQTT-3.5.2-2] and [MQTT-3.5.2-3] v5
        let now = self.connection.last_sent;
        if !self.write(now, packet(properties)) {
            self.write(now, packet(Properties::NONE));
        }
    }

    /// Notes a PUBLISH to be acknowledged, by the application or at once.
    pub(super) fn due(
        &mut self,
        packet_identifier: PacketIdentifier,
        qos: QoS,
        number: u64,
        step: Option<IncomingStep>,
    ) {
        let answered = !self.options.manual_acknowledgement || step == Some(IncomingStep::Pubrel);
        let success = (ReasonCode::SUCCESS, PropertiesBuf::new());
        let due = DueAcknowledgement {
            packet_identifier,
            qos,
            number,
            answer: answered.then_some(success),
        };
        if answered && self.connection.due.is_empty() {
            self.send_acknowledgement(&due, ReasonCode::SUCCESS, &PropertiesBuf::new());
        } else {
            self.connection.due.push_back(due);
            self.send_acknowledgements();
        }
    }
}
