//! The record layer: finds the records in the bytes of one side, over any borders, and again behind a gap.

use super::opener::Record;

/// The length of a record's header: type, version, length.
const HEADER: usize = 5;

/// The longest content of a record that any version allows.
pub(super) const LONGEST: usize = (1 << 14) + 2048;

/// How many bytes are looked at for a lost border at once: enough to judge a candidate of the
/// longest length behind so many that were judged.
const WINDOW: usize = 2 * (LONGEST + 2 * HEADER);

/// The shortest record in which something can be sealed, header included: so many bytes that are
/// missing are at most one record.
const SHORTEST: u64 = 22;

/// Records that are missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lost {
    /// How many are missing for sure.
    pub(super) records: u64,
    /// How many more may be.
    pub(super) more: u64,
}

impl Lost {
    /// Both, one behind the other.
    pub(super) const fn and(self, other: Self) -> Self {
        Self {
            records: self.records.saturating_add(other.records),
            more: self.more.saturating_add(other.more),
        }
    }
}

/// What comes next in the bytes of a side.
#[derive(Debug)]
pub(super) enum Framed<'a> {
    Record(Record<'a>),
    /// Records are missing here.
    Lost(Lost),
    /// The first bytes are no record.
    NotTls,
}

/// A record's header.
#[derive(Clone, Copy)]
struct Header {
    kind: u8,
    version: [u8; 2],
    len: usize,
}

impl Header {
    /// What the bytes begin with, if it can be the header of a record.
    fn read(bytes: &[u8]) -> Option<Self> {
        let [kind, major, minor, high, low, ..] = *bytes else {
            return None;
        };
        let len = usize::from(u16::from_be_bytes([high, low]));
        let version = [major, minor];
        let is_sound = (20..=24).contains(&kind) && major == 3 && minor <= 4 && len <= LONGEST;
        is_sound.then_some(Self { kind, version, len })
    }

    /// The length of header and content.
    const fn whole(self) -> usize {
        HEADER.saturating_add(self.len)
    }

    fn record(self, bytes: &[u8]) -> Record<'_> {
        let Self { kind, version, .. } = self;
        let content = bytes.get(HEADER..self.whole()).unwrap_or_default();
        Record {
            kind,
            version,
            content,
        }
    }
}

/// Finds records.
#[derive(Default)]
pub(super) struct Framer {
    /// Bytes of records that are not whole, from `start` on.
    kept: Vec<u8>,
    start: usize,
    /// How many bytes of a record that is not whole are still to come and of no use.
    passing: usize,
    /// Whether the place of the next record is not known.
    is_seeking: bool,
    /// How many bytes were passed over in search of it.
    passed: u64,
    has_begun: bool,
    is_not_tls: bool,
    /// To be told before the next record.
    lost: Option<Lost>,
}

impl Framer {
    /// The next thing in `input`, which is shortened by what was read. `None` when all was read.
    pub(super) fn next<'a, 'i: 'a>(&'a mut self, input: &mut &'i [u8]) -> Option<Framed<'a>> {
        if self.is_not_tls {
            *input = &[];
            return None;
        }
        self.pass(input);
        if self.is_seeking {
            self.seek(input);
        }
        if self.is_seeking {
            return None;
        }
        if let Some(mut lost) = self.lost.take() {
            let passed = core::mem::take(&mut self.passed);
            lost.more = lost.more.saturating_add(passed / SHORTEST);
            return Some(Framed::Lost(lost));
        }
        if self.start >= self.kept.len() {
            self.kept.clear();
            self.start = 0;
            return self.next_of_input(input);
        }
        self.next_of_kept(input)
    }

    /// So many bytes are missing behind those that were given.
    pub(super) fn gap(&mut self, bytes: u64) {
        if bytes == 0 || self.is_not_tls {
            return;
        }
        self.has_begun = true;
        let partial = self.kept.get(self.start..).unwrap_or_default();
        let mut lost = Lost::default();
        let missing = if self.is_seeking {
            0
        } else if self.passing > 0 {
            self.passing
        } else if let Some(header) = Header::read(partial) {
            lost.records = 1;
            header.whole().saturating_sub(partial.len())
        } else {
            0
        };
        let missing = u64::try_from(missing).unwrap_or(u64::MAX);
        let behind = bytes.saturating_sub(missing);
        if behind > 0 {
            // The border is lost with them.
            self.passing = 0;
            self.is_seeking = true;
            lost.more = (behind / SHORTEST).saturating_add(1);
        } else {
            self.passing = usize::try_from(missing.saturating_sub(bytes)).unwrap_or(0);
        }
        self.kept.clear();
        self.start = 0;
        self.lost = Some(self.lost.unwrap_or_default().and(lost));
    }

    /// Whether the first bytes were no record.
    pub(super) const fn is_not_tls(&self) -> bool {
        self.is_not_tls
    }

    /// Whether anything was found or is missing.
    pub(super) const fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Passes over the rest of a record that is not whole.
    fn pass(&mut self, input: &mut &[u8]) {
        let (passed, rest) = input.split_at(self.passing.min(input.len()));
        self.passing = self.passing.saturating_sub(passed.len());
        *input = rest;
    }

    /// A record that lies whole in the input needs no copy.
    fn next_of_input<'a, 'i: 'a>(&'a mut self, input: &mut &'i [u8]) -> Option<Framed<'a>> {
        let bytes: &'i [u8] = input;
        if bytes.len() < HEADER {
            self.kept.extend_from_slice(bytes);
            *input = &[];
            return None;
        }
        let Some(header) = Header::read(bytes) else {
            return self.no_record(input);
        };
        self.has_begun = true;
        match bytes.split_at_checked(header.whole()) {
            Some((record, rest)) => {
                *input = rest;
                Some(Framed::Record(header.record(record)))
            }
            None => {
                self.kept.extend_from_slice(bytes);
                *input = &[];
                None
            }
        }
    }

    fn next_of_kept<'a, 'i: 'a>(&'a mut self, input: &mut &'i [u8]) -> Option<Framed<'a>> {
        if !self.fill(HEADER, input) {
            return None;
        }
        let partial = self.kept.get(self.start..).unwrap_or_default();
        let Some(header) = Header::read(partial) else {
            return self.no_record(input);
        };
        self.has_begun = true;
        if !self.fill(header.whole(), input) {
            return None;
        }
        let at = self.start;
        self.start = at.saturating_add(header.whole());
        let record = self.kept.get(at..).unwrap_or_default();
        Some(Framed::Record(header.record(record)))
    }

    /// Whether so many bytes are kept, after what the input has of them was added.
    fn fill(&mut self, wanted: usize, input: &mut &[u8]) -> bool {
        let there = self.kept.len().saturating_sub(self.start);
        let missing = wanted.saturating_sub(there);
        if missing == 0 {
            return true;
        }
        self.kept.drain(..self.start.min(self.kept.len()));
        self.start = 0;
        let (front, rest) = input.split_at(missing.min(input.len()));
        self.kept.extend_from_slice(front);
        *input = rest;
        front.len() == missing
    }

    /// What stands at the place of a header is none.
    fn no_record<'a, 'i: 'a>(&'a mut self, input: &mut &'i [u8]) -> Option<Framed<'a>> {
        if self.has_begun {
            // Bytes are missing, or too many, and nobody told.
            self.is_seeking = true;
            self.lost = Some(Lost {
                records: 0,
                more: 4,
            });
            return self.next(input);
        }
        self.is_not_tls = true;
        self.kept.clear();
        *input = &[];
        Some(Framed::NotTls)
    }

    /// Looks for the next record: a header at whose record's end another one begins, or the input ends.
    fn seek(&mut self, input: &mut &[u8]) {
        loop {
            if self.start > LONGEST {
                self.kept.drain(..self.start.min(self.kept.len()));
                self.start = 0;
            }
            let room = WINDOW.saturating_sub(self.kept.len());
            let (front, rest) = input.split_at(room.min(input.len()));
            self.kept.extend_from_slice(front);
            *input = rest;
            let from = self.start;
            self.judge_candidates(rest.is_empty());
            let passed = u64::try_from(self.start.saturating_sub(from)).unwrap_or(u64::MAX);
            self.passed = self.passed.saturating_add(passed);
            if !self.is_seeking || rest.is_empty() {
                return;
            }
        }
    }

    /// Moves `start` to the first candidate that is a record or may be one.
    fn judge_candidates(&mut self, ends: bool) {
        while let Some(bytes) = self.kept.get(self.start..).filter(|it| !it.is_empty()) {
            match judge(bytes, ends) {
                Judged::Record => {
                    self.is_seeking = false;
                    return;
                }
                Judged::Unknown => return,
                Judged::Not => self.start = self.start.saturating_add(1),
            }
        }
    }
}

enum Judged {
    Record,
    Not,
    /// More bytes must be seen.
    Unknown,
}

/// Whether a record begins here. `ends` tells that these are all bytes there are.
fn judge(bytes: &[u8], ends: bool) -> Judged {
    if bytes.len() < HEADER {
        return Judged::Unknown;
    }
    let Some(header) = Header::read(bytes).filter(|header| header.len > 0) else {
        return Judged::Not;
    };
    let is_kind = |kind: u8| (20..=24).contains(&kind);
    match bytes.get(header.whole()..) {
        Some([]) if ends => Judged::Record,
        None | Some([]) => Judged::Unknown,
        Some(&[kind]) if is_kind(kind) => Judged::Record,
        Some(&[kind, 3, ..]) if is_kind(kind) => Judged::Record,
        Some(_) => Judged::Not,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u8, len: u16) -> Vec<u8> {
        let [high, low] = len.to_be_bytes();
        let mut bytes = vec![kind, 3, 3, high, low];
        bytes.resize(HEADER + usize::from(len), 0x99);
        bytes
    }

    /// What is found, as text: `23:100` is a record, `-1+2` one that is lost and two that may be.
    fn found(framer: &mut Framer, bytes: &[u8]) -> Vec<String> {
        let mut input = bytes;
        let mut found = Vec::new();
        while let Some(framed) = framer.next(&mut input) {
            found.push(match framed {
                Framed::Record(record) => format!("{}:{}", record.kind, record.content.len()),
                Framed::Lost(lost) => format!("-{}+{}", lost.records, lost.more),
                Framed::NotTls => "none".to_owned(),
            });
        }
        assert!(input.is_empty());
        assert!(framer.kept.len() <= WINDOW);
        found
    }

    #[test]
    fn records_are_found_over_any_borders() {
        let bytes = [record(22, 3), record(20, 1), record(23, 0), record(23, 700)].concat();
        for size in 1..=bytes.len() {
            let mut framer = Framer::default();
            let all: Vec<_> = bytes
                .chunks(size)
                .flat_map(|chunk| found(&mut framer, chunk))
                .collect();
            assert_eq!(
                all,
                ["22:3", "20:1", "23:0", "23:700"],
                "in chunks of {size}"
            );
        }
    }

    #[test]
    fn what_begins_otherwise_is_not_tls() {
        for bytes in [
            &b"GET / HTTP/1.1"[..],
            b"\x10\x13\0\x04MQTT",
            b"\x17\x03\x03\xff\xff",
        ] {
            let mut framer = Framer::default();
            assert_eq!(found(&mut framer, bytes), ["none"]);
            assert_eq!(found(&mut framer, &record(22, 3)), [""; 0]);
            assert!(framer.is_not_tls());
        }
    }

    #[test]
    fn a_gap_inside_a_record_costs_that_record() {
        let bytes = [record(23, 100), record(23, 50)].concat();
        let mut framer = Framer::default();
        assert_eq!(found(&mut framer, &bytes[..40]), [""; 0]);
        framer.gap(10);
        framer.gap(10);
        assert_eq!(found(&mut framer, &bytes[60..]), ["-1+0", "23:50"]);
    }

    #[test]
    fn a_gap_to_the_end_of_a_record_costs_that_record() {
        let bytes = [record(23, 100), record(23, 50)].concat();
        let mut framer = Framer::default();
        assert_eq!(found(&mut framer, &bytes[..40]), [""; 0]);
        framer.gap(65);
        assert_eq!(found(&mut framer, &bytes[105..]), ["-1+0", "23:50"]);
    }

    #[test]
    fn behind_a_gap_records_are_found_by_their_headers() {
        let bytes = [
            record(23, 100),
            record(23, 100),
            record(23, 30),
            record(23, 40),
        ]
        .concat();
        for size in 1..=bytes.len() {
            let mut framer = Framer::default();
            assert_eq!(found(&mut framer, &bytes[..105]), ["23:100"]);
            framer.gap(20);
            let all: Vec<_> = bytes[125..]
                .chunks(size)
                .flat_map(|chunk| found(&mut framer, chunk))
                .collect();
            assert_eq!(all, ["-0+4", "23:30", "23:40"], "in chunks of {size}");
        }
    }

    #[test]
    fn a_last_record_behind_a_gap_is_found_though_none_follows() {
        let mut framer = Framer::default();
        framer.gap(1000);
        assert_eq!(found(&mut framer, &record(23, 30)), ["-0+46", "23:30"]);
        assert_eq!(found(&mut framer, &record(23, 31)), ["23:31"]);
    }

    #[test]
    fn a_stream_that_goes_astray_is_found_again() {
        let bytes = [record(23, 9), vec![0; 50_000], record(23, 8), record(23, 7)].concat();
        let mut framer = Framer::default();
        assert_eq!(
            found(&mut framer, &bytes),
            ["23:9", "-0+2276", "23:8", "23:7"]
        );
    }
}
