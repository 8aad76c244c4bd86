//! How far a stream of blocks was read, so that it can be gone on with after it broke off.

use super::{frame::DROPPED_BY_INTERFACE, whole_blocks};

/// An Interface Statistics Block, and an Enhanced Packet Block: a frame.
const STATISTICS: u32 = 5;
const FRAME: u32 = 6;

/// A place in a stream that a [`Writer`](super::Writer) makes: behind whole blocks, at the number of a frame.
///
/// ```
/// use mqttscope_capture::pcapng::{Place, left_out};
///
/// let mut stream = Vec::new();
/// left_out(7, "too slow", 1_000, &mut stream);
/// let mut place = Place::default();
/// // What is no whole block waits for the rest of it.
/// assert!(place.handle_bytes(&stream[..10]).is_empty());
/// assert_eq!(place.handle_bytes(&stream[10..]), stream);
/// assert_eq!(place.frames(), 7);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    rest: Vec<u8>,
    /// Frames before this part of the stream, and in it.
    before: u64,
    frames: u64,
    /// Frames that this part of the stream left out.
    left_out: u64,
}

impl Place {
    /// Takes what came, and gives what is whole of it.
    #[must_use]
    pub fn handle_bytes(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.rest.extend_from_slice(bytes);
        let len = whole_blocks(&self.rest);
        let behind = self.rest.split_off(len);
        let whole = core::mem::replace(&mut self.rest, behind);
        let mut blocks = &*whole;
        while let Some(len) = word(blocks, 4)
            && let Some((block, behind)) = blocks.split_at_checked(len as usize)
        {
            match word(block, 0) {
                Some(FRAME) => self.frames = self.frames.saturating_add(1),
                Some(STATISTICS) => {
                    self.left_out = dropped(block).unwrap_or(self.left_out);
                }
                _ => {}
            }
            blocks = behind;
        }
        whole
    }

    /// Frames up to here, those that were left out included.
    #[must_use]
    pub const fn frames(&self) -> u64 {
        self.before
            .saturating_add(self.frames)
            .saturating_add(self.left_out)
    }

    /// The stream broke off, and goes on behind these frames: what was not whole comes again.
    pub fn go_on(&mut self) {
        *self = Self {
            before: self.frames(),
            ..Self::default()
        };
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let word = bytes.get(at..)?.first_chunk::<4>()?;
    Some(u32::from_le_bytes(*word))
}

/// The frames that a block of statistics says were left out, in all.
fn dropped(block: &[u8]) -> Option<u64> {
    // Behind type, length, interface and time.
    let mut options = block.get(20..)?;
    while let [code, more, len, longer, rest @ ..] = options {
        let len = usize::from(u16::from_le_bytes([*len, *longer]));
        if u16::from_le_bytes([*code, *more]) == DROPPED_BY_INTERFACE {
            return rest.first_chunk::<8>().map(|it| u64::from_le_bytes(*it));
        }
        options = rest.get(len.next_multiple_of(4)..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pcapng::{Ends, Writer, left_out};
    use crate::reading::Role;

    #[test]
    fn wherever_a_stream_is_cut_its_frames_are_counted_once() {
        let (mut writer, mut stream) = (Writer::new("test"), Vec::new());
        writer.begin(&mut stream);
        let ends = Ends {
            client: ([127, 0, 0, 1], 5).into(),
            server: ([127, 0, 0, 1], 1883).into(),
        };
        // Three of TCP's handshake.
        writer.open(1, ends, "a comment", 1, &mut stream);
        left_out(4, "slow", 2, &mut stream);
        writer.bytes(1, Role::Client, b"\xc0\x00", 3, &mut stream);
        left_out(6, "slow again", 4, &mut stream);
        for cut in 0..stream.len() {
            let mut place = Place::default();
            let mut whole = place.handle_bytes(&stream[..cut]);
            let before = place.frames();
            let mut gone_on = place.clone();
            gone_on.go_on();
            assert_eq!(gone_on.frames(), before);
            whole.extend(place.handle_bytes(&stream[cut..]));
            assert_eq!(whole, stream);
            assert_eq!(place.frames(), 10, "{cut}");
        }
    }

    #[test]
    fn a_length_that_is_none_is_no_panic() {
        let mut place = Place::default();
        assert!(
            place
                .handle_bytes(&[6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
                .is_empty()
        );
        assert_eq!(place.frames(), 0);
    }
}
