//! The keys that a side's next record may be sealed with, and the search for a record's number.

use super::framer::Lost;
use super::keylog::Secret;
use super::opener::{Content, Opener, Record};
use super::suite::CipherSuite;

/// The most numbers that are tried for one record behind a gap.
const MAX_TRIES: u64 = 4096;

/// The most bytes that are deciphered in search of one record's number.
const MAX_SEARCH: u64 = 1 << 20;

/// The most numbers that are tried for new keys which were taken in a gap.
const MAX_UPDATED: u64 = 16;

/// What a search costs beside the record's bytes.
const COST: u64 = 64;

/// What keys are for, in the order of their use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Epoch {
    /// 0-RTT.
    Early,
    /// The handshake of TLS 1.3.
    Handshake,
    /// All after the handshake; in TLS 1.2 also its last message.
    Application,
}

/// The keys of one side and epoch.
pub(super) struct Reader {
    pub(super) epoch: Epoch,
    opener: Opener,
    /// What the keys come from.
    secret: Secret,
    /// The suite with which the next keys can be made from the secret (TLS 1.3).
    updates: Option<CipherSuite>,
    /// The next record's number.
    number: u64,
    has_opened: bool,
}

impl Reader {
    /// Keys of a TLS 1.2 handshake.
    pub(super) const fn of_1_2(opener: Opener, secret: Secret) -> Self {
        Self {
            epoch: Epoch::Application,
            opener,
            secret,
            updates: None,
            number: 0,
            has_opened: false,
        }
    }

    /// Keys of a traffic secret. `None` if the secret does not go with the suite.
    pub(super) fn of_1_3(epoch: Epoch, suite: CipherSuite, secret: Secret) -> Option<Self> {
        Some(Self {
            epoch,
            opener: Opener::of_1_3(suite, &secret)?,
            secret,
            updates: Some(suite),
            number: 0,
            has_opened: false,
        })
    }

    /// The keys behind a KeyUpdate (RFC 8446, 7.2).
    fn updated(&self) -> Option<Self> {
        let suite = self.updates?;
        let secret = suite.hash().updated(&self.secret)?;
        Self::of_1_3(self.epoch, suite, secret)
    }

    fn open(&self, record: &Record<'_>, number: u64) -> Option<Content> {
        self.opener.open(record, number)
    }

    /// Searches so many numbers behind the next one.
    fn search(&self, record: &Record<'_>, reach: u64, room: &mut Room) -> Option<(u64, Content)> {
        (0..reach)
            .map(|step| self.number.saturating_add(step).saturating_add(1))
            .take_while(|_| room.take(record))
            .find_map(|number| Some((number, self.open(record, number)?)))
    }
}

/// How much may be spent on searching.
struct Room<'a> {
    here: u64,
    all: &'a mut u64,
}

impl Room<'_> {
    fn take(&mut self, record: &Record<'_>) -> bool {
        let len = u64::try_from(record.content.len()).unwrap_or(u64::MAX);
        let cost = len.saturating_add(COST);
        let (Some(here), Some(all)) = (self.here.checked_sub(cost), self.all.checked_sub(cost))
        else {
            return false;
        };
        (self.here, *self.all) = (here, all);
        true
    }
}

/// The keys that the next record may be sealed with, the likeliest first.
pub(super) struct Readers {
    list: Vec<Reader>,
    /// The earliest epoch in which the next record can be.
    pub(super) floor: Epoch,
    /// How many records may be missing before the next one.
    slack: u64,
    /// How many are missing for sure.
    passed: u64,
}

impl Readers {
    /// No keys yet, and what is missing before the first record.
    pub(super) const fn new(floor: Epoch, lost: Lost) -> Self {
        Self {
            list: Vec::new(),
            floor,
            slack: lost.records.saturating_add(lost.more),
            passed: 0,
        }
    }

    /// Whether the keys to the application's data are there.
    pub(super) fn is_complete(&self) -> bool {
        self.list
            .last()
            .is_some_and(|reader| reader.epoch == Epoch::Application)
    }

    /// Whether there is no key at all.
    pub(super) const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether a record was opened with the keys that come first.
    pub(super) fn has_opened(&self) -> bool {
        self.list.first().is_some_and(|reader| reader.has_opened)
    }

    /// Puts a reader in its place, unless that one's secret is there already or its keys were proven.
    pub(super) fn put(
        &mut self,
        secret: Secret,
        reader: impl FnOnce() -> Option<Reader>,
        epoch: Epoch,
    ) -> bool {
        if epoch < self.floor {
            return false;
        }
        let found = self.list.iter().position(|old| old.epoch >= epoch);
        let old = found
            .and_then(|index| self.list.get(index))
            .filter(|old| old.epoch == epoch);
        if old.is_some_and(|old| old.has_opened || old.secret == secret) {
            return false;
        }
        let is_there = old.is_some();
        let Some(reader) = reader() else {
            return false;
        };
        let index = found.unwrap_or(self.list.len());
        match self.list.get_mut(index).filter(|_| is_there) {
            Some(old) => *old = reader,
            None => self.list.insert(index, reader),
        }
        true
    }

    /// Opens the next record. `search` is what may be spent on it if records are missing.
    pub(super) fn open(
        &mut self,
        record: &Record<'_>,
        search: &mut u64,
    ) -> Option<(Epoch, Content)> {
        let as_numbered = |(index, reader): (usize, &Reader)| {
            Some((index, reader.number, reader.open(record, reader.number)?))
        };
        let found = self.list.iter().enumerate().find_map(as_numbered);
        let (index, number, content) = match found {
            Some(found) => found,
            None if self.slack > 0 || self.passed > 0 => self.search(record, search)?,
            None => return None,
        };
        self.list.drain(..index);
        self.slack = 0;
        self.passed = 0;
        let reader = self.list.first_mut()?;
        reader.number = number.saturating_add(1);
        reader.has_opened = true;
        self.floor = reader.epoch;
        Some((reader.epoch, content))
    }

    fn search(&mut self, record: &Record<'_>, search: &mut u64) -> Option<(usize, u64, Content)> {
        let mut room = Room {
            here: MAX_SEARCH,
            all: search,
        };
        for (index, reader) in self.list.iter().enumerate() {
            // Epochs that did not begin before the gap count from their beginning.
            let passed = if index == 0 { 0 } else { self.passed };
            let reach = self.slack.saturating_add(passed).min(MAX_TRIES);
            if let Some((number, content)) = reader.search(record, reach, &mut room) {
                return Some((index, number, content));
            }
        }
        // A KeyUpdate may have been in the gap.
        let index = self.list.len().checked_sub(1)?;
        let last = self.list.last_mut()?;
        let updated = last
            .updated()
            .filter(|_| last.has_opened && room.take(record))?;
        let (number, content) = match updated.open(record, 0) {
            Some(content) => (0, content),
            None => updated.search(record, self.slack.min(MAX_UPDATED), &mut room)?,
        };
        *last = updated;
        Some((index, number, content))
    }

    /// Records are missing before the next one.
    pub(super) fn lose(&mut self, lost: Lost) {
        self.slack = self.slack.saturating_add(lost.more);
        match self.list.first_mut() {
            Some(reader) if reader.has_opened => {
                reader.number = reader.number.saturating_add(lost.records);
                self.passed = self.passed.saturating_add(lost.records);
            }
            _ => self.slack = self.slack.saturating_add(lost.records),
        }
    }

    /// An epoch is over.
    pub(super) fn leave(&mut self, epoch: Epoch) {
        self.list.retain(|reader| reader.epoch > epoch);
        let next = match epoch {
            Epoch::Early => Epoch::Handshake,
            Epoch::Handshake | Epoch::Application => Epoch::Application,
        };
        self.floor = self.floor.max(next);
    }

    /// The side takes new keys.
    pub(super) fn update(&mut self) {
        if let Some(reader) = self.list.first_mut()
            && let Some(updated) = reader.updated()
        {
            *reader = Reader {
                has_opened: true,
                ..updated
            };
        }
    }
}
