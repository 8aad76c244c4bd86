//! PUBACK, PUBREC, PUBREL and PUBCOMP, and their absence.

use alloc::collections::VecDeque;
use core::time::Duration;

use hashbrown::HashMap;
use mqttscope_wire::{PacketType, ProtocolVersion, QoS, ReasonCode, Rule, Sender};

use super::sending::note;
use super::{Answered, Entry, Sent, Window};
use crate::explain::FactKind;
use crate::log::Judge;
use crate::{Finding, FlowState, HandshakeStep};

impl Window {
    /// An acknowledgement that nothing waits for: one that a copy is owed is in order.
    #[cold]
    fn unasked(&mut self, judge: &mut Judge<'_>, identifier: u16, rule: Rule) {
        if let Some(recent) = self.recent_mut(identifier)
            && recent.owed > 0
        {
            recent.owed = recent.owed.saturating_sub(1);
            return;
        }
        if self.lost.contains(&identifier) {
            judge.broken(Rule::OldSessionContinued, u32::from(identifier));
        } else if self.knows(identifier) {
            judge.broken(rule, u32::from(identifier));
        }
    }

    /// The identifier was said to be in use.
    fn judge_in_use(
        &self,
        judge: &mut Judge<'_>,
        identifier: u16,
        reason_code: ReasonCode,
        began_here: bool,
    ) {
        if reason_code == ReasonCode::PACKET_IDENTIFIER_IN_USE
            && began_here
            && self.touched.is_none()
        {
            //= [MQTT-4.3.2-5], [MQTT-4.3.3-9] and [MQTT-4.3.3-12] v5: it was free again
            judge.broken(Rule::IdentifierFreeRefused, u32::from(identifier));
        }
    }

    /// A PUBACK of the receiver.
    pub(crate) fn puback(
        &mut self,
        judge: &mut Judge<'_>,
        identifier: u16,
        reason_code: ReasonCode,
    ) -> Answered {
        let Some(entry) = self.entries.get(&identifier) else {
            //= [MQTT-2.2.1-5] v5, [MQTT-2.3.1-6] v3.1.1
            self.unasked(judge, identifier, Rule::AcknowledgementUnknown);
            return Answered::default();
        };
        let packet = entry.flow.packets.last();
        if entry.step != HandshakeStep::Puback {
            if entry.sent_here {
                //= [MQTT-3.3.4-1] v5 and v3.1.1: QoS 2 is answered with PUBREC
                judge.broken(Rule::AcknowledgementWrong, u32::from(identifier));
            }
            return Answered::default();
        }
        let (order, copies, trace) = (entry.order, entry.copies, entry.trace);
        self.judge_in_use(judge, identifier, reason_code, copies == 0);
        in_order(
            &self.entries,
            &mut self.pubacks,
            judge,
            Rule::PubackOutOfOrder,
            (order, identifier),
            HandshakeStep::Puback,
        );
        let refused = reason_code.is_error();
        if refused {
            judge.fact(FactKind::MessageRefused, u32::from(reason_code.0));
        }
        self.complete(judge, identifier, reason_code);
        Answered {
            packet,
            refused: refused.then_some(trace),
        }
    }

    /// A PUBREC of the receiver.
    pub(crate) fn pubrec(
        &mut self,
        judge: &mut Judge<'_>,
        identifier: u16,
        reason_code: ReasonCode,
    ) -> Answered {
        let Some(entry) = self.entries.get_mut(&identifier) else {
            self.unasked(judge, identifier, Rule::AcknowledgementUnknown);
            self.stray(identifier);
            return Answered::default();
        };
        let packet = entry.flow.packets.last();
        match entry.step {
            HandshakeStep::Puback => {
                if entry.sent_here {
                    judge.broken(Rule::AcknowledgementWrong, u32::from(identifier));
                }
                return Answered::default();
            }
            HandshakeStep::Pubrec => {}
            HandshakeStep::Pubrel | HandshakeStep::Pubcomp => {
                if entry.copies > 0 {
                    entry.copies = entry.copies.saturating_sub(1);
                } else if entry.pubrec_here {
                    judge.broken(Rule::AcknowledgementUnknown, u32::from(identifier));
                }
                self.stray(identifier);
                return Answered::default();
            }
        }
        let (order, copies, trace) = (entry.order, entry.copies, entry.trace);
        self.judge_in_use(judge, identifier, reason_code, copies == 0);
        in_order(
            &self.entries,
            &mut self.pubrecs,
            judge,
            Rule::PubrecOutOfOrder,
            (order, identifier),
            HandshakeStep::Pubrec,
        );
        if reason_code.is_error() {
            judge.fact(FactKind::MessageRefused, u32::from(reason_code.0));
            self.complete(judge, identifier, reason_code);
            return Answered {
                packet,
                refused: Some(trace),
            };
        }
        self.order = self.order.saturating_add(1);
        let order = self.order;
        if let Some(entry) = self.entries.get_mut(&identifier) {
            entry.step = HandshakeStep::Pubrel;
            entry.pubrec_here = true;
            entry.order = order;
            entry.reported = false;
            let waits_for = FlowState::WaitsFor(PacketType::Pubrel);
            entry.flow.add(judge.number, judge.at, waits_for);
        }
        if self.sender == Sender::Client {
            note(&mut self.pubrels, order, identifier);
        }
        Answered {
            packet,
            refused: None,
        }
    }

    /// A PUBREL of the sender.
    pub(crate) fn pubrel(
        &mut self,
        judge: &mut Judge<'_>,
        identifier: u16,
        reason_code: ReasonCode,
    ) {
        let not_found = reason_code == ReasonCode::PACKET_IDENTIFIER_NOT_FOUND;
        //= [MQTT-4.3.3-4] v5: whoever sends a PUBREC gets a PUBREL, whatever it was for
        let answers_stray = self.take_stray(identifier);
        let Some(entry) = self.entries.get_mut(&identifier) else {
            if !not_found && !answers_stray {
                self.unasked(judge, identifier, Rule::PubrelWithoutPubrec);
            }
            self.begin_at_pubrel(judge, identifier);
            return;
        };
        let order = entry.order;
        match entry.step {
            HandshakeStep::Puback => {
                if entry.sent_here {
                    judge.broken(Rule::PubrelWithoutPubrec, u32::from(identifier));
                }
                return;
            }
            HandshakeStep::Pubrec => {
                if entry.sent_here {
                    //= [MQTT-4.3.3-4] v5: PUBREL answers PUBREC
                    judge.broken(Rule::PubrelWithoutPubrec, u32::from(identifier));
                }
            }
            HandshakeStep::Pubrel => {
                if not_found && entry.pubrec_here && entry.sent_here {
                    //= [MQTT-4.1.0-1] v5: nothing is forgotten while the connection is open
                    judge.broken(Rule::IdentifierForgotten, u32::from(identifier));
                }
            }
            HandshakeStep::Pubcomp if answers_stray => {
                entry.copies = entry.copies.saturating_add(1);
                return;
            }
            HandshakeStep::Pubcomp if entry.sent_here => {
                let rule = if judge.version == ProtocolVersion::V5 {
                    Rule::ResentWhileConnected
                } else {
                    Rule::RetriedWhileConnected
                };
                judge.broken(rule, u32::from(identifier));
                entry.copies = entry.copies.saturating_add(1);
                return;
            }
            HandshakeStep::Pubcomp => judge.fact(FactKind::Resent, 0),
        }
        if entry.step == HandshakeStep::Pubrel {
            in_order(
                &self.entries,
                &mut self.pubrels,
                judge,
                Rule::PubrelOutOfOrder,
                (order, identifier),
                HandshakeStep::Pubrel,
            );
        }
        if let Some(entry) = self.entries.get_mut(&identifier) {
            entry.step = HandshakeStep::Pubcomp;
            entry.sent_here = true;
            entry.reported = false;
            let waits_for = FlowState::WaitsFor(PacketType::Pubcomp);
            entry.flow.add(judge.number, judge.at, waits_for);
        }
    }

    /// A handshake whose beginning was not seen.
    fn begin_at_pubrel(&mut self, judge: &mut Judge<'_>, identifier: u16) {
        let sent = Sent {
            identifier,
            qos: QoS::ExactlyOnce,
            dup: false,
            content: 0,
            trace: 0,
            receive_maximum: None,
        };
        self.begin(judge, sent);
        if let Some(entry) = self.entries.get_mut(&identifier) {
            entry.step = HandshakeStep::Pubcomp;
            entry.flow.state = FlowState::WaitsFor(PacketType::Pubcomp);
        }
    }

    /// A PUBCOMP of the receiver.
    pub(crate) fn pubcomp(
        &mut self,
        judge: &mut Judge<'_>,
        identifier: u16,
        reason_code: ReasonCode,
    ) -> Answered {
        let Some(entry) = self.entries.get(&identifier) else {
            self.unasked(judge, identifier, Rule::PubcompWithoutPubrel);
            return Answered::default();
        };
        if entry.step != HandshakeStep::Pubcomp {
            if entry.sent_here {
                //= [MQTT-4.3.3-11] v5: PUBCOMP answers PUBREL
                judge.broken(Rule::PubcompWithoutPubrel, u32::from(identifier));
            }
            return Answered::default();
        }
        if reason_code == ReasonCode::PACKET_IDENTIFIER_NOT_FOUND && entry.pubrec_here {
            judge.broken(Rule::IdentifierForgotten, u32::from(identifier));
        }
        let packet = entry.flow.packets.last();
        self.complete(judge, identifier, reason_code);
        Answered {
            packet,
            refused: None,
        }
    }

    /// Says what waits for longer than `patience`.
    pub(crate) fn judge_silence(&mut self, judge: &mut Judge<'_>, patience: Duration) {
        let resumed_late = self.resumed_at.is_some_and(|at| judge.at - at >= patience);
        for (&identifier, entry) in &mut self.entries {
            if entry.reported {
                continue;
            }
            let (rule, by) = match (entry.sent_here, entry.step) {
                (true, _) if judge.at - entry.flow.updated < patience => continue,
                (true, HandshakeStep::Puback | HandshakeStep::Pubrec) => {
                    (Rule::PublishUnacknowledged, self.sender.peer())
                }
                (true, HandshakeStep::Pubrel) => (Rule::PubrecUnanswered, self.sender),
                (true, HandshakeStep::Pubcomp) => (Rule::PubrelUnanswered, self.sender.peer()),
                //= [MQTT-4.4.0-1] v5 and v3.1.1: sent again after a reconnect
                (false, _) if resumed_late => (Rule::OpenMessageNotResent, self.sender),
                (false, _) => continue,
            };
            entry.reported = true;
            let qos = match (rule, entry.step) {
                (Rule::PublishUnacknowledged, HandshakeStep::Puback) => Some(QoS::AtLeastOnce),
                (Rule::PublishUnacknowledged, _) => Some(QoS::ExactlyOnce),
                _ => None,
            };
            let waited = (judge.at - entry.flow.updated).as_secs();
            let finding = Finding {
                by,
                packets: entry.flow.packets,
                value: u32::from(identifier),
                limit: u32::try_from(waited).unwrap_or(u32::MAX),
                qos,
                ..judge.found(rule)
            };
            judge.report(finding);
        }
    }
}

/// Takes an answer out of its queue; those before it that are still open were passed over.
fn in_order(
    entries: &HashMap<u16, Entry>,
    queue: &mut VecDeque<(u64, u16)>,
    judge: &mut Judge<'_>,
    rule: Rule,
    (order, identifier): (u64, u16),
    step: HandshakeStep,
) {
    while let Some(&(first, other)) = queue.front() {
        if first > order {
            return;
        }
        queue.pop_front();
        if first == order {
            return;
        }
        if let Some(entry) = entries
            .get(&other)
            .filter(|entry| entry.order == first && entry.step == step)
        {
            //= [MQTT-4.6.0-2], [MQTT-4.6.0-3] and [MQTT-4.6.0-4] v5 and v3.1.1
            let finding = Finding {
                value: u32::from(identifier),
                limit: u32::from(other),
                ..judge.found_with(rule, entry.flow.packets.last().unwrap_or(0))
            };
            judge.report(finding);
        }
    }
}
