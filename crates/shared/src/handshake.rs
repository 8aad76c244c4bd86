//! The handshakes of QoS 1 and QoS 2: what each end must remember of them (v5 sections 4.3, 4.4,
//! 4.6 and 4.9). Client and broker are both sender and receiver.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use mqttscope_wire::{PacketIdentifier, QoS};

/// An answer came for an identifier that has no such handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotFound;

/// What a sender waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutgoingStep {
    /// QoS 1, PUBLISH sent: a PUBACK.
    Puback,
    /// QoS 2, PUBLISH sent: a PUBREC.
    Pubrec,
    /// QoS 2, PUBREL sent: a PUBCOMP.
    Pubcomp,
}

/// A handshake as its sender sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingEntry<M> {
    /// What is waited for.
    pub step: OutgoingStep,
    /// The message; gone when the receiver has it (PUBREC).
    pub message: Option<M>,
    /// Whether its PUBLISH or PUBREL went out on this connection.
    pub sent: bool,
    /// When its PUBLISH, or later its PUBREL, first went out, among all of this session.
    sequence: u64,
}

/// The messages of QoS 1 and 2 that a sender has not seen through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing<M> {
    entries: BTreeMap<PacketIdentifier, OutgoingEntry<M>>,
    /// PUBLISH packets that count against the receiver's Receive Maximum.
    in_flight: usize,
    /// Sequence and identifier of what a new connection has still to send, the next one last.
    publishes_to_resend: Vec<PacketIdentifier>,
    pubrels_to_resend: Vec<PacketIdentifier>,
    sequence: u64,
}

/// A packet that must go out again on a new connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resend<'a, M> {
    /// The PUBLISH, with DUP.
    Publish(PacketIdentifier, &'a M),
    /// The PUBREL.
    Pubrel(PacketIdentifier),
}

impl<M> Default for Outgoing<M> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            in_flight: 0,
            publishes_to_resend: Vec::new(),
            pubrels_to_resend: Vec::new(),
            sequence: 0,
        }
    }
}

impl<M> Outgoing<M> {
    /// No handshake.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A PUBLISH of QoS 1 or 2 goes out for the first time. An entry that the identifier had is
    /// replaced, so the caller takes one that is not in use.
    pub fn publish(&mut self, identifier: PacketIdentifier, qos: QoS, message: M) {
        let step = if qos == QoS::ExactlyOnce {
            OutgoingStep::Pubrec
        } else {
            OutgoingStep::Puback
        };
        self.restore(identifier, step, Some(message));
        if let Some(entry) = self.entries.get_mut(&identifier) {
            entry.sent = true;
            self.in_flight = self.in_flight.saturating_add(1);
        }
    }

    /// Puts back a handshake that was saved; in the order in which [`Outgoing::iter`] gave them.
    pub fn restore(
        &mut self,
        identifier: PacketIdentifier,
        step: OutgoingStep,
        message: Option<M>,
    ) {
        self.remove(identifier);
        self.sequence = self.sequence.saturating_add(1);
        let entry = OutgoingEntry {
            step,
            message,
            sent: false,
            sequence: self.sequence,
        };
        self.entries.insert(identifier, entry);
    }

    /// A PUBACK came: the handshake is over, whatever its reason code.
    ///
    /// # Errors
    /// Nothing waits for it.
    pub fn puback(&mut self, identifier: PacketIdentifier) -> Result<Option<M>, NotFound> {
        self.finish(identifier, OutgoingStep::Puback)
    }

    /// A PUBREC that accepts came: the message is forgotten and a PUBREL is due, also when it came
    /// before.
    ///
    /// # Errors
    /// Nothing waits for it: version 5 answers with PUBREL Packet Identifier not found.
    pub fn pubrec(&mut self, identifier: PacketIdentifier) -> Result<Option<M>, NotFound> {
        let entry = self.entries.get_mut(&identifier).ok_or(NotFound)?;
        //= [MQTT-4.3.3-4] v5: a PUBREC below 0x80 is answered with PUBREL
        match entry.step {
            OutgoingStep::Puback => Err(NotFound),
            OutgoingStep::Pubrec => {
                //= [MQTT-4.3.3-6] v5: from the PUBREC on the PUBLISH is not sent again
                //= [MQTT-4.6.0-4] v5: PUBREL packets go out in the order of the PUBREC packets
                self.sequence = self.sequence.saturating_add(1);
                entry.sequence = self.sequence;
                entry.step = OutgoingStep::Pubcomp;
                if !entry.sent {
                    // It answers a PUBLISH of an earlier connection; from here it counts.
                    self.in_flight = self.in_flight.saturating_add(1);
                }
                entry.sent = true;
                Ok(entry.message.take())
            }
            OutgoingStep::Pubcomp => Ok(None),
        }
    }

    /// A PUBREC that refuses came: the handshake is over.
    ///
    /// # Errors
    /// Nothing waits for it.
    pub fn pubrec_refused(&mut self, identifier: PacketIdentifier) -> Result<Option<M>, NotFound> {
        self.finish(identifier, OutgoingStep::Pubrec)
    }

    /// A PUBCOMP came: the handshake is over.
    ///
    /// # Errors
    /// Nothing waits for it.
    pub fn pubcomp(&mut self, identifier: PacketIdentifier) -> Result<(), NotFound> {
        self.finish(identifier, OutgoingStep::Pubcomp).map(|_| ())
    }

    fn finish(
        &mut self,
        identifier: PacketIdentifier,
        step: OutgoingStep,
    ) -> Result<Option<M>, NotFound> {
        match self.entries.get(&identifier) {
            Some(entry) if entry.step == step => {
                Ok(self.remove(identifier).and_then(|entry| entry.message))
            }
            _ => Err(NotFound),
        }
    }

    /// Forgets a handshake, as for a message that may not be sent on.
    pub fn remove(&mut self, identifier: PacketIdentifier) -> Option<OutgoingEntry<M>> {
        let entry = self.entries.remove(&identifier)?;
        if entry.sent || entry.step == OutgoingStep::Pubcomp {
            self.in_flight = self.in_flight.saturating_sub(1);
        }
        Some(entry)
    }

    /// A new connection resumes the session: everything is to be sent again.
    pub fn begin_connection(&mut self) {
        let mut order: Vec<_> = self
            .entries
            .iter()
            .map(|(&id, entry)| (entry.sequence, id, entry.step))
            .collect();
        order.sort_unstable_by_key(|&(sequence, ..)| core::cmp::Reverse(sequence));
        let of = |pubrel: bool| {
            let step = move |step| (step == OutgoingStep::Pubcomp) == pubrel;
            order
                .iter()
                .filter(move |entry| step(entry.2))
                .map(|entry| entry.1)
                .collect::<Vec<_>>()
        };
        self.publishes_to_resend = of(false);
        self.pubrels_to_resend = of(true);
        // A message whose PUBREC came still lacks its PUBCOMP and keeps its place in the window.
        self.in_flight = self.pubrels_to_resend.len();
        for entry in self.entries.values_mut() {
            entry.sent = false;
        }
    }

    /// The next packet that the new connection must carry again: PUBRELs first, then PUBLISH
    /// packets while fewer than `receive_maximum` are in flight.
    pub fn poll_resend(&mut self, receive_maximum: u16) -> Option<Resend<'_, M>> {
        //= [MQTT-4.4.0-1] v5 and v3.1.1: what is unacknowledged goes out again, with its identifier
        //= [MQTT-4.6.0-1] v5: in the order in which it went out first
        while let Some(identifier) = self.pubrels_to_resend.pop() {
            if let Some(entry) = self.entries.get_mut(&identifier)
                && entry.step == OutgoingStep::Pubcomp
                && !entry.sent
            {
                entry.sent = true;
                return Some(Resend::Pubrel(identifier));
            }
        }
        while let Some(&identifier) = self.publishes_to_resend.last() {
            let due = self
                .entries
                .get(&identifier)
                .is_some_and(|entry| !entry.sent && entry.message.is_some());
            if due && self.in_flight >= usize::from(receive_maximum) {
                return None;
            }
            self.publishes_to_resend.pop();
            if due {
                self.in_flight = self.in_flight.saturating_add(1);
                let entry = self.entries.get_mut(&identifier)?;
                entry.sent = true;
                return entry
                    .message
                    .as_ref()
                    .map(|message| Resend::Publish(identifier, message));
            }
        }
        None
    }

    /// Whether a new connection has still something to send again; new messages wait for that.
    #[must_use]
    pub fn is_resending(&self) -> bool {
        !self.publishes_to_resend.is_empty() || !self.pubrels_to_resend.is_empty()
    }

    /// PUBLISH packets that count against the receiver's Receive Maximum.
    #[must_use]
    pub const fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Handshakes that are not over.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether all are over.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The handshake of an identifier.
    #[must_use]
    pub fn get(&self, identifier: PacketIdentifier) -> Option<&OutgoingEntry<M>> {
        self.entries.get(&identifier)
    }

    /// All of them, in the order in which their last packet first went out.
    pub fn iter(&self) -> impl Iterator<Item = (PacketIdentifier, &OutgoingEntry<M>)> {
        let mut order: Vec<_> = self
            .entries
            .iter()
            .map(|(&id, entry)| (id, entry))
            .collect();
        order.sort_unstable_by_key(|(_, entry)| entry.sequence);
        order.into_iter()
    }

    /// Forgets all, as when the peer has no session.
    pub fn clear(&mut self) {
        *self = Self {
            sequence: self.sequence,
            ..Self::default()
        };
    }
}

/// What a receiver of QoS 2 waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IncomingStep {
    /// The application has the message and must say that it is done with it, then a PUBREC is due.
    Acknowledgement,
    /// PUBREC sent: a PUBREL.
    Pubrel,
}

/// Whether a PUBLISH of QoS 2 brings a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// Not seen before: it goes to the application.
    New,
    /// It came before and must not be given on again.
    Again(IncomingStep),
}

/// The identifiers of QoS 2 that a receiver has taken a message for and not yet let go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Incoming {
    entries: BTreeMap<PacketIdentifier, IncomingStep>,
}

impl Incoming {
    /// No handshake.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A PUBLISH of QoS 2 came.
    pub fn publish(&mut self, identifier: PacketIdentifier, step: IncomingStep) -> Received {
        //= [MQTT-4.3.3-10] v5: until its PUBREL an identifier stands for one message, given on once
        match self.entries.get(&identifier) {
            Some(&step) => Received::Again(step),
            None => {
                self.entries.insert(identifier, step);
                Received::New
            }
        }
    }

    /// A PUBREC with success goes out.
    pub fn pubrec(&mut self, identifier: PacketIdentifier) {
        if let Some(step) = self.entries.get_mut(&identifier) {
            *step = IncomingStep::Pubrel;
        }
    }

    /// A PUBREL came, or a PUBREC that refuses goes out: the identifier may be used anew. False
    /// when it was not known; version 5 then answers PUBCOMP Packet Identifier not found.
    pub fn release(&mut self, identifier: PacketIdentifier) -> bool {
        self.entries.remove(&identifier).is_some()
    }

    /// What is waited for.
    #[must_use]
    pub fn get(&self, identifier: PacketIdentifier) -> Option<IncomingStep> {
        self.entries.get(&identifier).copied()
    }

    /// Identifiers that are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All of them, least identifier first.
    pub fn iter(&self) -> impl Iterator<Item = (PacketIdentifier, IncomingStep)> + '_ {
        self.entries
            .iter()
            .map(|(&identifier, &step)| (identifier, step))
    }

    /// Forgets all, as when the peer has no session.
    pub fn clear(&mut self) {
        self.entries.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u16) -> PacketIdentifier {
        PacketIdentifier::new(number).unwrap()
    }

    fn resend_all(outgoing: &mut Outgoing<char>, receive_maximum: u16) -> Vec<(u16, Option<char>)> {
        let mut sent = Vec::new();
        while let Some(resend) = outgoing.poll_resend(receive_maximum) {
            sent.push(match resend {
                Resend::Publish(identifier, &message) => (identifier.get(), Some(message)),
                Resend::Pubrel(identifier) => (identifier.get(), None),
            });
        }
        sent
    }

    #[test]
    fn steps_of_a_sender() {
        let mut outgoing = Outgoing::new();
        outgoing.publish(id(1), QoS::AtLeastOnce, 'a');
        outgoing.publish(id(2), QoS::ExactlyOnce, 'b');
        assert_eq!(outgoing.in_flight(), 2);
        assert_eq!(outgoing.pubrec(id(1)), Err(NotFound));
        assert_eq!(outgoing.puback(id(2)), Err(NotFound));
        assert_eq!(outgoing.pubcomp(id(2)), Err(NotFound));
        assert_eq!(outgoing.puback(id(1)), Ok(Some('a')));
        assert_eq!(outgoing.puback(id(1)), Err(NotFound));
        assert_eq!(outgoing.pubrec(id(2)), Ok(Some('b')));
        assert_eq!(outgoing.pubrec(id(2)), Ok(None));
        assert_eq!(outgoing.pubrec_refused(id(2)), Err(NotFound));
        assert_eq!(outgoing.in_flight(), 1);
        assert_eq!(outgoing.pubcomp(id(2)), Ok(()));
        assert_eq!((outgoing.in_flight(), outgoing.len()), (0, 0));
    }

    #[test]
    fn a_new_connection_sends_in_the_first_order_within_the_window() {
        let mut outgoing = Outgoing::new();
        for (number, message) in [(9, 'a'), (3, 'b'), (7, 'c'), (1, 'd'), (5, 'e')] {
            outgoing.publish(id(number), QoS::ExactlyOnce, message);
        }
        outgoing.pubrec(id(1)).unwrap();
        outgoing.pubrec(id(9)).unwrap();
        outgoing.begin_connection();
        assert_eq!(outgoing.in_flight(), 2);
        assert_eq!(
            resend_all(&mut outgoing, 3),
            [(1, None), (9, None), (3, Some('b'))]
        );
        assert!(outgoing.is_resending());
        outgoing.pubcomp(id(1)).unwrap();
        outgoing.pubcomp(id(9)).unwrap();
        assert_eq!(
            resend_all(&mut outgoing, 3),
            [(7, Some('c')), (5, Some('e'))]
        );
        assert!(!outgoing.is_resending());
        assert_eq!(outgoing.in_flight(), 3);
    }

    #[test]
    fn an_answer_before_its_resend_ends_it() {
        let mut outgoing = Outgoing::new();
        outgoing.publish(id(1), QoS::AtLeastOnce, 'a');
        outgoing.publish(id(2), QoS::ExactlyOnce, 'b');
        outgoing.begin_connection();
        outgoing.puback(id(1)).unwrap();
        outgoing.pubrec(id(2)).unwrap();
        assert_eq!(resend_all(&mut outgoing, 9), []);
        assert_eq!(outgoing.in_flight(), 1);
        outgoing.pubcomp(id(2)).unwrap();
        assert_eq!(outgoing.in_flight(), 0);
    }

    #[test]
    fn a_receiver_takes_an_identifier_once() {
        let mut incoming = Incoming::new();
        assert_eq!(
            incoming.publish(id(1), IncomingStep::Acknowledgement),
            Received::New
        );
        assert_eq!(
            incoming.publish(id(1), IncomingStep::Pubrel),
            Received::Again(IncomingStep::Acknowledgement)
        );
        incoming.pubrec(id(1));
        assert_eq!(
            incoming.publish(id(1), IncomingStep::Pubrel),
            Received::Again(IncomingStep::Pubrel)
        );
        assert!(incoming.release(id(1)));
        assert!(!incoming.release(id(1)));
        assert_eq!(incoming.publish(id(1), IncomingStep::Pubrel), Received::New);
    }
}
