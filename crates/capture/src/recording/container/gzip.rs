//! gzip (RFC 1952): one or several members, perhaps cut short.

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

use super::{Input, Refill};

/// Bytes that are inflated at a time.
const PIECE: usize = 64 << 10;

/// The longest header: name and comment are of any length.
const LONGEST_HEADER: usize = 64 << 10;

/// Reads compressed bytes, and gives what they hold.
#[derive(Default)]
pub(super) struct Gzip {
    pub(super) input: Input,
    /// Bytes that may still be inflated.
    left: u64,
    state: Option<Box<InflateState>>,
    piece: Vec<u8>,
    members: u64,
    is_done: bool,
    /// What was inflated before the damage is read first.
    is_damaged: bool,
}

impl Gzip {
    /// Of which so many bytes are inflated at most.
    pub(super) fn new(most: u64) -> Self {
        Self {
            left: most,
            ..Self::default()
        }
    }

    /// Whether a member begins here; `None`: too few bytes to know.
    pub(super) fn begins(bytes: &[u8]) -> Option<bool> {
        match bytes {
            [0x1f, 0x8b, 8, ..] => Some(true),
            [] | [0x1f] | [0x1f, 0x8b] => None,
            _ => Some(false),
        }
    }

    /// Adds the next piece of what is inside to `out`.
    pub(super) fn inflate(&mut self, out: &mut Input) -> Refill {
        loop {
            if self.is_done {
                out.is_ended = true;
                return Refill::None;
            }
            if self.is_damaged {
                self.is_done = true;
                out.is_ended = true;
                return Refill::Note(
                    "the compressed file is damaged: nothing behind is read".to_owned(),
                );
            }
            if self.state.is_none() {
                match header(self.input.rest()) {
                    Header::Whole(len) => {
                        self.input.skip(len as u64);
                        self.state = Some(InflateState::new_boxed(DataFormat::Raw));
                    }
                    Header::Short if !self.input.is_ended => return Refill::None,
                    Header::Short if self.input.rest().is_empty() => {
                        self.is_done = true;
                        continue;
                    }
                    // Some writers pad the file with zeros.
                    Header::Other
                        if self.input.rest().iter().all(|&byte| byte == 0) && self.members > 0 =>
                    {
                        self.input.drop_all();
                        self.is_done = self.input.is_ended;
                        if self.is_done {
                            continue;
                        }
                        return Refill::None;
                    }
                    Header::Short | Header::Other => {
                        self.is_done = true;
                        self.input.drop_all();
                        return Refill::Note(
                            "what follows the compressed part of the file is not read".to_owned(),
                        );
                    }
                }
            }
            let Some(state) = &mut self.state else {
                continue;
            };
            if self.piece.is_empty() {
                self.piece = vec![0; PIECE];
            }
            let result = inflate(state, self.input.rest(), &mut self.piece, MZFlush::None);
            self.input.skip(result.bytes_consumed as u64);
            let written = self.piece.get(..result.bytes_written).unwrap_or_default();
            out.push(written);
            self.left = self.left.saturating_sub(written.len() as u64);
            if self.left == 0 {
                self.is_done = true;
                self.input.drop_all();
                return Refill::Note(
                    "the compressed file holds more than is read here: the rest is left out"
                        .to_owned(),
                );
            }
            match result.status {
                Ok(MZStatus::StreamEnd) => {
                    // CRC and length of what was inside.
                    self.input.skip(8);
                    self.state = None;
                    self.members = self.members.saturating_add(1);
                }
                Ok(_) | Err(MZError::Buf) => {
                    if result.bytes_written == 0 && result.bytes_consumed == 0 {
                        if !self.input.is_ended {
                            return Refill::None;
                        }
                        self.is_done = true;
                        out.is_ended = true;
                        return Refill::Note("the compressed file is cut short".to_owned());
                    }
                }
                Err(_) => {
                    self.input.drop_all();
                    self.state = None;
                    self.is_damaged = true;
                }
            }
            if result.bytes_written > 0 {
                return Refill::Some;
            }
        }
    }
}

enum Header {
    Whole(usize),
    Short,
    Other,
}

fn header(bytes: &[u8]) -> Header {
    match Gzip::begins(bytes) {
        Some(true) => {}
        Some(false) => return Header::Other,
        None => return Header::Short,
    }
    let within = bytes.get(..bytes.len().min(LONGEST_HEADER));
    match fields(within.unwrap_or_default()) {
        Some(len) => Header::Whole(len),
        None if bytes.len() >= LONGEST_HEADER => Header::Other,
        None => Header::Short,
    }
}

/// The length of the header, where it is whole.
fn fields(bytes: &[u8]) -> Option<usize> {
    let flags = *bytes.get(3)?;
    let mut at = 10_usize;
    if flags & 4 != 0 {
        let extra = bytes.get(at..)?.first_chunk::<2>()?;
        at = at.saturating_add(usize::from(u16::from_le_bytes(*extra)).saturating_add(2));
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let end = bytes.get(at..)?.iter().position(|&byte| byte == 0)?;
            at = at.saturating_add(end).saturating_add(1);
        }
    }
    if flags & 2 != 0 {
        at = at.saturating_add(2);
    }
    (at <= bytes.len()).then_some(at)
}
