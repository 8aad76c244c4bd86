//! Frames: the bytes of whole packets, out of one direction of a connection.

use alloc::vec::Vec;

use crate::{Context, ControlPacket, DecodeError, Decoded, Sender, decode, frame};

/// Room for bytes that a framer keeps when it has none to hold.
const KEPT_ROOM: usize = 1 << 12;

/// Finds the packets in one direction's bytes, which come in chunks of any size.
///
/// Framing needs no version: a packet's length stands in its fixed header. What a frame says is read
/// by [`Frame::read`], once, for whoever wants to know it.
///
/// ```
/// use mqttscope_wire::{Framed, Framer};
/// let mut framer = Framer::default();
/// framer.push(&[0xc0]);
/// assert_eq!(framer.next_frame(), None);
/// framer.push(&[0x00, 0x30]);
/// assert_eq!(framer.next_frame(), Some(Framed::Packet(&[0xc0, 0x00])));
/// assert_eq!(framer.next_frame(), None);
/// assert_eq!((framer.rest(), framer.offset()), (&[0x30][..], 2));
/// ```
#[derive(Clone, Debug)]
pub struct Framer {
    buffer: Vec<u8>,
    /// Bytes of the buffer that were given out.
    done: usize,
    /// Bytes of the stream before the buffer.
    before: u64,
    /// Bytes of a packet that is too large, which are still to come and are passed over.
    passing: usize,
    maximum: usize,
    lost: bool,
}

/// What a [`Framer`] finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framed<'a> {
    /// The bytes of a whole packet.
    Packet(&'a [u8]),
    /// The beginning of a packet that is larger than is accepted. It is given once; what follows of the
    /// packet is passed over, and the next frame is the packet behind it.
    TooLarge {
        /// What was there of it when its length was known.
        start: &'a [u8],
        /// Bytes of the whole packet.
        len: usize,
    },
    /// Bytes from a Remaining Length on that has no end: nobody can know where the next packet begins,
    /// so all that follows is given as it comes.
    Unframed(&'a [u8]),
}

/// What a framer's rest begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Less than a packet.
    Nothing,
    /// A whole packet of `len` bytes, `header_len` of them its fixed header.
    Packet { header_len: usize, len: usize },
    /// A packet of `len` bytes, which is larger than is accepted.
    TooLarge { len: usize },
    /// Bytes of no packet.
    Unframed,
}

impl Default for Framer {
    fn default() -> Self {
        Self::new(Self::MAXIMUM)
    }
}

impl Framer {
    /// The largest packet that is kept unless somebody says otherwise: 64 MiB. The standard's own limit
    /// is four times that.
    pub const MAXIMUM: usize = 64 << 20;

    /// A framer that keeps packets of up to `maximum` bytes, so that a length alone claims no memory.
    #[must_use]
    pub const fn new(maximum: usize) -> Self {
        Self {
            buffer: Vec::new(),
            done: 0,
            before: 0,
            passing: 0,
            maximum,
            lost: false,
        }
    }

    /// Adds what has arrived.
    pub fn push(&mut self, chunk: &[u8]) {
        if self.done > 0 {
            // What is left is less than a packet, or the caller lets packets pile up.
            self.buffer.drain(..self.done);
            self.before = self.before.saturating_add(self.done as u64);
            self.done = 0;
        }
        let passed = self.passing.min(chunk.len());
        self.passing = self.passing.saturating_sub(passed);
        self.before = self.before.saturating_add(passed as u64);
        self.buffer
            .extend_from_slice(chunk.get(passed..).unwrap_or_default());
    }

    /// The next frame; `None` until more arrives.
    #[inline]
    pub fn next_frame(&mut self) -> Option<Framed<'_>> {
        match self.find() {
            Found::Packet { len, .. } => Some(Framed::Packet(self.take(len))),
            Found::TooLarge { len } => Some(Framed::TooLarge {
                start: self.pass(len),
                len,
            }),
            Found::Unframed => {
                self.lost = true;
                Some(Framed::Unframed(self.take(self.rest().len())))
            }
            Found::Nothing => {
                self.let_go();
                None
            }
        }
    }

    /// What the rest begins with; a packet is there as a whole.
    #[inline(always)]
    pub(crate) fn find(&self) -> Found {
        let rest = self.rest();
        if self.lost && !rest.is_empty() {
            return Found::Unframed;
        }
        match frame::header(rest) {
            frame::Header::Complete { len, .. } if len > self.maximum => Found::TooLarge { len },
            frame::Header::Complete { header_len, len } if len <= rest.len() => {
                Found::Packet { header_len, len }
            }
            frame::Header::TooLong => Found::Unframed,
            frame::Header::Complete { .. } | frame::Header::Incomplete { .. } => Found::Nothing,
        }
    }

    /// Gives out the next `len` bytes, which are there.
    #[inline(always)]
    pub(crate) fn take(&mut self, len: usize) -> &[u8] {
        let start = self.done;
        self.done = start.saturating_add(len);
        self.buffer.get(start..self.done).unwrap_or_default()
    }

    /// Gives out what is there of the next `len` bytes; those to come are passed over.
    fn pass(&mut self, len: usize) -> &[u8] {
        let there = len.min(self.rest().len());
        self.passing = len.saturating_sub(there);
        self.take(there)
    }

    /// Where nothing is held, room that a large chunk took is given back: there may be thousands of framers.
    pub(crate) fn let_go(&mut self) {
        if self.done == self.buffer.len() && self.buffer.capacity() > KEPT_ROOM {
            self.clear();
        }
    }

    /// Whether [`Framer::next_frame`] has something to give.
    #[must_use]
    #[inline]
    pub fn has_frame(&self) -> bool {
        self.find() != Found::Nothing
    }

    /// Bytes that are no frame yet: when [`Framer::next_frame`] gives none, the beginning of a packet.
    #[must_use]
    #[inline]
    pub fn rest(&self) -> &[u8] {
        self.buffer.get(self.done..).unwrap_or_default()
    }

    /// Bytes of the stream before [`Framer::rest`].
    #[must_use]
    #[inline]
    pub const fn offset(&self) -> u64 {
        self.before.saturating_add(self.done as u64)
    }

    /// Passes over bytes of the rest, for a caller who knows that no packet begins there.
    pub fn skip(&mut self, len: usize) {
        self.done = self.done.saturating_add(len).min(self.buffer.len());
    }

    /// Forgets what it holds, for a caller who reads no more.
    pub fn clear(&mut self) {
        self.before = self.before.saturating_add(self.buffer.len() as u64);
        self.buffer = Vec::new();
        self.done = 0;
    }
}

/// A packet's bytes, read once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The packet's bytes, all of them.
    pub bytes: &'a [u8],
    /// The version it was read in, and who sent it.
    pub context: Context,
    /// What it says, or the first rule that it breaks.
    pub packet: Result<ControlPacket<'a>, DecodeError>,
}

impl<'a> Frame<'a> {
    /// Reads the packet that stands in `bytes`; `None` where they are less than one. Bytes behind the
    /// packet are left out.
    ///
    /// ```
    /// use mqttscope_wire::{Context, ControlPacket, Frame, ProtocolVersion};
    /// let frame = Frame::read(&[0xd0, 0x00], Context::new(ProtocolVersion::V5)).unwrap();
    /// assert_eq!(frame.packet, Ok(ControlPacket::Pingresp));
    /// ```
    #[must_use]
    #[inline]
    pub fn read(bytes: &'a [u8], context: Context) -> Option<Self> {
        let (bytes, packet) = match decode(bytes, context) {
            Ok(Decoded::Packet { packet, len }) => (bytes.get(..len)?, Ok(packet)),
            Ok(Decoded::Incomplete { .. }) => return None,
            Err(error) => {
                let len = match frame::header(bytes) {
                    frame::Header::Complete { len, .. } => len,
                    frame::Header::Incomplete { .. } | frame::Header::TooLong => bytes.len(),
                };
                (bytes.get(..len)?, Err(error))
            }
        };
        Some(Self {
            bytes,
            context,
            packet,
        })
    }

    /// Who sent it, where that is known.
    #[must_use]
    pub const fn sender(&self) -> Option<Sender> {
        self.context.sender
    }
}
