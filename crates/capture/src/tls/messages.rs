//! Handshake messages, put together from the records that they stand in.

/// The longest body that is kept; longer ones are passed over.
const LONGEST: usize = 1 << 16;

/// The types whose bodies are kept.
const READ: [u8; 3] = [
    kind::CLIENT_HELLO,
    kind::SERVER_HELLO,
    kind::ENCRYPTED_EXTENSIONS,
];

/// Types of handshake messages.
pub(super) mod kind {
    pub(in super::super) const HELLO_REQUEST: u8 = 0;
    pub(in super::super) const CLIENT_HELLO: u8 = 1;
    pub(in super::super) const SERVER_HELLO: u8 = 2;
    pub(in super::super) const END_OF_EARLY_DATA: u8 = 5;
    pub(in super::super) const ENCRYPTED_EXTENSIONS: u8 = 8;
    pub(in super::super) const FINISHED: u8 = 20;
    pub(in super::super) const KEY_UPDATE: u8 = 24;
}

/// A whole handshake message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) kind: u8,
    /// Empty where nobody reads it.
    pub(super) body: Vec<u8>,
}

/// The messages of one side.
#[derive(Default)]
pub(super) struct Messages {
    /// Of the message that is not whole yet: its header, then what is kept of its body.
    header: Vec<u8>,
    body: Vec<u8>,
    /// How much of its body is still to come.
    missing: usize,
    /// Whether its body is kept.
    is_read: bool,
}

impl Messages {
    /// Takes the content of a handshake record; gives the messages that end in it.
    pub(super) fn take(&mut self, mut bytes: &[u8]) -> Vec<Message> {
        let mut whole = Vec::new();
        while !bytes.is_empty() {
            if self.header.len() < 4 {
                let wanted = 4_usize.saturating_sub(self.header.len());
                let (front, back) = bytes.split_at(wanted.min(bytes.len()));
                self.header.extend_from_slice(front);
                bytes = back;
                let [_, high, middle, low] = self.header[..] else {
                    continue;
                };
                let missing = u32::from_be_bytes([0, high, middle, low]);
                self.missing = usize::try_from(missing).unwrap_or(usize::MAX);
                let kind = self.kind().unwrap_or_default();
                self.is_read = READ.contains(&kind) && self.missing <= LONGEST;
            } else {
                let (front, back) = bytes.split_at(self.missing.min(bytes.len()));
                if self.is_read {
                    self.body.extend_from_slice(front);
                }
                self.missing = self.missing.saturating_sub(front.len());
                bytes = back;
            }
            if self.header.len() == 4 && self.missing == 0 {
                let kind = self.kind().unwrap_or_default();
                let body = core::mem::take(&mut self.body);
                self.header.clear();
                whole.push(Message { kind, body });
            }
        }
        whole
    }

    /// Forgets the message that is not whole; gives what there is of it.
    pub(super) fn cut(&mut self) -> Option<Message> {
        let cut = self.kind().map(|kind| Message {
            kind,
            body: core::mem::take(&mut self.body),
        });
        *self = Self::default();
        cut
    }

    fn kind(&self) -> Option<u8> {
        self.header.first().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_found_over_any_borders() {
        let bytes = [1, 0, 0, 3, 7, 8, 9, 0, 0, 0, 0, 20, 0, 0, 2, 5, 5];
        let expected = [(1, vec![7, 8, 9]), (0, vec![]), (20, vec![])];
        for size in 1..=bytes.len() {
            let mut messages = Messages::default();
            let found: Vec<_> = bytes
                .chunks(size)
                .flat_map(|chunk| messages.take(chunk))
                .map(|message| (message.kind, message.body))
                .collect();
            assert_eq!(found, expected, "in chunks of {size}");
        }
    }

    #[test]
    fn what_is_cut_off_is_given_as_far_as_it_goes() {
        let mut messages = Messages::default();
        assert_eq!(messages.take(&[1, 0, 1, 0, 3, 3]), []);
        let body = vec![3, 3];
        assert_eq!(messages.cut(), Some(Message { kind: 1, body }));
        assert_eq!(messages.cut(), None);
    }

    #[test]
    fn a_body_that_is_too_long_is_passed_over() {
        let mut messages = Messages::default();
        messages.take(&[1, 1, 0, 1]);
        for _ in 0..0x1000 {
            assert_eq!(messages.take(&[0; 16]), []);
        }
        assert!(messages.body.is_empty());
        let found = messages.take(&[0, 0, 0, 0, 0]);
        assert_eq!(found.len(), 2);
    }
}
