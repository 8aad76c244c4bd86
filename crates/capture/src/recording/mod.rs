//! Packet captures, read in one pass: what MQTT was sent on which connection, and what is missing.
//!
//! A file goes in as chunks of any size, events come out. Between the two stand the container (pcap, pcapng, gzip around
//! them), the links and tunnels, IP, TCP, TLS where somebody can open it, and WebSocket. HAR files, flow files of mitmproxy and
//! logs of brokers and clients hold messages instead of frames: their connections go the same way from there on. MQTT is found by its bytes, on
//! every port. What waits for something (segments behind a gap, parts of IP packets, bytes of which it is not known yet
//! what they are) is bounded by [`Limits`].
//!
//! ```
//! use mqttscope_capture::recording::{CaptureReader, Event, Limits};
//!
//! let mut reader = CaptureReader::new(Limits::default());
//! reader.handle_bytes(b"Client a sending CONNECT");
//! reader.handle_end();
//! assert!(matches!(reader.poll_event(), Some(Event::Opened(opened)) if opened.client.to_string() == "a"));
//! assert!(matches!(reader.poll_event(), Some(Event::Transport { .. })));
//! let mut said = 0;
//! while let Some(event) = reader.poll_event() {
//!     said += usize::from(matches!(event, Event::Said { .. }));
//! }
//! assert_eq!(said, 1);
//! ```

mod container;
mod event;
mod fields;
mod inside;
#[cfg(feature = "tls")]
mod keyed;
mod link;
mod peer;
mod said;
mod series;
mod streams;
mod tcp;
mod tls;
mod unreached;
mod whole;

use std::collections::BTreeMap;

pub use event::{Ahead, ConnectionId, Ending, Event, Opened, Transport};
pub use inside::{FromWebSocket, WebSocketReader};
#[cfg(feature = "tls")]
pub use keyed::KeyLogSessions;
pub use peer::Peer;
pub use said::{SaidMessage, SaidNumbers};
pub use tls::{Plain, TlsOpener, TlsSessions};
pub use unreached::Unreached;
pub use whole::{Capture, Connection, Gap, Marked, Packet};

pub(crate) use whole::is_log;

use container::{Container, Item};
use event::{Moment, Queue};
use link::{Fragments, Segment, Take, Unread, Walk};
use streams::Streams;
use tcp::{Around, Flows};

/// What is kept at most. Sizes are in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest record of a frame, and the longest line of a log. A message of a HAR or flow file may be 16 times as
    /// long.
    pub record: usize,
    /// Segments of one direction that wait behind a gap, by their bytes.
    pub waiting: usize,
    /// The same by their number.
    pub segments: usize,
    /// Bytes of a connection that are looked at to find out what it carries.
    pub look: usize,
    /// All that waits in all connections.
    pub total: usize,
    /// Connections at once, those that ended lately included.
    pub connections: usize,
    /// What a compressed file is inflated to: a thousand times its size is possible.
    pub inflated: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            record: 1 << 20,
            waiting: 4 << 20,
            segments: 4096,
            look: 64 << 10,
            total: 64 << 20,
            connections: 1 << 16,
            inflated: if cfg!(target_pointer_width = "32") {
                1 << 30
            } else {
                1 << 38
            },
        }
    }
}

/// What was read so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Frames of the file; messages of a HAR or flow file, lines of a log.
    pub frames: u64,
    /// TCP segments in them; an aggregate holds several.
    pub segments: u64,
    /// Segments that brought nothing new.
    pub retransmitted: u64,
    /// The same packet, seen on another interface or twice on one: no retransmission.
    pub copies: u64,
    /// Segments that hold other bytes than those before had at the same place; the first are kept.
    pub contradicted: u64,
    /// Probes of TCP that the connection is alive.
    pub keep_alives: u64,
    /// Segments with bytes behind the end of their connection.
    pub late: u64,
}

/// Reads a capture file fed in chunks of any size, in one pass.
///
/// What is given in is kept until it is polled away, so poll until `None` after each call.
pub struct CaptureReader {
    container: Container,
    fragments: Fragments,
    flows: Flows,
    streams: Streams,
    queue: Queue,
    counts: Counts,
    unread: BTreeMap<Reason, u64>,
    limits: Limits,
    tls: Option<Box<dyn TlsSessions>>,
    /// The time of the frame before.
    before_ns: Option<u64>,
    /// Frames that are older than the one before them.
    disordered: u64,
    is_ended: bool,
    is_told: bool,
    /// Connections that are open at the end stay so, for the next file.
    keeps: bool,
}

/// So many frames that are older than the one before them are told: a few are a clock that was set, or two interfaces.
const DISORDERED: u64 = 8;

impl CaptureReader {
    /// A reader that opens no TLS.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            container: Container::new(limits.record, limits.inflated),
            fragments: Fragments::default(),
            flows: Flows::new(),
            streams: Streams::default(),
            queue: Queue::default(),
            counts: Counts::default(),
            unread: BTreeMap::new(),
            limits,
            tls: None,
            before_ns: None,
            disordered: 0,
            is_ended: false,
            is_told: false,
            keeps: false,
        }
    }

    /// The same with somebody who may be able to open TLS.
    #[must_use]
    pub fn with_tls(self, tls: Box<dyn TlsSessions>) -> Self {
        Self {
            tls: Some(tls),
            ..self
        }
    }

    /// Takes the next bytes of the file.
    pub fn handle_bytes(&mut self, chunk: &[u8]) {
        self.container.push(chunk);
    }

    /// The file ended: what waits will not come.
    pub fn handle_end(&mut self) {
        self.container.end();
        self.is_ended = true;
    }

    /// What was read so far.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// Memory of what waits, in bytes: of the file, and of its connections.
    #[must_use]
    pub fn held(&self) -> usize {
        let connections = self.flows.held().saturating_add(self.streams.held());
        self.container.held().saturating_add(connections)
    }

    /// The next event; `None` until more bytes are given.
    pub fn poll_event(&mut self) -> Option<Event<'_>> {
        if !self.find_event() {
            return None;
        }
        self.queue.poll()
    }

    /// When the next event was, which [`CaptureReader::poll_event`] gives; `None` until more bytes are given.
    pub fn ahead(&mut self) -> Option<Ahead> {
        if !self.find_event() {
            return None;
        }
        self.queue.ahead()
    }

    fn find_event(&mut self) -> bool {
        if self.queue.is_empty() {
            self.queue.clear();
        }
        while self.queue.is_empty() {
            if !self.step() {
                return false;
            }
        }
        true
    }

    /// Does the next piece of work; false when there is none.
    fn step(&mut self) -> bool {
        let mut around = Around {
            queue: &mut self.queue,
            counts: &mut self.counts,
            limits: &self.limits,
            tls: &mut self.tls,
        };
        if self.flows.work(&mut around) {
            return true;
        }
        match self.container.next_item() {
            Some(Item::Packet(packet)) => {
                around.counts.frames = around.counts.frames.saturating_add(1);
                let moment = Moment {
                    at_ns: packet.at_ns,
                    frame: around.counts.frames,
                };
                let is_older = packet.at_ns.is_some() && packet.at_ns < self.before_ns;
                self.disordered = self.disordered.saturating_add(u64::from(is_older));
                self.before_ns = packet.at_ns;
                let mut taker = Taker {
                    flows: &mut self.flows,
                    around,
                    moment,
                    unread: &mut self.unread,
                    comment: packet.comment,
                };
                let mut walk = Walk {
                    fragments: &mut self.fragments,
                    take: &mut taker,
                };
                walk.frame(packet.bytes, packet.link, packet.interface, packet.cut);
                true
            }
            Some(Item::Tell(tell)) => {
                around.counts.frames = around.counts.frames.max(tell.frame);
                let moment = Moment {
                    at_ns: tell.at_ns,
                    frame: tell.frame,
                };
                self.streams.take(tell.key, tell.told, moment, &mut around);
                true
            }
            Some(Item::KeyLog(text)) => {
                if let Some(tls) = around.tls {
                    tls.handle_key_log(text);
                }
                around.queue.key_log(text);
                true
            }
            Some(Item::Note(note)) => {
                around.queue.note(note);
                true
            }
            None if !self.is_ended => false,
            None => self.streams.end(&mut around) || self.end(),
        }
    }

    /// Datagrams that may be MQTT-SN are, where one is beyond doubt.
    fn settle_datagrams(&mut self) {
        if let Some(number) = self.unread.remove(&Reason::MaybeMqttSn) {
            let is_sure = self.unread.contains_key(&Reason::MqttSn);
            let reason = if is_sure { Reason::MqttSn } else { Reason::Udp };
            let count = self.unread.entry(reason).or_insert(0);
            *count = count.saturating_add(number);
        }
    }

    fn end(&mut self) -> bool {
        if self.keeps {
            return false;
        }
        if self.flows.end() {
            return true;
        }
        if self.is_told {
            return false;
        }
        self.is_told = true;
        self.settle_datagrams();
        for (reason, number) in &self.unread {
            self.queue.note(reason.says(*number));
        }
        if self.disordered >= DISORDERED {
            self.queue.note(format!(
                "{} frames stand behind later ones: where that is far off, their bytes count as missing. Wireshark's reordercap sorts them",
                self.disordered
            ));
        }
        !self.queue.is_empty()
    }
}

/// Why frames hold nothing that is read, as it is counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    Link(u16),
    NotTcp,
    Udp,
    Quic,
    MqttSn,
    /// It is, if another frame of the file is beyond doubt.
    MaybeMqttSn,
    Encrypted,
    Damaged,
    TooDeep,
}

/// Link types that are counted apart.
const MOST_REASONS: usize = 64;

impl Reason {
    fn says(self, number: u64) -> String {
        let (noun, are) = if number == 1 {
            ("frame", "is")
        } else {
            ("frames", "are")
        };
        match self {
            Self::Link(link) => format!(
                "{number} {noun} of link type {link}, which is not known here, {are} not read"
            ),
            Self::NotTcp => format!("{number} {noun} without TCP {are} not read"),
            Self::Udp => format!("{number} {noun} with UDP {are} not read"),
            Self::Quic => {
                format!(
                    "{number} {noun} of QUIC {are} not read: where that carries MQTT, let the client connect with TLS over TCP \
                     and add its key log, or open a trace of the broker"
                )
            }
            Self::MqttSn | Self::MaybeMqttSn => {
                format!(
                    "{number} {noun} of MQTT-SN, which is another protocol than MQTT, {are} not read: record between its gateway \
                     and the broker"
                )
            }
            Self::Encrypted => {
                format!("{number} {noun} {are} encrypted (Wi-Fi or IPsec) and not read")
            }
            Self::Damaged => format!("{number} {noun} {are} cut short or damaged in the headers"),
            Self::TooDeep => {
                format!("{number} {noun} {are} not read: too many headers within headers")
            }
        }
    }
}

/// Hands segments on to their connections.
struct Taker<'t> {
    flows: &'t mut Flows,
    around: Around<'t>,
    moment: Moment,
    unread: &'t mut BTreeMap<Reason, u64>,
    /// What a tap did, by the comment of the frame.
    comment: &'t [u8],
}

impl Take for Taker<'_> {
    fn segment(&mut self, segment: &Segment<'_>) {
        self.flows.pass_time(self.moment);
        // What the segment before it in an aggregate of frames brought comes first.
        while self.flows.work(&mut self.around) {}
        self.around.counts.segments = self.around.counts.segments.saturating_add(1);
        let is_told = !self.comment.is_empty();
        self.flows
            .take(segment, is_told, self.moment, &mut self.around);
        if !self.comment.is_empty() {
            let ends = [segment.source, segment.destination];
            let comment = core::mem::take(&mut self.comment);
            let place = (ends, segment.path);
            self.flows
                .mark(place, self.moment, comment, &mut self.around);
        }
    }

    fn unread(&mut self, why: Unread) {
        let reason = match why {
            Unread::Link(link) => Reason::Link(link),
            Unread::NotTcp => Reason::NotTcp,
            Unread::Udp => Reason::Udp,
            Unread::Quic => Reason::Quic,
            Unread::MqttSn { is_proven: true } => Reason::MqttSn,
            Unread::MqttSn { is_proven: false } => Reason::MaybeMqttSn,
            Unread::Encrypted => Reason::Encrypted,
            Unread::Damaged => Reason::Damaged,
            Unread::TooDeep => Reason::TooDeep,
            // Those that never become whole are few.
            Unread::Fragment => return,
        };
        if self.unread.contains_key(&reason) || self.unread.len() < MOST_REASONS {
            let count = self.unread.entry(reason).or_insert(0);
            *count = count.saturating_add(1);
        }
    }
}
