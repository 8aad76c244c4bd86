//! Several files as one recording: which bytes are wanted next, and whose packets come next.
//!
//! Files whose times count from 1970 are merged by them; of two packets of one moment, that of the file that was opened
//! earlier comes first. Each is read as far as its next packet. A file without such times is read behind them as a whole, and one
//! that grows behind these. Where a file is opened later whose packets are earlier, all are read again.

use std::collections::BTreeMap;

use mqttscope_capture::recording::{Ahead, CaptureReader, Unreached};
use mqttscope_protocol::{Apart, CaptureFile, CaptureState};
use mqttscope_shared::Instant;

use super::{Captures, Reading, What};

/// Times before 1990 are not those of a clock, in nanoseconds.
const FIRST_CLOCK: u64 = 7_305 * 86_400 * 1_000_000_000;
/// Bytes that are read at a time, of one file alone and of many.
const CHUNKS: (u64, u64) = (1 << 20, 64 << 10);
/// The same of all files that are merged.
const TOGETHER: u64 = 64 << 20;

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// More bytes are wanted, or nothing is left to read.
    Bytes,
    /// Events of the file whose turn it is, up to this one of another.
    Events(Option<Head>),
    /// The file whose turn it is is at its end.
    End,
    /// All files are read again: one has earlier packets than were told.
    Again,
}

/// The next event of a file: when it was, in nanoseconds since 1970, and the place of the file.
pub(crate) type Head = (u64, usize);

/// The order in which kinds of files are read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Merged,
    Apart,
    Growing,
}

pub(super) const fn is_open(file: &CaptureFile) -> bool {
    matches!(
        file.state,
        CaptureState::Waiting | CaptureState::Reading | CaptureState::Awaited
    )
}

const fn stage(file: &CaptureFile) -> Stage {
    match (file.size, file.apart) {
        (None, _) => Stage::Growing,
        (Some(_), None) => Stage::Merged,
        (Some(_), Some(_)) => Stage::Apart,
    }
}

impl Captures {
    /// The files that are read now.
    fn in_play(&self) -> Vec<usize> {
        let open = || self.files.iter().enumerate().filter(|(_, it)| is_open(it));
        let Some(first) = open().map(|(_, file)| stage(file)).min() else {
            return Vec::new();
        };
        let of_stage = open().filter(|(_, file)| stage(file) == first);
        let many = if first == Stage::Merged {
            usize::MAX
        } else {
            1
        };
        of_stage.map(|(place, _)| place).take(many).collect()
    }

    /// How many bytes of a file are read at once.
    pub(super) fn piece(&self) -> u64 {
        let (most, least) = CHUNKS;
        let count = self.in_play().len().max(1) as u64;
        TOGETHER
            .checked_div(count)
            .unwrap_or(least)
            .clamp(least, most)
    }

    /// The file to begin with, where none is read.
    pub(super) fn first_wanted(&self) -> Option<usize> {
        self.in_play().first().copied()
    }

    /// What is to be done next; the file that it is about is the one whose turn it is.
    pub(crate) fn turn(&mut self) -> Turn {
        'anew: loop {
            let files = self.in_play();
            let (mut next, mut then): (Option<Head>, Option<Head>) = (None, None);
            for &file in &files {
                let Some(reading) = self.readings.get_mut(&file) else {
                    self.wanted = Some(file);
                    return Turn::Bytes;
                };
                if let Some(at_ns) = reading.begins() {
                    let head = (at_ns, file);
                    if next.is_none_or(|next| head < next) {
                        (next, then) = (Some(head), next);
                    } else if then.is_none_or(|then| head < then) {
                        then = Some(head);
                    }
                    continue;
                }
                let ahead = match &mut reading.what {
                    What::Capture(reader) => reader.ahead(),
                    What::Keys(_) => None,
                };
                let Some(ahead) = ahead else {
                    if reading.is_kept() {
                        self.at = file;
                        self.go_on(&files);
                        continue 'anew;
                    }
                    if reading.is_ended {
                        self.at = file;
                        return Turn::End;
                    }
                    self.wanted = Some(file);
                    return Turn::Bytes;
                };
                let is_new = !reading.is_timed;
                let is_clock = reading.pass(ahead);
                let head = (reading.key, file);
                if is_new && is_clock == Some(false) {
                    self.set_apart(file, Apart::NoClock);
                    continue 'anew;
                }
                if is_new && is_clock == Some(true) && self.is_late(file, head.0) {
                    if self.can_begin_again() {
                        return Turn::Again;
                    }
                    self.set_apart(file, Apart::CameLate);
                    continue 'anew;
                }
                if next.is_none_or(|next| head < next) {
                    (next, then) = (Some(head), next);
                } else if then.is_none_or(|then| head < then) {
                    then = Some(head);
                }
            }
            return match next {
                Some((_, file)) => {
                    self.at = file;
                    let reading = self.readings.get_mut(&file);
                    if reading.is_some_and(|it| it.beginning.take().is_some()) {
                        continue;
                    }
                    Turn::Events(then)
                }
                None => Turn::Bytes,
            };
        }
    }

    /// The file whose turn it is was read to its end: what is open goes on in the file that follows it, if there is one.
    fn go_on(&mut self, files: &[usize]) {
        let at = self.at;
        let Some(mut own) = self.readings.remove(&at) else {
            return;
        };
        if let What::Capture(reader) = &mut own.what {
            let next = files.iter().filter_map(|file| {
                let beginning = self.readings.get(file)?.beginning.as_ref()?;
                let follows = reader.is_followed_by(&beginning.bytes);
                follows.then_some((beginning.at_ns, *file))
            });
            if let Some((_, next)) = next.min()
                && let Some(reading) = self.readings.get_mut(&next)
                && let What::Capture(following) = &mut reading.what
            {
                following.go_on(reader);
                own.went_on = true;
                let of_file = self.places.extract_if(|(file, _), _| *file == at);
                let of_file: Vec<_> = of_file.collect();
                let goes_on = of_file
                    .into_iter()
                    .map(|((_, id), place)| ((next, id), place));
                self.places.extend(goes_on);
                for (file, _) in self.between.values_mut() {
                    if *file == at {
                        *file = next;
                    }
                }
            }
            reader.let_go();
        }
        self.readings.insert(at, own);
    }

    /// Whether the connections of the file whose turn it is go on in another one.
    pub(crate) fn went_on(&self) -> bool {
        self.readings.get(&self.at).is_some_and(|it| it.went_on)
    }

    fn set_apart(&mut self, file: usize, apart: Apart) {
        if let Some(file) = self.files.get_mut(file) {
            // One that grows is behind the others anyway.
            file.apart = file.size.map(|_| apart);
        }
        if let Some(reading) = self.readings.get_mut(&file) {
            reading.is_timed = true;
        }
    }

    /// Whether packets were told that are later than the first of this file.
    fn is_late(&self, file: usize, at_ns: u64) -> bool {
        let is_merged = (self.files.get(file)).is_some_and(|file| stage(file) == Stage::Merged);
        is_merged && at_ns / 1_000 < self.told_until.micros()
    }

    /// Whether all that was read can be read once more, from its beginning.
    fn can_begin_again(&self) -> bool {
        let is_lost = |file: &CaptureFile| file.state == CaptureState::Stopped;
        !self.grows() && !self.files.iter().any(is_lost)
    }

    /// Whether a file is read that grows: what came of it may not come again.
    pub(crate) fn grows(&self) -> bool {
        let grows = |file: &CaptureFile| file.size.is_none() && file.read > 0 && is_open(file);
        self.files.iter().any(grows)
    }

    /// The reader of the file whose turn it is, on loan until it is given back: its events change everything else
    /// here. With the time that holds for what has none.
    pub(crate) fn lend(&mut self) -> Option<(Box<CaptureReader>, Option<Instant>)> {
        let reading = self.readings.get_mut(&self.at)?;
        match core::mem::replace(&mut reading.what, What::Keys(Vec::new())) {
            What::Capture(reader) => Some((reader, reading.last)),
            other @ What::Keys(_) => {
                reading.what = other;
                None
            }
        }
    }

    /// Whether the next event of a reader on loan comes before that of another file.
    pub(crate) fn is_next(&mut self, reader: &mut CaptureReader, until: Option<Head>) -> bool {
        let Some(until) = until else {
            return true;
        };
        let (Some(ahead), Some(reading)) = (reader.ahead(), self.readings.get_mut(&self.at)) else {
            return false;
        };
        reading.pass(ahead);
        (reading.key, self.at) < until
    }

    /// See [`Captures::lend`].
    pub(crate) fn give_back(&mut self, reader: Box<CaptureReader>, last: Instant) {
        if last.micros() >= FIRST_CLOCK / 1_000 {
            self.told_until = self.told_until.max(last);
        }
        if let Some(reading) = self.readings.get_mut(&self.at) {
            reading.what = What::Capture(reader);
            reading.last = Some(last);
        }
    }
}

impl Reading {
    pub(super) fn new(what: What) -> Self {
        Self {
            what,
            is_ended: false,
            is_timed: false,
            key: 0,
            last: None,
            began: None,
            in_words: 0,
            beginning: None,
            unreached: Unreached::default(),
            sealed: BTreeMap::new(),
            went_on: false,
        }
    }

    /// When its first frame was, where that has not had its turn: in nanoseconds since 1970.
    fn begins(&self) -> Option<u64> {
        let beginning = self.beginning.as_ref()?;
        (beginning.at_ns >= FIRST_CLOCK).then_some(beginning.at_ns)
    }

    /// Its open connections wait for a file that goes on with them.
    fn is_kept(&self) -> bool {
        matches!(&self.what, What::Capture(reader) if reader.is_kept())
    }

    /// Takes the time of the next event. Whether it is that of a clock; none: it has none to have.
    const fn pass(&mut self, ahead: Ahead) -> Option<bool> {
        let is_clock = match ahead {
            Ahead::At(at_ns) => {
                self.key = at_ns;
                at_ns >= FIRST_CLOCK
            }
            Ahead::Timeless => false,
            Ahead::Beside => return None,
        };
        self.is_timed = true;
        Some(is_clock)
    }
}
