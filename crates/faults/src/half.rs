//! One direction of a connection: what waits to be sent on, and until when.

use std::collections::VecDeque;

use mqttscope_capture::mark::MarkedPacket;
use mqttscope_wire::Framer;

/// The largest packet that faults are for; a larger one passes as it comes.
pub(super) const LARGEST: usize = 1 << 20;

/// What waits to be sent on.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) due: u64,
    pub(super) what: Waiting,
}

#[derive(Debug)]
pub(super) enum Waiting {
    Bytes(Vec<u8>),
    /// Its sender is done.
    End,
    /// What comes behind this packet of the fault with this number.
    Break(u32, MarkedPacket),
}

/// An acknowledgement that is held back.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) until: u64,
    /// The number of the fault that does.
    pub(super) by: u32,
    pub(super) packet: Vec<u8>,
    /// Faults that strike behind it, by their numbers.
    pub(super) breaks: Vec<(u32, MarkedPacket)>,
}

/// One direction.
#[derive(Debug)]
pub(super) struct Half {
    pub(super) framer: Framer,
    /// Bytes of a packet that is too large, which are still to come and pass as they are.
    pub(super) passing: usize,
    /// Nobody knows where packets begin any more.
    pub(super) is_unframed: bool,
    pub(super) waiting: VecDeque<Item>,
    /// Acknowledgements that are held back.
    pub(super) held: VecDeque<Held>,
    /// Bytes in both.
    pub(super) len: usize,
    /// When the last of what waits is due.
    pub(super) last_due: u64,
    /// When a throttle has room for more.
    pub(super) free_at: u64,
    pub(super) is_ended: bool,
}

impl Half {
    pub(super) fn new() -> Self {
        Self {
            framer: Framer::new(LARGEST),
            passing: 0,
            is_unframed: false,
            waiting: VecDeque::new(),
            held: VecDeque::new(),
            len: 0,
            last_due: 0,
            free_at: 0,
            is_ended: false,
        }
    }

    /// Nothing delays what waits here any more: it is due at once, in its order.
    pub(super) fn hurry(&mut self, now: u64) {
        for item in &mut self.waiting {
            item.due = item.due.min(now);
        }
        self.last_due = self.last_due.min(now);
        self.free_at = self.free_at.min(now);
    }
}
