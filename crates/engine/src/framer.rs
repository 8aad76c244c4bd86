//! Packets out of one direction's bytes, whatever pieces they come in.

use mqttscope_inspect::digits::grouped;
use mqttscope_wire::PacketType;
use mqttscope_wire::frame::{Header, header};

/// The largest packet that is waited for; more is not kept but passed over.
const LARGEST: usize = 64 << 20;

/// One direction of one connection.
#[derive(Debug, Default)]
pub(crate) struct Framer {
    rest: Vec<u8>,
    /// A length without an end was read: nobody knows where the next packet begins.
    lost: bool,
}

impl Framer {
    /// Gives each packet that these bytes complete. Behind a length that cannot be, the rest of the
    /// bytes is given as one piece, and so is all that follows.
    pub(crate) fn feed(&mut self, bytes: &[u8], mut found: impl FnMut(&[u8])) {
        if self.rest.is_empty() {
            let used = self.split(bytes, &mut found);
            self.rest
                .extend_from_slice(bytes.get(used..).unwrap_or_default());
            return;
        }
        let mut rest = core::mem::take(&mut self.rest);
        rest.extend_from_slice(bytes);
        let used = self.split(&rest, &mut found);
        rest.drain(..used);
        self.rest = rest;
    }

    /// What is there of a packet that is not whole, in words.
    pub(crate) fn begun(&self) -> Option<String> {
        let &first = self.rest.first().filter(|_| !self.lost)?;
        let name = PacketType::from_first_byte(first).name();
        let article = if name.starts_with(['A', 'U']) {
            "an"
        } else {
            "a"
        };
        let have = grouped(self.rest.len() as u64);
        Some(match header(&self.rest) {
            Header::Complete { len, .. } => {
                let whole = grouped(len as u64);
                format!("{have} of {whole} bytes of {article} {name} had come")
            }
            _ if self.rest.len() == 1 => format!("1 byte of {article} {name} had come"),
            _ => format!("{have} bytes of {article} {name} had come"),
        })
    }

    /// Gives the whole packets at the start; the bytes they take.
    fn split(&mut self, bytes: &[u8], found: &mut impl FnMut(&[u8])) -> usize {
        let mut used = 0_usize;
        while let Some(rest) = bytes.get(used..).filter(|rest| !rest.is_empty()) {
            match header(rest) {
                _ if self.lost => {
                    found(rest);
                    return bytes.len();
                }
                Header::Complete { len, .. } if len > LARGEST => self.lost = true,
                Header::TooLong => self.lost = true,
                Header::Complete { len, .. } => {
                    let Some(packet) = rest.get(..len) else {
                        break;
                    };
                    found(packet);
                    used = used.saturating_add(len);
                }
                Header::Incomplete { .. } => break,
            }
        }
        used
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pieces(chunks: &[&[u8]]) -> Vec<Vec<u8>> {
        let (mut framer, mut found) = (Framer::default(), Vec::new());
        for chunk in chunks {
            framer.feed(chunk, |packet| found.push(packet.to_vec()));
        }
        found
    }

    #[test]
    fn a_length_without_end_gives_the_rest_as_it_is() {
        let bytes = [0xc0, 0, 0x30, 0xff, 0xff, 0xff, 0xff, 1, 9];
        assert_eq!(pieces(&[&bytes]), [&bytes[..2], &bytes[2..]]);
        assert_eq!(pieces(&[&bytes, &[0xc0, 0]]).last().unwrap(), &[0xc0, 0]);
    }

    #[test]
    fn a_packet_that_is_not_whole_is_told() {
        let mut framer = Framer::default();
        let mut says = |bytes: &[u8]| {
            framer.feed(bytes, |_| ());
            framer.begun()
        };
        assert_eq!(says(&[0xd0, 0]), None);
        assert_eq!(says(&[0xf0]).as_deref(), Some("1 byte of an AUTH had come"));
        assert_eq!(says(&[0]), None);
        assert_eq!(
            says(&[0x30, 0xa9]).as_deref(),
            Some("2 bytes of a PUBLISH had come")
        );
        assert_eq!(
            says(&[2, 0, 1, b't']).as_deref(),
            Some("6 of 300 bytes of a PUBLISH had come")
        );
    }

    proptest! {
        #[test]
        fn any_chunks_give_the_same_packets(
            bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..8),
            cuts in prop::collection::vec(0_usize..1000, 0..10),
        ) {
            let packets: Vec<Vec<u8>> = bodies
                .iter()
                .map(|body| {
                    let mut packet = vec![0x30];
                    if body.len() < 128 {
                        packet.push(body.len() as u8);
                    } else {
                        packet.extend([body.len() as u8 | 0x80, (body.len() >> 7) as u8]);
                    }
                    packet.extend(body);
                    packet
                })
                .collect();
            let stream = packets.concat();
            let mut ends: Vec<usize> = cuts.into_iter().map(|cut| cut.min(stream.len())).collect();
            ends.push(stream.len());
            ends.sort_unstable();
            let mut start = 0;
            let chunks: Vec<&[u8]> = ends
                .into_iter()
                .map(|end| &stream[std::mem::replace(&mut start, end)..end])
                .collect();
            prop_assert_eq!(pieces(&chunks), packets);
        }
    }
}
