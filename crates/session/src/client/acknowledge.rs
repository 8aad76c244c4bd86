//! The answers to messages that came, in their order.

use alloc::collections::VecDeque;

use mqttscope_wire::{Acknowledgement, ControlPacket, PacketIdentifier, QoS, ReasonCode};

use super::connection::DueAcknowledgement;
use super::{Client, Delivery, Misuse};
use crate::common::IncomingStep;

impl Client {
    /// The application is done with a message.
    pub(super) fn acknowledge(
        &mut self,
        delivery: Delivery,
        reason_code: ReasonCode,
    ) -> Result<(), Misuse> {
        let identifier = delivery.packet_identifier;
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
        due.ok_or(Misuse::NoSuchDelivery)?.answer = Some(reason_code);
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
        while let Some(next) = due.pop_front() {
            let [held_1, held_2] = &mut held;
            let held = if next.qos == QoS::ExactlyOnce {
                held_2
            } else {
                held_1
            };
            match next.answer {
                Some(reason_code) if !*held => self.send_acknowledgement(next, reason_code),
                _ => {
                    *held = true;
                    waiting.push_back(next);
                }
            }
        }
        self.connection.due = waiting;
    }

    fn send_acknowledgement(&mut self, due: DueAcknowledgement, reason_code: ReasonCode) {
        let now = self.connection.last_sent;
        let identifier = due.packet_identifier;
        let reason_code = if self.options.version.is_v5() {
            reason_code
        } else {
            ReasonCode::SUCCESS
        };
        let answer = Acknowledgement {
            reason_code,
            ..Acknowledgement::new(identifier)
        };
        if due.qos == QoS::ExactlyOnce {
            //= [MQTT-4.3.3-8] v5, [MQTT-4.3.3-2] v3.1.1: a PUBREC with the identifier of the PUBLISH
            self.write(now, ControlPacket::Pubrec(answer));
            if reason_code.is_error() {
                //= [MQTT-4.3.3-9] v5: after a refusal the identifier stands for a new message
                self.session.incoming.release(identifier);
                self.connection.open.remove(&identifier);
            } else {
                self.session.incoming.pubrec(identifier);
            }
        } else {
            //= [MQTT-4.3.2-4] v5, [MQTT-4.3.2-2] v3.1.1: a PUBACK with the identifier of the PUBLISH
            self.write(now, ControlPacket::Puback(answer));
            self.connection.open.remove(&identifier);
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
        let answer = answered.then_some(ReasonCode::SUCCESS);
        let due = DueAcknowledgement {
            packet_identifier,
            qos,
            number,
            answer,
        };
        match answer {
            Some(reason_code) if self.connection.due.is_empty() => {
                self.send_acknowledgement(due, reason_code)
            }
            _ => {
                self.connection.due.push_back(due);
                self.send_acknowledgements();
            }
        }
    }
}
