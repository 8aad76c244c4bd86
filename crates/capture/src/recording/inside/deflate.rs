//! permessage-deflate (RFC 7692): raw deflate whose window goes on from message to message.

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

/// What a sender takes off the end of each message.
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// Bytes that are inflated at a time.
const PIECE: usize = 16 << 10;

/// Bytes that may come out: so many at first, and so many for each that goes in.
const FIRST_CREDIT: usize = 1 << 20;
const CREDIT: usize = 64;
const MOST_CREDIT: usize = 16 << 20;

/// One direction's window.
pub(super) struct Deflate {
    state: Box<InflateState>,
    piece: Vec<u8>,
    credit: usize,
}

/// The bytes are damaged, or would be more than is accepted.
pub(super) struct Damaged;

impl Deflate {
    pub(super) fn new() -> Self {
        Self {
            state: InflateState::new_boxed(DataFormat::Raw),
            piece: vec![0; PIECE],
            credit: FIRST_CREDIT,
        }
    }

    pub(super) fn held(&self) -> usize {
        size_of::<InflateState>().saturating_add(self.piece.len())
    }

    /// Adds what the bytes hold to `out`; `is_end`: they end the message.
    pub(super) fn inflate(
        &mut self,
        bytes: &[u8],
        is_end: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), Damaged> {
        let more = bytes.len().saturating_mul(CREDIT);
        self.credit = self.credit.saturating_add(more).min(MOST_CREDIT);
        self.run(bytes, out)?;
        if is_end {
            self.run(&TAIL, out)?;
        }
        Ok(())
    }

    fn run(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Damaged> {
        let mut rest = bytes;
        loop {
            let result = inflate(&mut self.state, rest, &mut self.piece, MZFlush::None);
            rest = rest.get(result.bytes_consumed..).unwrap_or_default();
            self.credit = self
                .credit
                .checked_sub(result.bytes_written)
                .ok_or(Damaged)?;
            let written = self.piece.get(..result.bytes_written).unwrap_or_default();
            out.extend_from_slice(written);
            match result.status {
                // A last block ends the stream, and with it the window.
                Ok(MZStatus::StreamEnd) => {
                    self.state = InflateState::new_boxed(DataFormat::Raw);
                    // What may follow is the rest of the empty block that ends a message.
                    return Ok(());
                }
                Ok(_) | Err(MZError::Buf) => {
                    if result.bytes_written == 0 && (rest.is_empty() || result.bytes_consumed == 0)
                    {
                        return Ok(());
                    }
                }
                Err(_) => return Err(Damaged),
            }
        }
    }
}
