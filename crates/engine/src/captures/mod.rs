//! Capture files: how far they are read, and what connections are in them.
//!
//! Whoever has the files reads them: [`Captures::wanted`] says which bytes come next. A key log may come before or
//! behind the captures that it opens; where one comes behind, they are read again.

mod connection;
mod faults;
mod held;
mod listed;
mod merging;
#[cfg(test)]
mod tests;

use core::time::Duration;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::SocketAddr;

use mqttscope_capture::pcapng::{self, Ends};
use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::{
    self, CaptureReader, KeyLogSessions, Limits, Opened, Peer, Transport, Unreached,
};
use mqttscope_capture::tls::KeyLog;
use mqttscope_protocol::{CaptureFile, CaptureState, ConnectionEvent, ConnectionId, EventKind};

use crate::connection::SocketId;
use crate::log::{Journal, Record, WireLog};
pub(crate) use connection::{Captured, moment};
use faults::Faulted;
pub(crate) use faults::{Answered, Heard, awaited_of, fate_of, named_by};
pub(crate) use held::Sent;
use listed::Listed;
pub(crate) use merging::Turn;
use merging::is_open;
use mqttscope_shared::Instant;
use mqttscope_wire::ProtocolVersion;

/// Bytes of key logs that are kept.
const MOST_KEYS: usize = 64 << 20;
/// Notes that are told.
const MOST_NOTES: usize = 200;
/// Notes that are told with their file.
const MOST_OF_FILE: usize = 5;
/// Connections without MQTT that are named.
const MOST_NAMED: u64 = 20;
/// How long a file must have been read before it is said how fast.
const SHORTEST_READ: Duration = Duration::from_millis(200);
/// Bytes that show whether a file is a key log.
const PROBED: usize = 4 << 10;

/// Bytes of a file that are to be read next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WantedBytes {
    /// The file, by its number in the order in which files were opened.
    pub file: usize,
    /// The first byte.
    pub offset: u64,
    /// How many; fewer will do. None at all are the end.
    pub len: u64,
}

/// What a file turned out to be.
enum What {
    Capture(Box<CaptureReader>),
    Keys(Vec<u8>),
}

/// A file that is read.
struct Reading {
    what: What,
    /// All its bytes are there.
    is_ended: bool,
    /// Whether it has times of a clock was looked at.
    is_timed: bool,
    /// When its next event was, in nanoseconds since 1970.
    key: u64,
    /// The last time that was told of it.
    last: Option<Instant>,
    /// When its first bytes came, and how many these were.
    began: Option<(Instant, u64)>,
    /// Packets of which it has only words.
    in_words: u64,
    /// Its beginning, until its first frame has its turn: that of a file before may end by then, whose connections go on in it.
    beginning: Option<Beginning>,
    /// Servers that were not reached.
    unreached: Unreached,
    /// How many TLS connections were not opened, by the reason.
    sealed: BTreeMap<Box<str>, u64>,
    /// Its connections go on in another file.
    went_on: bool,
}

/// The first bytes of a file of frames.
struct Beginning {
    bytes: Vec<u8>,
    /// The time of its first frame, in nanoseconds since 1970.
    at_ns: u64,
}

/// See [the module](self).
#[derive(Default)]
pub(crate) struct Captures {
    files: Vec<CaptureFile>,
    /// Those that are read, by their places.
    readings: BTreeMap<usize, Reading>,
    /// The one whose bytes are wanted. It stays until they are here.
    wanted: Option<usize>,
    /// The one whose turn it is: what is told here is told of it.
    at: usize,
    /// The latest time of what was told.
    told_until: Instant,
    /// The lines of all key logs, and those that captures carry.
    keys: Vec<u8>,
    /// Bytes of these when the first of the captures was begun.
    keys_before: Option<usize>,
    /// Every connection of every file, in the order in which they were told.
    all: Vec<Captured>,
    /// Where those of the files that are read now stand, by the file and their number in it.
    places: HashMap<(usize, recording::ConnectionId), usize>,
    of: BTreeMap<ConnectionId, usize>,
    /// The latest connection between two ends that is no copy, with its file.
    between: HashMap<(String, String), (usize, usize)>,
    /// The connection that came last with a Client Identifier.
    newest: HashMap<String, usize>,
    /// Client Identifiers that several connections have.
    shared: HashSet<String>,
    /// Packets of which there are only words.
    in_words: u64,
    /// Connections whose client got another name, and the first of their entries in the log.
    renamed: Journal<(ConnectionId, u64)>,
    listed: Listed,
    faulted: Faulted,
    last_id: u32,
    /// The last of an earlier reading.
    gone: Option<ConnectionId>,
    /// All packets are read as this version.
    pub(crate) read_as: Option<ProtocolVersion>,
    /// Of files that are read to their end.
    frames: u64,
    others: u64,
    sealed: u64,
    /// Gaps, and bytes that are missing in them.
    gaps: (u64, u64),
    /// What was not read, each with the place of its file.
    notes: Vec<(Option<usize>, String)>,
}

impl core::fmt::Debug for Captures {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // Keys are secrets.
        (f.debug_struct("Captures"))
            .field("files", &self.files)
            .field("connections", &self.all.len())
            .finish_non_exhaustive()
    }
}

impl Captures {
    /// Whether a file was ever opened.
    pub(crate) const fn is_used(&self) -> bool {
        !self.files.is_empty()
    }

    /// Opens files, beside those that are there. Without a size they grow.
    pub(crate) fn open(&mut self, files: impl IntoIterator<Item = (String, Option<u64>)>) {
        let files = files.into_iter().map(|(name, size)| CaptureFile {
            name,
            size,
            ..CaptureFile::default()
        });
        self.files.extend(files);
        self.wanted = self.wanted.or_else(|| self.first_wanted());
    }

    /// The bytes that are to be read next.
    pub(crate) fn wanted(&self) -> Option<WantedBytes> {
        let file = self.wanted?;
        let CaptureFile { size, read, .. } = self.files.get(file)?;
        let piece = self.piece();
        Some(WantedBytes {
            file,
            offset: *read,
            len: size.map_or(piece, |size| size.saturating_sub(*read).min(piece)),
        })
    }

    /// Takes the bytes that were wanted.
    pub(crate) fn take(&mut self, now: Instant, bytes: &[u8]) {
        let Some(current) = self.wanted.take() else {
            return;
        };
        let Some(file) = self.files.get_mut(current) else {
            return;
        };
        file.state = CaptureState::Reading;
        file.read = file.read.saturating_add(bytes.len() as u64);
        // A file that shrinks while it is read ends where nothing comes any more.
        let read = file.read;
        let is_end = bytes.is_empty() || file.size.is_some_and(|size| read >= size);
        let reading = match self.readings.remove(&current) {
            Some(mut reading) => {
                match &mut reading.what {
                    What::Capture(reader) => reader.handle_bytes(bytes),
                    What::Keys(keys) => keys.extend_from_slice(bytes),
                }
                reading
            }
            None if is_key_log(bytes) => Reading::new(What::Keys(bytes.to_vec())),
            None => {
                let reading = Reading::new(What::Capture(self.begin(bytes)));
                Reading {
                    beginning: CaptureReader::first_time(bytes).map(|at_ns| Beginning {
                        bytes: bytes.to_vec(),
                        at_ns,
                    }),
                    ..reading
                }
            }
        };
        let reading = self.readings.entry(current).or_insert(reading);
        reading.is_ended = is_end;
        let (from, before) = *reading.began.get_or_insert((now, read));
        if let Some(file) = self.files.get_mut(current) {
            file.rate = rate(read.saturating_sub(before), now - from);
        }
        if is_end && let What::Capture(reader) = &mut reading.what {
            reader.handle_end();
        }
    }

    fn begin(&mut self, bytes: &[u8]) -> Box<CaptureReader> {
        self.keys_before.get_or_insert(self.keys.len());
        let sessions = KeyLogSessions::new(&self.keys);
        let mut limits = Limits::default();
        if pcapng::is_ours(bytes) {
            // A gap is shown at once, and not when much has come behind it.
            (limits.waiting, limits.segments) = (0, 0);
        }
        let reader = CaptureReader::new(limits).keeping();
        let mut reader = Box::new(reader.with_tls(Box::new(sessions)));
        reader.handle_bytes(bytes);
        reader
    }

    /// The bytes that were wanted have to be waited for, as their source is gone; or it is there again.
    pub(crate) fn wait(&mut self, is_gone: bool) {
        if let Some(file) = self.wanted.and_then(|file| self.files.get_mut(file)) {
            file.state = if is_gone {
                CaptureState::Awaited
            } else {
                CaptureState::Reading
            };
        }
    }

    /// The bytes that were wanted cannot be read: the file whose they are has its turn.
    pub(crate) fn fail(&mut self) {
        if let Some(file) = self.wanted.take() {
            self.at = file;
        }
    }

    /// The file whose turn it is is at its end, or is given up for a reason. Whether its captures are to be read again,
    /// with keys that came too late.
    pub(crate) fn end(&mut self, state: CaptureState) -> bool {
        let at = self.at;
        self.places.retain(|(file, _), _| *file != at);
        let (mut state, mut frames) = (state, 0);
        let reading = self.readings.remove(&at);
        if let Some(count) = reading
            .as_ref()
            .map(|reading| reading.in_words)
            .filter(|it| *it > 0)
        {
            let (noun, are) = if count == 1 {
                ("packet", "is")
            } else {
                ("packets", "are")
            };
            let count = mqttscope_view::digits::grouped(count);
            self.note(format!(
                "{count} {noun} {are} told in words, without bytes: no rules are checked of these"
            ));
        }
        let sealed = reading.as_ref().map(|reading| reading.sealed.clone());
        for (why, count) in sealed.unwrap_or_default() {
            self.note(match count {
                1 => format!("1 TLS connection {why}"),
                _ => {
                    let count = mqttscope_view::digits::grouped(count);
                    format!("{count} TLS connections: each {why}")
                }
            });
        }
        match reading.map(|reading| reading.what) {
            Some(What::Keys(text)) if state == CaptureState::Read => {
                let lines = KeyLog::new().add(&text).lines;
                state = if self.keys.len().saturating_add(text.len()) > MOST_KEYS {
                    CaptureState::Failed("there is no room for so many keys".to_owned())
                } else {
                    self.add_keys(&text);
                    CaptureState::Keys(lines as u64)
                };
            }
            Some(What::Capture(reader)) => frames = reader.counts().frames,
            Some(What::Keys(_)) | None => {}
        }
        self.frames = self.frames.saturating_add(frames);
        let is_stopped = state == CaptureState::Stopped;
        if let Some(file) = self.files.get_mut(at) {
            (file.state, file.frames) = (state, frames);
        }
        let before = self.keys_before.unwrap_or(usize::MAX);
        !is_stopped && self.sealed > 0 && self.keys.len() > before && !self.grows()
    }

    /// Adds the lines of a key log, as far as there is room.
    pub(crate) fn add_keys(&mut self, text: &[u8]) {
        // What is read again brings the same keys again.
        let is_known = !text.is_empty() && memchr::memmem::find(&self.keys, text).is_some();
        if !is_known && self.keys.len().saturating_add(text.len()) < MOST_KEYS {
            self.keys.extend_from_slice(text);
            self.keys.push(b'\n');
        }
    }

    /// The next of the files that are read gets its turn, so that what is told here is told of it; false: there is none.
    pub(crate) fn give_up_next(&mut self) -> bool {
        let next = self.readings.keys().next().copied();
        self.at = next.unwrap_or(self.at);
        next.is_some()
    }

    /// Nothing more is read.
    pub(crate) fn stop(&mut self) {
        for file in self.files.iter_mut().filter(|file| is_open(file)) {
            file.state = CaptureState::Stopped;
        }
        self.wanted = None;
    }

    /// All captures are read again.
    pub(crate) fn begin_again(&mut self) {
        let files = core::mem::take(&mut self.files);
        *self = Self {
            files,
            keys: core::mem::take(&mut self.keys),
            last_id: self.last_id,
            gone: Some(ConnectionId(self.last_id)),
            read_as: self.read_as,
            ..Self::default()
        };
        for file in &mut self.files {
            if is_open(file) || file.state == CaptureState::Read {
                *file = CaptureFile {
                    name: core::mem::take(&mut file.name),
                    size: file.size,
                    ..CaptureFile::default()
                };
            }
        }
        self.wanted = self.first_wanted();
    }

    /// A connection of the current file has MQTT in it.
    pub(super) fn counts_in_file(&mut self) {
        if let Some(file) = self.files.get_mut(self.at) {
            file.connections = file.connections.saturating_add(1);
        }
    }

    /// A connection of the current file.
    pub(crate) fn opened(&mut self, opened: Opened, socket: SocketId) {
        self.last_id = self.last_id.wrapping_add(1);
        let id = ConnectionId(self.last_id);
        let place = self.all.len();
        self.places.insert((self.at, opened.connection), place);
        self.of.insert(id, place);
        let ends = (opened.client.to_string(), opened.server.to_string());
        let other = self.between.get(&ends).filter(|(file, _)| *file != self.at);
        let other = other.and_then(|(_, place)| self.all.get(*place));
        let copy_in = other
            .filter(|other| other.is_open_at(opened.at_ns))
            .map(|_| self.at);
        if copy_in.is_none() {
            self.between.insert(ends, (self.at, place));
        }
        let mut captured = Captured::new(id, socket, opened);
        captured.copy_in = copy_in;
        self.all.push(captured);
    }

    pub(crate) fn get_mut(&mut self, id: recording::ConnectionId) -> Option<&mut Captured> {
        let place = *self.places.get(&(self.at, id))?;
        self.all.get_mut(place)
    }

    /// Connections of the current file that did not end in it.
    pub(crate) fn open_ones(&self) -> Vec<recording::ConnectionId> {
        let keys = self.places.keys();
        let of_file = keys.filter(|(file, _)| *file == self.at);
        let mut open: Vec<_> = of_file.map(|(_, id)| *id).collect();
        open.sort_unstable();
        open
    }

    /// What a connection carries is known.
    pub(crate) fn carries(&mut self, id: recording::ConnectionId, transport: Transport, why: &str) {
        let Some(captured) = self.get_mut(id) else {
            return;
        };
        captured.transport = transport;
        why.clone_into(&mut captured.why);
    }

    /// The TLS of a connection was not opened.
    pub(crate) fn seal(&mut self, id: recording::ConnectionId, why: &str) {
        if let Some(captured) = self.get_mut(id) {
            captured.sealed = Some(why.into());
        }
    }

    /// An end has another name.
    pub(crate) fn named(&mut self, id: recording::ConnectionId, end: Role, name: &str) {
        let Some(captured) = self.get_mut(id) else {
            return;
        };
        let peer = Peer::Named(name.into());
        match end {
            Role::Client => captured.opened.client = peer,
            Role::Server => captured.opened.server = peer,
        }
    }

    /// A log tells who the client of a connection is.
    pub(crate) fn identified(
        &mut self,
        id: recording::ConnectionId,
        identifier: &str,
        address: &str,
    ) {
        let Some(captured) = self.get_mut(id) else {
            return;
        };
        if captured.identify(identifier, address) {
            let (connection, first) = (captured.id, captured.first);
            self.rename(connection, first);
        }
    }

    /// It will not change any more: it counts among those with MQTT, or those without.
    pub(crate) fn settled(&mut self, id: recording::ConnectionId) {
        let Some(place) = self.places.remove(&(self.at, id)) else {
            return;
        };
        let Some(captured) = self.all.get(place).filter(|captured| !captured.is_mqtt()) else {
            return;
        };
        if let Some(why) = &captured.sealed {
            self.listed.seal(place);
            if let Some(reading) = self.readings.get_mut(&self.at) {
                count_sealed(&mut reading.sealed, why);
            }
        }
        if let Some(reading) = self.readings.get_mut(&self.at) {
            let unreached = &mut reading.unreached;
            unreached.count(&captured.opened.server, captured.transport);
            if let Some(file) = self.files.get_mut(self.at) {
                file.unreached = unreached.says().collect();
            }
        }
        self.others = self.others.saturating_add(1);
        let is_sealed = captured.sealed.is_some();
        self.sealed = self.sealed.saturating_add(is_sealed.into());
        if let Some(file) = self.files.get_mut(self.at) {
            file.others = file.others.saturating_add(1);
            file.sealed = file.sealed.saturating_add(is_sealed.into());
        }
        let is_silent = matches!(
            captured.transport,
            Transport::Nothing | Transport::Refused | Transport::Unanswered
        );
        if is_silent || is_sealed || self.others > MOST_NAMED {
            return;
        }
        let note = format!("{} carries no MQTT: {}", captured.ends(), captured.why);
        self.note(note);
    }

    /// So many packets more were found in the current file.
    pub(crate) fn count_found(&mut self, packets: usize) {
        if let Some(file) = self.files.get_mut(self.at) {
            file.packets = file.packets.saturating_add(packets as u64);
        }
    }

    /// Of a packet there are only words.
    pub(crate) fn count_in_words(&mut self) {
        self.count_found(1);
        self.in_words = self.in_words.saturating_add(1);
        if let Some(reading) = self.readings.get_mut(&self.at) {
            reading.in_words = reading.in_words.saturating_add(1);
        }
    }

    /// So many bytes are missing, where that is known.
    pub(crate) fn lose(&mut self, bytes: Option<u64>) {
        let (gaps, missing) = self.gaps;
        let missing = missing.saturating_add(bytes.unwrap_or(0));
        self.gaps = (gaps.saturating_add(1), missing);
    }

    /// Something was not read.
    pub(crate) fn note(&mut self, note: String) {
        if let Some(file) = self.files.get_mut(self.at)
            && file.notes.len() < MOST_OF_FILE
        {
            file.notes.push(note.clone());
        }
        if self.notes.len() < MOST_NOTES {
            self.notes.push((Some(self.at), note));
        }
    }

    /// Connections whose client got another name, and the first of their entries in the log.
    pub(crate) const fn renamed(&self) -> &Journal<(ConnectionId, u64)> {
        &self.renamed
    }

    /// The client of a connection got another name.
    pub(crate) fn rename(&mut self, connection: ConnectionId, first: u64) {
        self.renamed.push((connection, first));
        if let Some(&place) = self.of.get(&connection)
            && let Some(captured) = self.all.get(place)
        {
            let name = captured.client_identifier().to_owned();
            let before = self.newest.insert(name.clone(), place);
            let before = before.filter(|&before| before != place);
            // From here on the one before is called by its port, too.
            if let Some(before) = before.and_then(|before| self.all.get(before))
                && self.shared.insert(name)
            {
                self.renamed.push((before.id, before.first));
            }
        }
    }

    /// Where a connection came from that was opened behind this one, to the same server and with the same Client
    /// Identifier, and that the server did not refuse so far.
    pub(crate) fn rival(&self, id: recording::ConnectionId) -> Option<String> {
        let &own = self.places.get(&(self.at, id))?;
        let captured = self.all.get(own)?;
        let name = captured.client_identifier();
        let &newest = self.newest.get(name).filter(|_| !name.is_empty())?;
        let rival = self.all.get(newest).filter(|_| newest != own)?;
        // The same ends: another capture of the same connection.
        let is_rival = rival.broker() == captured.broker()
            && rival.opened.client != captured.opened.client
            && !rival.is_refused();
        is_rival.then(|| rival.opened.client.to_string())
    }

    /// What a connection is called: by its client, or by where that is.
    pub(crate) fn name(&self, id: ConnectionId) -> Option<String> {
        let captured = self.all.get(*self.of.get(&id)?)?;
        let name = captured.client_identifier();
        Some(match &captured.opened.client {
            client if name.is_empty() => client.to_string(),
            // Connections of one client look alike but for their ports.
            Peer::Address(end) if self.is_shared(name) => format!("{name} :{}", end.port),
            _ => name.to_owned(),
        })
    }

    /// Whether several connections have this Client Identifier.
    fn is_shared(&self, name: &str) -> bool {
        !name.is_empty() && self.shared.contains(name)
    }

    /// The two ends of a connection, where they are addresses, and what carried it.
    pub(crate) fn ends(&self, id: ConnectionId) -> Option<(Option<Ends>, String)> {
        let captured = self.all.get(*self.of.get(&id)?)?;
        let address = |peer: &Peer| match peer {
            Peer::Address(end) => Some(SocketAddr::from((end.address, end.port))),
            Peer::Named(_) => None,
        };
        let ends = || {
            Some(Ends {
                client: address(&captured.opened.client)?,
                server: address(&captured.opened.server)?,
            })
        };
        Some((ends(), captured.says_beginning()))
    }

    /// What happened in a row that is no packet, with what is known by now: a HAR file names the server only behind its
    /// messages, and a connection lasts as long as either side goes on, also behind the row of its end.
    pub(crate) fn event(&self, log: &WireLog, record: &Record) -> Option<ConnectionEvent> {
        let mut event = log.event(record)?;
        match (event.kind, self.by_number(record.connection)) {
            (EventKind::Begins, Some(captured)) => {
                event.address = captured.says_beginning();
                event.cause = captured.says_version();
            }
            (EventKind::Ended, Some(captured)) => event.after = captured.lasts(),
            _ => {}
        }
        Some(event)
    }

    /// By the number that the page knows it by.
    pub(crate) fn by_number(&self, id: ConnectionId) -> Option<&Captured> {
        self.all.get(*self.of.get(&id)?)
    }

    /// The same, to be changed.
    pub(crate) fn of_number(&mut self, id: ConnectionId) -> Option<&mut Captured> {
        self.all.get_mut(*self.of.get(&id)?)
    }
}

/// Bytes in a second, once these took long enough to tell.
fn rate(bytes: u64, took: Duration) -> Option<u64> {
    let micros = u64::try_from(took.as_micros()).ok()?;
    let is_long = took >= SHORTEST_READ;
    let rate = bytes.saturating_mul(1_000_000).checked_div(micros)?;
    is_long.then_some(rate)
}

/// One more that was not opened for this reason.
fn count_sealed(sealed: &mut BTreeMap<Box<str>, u64>, why: &str) {
    // The rows have them all.
    let has_room = sealed.len() < MOST_OF_FILE;
    match sealed.get_mut(why) {
        Some(count) => *count = count.saturating_add(1),
        None if has_room => {
            sealed.insert(why.into(), 1);
        }
        None => {}
    }
}

/// Whether a file begins like a TLS key log.
fn is_key_log(bytes: &[u8]) -> bool {
    let head = bytes.get(..PROBED).unwrap_or(bytes);
    // The last line may be cut.
    let end = head.iter().rposition(|&byte| byte == b'\n');
    let lines = end.and_then(|end| head.get(..end)).unwrap_or(head);
    let added = KeyLog::new().add(lines);
    added.lines > added.ignored
}
