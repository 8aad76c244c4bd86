//! The handshakes of the messages that one side sends: what both sides have said of each.
//!
//! The monitor stands between the ends, so what passes it may still be lost when the connection
//! breaks. Within a connection everything is certain; across a break only what the sender itself
//! has sent is.

mod answers;
mod sending;

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use hashbrown::HashMap;
use mqttscope_shared::Instant;
use mqttscope_wire::{QoS, ReasonCode, Sender};

use super::log::Judge;
use super::{Flow, FlowState, HandshakeStep};

/// Identifiers that were completed last and are remembered.
const RECENT: usize = 16;
/// PUBRECs beyond the first, or for nothing at all, that are remembered.
const STRAYS: usize = 16;

/// A message in flight.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) step: HandshakeStep,
    pub(super) flow: Flow,
    /// The mark of topic and payload; 0 where they are not known.
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
    /// The mark of topic and payload; 0 where they are not known.
    pub(super) content: u64,
    pub(super) trace: u64,
    /// The receiver's Receive Maximum, where it is known.
    pub(super) receive_maximum: Option<u16>,
}

/// What an acknowledgement means for others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Answered {
    /// The PUBLISH or PUBREL that is answered.
    pub(super) packet: Option<u64>,
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
    /// Identifiers of the latest PUBRECs that nothing waited for; 0 for none.
    strays: [u16; STRAYS],
    next_stray: usize,
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
            strays: [0; STRAYS],
            next_stray: 0,
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
        self.strays = [0; STRAYS];
        self.resumed_at = (!self.entries.is_empty()).then_some(at);
    }

    /// A packet could not be read: what it may have begun or ended is not known.
    pub(super) fn doubt(&mut self) {
        if self.touched.is_none() {
            self.touched = Some(Box::new([0; 1024]));
        }
    }

    /// Forgets what is open, and from then on knows that it may have forgotten something. Gives how
    /// many messages that were.
    pub(super) fn give_up(&mut self) -> usize {
        let open = self.entries.len();
        *self = Self::new(self.sender, false);
        open
    }

    /// Places for messages that take memory, whether they are in use or not.
    pub(super) fn places(&self) -> usize {
        self.entries.capacity()
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

    /// Whether this message is open under the identifier, as far as is known.
    pub(super) fn holds(&self, identifier: u16, content: u64) -> bool {
        self.entries
            .get(&identifier)
            .is_some_and(|entry| entry.content == content || entry.content == 0)
    }

    fn recent_mut(&mut self, identifier: u16) -> Option<&mut Recent> {
        self.recent
            .iter_mut()
            .find(|recent| recent.identifier == identifier)
    }

    /// A PUBREC came that nothing waited for.
    fn stray(&mut self, identifier: u16) {
        if let Some(slot) = self.strays.get_mut(self.next_stray) {
            *slot = identifier;
        }
        self.next_stray = self.next_stray.saturating_add(1) % STRAYS;
    }

    /// Whether such a PUBREC came; it is answered once.
    fn take_stray(&mut self, identifier: u16) -> bool {
        let slot = self.strays.iter_mut().find(|slot| **slot == identifier);
        slot.map(|slot| *slot = 0).is_some()
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
}
