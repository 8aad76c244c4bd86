//! PUBLISH: the first time, and again.

use alloc::collections::VecDeque;

use mqttscope_wire::{PacketType, ProtocolVersion, QoS, Rule, Sender};

use super::{Entry, Sent, Window};
use crate::explain::FactKind;
use crate::log::Judge;
use crate::{Finding, Flow, FlowKind, FlowState, HandshakeStep};

impl Window {
    /// A PUBLISH of this side.
    pub(crate) fn publish(&mut self, judge: &mut Judge<'_>, sent: Sent) {
        let identifier = sent.identifier;
        match self.entries.get(&identifier).cloned() {
            None if sent.dup => self.dup_of_nothing(judge, sent),
            Some(entry) if self.publish_again(judge, sent, &entry) => return,
            _ => {}
        }
        self.begin(judge, sent);
    }

    /// DUP, though nothing is open under the identifier.
    #[cold]
    fn dup_of_nothing(&mut self, judge: &mut Judge<'_>, sent: Sent) {
        let (identifier, content) = (sent.identifier, sent.content);
        let v5 = judge.version == ProtocolVersion::V5;
        let known = self.knows(identifier);
        if let Some(recent) = self.recent_mut(identifier) {
            let rule = if recent.refused {
                //= [MQTT-4.4.0-2] v5: what was refused is not sent again
                Rule::ResentAfterRefusal
            } else if v5 {
                Rule::ResentWhileConnected
            } else {
                Rule::RetriedWhileConnected
            };
            judge.broken(rule, u32::from(identifier));
            return;
        }
        let same = self
            .entries
            .iter()
            .find(|(_, entry)| entry.content == content && !entry.sent_here);
        if let Some((&other, entry)) = same {
            //= [MQTT-2.3.1-3] v3.1.1: what is sent again keeps its identifier
            let finding = Finding {
                value: u32::from(identifier),
                limit: u32::from(other),
                ..judge.found_with(
                    Rule::ResentWithOtherIdentifier,
                    entry.flow.packets.as_slice().first().copied().unwrap_or(0),
                )
            };
            judge.report(finding);
        } else if self.lost.contains(&identifier) {
            //= [MQTT-3.2.2-5] v5: a session that is gone is not gone on with
            judge.broken(Rule::OldSessionContinued, u32::from(identifier));
        } else if known {
            //= [MQTT-4.3.2-2] and [MQTT-4.3.3-2] v5: first sent with DUP 0
            //= [MQTT-3.3.1-3] v5 and v3.1.1: DUP of an incoming PUBLISH is not passed on
            let finding = Finding {
                value: u32::from(identifier),
                qos: Some(sent.qos),
                ..judge.found(Rule::DupOnFirstSend)
            };
            judge.report(finding);
        }
    }

    /// A PUBLISH with an identifier that is open. True when it is the same message once more.
    #[cold]
    fn publish_again(&mut self, judge: &mut Judge<'_>, sent: Sent, entry: &Entry) -> bool {
        let identifier = u32::from(sent.identifier);
        let first = entry.flow.packets.as_slice().first().copied().unwrap_or(0);
        let found = |judge: &Judge<'_>, rule| Finding {
            value: identifier,
            qos: Some(sent.qos),
            ..judge.found_with(rule, first)
        };
        if !sent.dup {
            //= [MQTT-3.3.1-1] v5 and v3.1.1: sent again means DUP 1
            //= [MQTT-2.2.1-3] and [MQTT-2.2.1-4] v5: or it is new and needs a free identifier
            let rule = if entry.content == sent.content && entry.content != 0 {
                Rule::ResentWithoutDup
            } else if entry.sent_here {
                Rule::IdentifierInUse
            } else {
                Rule::SessionStateForgotten
            };
            let finding = found(judge, rule);
            judge.report(finding);
            self.forget(sent.identifier);
            return false;
        }
        if is_another(entry, &sent) {
            //= [MQTT-2.2.1-3] and [MQTT-2.2.1-4] v5, [MQTT-2.3.1-4] v3.1.1: it is new and needs a
            //= free identifier; DUP does not make it a copy
            let rule = if entry.sent_here {
                Rule::IdentifierInUse
            } else {
                Rule::SessionStateForgotten
            };
            let finding = found(judge, rule);
            judge.report(finding);
            let is_open = |other: &Entry| other.content == sent.content;
            let may_be_copy = self.entries.values().any(is_open);
            if !may_be_copy && self.recent_mut(sent.identifier).is_none() {
                //= [MQTT-4.3.2-2] and [MQTT-4.3.3-2] v5: first sent with DUP 0
                //= [MQTT-3.3.1-3] v5 and v3.1.1: DUP of an incoming PUBLISH is not passed on
                let finding = Finding {
                    value: identifier,
                    qos: Some(sent.qos),
                    ..judge.found(Rule::DupOnFirstSend)
                };
                judge.report(finding);
            }
            self.forget(sent.identifier);
            return false;
        }
        if entry.step == HandshakeStep::Pubcomp {
            //= [MQTT-4.3.3-6] v5: from the PUBREL on the PUBLISH is not sent again
            let finding = found(judge, Rule::PublishAfterPubrel);
            judge.report(finding);
            return true;
        }
        if entry.sent_here {
            //= [MQTT-4.4.0-1] v5: sent again after a reconnect, and never else
            let rule = if judge.version == ProtocolVersion::V5 {
                Rule::ResentWhileConnected
            } else {
                Rule::RetriedWhileConnected
            };
            let finding = found(judge, rule);
            judge.report(finding);
            if let Some(entry) = self.entries.get_mut(&sent.identifier) {
                entry.copies = entry.copies.saturating_add(1);
                entry.flow.packets.push(judge.number);
            }
            return true;
        }
        judge.fact(FactKind::Resent, 0);
        if entry.sequence < self.resent && self.sender == Sender::Client {
            //= [MQTT-4.6.0-1] v5 and v3.1.1: in the order in which they were first sent
            let finding = found(judge, Rule::ResentOutOfOrder);
            judge.report(finding);
        }
        self.resent = self.resent.max(entry.sequence);
        self.touch(sent.identifier);
        self.order = self.order.saturating_add(1);
        let order = self.order;
        let qos2 = entry.flow.kind == FlowKind::Publish(QoS::ExactlyOnce);
        if let Some(entry) = self.entries.get_mut(&sent.identifier) {
            entry.sent_here = true;
            entry.order = order;
            let (step, waits_for) = if qos2 {
                (HandshakeStep::Pubrec, PacketType::Pubrec)
            } else {
                (HandshakeStep::Puback, PacketType::Puback)
            };
            entry.step = step;
            entry
                .flow
                .add(judge.number, judge.at, FlowState::WaitsFor(waits_for));
        }
        self.await_answer(order, sent.identifier, qos2);
        self.count(judge, sent);
        true
    }

    /// A message is sent for the first time.
    pub(super) fn begin(&mut self, judge: &mut Judge<'_>, sent: Sent) {
        self.touch(sent.identifier);
        self.sequence = self.sequence.saturating_add(1);
        self.order = self.order.saturating_add(1);
        let qos2 = sent.qos == QoS::ExactlyOnce;
        let (step, waits_for) = if qos2 {
            (HandshakeStep::Pubrec, PacketType::Pubrec)
        } else {
            (HandshakeStep::Puback, PacketType::Puback)
        };
        let entry = Entry {
            step,
            flow: Flow::begin(
                judge.connection,
                FlowKind::Publish(sent.qos),
                self.sender,
                sent.identifier,
                judge.number,
                judge.at,
                waits_for,
            ),
            content: sent.content,
            trace: sent.trace,
            sequence: self.sequence,
            order: self.order,
            sent_here: true,
            pubrec_here: false,
            counted: false,
            copies: 0,
            reported: false,
        };
        self.entries.insert(sent.identifier, entry);
        self.await_answer(self.order, sent.identifier, qos2);
        self.count(judge, sent);
    }

    /// Only clients are bound to an order.
    fn await_answer(&mut self, order: u64, identifier: u16, qos2: bool) {
        if self.sender == Sender::Server {
            let queue = if qos2 {
                &mut self.pubrecs
            } else {
                &mut self.pubacks
            };
            note(queue, order, identifier);
        }
    }

    /// Takes a place in the window of the receiver.
    fn count(&mut self, judge: &mut Judge<'_>, sent: Sent) {
        let Some(maximum) = sent.receive_maximum else {
            return;
        };
        self.in_flight = self.in_flight.saturating_add(1);
        if let Some(entry) = self.entries.get_mut(&sent.identifier) {
            entry.counted = true;
        }
        if self.in_flight > u32::from(maximum) {
            //= [MQTT-3.3.4-7] and [MQTT-3.3.4-9] v5: no more in flight than the receiver takes
            let rule = match self.sender {
                Sender::Client => Rule::ClientReceiveMaximumExceeded,
                Sender::Server => Rule::ServerReceiveMaximumExceeded,
            };
            let finding = Finding {
                value: self.in_flight,
                limit: u32::from(maximum),
                ..judge.found(rule)
            };
            judge.report(finding);
        }
    }
}

/// Whether a PUBLISH is certainly no copy of the message that is open under its identifier.
fn is_another(entry: &Entry, sent: &Sent) -> bool {
    let both_known = entry.content != 0 && sent.content != 0;
    let other_qos = entry.flow.kind != FlowKind::Publish(sent.qos);
    both_known && (entry.content != sent.content || other_qos)
}

/// Puts a handshake at the end of a queue; one that grows without end says nothing.
pub(super) fn note(queue: &mut VecDeque<(u64, u16)>, order: u64, identifier: u16) {
    if queue.len() > usize::from(u16::MAX) {
        queue.clear();
    }
    queue.push_back((order, identifier));
}
