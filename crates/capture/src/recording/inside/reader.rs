//! A WebSocket as it passes, both sides from their first byte on: what its messages carry, without a capture around it.

use std::collections::VecDeque;

use super::websocket::{Carried, Frames, Heading, TEXT, heading};
use crate::reading::Role;

/// Takes the messages of a WebSocket out of the bytes of both sides, as a capture's reader does: the upgrade, masks,
/// fragments and compression.
///
/// ```
/// use mqttscope_capture::reading::Role;
/// use mqttscope_capture::recording::{FromWebSocket, WebSocketReader};
///
/// let ask = b"GET /mqtt HTTP/1.1\r\nUpgrade: websocket\r\n\r\n";
/// assert_eq!(WebSocketReader::begins(b"GET /mqtt HT"), None);
/// assert_eq!(WebSocketReader::begins(ask), Some(true));
/// assert_eq!(WebSocketReader::begins(b"\x10\x0d\x00\x04MQTT"), Some(false));
///
/// let mut reader = WebSocketReader::default();
/// reader.handle_bytes(Role::Client, ask);
/// reader.handle_bytes(Role::Server, b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
/// reader.handle_bytes(Role::Server, b"\x82\x02\xd0\x00");
/// assert_eq!(reader.poll(), Some(FromWebSocket::Bytes(Role::Server, &[0xd0, 0x00])));
/// assert_eq!(reader.poll(), None);
/// ```
pub struct WebSocketReader {
    frames: Frames,
    found: Found,
    /// It was asked for and not opened.
    is_refused: bool,
}

/// What a WebSocket carries, or why it cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FromWebSocket<'r> {
    /// Bytes of a side's messages.
    Bytes(Role, &'r [u8]),
    /// Bytes of a side's messages are missing here.
    Gap(Role),
    /// What is wrong with its frames.
    Note(&'static str),
    /// The server did not agree; nothing more is read.
    Refused(Box<str>),
}

/// What is not polled yet.
#[derive(Default)]
struct Found {
    all: VecDeque<Queued>,
    bytes: Vec<u8>,
    /// Notes that were told: each once.
    noted: Vec<&'static str>,
}

enum Queued {
    Bytes(Role, usize, usize),
    Gap(Role),
    Note(&'static str),
    Refused(Box<str>),
}

/// The client's side of the frames.
const CLIENT: usize = 0;

impl Default for WebSocketReader {
    fn default() -> Self {
        Self {
            frames: Frames::new(CLIENT, true, [true; 2]),
            found: Found::default(),
            is_refused: false,
        }
    }
}

impl WebSocketReader {
    /// Whether a client's first bytes ask for a WebSocket; `None`: there must be more to say.
    #[must_use]
    pub fn begins(bytes: &[u8]) -> Option<bool> {
        match heading(bytes) {
            Heading::Request => Some(true),
            Heading::Short => None,
            Heading::Answer | Heading::Other | Heading::None => Some(false),
        }
    }

    /// A side sent bytes.
    pub fn handle_bytes(&mut self, from: Role, bytes: &[u8]) {
        if self.found.all.is_empty() {
            self.found.bytes.clear();
        }
        let side = usize::from(from == Role::Server);
        if !self.is_refused {
            let handled = self.frames.handle(side, bytes, &mut self.found);
            self.is_refused = handled.is_err();
        }
    }

    /// What was found in it.
    pub fn poll(&mut self) -> Option<FromWebSocket<'_>> {
        Some(match self.found.all.pop_front()? {
            Queued::Bytes(from, start, end) => {
                let bytes = self.found.bytes.get(start..end);
                FromWebSocket::Bytes(from, bytes.unwrap_or_default())
            }
            Queued::Gap(from) => FromWebSocket::Gap(from),
            Queued::Note(note) => FromWebSocket::Note(note),
            Queued::Refused(why) => FromWebSocket::Refused(why),
        })
    }
}

const fn role(side: usize) -> Role {
    if side == CLIENT {
        Role::Client
    } else {
        Role::Server
    }
}

impl Carried for Found {
    fn bytes(&mut self, side: usize, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        let queued = Queued::Bytes(role(side), start, self.bytes.len());
        self.all.push_back(queued);
    }

    fn gap(&mut self, side: usize, _: Option<u64>) {
        self.all.push_back(Queued::Gap(role(side)));
    }

    fn text(&mut self) {
        self.note(TEXT);
    }

    fn note(&mut self, note: &'static str) {
        if !self.noted.contains(&note) {
            self.noted.push(note);
            self.all.push_back(Queued::Note(note));
        }
    }

    fn refused(&mut self, why: &str) {
        self.all.push_back(Queued::Refused(why.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASK: &[u8] =
        b"GET /mqtt HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    const ANSWER: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

    /// Bytes of each side, and everything else in words.
    fn drain(reader: &mut WebSocketReader, told: &mut (Vec<u8>, Vec<u8>, Vec<String>)) {
        while let Some(found) = reader.poll() {
            match found {
                FromWebSocket::Bytes(Role::Client, bytes) => told.0.extend_from_slice(bytes),
                FromWebSocket::Bytes(_, bytes) => told.1.extend_from_slice(bytes),
                other => told.2.push(format!("{other:?}")),
            }
        }
    }

    /// A masked frame.
    fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [7, 99, 3, 200];
        let len = u8::try_from(payload.len()).unwrap();
        let hidden = payload.iter().zip(mask.iter().cycle()).map(|(a, b)| a ^ b);
        let mut frame = vec![first, 0x80 | len];
        frame.extend(mask);
        frame.extend(hidden);
        frame
    }

    #[test]
    fn wherever_it_is_cut_the_same_comes_out() {
        let ping = masked(0x89, b"are you there");
        let client = [
            ASK.to_vec(),
            // Two packets in three frames, with a ping between the fragments of a message.
            masked(0x02, b"\x10\x0d\x00\x04MQ"),
            ping,
            masked(0x80, b"TT\x04\x02\x00\x3c\x00\x01a\xc0"),
            masked(0x82, b"\x00"),
        ]
        .concat();
        let server = [ANSWER, b"\x82\x04\x20\x02\x00\x00\x8a\x00\x82\x02\xd0\x00"].concat();
        for piece in [1, 2, 7, 1000] {
            let (mut reader, mut told) = (WebSocketReader::default(), Default::default());
            for bytes in client.chunks(piece) {
                reader.handle_bytes(Role::Client, bytes);
                drain(&mut reader, &mut told);
            }
            for bytes in server.chunks(piece) {
                reader.handle_bytes(Role::Server, bytes);
                drain(&mut reader, &mut told);
            }
            assert_eq!(
                told.0,
                b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01a\xc0\x00"
            );
            assert_eq!(told.1, b"\x20\x02\x00\x00\xd0\x00");
            assert_eq!(told.2, Vec::<String>::new(), "{piece}");
        }
    }

    #[test]
    fn one_that_is_refused_is_told_and_read_no_further() {
        let (mut reader, mut told) = (WebSocketReader::default(), Default::default());
        reader.handle_bytes(Role::Client, ASK);
        reader.handle_bytes(Role::Server, b"HTTP/1.1 404 Not Found\r\n\r\n");
        reader.handle_bytes(Role::Client, b"\x82\x00");
        drain(&mut reader, &mut told);
        assert_eq!((told.0.len(), told.1.len(), told.2.len()), (0, 0, 1));
        assert!(told.2[0].contains("not opened"), "{:?}", told.2);
    }

    #[test]
    fn what_is_no_frame_is_a_gap_and_no_panic() {
        let (mut reader, mut told) = (WebSocketReader::default(), Default::default());
        reader.handle_bytes(Role::Client, ASK);
        reader.handle_bytes(Role::Client, &[0xff; 300]);
        drain(&mut reader, &mut told);
        assert!(
            told.2.iter().any(|it| it.starts_with("Gap")),
            "{:?}",
            told.2
        );
    }
}
