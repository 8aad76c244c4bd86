//! What comes out of a capture, and the queue that lends it.

use std::collections::{HashSet, VecDeque};

use mqttscope_wire::{PacketType, ProtocolVersion};

use super::peer::Peer;
use crate::foreign::Protocol;
use crate::reading::Role;

/// A connection of a capture: a number from 0, in the order in which connections were told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u32);

/// What is found in a capture file, in the order of the file.
///
/// Bytes are lent until the next call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A connection, told as soon as it is known what is inside: its frames began before.
    Opened(Opened),
    /// What the connection carries. It may be told again, when more was seen: other bytes that turn into MQTT,
    /// TLS that was opened and has a WebSocket inside.
    Transport {
        /// Which connection.
        connection: ConnectionId,
        /// What it carries.
        transport: Transport,
        /// What shows it, a phrase without a full stop.
        why: &'a str,
    },
    /// MQTT bytes of one side, in order, with TLS and WebSocket taken off. Chunks begin and end anywhere, but
    /// the first bytes of a side, and those behind a [`Event::Gap`] or [`Event::Skipped`], begin a packet.
    Bytes {
        /// Which connection.
        connection: ConnectionId,
        /// Who sent them.
        from: Role,
        /// When, in nanoseconds since the Unix epoch; simple packet blocks have no time.
        at_ns: Option<u64>,
        /// The frame that held the last of them, by its number in the file, from 1.
        frame: u64,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// A packet that a log tells of in words: its bytes are not in the file.
    Said {
        /// Which connection.
        connection: ConnectionId,
        /// Who sent it.
        from: Role,
        /// When, in nanoseconds since the Unix epoch, where the log has times.
        at_ns: Option<u64>,
        /// The line of the log, from 1.
        frame: u64,
        /// What it is.
        packet_type: PacketType,
        /// The version of the connection, where the line tells it.
        version: Option<ProtocolVersion>,
        /// The log's own words for what is in it.
        words: &'a str,
    },
    /// The name of an end, where it stands behind packets that were told already.
    Named {
        /// Which connection.
        connection: ConnectionId,
        /// Which end.
        end: Role,
        /// Its name, as [`Peer`] has it.
        name: &'a str,
    },
    /// Who the client is, where a log tells it beside its packets.
    Client {
        /// Which connection.
        connection: ConnectionId,
        /// Its Client Identifier.
        identifier: &'a str,
        /// Its address and port, as the log writes them; empty: not told.
        address: &'a str,
    },
    /// Bytes are missing here: a packet that was begun has no end.
    Gap {
        /// Which connection.
        connection: ConnectionId,
        /// Whose bytes.
        from: Role,
        /// TCP payload that is missing; `None` where nobody can know how much.
        bytes: Option<u64>,
    },
    /// Bytes that belong to no packet whose beginning is there: the end of one that began before the file or in
    /// a gap, or what follows a packet without an end.
    Skipped {
        /// Which connection.
        connection: ConnectionId,
        /// Who sent them.
        from: Role,
        /// When, in nanoseconds since the Unix epoch.
        at_ns: Option<u64>,
        /// The frame that held the last of them.
        frame: u64,
        /// The bytes. None at all where a packet without an end is followed by the next one at once.
        bytes: &'a [u8],
    },
    /// The tap that recorded the connection did something to it on purpose. What is recorded is what each side sent: what
    /// this fault changed or took away of it is not what the other side got.
    Marked {
        /// Which connection.
        connection: ConnectionId,
        /// When, in nanoseconds since the Unix epoch.
        at_ns: Option<u64>,
        /// The frame that says it.
        frame: u64,
        /// What it did, as [`crate::mark::Mark::of_comment`] reads it; or, once and first, between whom it stands, as
        /// [`crate::mark::Tapped::of_comment`] does.
        comment: &'a str,
    },
    /// A side has closed its half of the connection (FIN), the first of the two: it sends no more, while the other still
    /// may. Told where it stands in the file, unless what is inside is not known by then; the end follows as
    /// [`Event::Closed`].
    Fin {
        /// Which connection.
        connection: ConnectionId,
        /// Which side.
        from: Role,
        /// When, in nanoseconds since the Unix epoch.
        at_ns: Option<u64>,
        /// The frame that shows it.
        frame: u64,
    },
    /// A TLS connection was not opened, told where it ends, or at the end of the file.
    Sealed {
        /// Which connection.
        connection: ConnectionId,
        /// Why, the end of a sentence that begins with the connection.
        why: &'a str,
    },
    /// The connection ended. Nothing is told of one that is still open at the end of the file.
    Closed {
        /// Which connection.
        connection: ConnectionId,
        /// How the connection ended.
        how: Ending,
        /// Who ended it, by FIN or RST.
        from: Option<Role>,
        /// When, in nanoseconds since the Unix epoch.
        at_ns: Option<u64>,
        /// The frame that shows it.
        frame: u64,
        /// The words of a log for it; empty: there are none.
        words: &'a str,
    },
    /// A TLS key log that the file carries for its own connections (a decryption secrets block).
    KeyLog(&'a [u8]),
    /// Something that was not read, and why: a sentence without a full stop. Each is told once.
    Note(&'a str),
}

/// When the next event was, for whoever reads several files in the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ahead {
    /// At this time, in nanoseconds since the Unix epoch.
    At(u64),
    /// It should have a time, and the file gives it none.
    Timeless,
    /// It belongs to what was told before it.
    Beside,
}

/// A connection and its two ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Its number.
    pub connection: ConnectionId,
    /// Who opened it: the sender of the SYN, else what the packets say, else the side with the less known port.
    pub client: Peer,
    /// The other end.
    pub server: Peer,
    /// Whether a SYN was seen, or what stands for one in other recordings. Without one the connection is older than the
    /// capture, or the SYN was left out.
    pub has_syn: bool,
    /// The time of its first frame, in nanoseconds since the Unix epoch.
    pub at_ns: Option<u64>,
    /// Its first frame.
    pub frame: u64,
    /// Its number among all TCP connections of the file, as other tools count them: from 0, in the order of their first
    /// frames. `None`: the file holds no frames.
    pub stream: Option<u32>,
}

/// What a connection carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// MQTT.
    Tcp,
    /// TLS: MQTT inside where bytes follow, else not opened.
    Tls,
    /// MQTT in WebSocket frames.
    WebSocket,
    /// MQTT in WebSocket frames in TLS.
    SecureWebSocket,
    /// Not told: MQTT as a log has it, in words or in hex.
    Log,
    /// Something else, whose bytes are not given out; `None`: nothing that is known here.
    Other(Option<Protocol>),
    /// No bytes were seen.
    Nothing,
    /// The server refused it: it answered the SYN by RST.
    Refused,
    /// Nothing answered the SYN.
    Unanswered,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// Both sides were done.
    Fin,
    /// One side broke it off.
    Reset,
    /// The same ports were opened again.
    Reused,
    /// It was forgotten, as there were too many.
    Evicted,
    /// As a log says, for another connection of the same client.
    TakenOver,
    /// As a log says, since its client was silent for too long.
    TimedOut,
    /// As a log says, for another reason than that both sides were done.
    Failed,
}

/// An event whose bytes stand in the queue.
enum Queued {
    Opened(Opened),
    Transport(ConnectionId, Transport, usize, usize),
    Bytes(Sent),
    Gap(ConnectionId, Role, Option<u64>),
    Said(Sent, PacketType, Option<ProtocolVersion>),
    Named(ConnectionId, Role, usize, usize),
    /// The identifier, with the address behind it from a place on.
    Client(ConnectionId, usize, usize, usize),
    Skipped(Sent),
    Marked(Sent),
    Fin(ConnectionId, Role, Moment),
    Closed(ConnectionId, Ending, Option<Role>, Moment),
    /// The same with the words of a log for it.
    SaidClosed(Sent, Ending),
    Sealed(ConnectionId, usize, usize),
    KeyLog(usize, usize),
    Note(usize, usize),
}

struct Sent {
    connection: ConnectionId,
    from: Role,
    moment: Moment,
    start: usize,
    len: usize,
}

/// When and where in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) at_ns: Option<u64>,
    pub(super) frame: u64,
}

/// The most notes that are told.
const MOST_NOTES: usize = 100;

/// Room that is kept between events.
const KEPT_ROOM: usize = 1 << 20;

/// Events that wait to be polled. In the steady state it allocates nothing.
#[derive(Default)]
pub(super) struct Queue {
    events: VecDeque<Queued>,
    bytes: Vec<u8>,
    notes: HashSet<String>,
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Makes room, when all that was lent is given back.
    pub(super) fn clear(&mut self) {
        if self.events.is_empty() {
            self.bytes.clear();
            self.bytes.shrink_to(KEPT_ROOM);
        }
    }

    /// When the next event was.
    pub(super) fn ahead(&self) -> Option<Ahead> {
        let at_ns = match self.events.front()? {
            Queued::Opened(opened) => opened.at_ns,
            Queued::Bytes(sent)
            | Queued::Said(sent, ..)
            | Queued::Skipped(sent)
            | Queued::Marked(sent)
            | Queued::SaidClosed(sent, _) => sent.moment.at_ns,
            Queued::Fin(.., moment) | Queued::Closed(.., moment) => moment.at_ns,
            Queued::Transport(..)
            | Queued::Gap(..)
            | Queued::Named(..)
            | Queued::Client(..)
            | Queued::Sealed(..)
            | Queued::KeyLog(..)
            | Queued::Note(..) => return Some(Ahead::Beside),
        };
        Some(at_ns.map_or(Ahead::Timeless, Ahead::At))
    }

    pub(super) fn poll(&mut self) -> Option<Event<'_>> {
        let bytes = &self.bytes;
        let of = |start: usize, len: usize| {
            let end = start.saturating_add(len);
            bytes.get(start..end).unwrap_or_default()
        };
        Some(match self.events.pop_front()? {
            Queued::Opened(opened) => Event::Opened(opened),
            Queued::Bytes(sent) => Event::Bytes {
                connection: sent.connection,
                from: sent.from,
                at_ns: sent.moment.at_ns,
                frame: sent.moment.frame,
                bytes: of(sent.start, sent.len),
            },
            Queued::Skipped(sent) => Event::Skipped {
                connection: sent.connection,
                from: sent.from,
                at_ns: sent.moment.at_ns,
                frame: sent.moment.frame,
                bytes: of(sent.start, sent.len),
            },
            Queued::Marked(sent) => Event::Marked {
                connection: sent.connection,
                at_ns: sent.moment.at_ns,
                frame: sent.moment.frame,
                comment: text(of(sent.start, sent.len)),
            },
            Queued::Said(sent, packet_type, version) => Event::Said {
                connection: sent.connection,
                from: sent.from,
                at_ns: sent.moment.at_ns,
                frame: sent.moment.frame,
                packet_type,
                version,
                words: text(of(sent.start, sent.len)),
            },
            Queued::Named(connection, end, start, len) => Event::Named {
                connection,
                end,
                name: text(of(start, len)),
            },
            Queued::Client(connection, start, address, end) => Event::Client {
                connection,
                identifier: text(of(start, address.saturating_sub(start))),
                address: text(of(address, end.saturating_sub(address))),
            },
            Queued::Gap(connection, from, bytes) => Event::Gap {
                connection,
                from,
                bytes,
            },
            Queued::Fin(connection, from, moment) => Event::Fin {
                connection,
                from,
                at_ns: moment.at_ns,
                frame: moment.frame,
            },
            Queued::Closed(connection, how, from, moment) => Event::Closed {
                connection,
                how,
                from,
                at_ns: moment.at_ns,
                frame: moment.frame,
                words: "",
            },
            Queued::SaidClosed(sent, how) => Event::Closed {
                connection: sent.connection,
                how,
                from: None,
                at_ns: sent.moment.at_ns,
                frame: sent.moment.frame,
                words: text(of(sent.start, sent.len)),
            },
            Queued::Sealed(connection, start, len) => Event::Sealed {
                connection,
                why: text(of(start, len)),
            },
            Queued::KeyLog(start, len) => Event::KeyLog(of(start, len)),
            Queued::Transport(connection, transport, start, len) => Event::Transport {
                connection,
                transport,
                why: text(of(start, len)),
            },
            Queued::Note(start, len) => Event::Note(text(of(start, len))),
        })
    }

    pub(super) fn opened(&mut self, opened: Opened) {
        self.events.push_back(Queued::Opened(opened));
    }

    pub(super) fn transport(&mut self, of: ConnectionId, transport: Transport, why: &str) {
        let (start, len) = self.keep(why.as_bytes());
        self.events
            .push_back(Queued::Transport(of, transport, start, len));
    }

    fn keep(&mut self, bytes: &[u8]) -> (usize, usize) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        (start, bytes.len())
    }

    pub(super) fn gap(&mut self, of: ConnectionId, from: Role, bytes: Option<u64>) {
        self.events.push_back(Queued::Gap(of, from, bytes));
    }

    pub(super) fn fin(&mut self, of: ConnectionId, from: Role, moment: Moment) {
        self.events.push_back(Queued::Fin(of, from, moment));
    }

    pub(super) fn closed(
        &mut self,
        of: ConnectionId,
        how: Ending,
        from: Option<Role>,
        moment: Moment,
    ) {
        self.events.push_back(Queued::Closed(of, how, from, moment));
    }

    /// The same as a log has it in words.
    pub(super) fn said_closed(
        &mut self,
        of: ConnectionId,
        how: Ending,
        moment: Moment,
        words: &str,
    ) {
        let sent = self.sent(of, Role::Server, moment, words.as_bytes());
        self.events.push_back(Queued::SaidClosed(sent, how));
    }

    pub(super) fn said(
        &mut self,
        of: ConnectionId,
        from: Role,
        moment: Moment,
        what: (PacketType, Option<ProtocolVersion>),
        words: &str,
    ) {
        let sent = self.sent(of, from, moment, words.as_bytes());
        self.events.push_back(Queued::Said(sent, what.0, what.1));
    }

    pub(super) fn named(&mut self, of: ConnectionId, end: Role, name: &str) {
        let (start, len) = self.keep(name.as_bytes());
        self.events.push_back(Queued::Named(of, end, start, len));
    }

    pub(super) fn client(&mut self, of: ConnectionId, identifier: &str, address: &str) {
        let (start, len) = self.keep(identifier.as_bytes());
        let (at, of_address) = self.keep(address.as_bytes());
        debug_assert_eq!(start.saturating_add(len), at, "one behind the other");
        let end = at.saturating_add(of_address);
        self.events.push_back(Queued::Client(of, start, at, end));
    }

    pub(super) fn sealed(&mut self, of: ConnectionId, why: &str) {
        let (start, len) = self.keep(why.as_bytes());
        self.events.push_back(Queued::Sealed(of, start, len));
    }

    pub(super) fn key_log(&mut self, text: &[u8]) {
        let (start, len) = self.keep(text);
        self.events.push_back(Queued::KeyLog(start, len));
    }

    pub(super) fn bytes(&mut self, of: ConnectionId, from: Role, moment: Moment, bytes: &[u8]) {
        if !bytes.is_empty() {
            let sent = self.sent(of, from, moment, bytes);
            self.events.push_back(Queued::Bytes(sent));
        }
    }

    pub(super) fn skipped(&mut self, of: ConnectionId, from: Role, moment: Moment, bytes: &[u8]) {
        let sent = self.sent(of, from, moment, bytes);
        self.events.push_back(Queued::Skipped(sent));
    }

    pub(super) fn mark(&mut self, of: ConnectionId, moment: Moment, comment: &[u8]) {
        let sent = self.sent(of, Role::Client, moment, comment);
        self.events.push_back(Queued::Marked(sent));
    }

    fn sent(&mut self, connection: ConnectionId, from: Role, moment: Moment, bytes: &[u8]) -> Sent {
        let (start, len) = self.keep(bytes);
        Sent {
            connection,
            from,
            moment,
            start,
            len,
        }
    }

    /// Tells a note once.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if self.notes.len() < MOST_NOTES && !self.notes.contains(&note) {
            let (start, len) = self.keep(note.as_bytes());
            self.notes.insert(note);
            self.events.push_back(Queued::Note(start, len));
        }
    }
}

fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or_default()
}
