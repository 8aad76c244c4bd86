//! Records that cannot be opened yet.

use std::collections::VecDeque;

use super::Tag;
use super::framer::Lost;
use super::opener::Record;

/// What keeping a record costs beside its bytes.
const COST: usize = 96;

/// Where a record comes from.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) tag: Tag,
    /// Its number among the records of both sides.
    pub(super) order: u64,
}

/// A place in the records of one side.
pub(super) enum Item {
    Record(Kept),
    Lost(Lost),
}

/// A record that is kept.
pub(super) struct Kept {
    kind: u8,
    version: [u8; 2],
    content: Box<[u8]>,
    pub(super) place: Place,
}

impl Kept {
    pub(super) fn new(record: &Record<'_>, place: Place) -> Self {
        Self {
            kind: record.kind,
            version: record.version,
            content: record.content.into(),
            place,
        }
    }

    pub(super) const fn record(&self) -> Record<'_> {
        Record {
            kind: self.kind,
            version: self.version,
            content: &self.content,
        }
    }
}

/// The kept records of one side, in order: first those that did not open with the keys that are
/// known, then those that were not tried.
#[derive(Default)]
pub(super) struct Queue {
    items: VecDeque<Item>,
    tried: usize,
    records: u64,
    bytes: usize,
}

impl Queue {
    /// How many records are kept.
    pub(super) const fn records(&self) -> u64 {
        self.records
    }

    /// How many items did not open.
    pub(super) const fn tried(&self) -> usize {
        self.tried
    }

    /// The memory it takes.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether nothing is kept.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether nothing is left that was not tried.
    pub(super) fn is_tried(&self) -> bool {
        self.tried >= self.items.len()
    }

    /// Keeps a record if there is room for it; if there is not, that it is missing. Records that
    /// did not open make room first.
    pub(super) fn push(&mut self, record: &Record<'_>, place: Place, room: usize) {
        let cost = record.content.len().saturating_add(COST);
        while self.bytes.saturating_add(cost) > room && self.tried > 0 {
            self.tried = self.tried.saturating_sub(1);
            let item = self.items.pop_front();
            self.forget(item.as_ref());
        }
        if self.bytes.saturating_add(cost) > room {
            let lost = Lost {
                records: 1,
                more: 0,
            };
            return self.push_lost(lost);
        }
        self.bytes = self.bytes.saturating_add(cost);
        self.records = self.records.saturating_add(1);
        self.items.push_back(Item::Record(Kept::new(record, place)));
    }

    /// Keeps that records are missing. What was tried stays so.
    pub(super) fn push_lost(&mut self, lost: Lost) {
        let was_tried = self.is_tried();
        match self.items.back_mut() {
            Some(Item::Lost(last)) => *last = last.and(lost),
            _ => {
                self.bytes = self.bytes.saturating_add(COST);
                self.items.push_back(Item::Lost(lost));
            }
        }
        if was_tried {
            self.tried = self.items.len();
        }
    }

    /// The first item that was not tried. It must be put back, or taken.
    pub(super) fn lift(&mut self) -> Option<Item> {
        let item = self.items.get_mut(self.tried)?;
        Some(core::mem::replace(item, Item::Lost(Lost::default())))
    }

    /// Puts a lifted item back.
    pub(super) fn put_back(&mut self, lifted: Item) {
        if let Some(item) = self.items.get_mut(self.tried) {
            *item = lifted;
        }
    }

    /// The first item that was not tried did not open.
    pub(super) fn pass(&mut self) {
        self.tried = self.tried.saturating_add(1).min(self.items.len());
    }

    /// All are to be tried again.
    pub(super) const fn rewind(&mut self) {
        self.tried = 0;
    }

    /// Forgets what did not open. Gives how many records that were.
    pub(super) fn drop_tried(&mut self) -> u64 {
        let before = self.records;
        for _ in 0..self.tried {
            let item = self.items.pop_front();
            self.forget(item.as_ref());
        }
        self.tried = 0;
        before.saturating_sub(self.records)
    }

    /// Forgets a lifted item, which was the first that was not tried, when none is left before it.
    pub(super) fn take(&mut self, lifted: &Item) {
        self.items.pop_front();
        self.forget(Some(lifted));
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    fn forget(&mut self, item: Option<&Item>) {
        let bytes = match item {
            Some(Item::Record(kept)) => {
                self.records = self.records.saturating_sub(1);
                kept.content.len().saturating_add(COST)
            }
            Some(Item::Lost(_)) => COST,
            None => 0,
        };
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}
