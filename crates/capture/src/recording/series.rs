//! Files that were recorded one behind the other: a connection that is open at the end of one goes on in the next.

use std::collections::HashSet;

use super::container::{Container, Item};
use super::link::{Fragments, Segment, Take, Unread, Walk};
use super::tcp::{Flows, Key};
use super::whole::{Building, MOST_KEPT};
use super::{Capture, CaptureReader, Limits};

/// Frames of a file in which a connection is looked for that goes on.
const LOOKED_AT: usize = 4096;

impl CaptureReader {
    /// The same, whose open connections are not given up at the end of the file, so that [`CaptureReader::go_on`] can take
    /// them over. [`CaptureReader::let_go`] gives them up.
    #[must_use]
    pub fn keeping(self) -> Self {
        Self {
            keeps: true,
            ..self
        }
    }

    /// Whether the file was read to its end and its open connections are still there.
    #[must_use]
    pub const fn is_kept(&self) -> bool {
        self.keeps && self.is_ended
    }

    /// No file goes on with the open connections: the end of the file is told.
    pub const fn let_go(&mut self) {
        self.keeps = false;
    }

    /// Whether a file that begins with these bytes goes on with a connection that is open: it has the same ends, and the
    /// numbers of its bytes go on.
    #[must_use]
    pub fn is_followed_by(&self, beginning: &[u8]) -> bool {
        let mut found = Found {
            flows: &self.flows,
            begun: HashSet::new(),
            is_found: false,
        };
        let mut fragments = Fragments::default();
        let mut container = container(beginning);
        for _ in 0..LOOKED_AT {
            match container.next_item() {
                Some(Item::Packet(packet)) => {
                    let mut walk = Walk {
                        fragments: &mut fragments,
                        take: &mut found,
                    };
                    walk.frame(packet.bytes, packet.link, packet.interface, packet.cut);
                }
                Some(_) => {}
                None => break,
            }
            if found.is_found {
                break;
            }
        }
        found.is_found
    }

    /// Goes on with the connections that are open at the end of another file, under their numbers. Nothing was read of this
    /// one.
    pub fn go_on(&mut self, before: &mut Self) {
        core::mem::swap(&mut self.flows, &mut before.flows);
        core::mem::swap(&mut self.fragments, &mut before.fragments);
        self.flows.go_on();
    }

    /// The time of the first frame of a file that begins so, in nanoseconds since the Unix epoch; `None`: it has no frames,
    /// or none with a time.
    #[must_use]
    pub fn first_time(beginning: &[u8]) -> Option<u64> {
        let mut container = container(beginning);
        for _ in 0..LOOKED_AT {
            match container.next_item()? {
                Item::Packet(packet) => return packet.at_ns,
                Item::Tell(_) => return None,
                Item::KeyLog(_) | Item::Note(_) => {}
            }
        }
        None
    }
}

fn container(beginning: &[u8]) -> Container {
    let limits = Limits::default();
    let mut container = Container::new(limits.record, limits.inflated);
    container.push(beginning);
    container
}

/// Bytes of a file that are read at a time.
const CHUNK: usize = 1 << 20;

impl Capture {
    /// Reads files that were recorded one behind the other as one: a connection that is open at the end of one goes on in the
    /// next ([`CaptureReader::is_followed_by`]), and each packet says in which file it ends. Also the number of notes after
    /// each file. Otherwise as [`Capture::read`].
    #[must_use]
    pub fn read_series(files: &[&[u8]], key_log: Option<&[u8]>) -> (Self, Vec<usize>) {
        let mut keys = key_log.unwrap_or_default().to_vec();
        let pass = |keys: &[u8]| {
            let mut pass = Pass::new(MOST_KEPT);
            let mut notes = Vec::new();
            for (at, file) in files.iter().enumerate() {
                pass.file(file, keys, at.saturating_add(1) < files.len());
                notes.push(pass.building.whole.notes.len());
            }
            (pass.end(), notes)
        };
        let ((mut building, found), mut notes) = pass(&keys);
        if !found.is_empty() && building.has_sealed {
            keys.push(b'\n');
            keys.extend(found);
            ((building, _), notes) = pass(&keys);
        }
        (building.whole, notes)
    }
}

/// Files that are read one behind the other.
pub(super) struct Pass {
    building: Building,
    /// Keys that they carry.
    found: Vec<u8>,
    /// Of the file before.
    before: Option<CaptureReader>,
    frames: u64,
}

impl Pass {
    /// `most`: what packets may take in memory.
    pub(super) fn new(most: usize) -> Self {
        Self {
            building: Building::within(most),
            found: Vec::new(),
            before: None,
            frames: 0,
        }
    }

    /// Reads the next file. `goes_on`: its connections go on in the one behind it.
    pub(super) fn file(&mut self, file: &[u8], keys: &[u8], goes_on: bool) {
        let Self {
            building, found, ..
        } = self;
        let mut reader = reader(&[keys, b"\n", found.as_slice()].concat());
        if let Some(mut before) = self.before.take() {
            reader.go_on(&mut before);
            before.let_go();
            building.drain(&mut before, found);
            building.file = building.file.saturating_add(1);
        }
        if goes_on {
            reader = reader.keeping();
        }
        for chunk in file.chunks(CHUNK) {
            reader.handle_bytes(chunk);
            building.drain(&mut reader, found);
        }
        reader.handle_end();
        building.drain(&mut reader, found);
        self.frames = self.frames.saturating_add(reader.counts().frames);
        if building.left == 0 {
            building.whole.notes.push(format!(
                "the packets in it take more memory than there is for them: read up to frame {}",
                reader.counts().frames
            ));
        }
        self.before = goes_on.then_some(reader);
    }

    /// What was read, and the keys that the files carry.
    pub(super) fn end(mut self) -> (Building, Vec<u8>) {
        self.building.finish(self.frames);
        (self.building, self.found)
    }
}

#[cfg(feature = "tls")]
fn reader(keys: &[u8]) -> CaptureReader {
    let sessions = super::KeyLogSessions::new(keys);
    CaptureReader::new(Limits::default()).with_tls(Box::new(sessions))
}

#[cfg(not(feature = "tls"))]
fn reader(_: &[u8]) -> CaptureReader {
    CaptureReader::new(Limits::default())
}

/// Looks for a segment of an open connection.
struct Found<'f> {
    flows: &'f Flows,
    /// Connections that begin in the file.
    begun: HashSet<Key>,
    is_found: bool,
}

impl Take for Found<'_> {
    fn segment(&mut self, segment: &Segment<'_>) {
        let key = Key::of([segment.source, segment.destination], segment.path);
        if segment.has(Segment::SYN) {
            self.begun.insert(key);
        }
        self.is_found |= !self.begun.contains(&key) && self.flows.expects(segment);
    }

    fn unread(&mut self, _: Unread) {}
}
