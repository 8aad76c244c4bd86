//! What passes a tap is kept: in files, or for pages.

use anyhow::Result;
use mqttscope_capture::mark::Mark;
use mqttscope_wire::Sender;

use super::tape::{Closed, ConnectionId, Ends};

/// Where bytes are kept besides.
pub(crate) trait Keep: Send {
    /// A connection begins.
    fn opened(&mut self, id: ConnectionId, ends: &Ends, at_ns: u64);
    /// A side sent bytes.
    fn bytes(&mut self, id: ConnectionId, from: Sender, bytes: &[u8], at_ns: u64);
    /// A side is done.
    fn ended(&mut self, id: ConnectionId, from: Sender, at_ns: u64);
    /// The connection is over.
    fn closed(&mut self, id: ConnectionId, how: &Closed, at_ns: u64);
    /// A fault did something to it.
    fn marked(&mut self, id: ConnectionId, mark: &Mark, at_ns: u64);
    /// All of one look is there, or time has passed.
    fn flush(&mut self, at_ns: u64);
    /// Nothing will come any more.
    ///
    /// # Errors
    /// Something is not kept.
    fn finish(&mut self) -> Result<()>;
}

/// Two that keep the same.
pub(crate) struct Both(pub(crate) Box<dyn Keep>, pub(crate) Box<dyn Keep>);

impl Keep for Both {
    fn opened(&mut self, id: ConnectionId, ends: &Ends, at_ns: u64) {
        self.0.opened(id, ends, at_ns);
        self.1.opened(id, ends, at_ns);
    }

    fn bytes(&mut self, id: ConnectionId, from: Sender, bytes: &[u8], at_ns: u64) {
        self.0.bytes(id, from, bytes, at_ns);
        self.1.bytes(id, from, bytes, at_ns);
    }

    fn ended(&mut self, id: ConnectionId, from: Sender, at_ns: u64) {
        self.0.ended(id, from, at_ns);
        self.1.ended(id, from, at_ns);
    }

    fn closed(&mut self, id: ConnectionId, how: &Closed, at_ns: u64) {
        self.0.closed(id, how, at_ns);
        self.1.closed(id, how, at_ns);
    }

    fn marked(&mut self, id: ConnectionId, mark: &Mark, at_ns: u64) {
        self.0.marked(id, mark, at_ns);
        self.1.marked(id, mark, at_ns);
    }

    fn flush(&mut self, at_ns: u64) {
        self.0.flush(at_ns);
        self.1.flush(at_ns);
    }

    fn finish(&mut self) -> Result<()> {
        let first = self.0.finish();
        first.and(self.1.finish())
    }
}
