//! The handshakes of the messages that one side sends: what both sides have said of each.
//!
//! The monitor stands between the ends, so what passes it may still be lost when the connection
//! breaks. Within a connection everything is certain; across a break only what the sender itself
//! has sent is.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use hashbrown::HashMap;
use mqttscope_wire::{PacketType, ProtocolVersion, QoS, ReasonCode, Rule, Sender};

use super::both::peer;
use super::explain::FactKind;
use super::log::Judge;
use super::{Finding, Flow, FlowKind, FlowState, HandshakeStep};
use crate::common::Instant;

/// Identifiers that were completed last and are remembered.
const RECENT: usize = 16;

/// A message in flight.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) step: HandshakeStep,
    pub(super) flow: Flow,
    /// Topic and payload.
    content: u64,
    /// Its mark in [`super::trace::Traces`].
    trace: u64,
    /// When it was first sent, among all of the session.
    pub(super) sequence: u64,
    /// When its last step was taken, among all of this connection.
    order: u64,
    /// Sent, or sent again, on this connection.
    pub(super) sent_here: bool,
    /// The PUBREC came on this connection.
    pubrec_here: bool,
    /// Counts against the receiver's Receive Maximum.
    counted: bool,
    /// Copies that were sent on this connection beyond the first; each may be answered.
    copies: u8,
    /// It was said that its answer is late.
    reported: bool,
}

/// What was completed or refused lately.
#[derive(Clone, Copy, Debug, Default)]
struct Recent {
    identifier: u16,
    refused: bool,
    /// Answers to copies that may still come.
    owed: u8,
}

/// What one PUBLISH brings to its window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub(super) identifier: u16,
    pub(super) qos: QoS,
    pub(super) dup: bool,
    pub(super) content: u64,
    pub(super) trace: u64,
    /// The receiver's Receive Maximum, where it is known.
    pub(super) receive_maximum: Option<u16>,
}

/// What an acknowledgement means for others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Answered {
    /// The PUBLISH or PUBREL that is answered.
    pub(super) packet: Option<u32>,
    /// The mark of a message that was refused.
    pub(super) refused: Option<u64>,
}

/// Which identifiers were used on a connection: one bit each.
type Touched = Box<[u64; 1024]>;

/// Messages of one side that are not seen through.
#[derive(Clone, Debug)]
pub(super) struct Window {
    sender: Sender,
    pub(super) entries: HashMap<u16, Entry>,
    sequence: u64,
    order: u64,
    /// PUBLISHes of this connection that count against Receive Maximum.
    pub(super) in_flight: u32,
    /// What may have been in flight before is not known: the identifiers that are.
    touched: Option<Touched>,
    recent: [Recent; RECENT],
    next_recent: usize,
    /// Handshakes that wait for PUBACK, PUBREC and PUBREL, in the order in which they must come.
    pubacks: VecDeque<(u64, u16)>,
    pubrecs: VecDeque<(u64, u16)>,
    pubrels: VecDeque<(u64, u16)>,
    /// Sequence of the PUBLISH that was sent again last on this connection.
    resent: u64,
    /// The connection resumed the session at this time, and what was open then is due again.
    resumed_at: Option<Instant>,
    /// Identifiers that were open in a session that is gone.
    lost: Vec<u16>,
}

impl Window {
    /// Of a session whose beginning is seen (`known`), or not.
    pub(super) fn new(sender: Sender, known: bool) -> Self {
        Self {
            sender,
            entries: HashMap::new(),
            sequence: 0,
            order: 0,
            in_flight: 0,
            touched: (!known).then(|| Box::new([0; 1024])),
            recent: [Recent::default(); RECENT],
            next_recent: 0,
            pubacks: VecDeque::new(),
            pubrecs: VecDeque::new(),
            pubrels: VecDeque::new(),
            resent: 0,
            resumed_at: None,
            lost: Vec::new(),
        }
    }

    /// A session begins anew; what the old one had open is remembered as lost.
    pub(super) fn begin_anew(&mut self, old: Option<&Self>) {
        let lost = old.map(|old| old.entries.keys().copied().collect());
        *self = Self::new(self.sender, true);
        self.lost = lost.unwrap_or_default();
    }

    /// A new connection goes on with the session.
    pub(super) fn resume(&mut self, at: Instant) {
        for entry in self.entries.values_mut() {
            entry.sent_here = false;
            entry.pubrec_here = false;
            entry.counted = false;
            entry.copies = 0;
            entry.reported = false;
        }
        self.in_flight = 0;
        self.touched = Some(Box::new([0; 1024]));
        self.recent = [Recent::default(); RECENT];
        self.pubacks.clear();
        self.pubrecs.clear();
        self.pubrels.clear();
        self.resent = 0;
        self.resumed_at = (!self.entries.is_empty()).then_some(at);
    }

    /// Whether all that an identifier stood for is known.
    fn knows(&self, identifier: u16) -> bool {
        match &self.touched {
            None => true,
            Some(bits) => bits
                .get(usize::from(identifier >> 6))
                .is_some_and(|word| word & (1 << (identifier & 63)) != 0),
        }
    }

    fn touch(&mut self, identifier: u16) {
        if let Some(word) = self
            .touched
            .as_mut()
            .and_then(|bits| bits.get_mut(usize::from(identifier >> 6)))
        {
            *word |= 1 << (identifier & 63);
        }
    }

    /// Whether a message of this side is open under the identifier.
    pub(super) fn is_open_here(&self, identifier: u16) -> bool {
        self.entries
            .get(&identifier)
            .is_some_and(|entry| entry.sent_here)
    }

    fn recent_mut(&mut self, identifier: u16) -> Option<&mut Recent> {
        self.recent
            .iter_mut()
            .find(|recent| recent.identifier == identifier)
    }

    /// A PUBLISH of this side.
    pub(super) fn publish(&mut self, judge: &mut Judge<'_>, sent: Sent) {
        let identifier = sent.identifier;
        match self.entries.get(&identifier) {
            None if sent.dup => self.dup_of_nothing(judge, identifier, sent.content),
            None => {}
            Some(entry) => {
                if self.publish_again(judge, sent, entry.clone()) {
                    return;
                }
            }
        }
        self.begin(judge, sent);
    }

    /// DUP, though nothing is open under the identifier.
    #[cold]
    fn dup_of_nothing(&mut self, judge: &mut Judge<'_>, identifier: u16, content: u64) {
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
            judge.broken(Rule::DupOnFirstSend, u32::from(identifier));
        }
    }

    /// A PUBLISH with an identifier that is open. True when it is the same message once more.
    #[cold]
    fn publish_again(&mut self, judge: &mut Judge<'_>, sent: Sent, entry: Entry) -> bool {
        let identifier = u32::from(sent.identifier);
        let first = entry.flow.packets.as_slice().first().copied().unwrap_or(0);
        let found = |judge: &Judge<'_>, rule| Finding {
            value: identifier,
            ..judge.found_with(rule, first)
        };
        if !sent.dup {
            //= [MQTT-3.3.1-1] v5 and v3.1.1: sent again means DUP 1
            //= [MQTT-2.2.1-3] and [MQTT-2.2.1-4] v5: or it is new and needs a free identifier
            let rule = if entry.content == sent.content {
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
    fn begin(&mut self, judge: &mut Judge<'_>, sent: Sent) {
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

    fn forget(&mut self, identifier: u16) -> Option<Entry> {
        let entry = self.entries.remove(&identifier)?;
        if entry.counted {
            self.in_flight = self.in_flight.saturating_sub(1);
        }
        Some(entry)
    }

    /// A handshake is over.
    fn complete(&mut self, judge: &mut Judge<'_>, identifier: u16, reason_code: ReasonCode) {
        let Some(mut entry) = self.forget(identifier) else {
            return;
        };
        let refused = reason_code.is_error();
        let state = if refused {
            FlowState::Refused(reason_code)
        } else {
            FlowState::Done
        };
        entry.flow.add(judge.number, judge.at, state);
        judge.log.finish(entry.flow);
        if let Some(slot) = self.recent.get_mut(self.next_recent) {
            *slot = Recent {
                identifier,
                refused,
                owed: entry.copies,
            };
        }
        self.next_recent = self.next_recent.saturating_add(1) % RECENT;
    }

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
    pub(super) fn puback(
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
    pub(super) fn pubrec(
        &mut self,
        judge: &mut Judge<'_>,
        identifier: u16,
        reason_code: ReasonCode,
    ) -> Answered {
        let Some(entry) = self.entries.get_mut(&identifier) else {
            self.unasked(judge, identifier, Rule::AcknowledgementUnknown);
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
    pub(super) fn pubrel(
        &mut self,
        judge: &mut Judge<'_>,
        identifier: u16,
        reason_code: ReasonCode,
    ) {
        let not_found = reason_code == ReasonCode::PACKET_IDENTIFIER_NOT_FOUND;
        let Some(entry) = self.entries.get_mut(&identifier) else {
            if !not_found {
                self.unasked(judge, identifier, Rule::PubrelWithoutPubrec);
                self.begin_at_pubrel(judge, identifier);
            }
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
    pub(super) fn pubcomp(
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
    pub(super) fn judge_silence(&mut self, judge: &mut Judge<'_>, patience: core::time::Duration) {
        let resumed_late = self.resumed_at.is_some_and(|at| judge.at - at >= patience);
        for (&identifier, entry) in &mut self.entries {
            if entry.reported {
                continue;
            }
            let (rule, by) = match (entry.sent_here, entry.step) {
                (true, _) if judge.at - entry.flow.updated < patience => continue,
                (true, HandshakeStep::Puback | HandshakeStep::Pubrec) => {
                    (Rule::PublishUnacknowledged, peer(self.sender))
                }
                (true, HandshakeStep::Pubrel) => (Rule::PubrecUnanswered, self.sender),
                (true, HandshakeStep::Pubcomp) => (Rule::PubrelUnanswered, peer(self.sender)),
                //= [MQTT-4.4.0-1] v5 and v3.1.1: sent again after a reconnect
                (false, _) if resumed_late => (Rule::OpenMessageNotResent, self.sender),
                (false, _) => continue,
            };
            entry.reported = true;
            let waited = (judge.at - entry.flow.updated).as_secs();
            let finding = Finding {
                by,
                packets: entry.flow.packets,
                value: u32::from(identifier),
                limit: u32::try_from(waited).unwrap_or(u32::MAX),
                ..judge.found(rule)
            };
            judge.report(finding);
        }
    }
}

/// Puts a handshake at the end of a queue; one that grows without end says nothing.
fn note(queue: &mut VecDeque<(u64, u16)>, order: u64, identifier: u16) {
    if queue.len() > usize::from(u16::MAX) {
        queue.clear();
    }
    queue.push_back((order, identifier));
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
