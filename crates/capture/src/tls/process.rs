//! One record of one side: what it is, and what it changes.

use super::Plain;
use super::flow::{Flow, Stage};
use super::framer::Lost;
use super::hello::{ClientHello, EncryptedExtensions, ServerHello};
use super::messages::{Message, kind};
use super::opener::{Content, Record};
use super::queue::Place;
use super::readers::Epoch;
use super::shared::Shared;
use super::state::{Alert, EarlyData, Version};
use crate::reading::Role;

/// So many records that do not open, one behind the other, end it.
const MAX_FAILING: u32 = 32;

/// How many records are believed to be missing before one that does not open though nothing was
/// said to be missing.
const UNTOLD: u64 = 4;

/// So many records at the beginning may be damaged, so that the first that opens is not the first.
const MAX_DAMAGED: usize = 8;

/// A record that counts, or does not: it may have been sealed with other keys.
const DAMAGED: Lost = Lost {
    records: 0,
    more: 1,
};

/// A record that opens gives so many times its length to the search for others' numbers.
const REFILL: u64 = 4;

/// The most that may be saved for the search, in bytes.
const MAX_SAVED: u64 = 64 << 20;

/// Types of records.
mod content {
    pub(super) const CHANGE_CIPHER_SPEC: u8 = 20;
    pub(super) const ALERT: u8 = 21;
    pub(super) const HANDSHAKE: u8 = 22;
    pub(super) const APPLICATION_DATA: u8 = 23;
}

/// What came of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was read, or is of no use.
    Done,
    /// Something must be known first: the other side's hello, or keys.
    Wait,
    /// It does not open with the keys that are known, and none before it did.
    Failed,
}

impl Flow {
    /// Reads the next record. `room` is how many bytes may be held back.
    pub(super) fn process(
        &mut self,
        shared: &mut Shared,
        record: &Record<'_>,
        place: Place,
        room: usize,
    ) -> Outcome {
        if matches!(self.stage, Stage::Clear)
            && let Some(outcome) = self.clear(shared, record)
        {
            return outcome;
        }
        self.process_sealed(shared, record, place, room)
    }

    /// A record before the first that is sealed; `None` if it is that one.
    fn clear(&mut self, shared: &mut Shared, record: &Record<'_>) -> Option<Outcome> {
        match record.kind {
            content::ALERT => self.alert(record.content),
            content::HANDSHAKE => {
                for message in self.messages.take(record.content) {
                    self.clear_message(shared, &message);
                }
            }
            content::CHANGE_CIPHER_SPEC | content::APPLICATION_DATA => {
                return self.first_sealed(shared, record.kind);
            }
            _ => {}
        }
        Some(Outcome::Done)
    }

    fn first_sealed(&mut self, shared: &mut Shared, kind: u8) -> Option<Outcome> {
        let is_change = kind == content::CHANGE_CIPHER_SPEC;
        let Some(pair) = self.pair(shared) else {
            // One that stands before a second ClientHello says nothing.
            if !is_change {
                self.began_inside = true;
                self.end();
            }
            return Some(Outcome::Done);
        };
        match pair.version() {
            None => Some(Outcome::Wait),
            // Early data, which the server does not take.
            Some(_) if pair.is_retry() => Some(Outcome::Done),
            Some(Version::TLS_1_3) if is_change => Some(Outcome::Done),
            Some(version) => {
                self.seal(version);
                is_change.then_some(Outcome::Done)
            }
        }
    }

    fn clear_message(&mut self, shared: &mut Shared, message: &Message) {
        let before = self.hellos;
        self.hello(shared, message);
        if self.hellos == 0 && message.kind != kind::HELLO_REQUEST {
            self.began_inside = true;
            self.end();
            return;
        }
        let Some(pair) = self.pair(shared) else {
            return;
        };
        let is_1_3 = pair.version() == Some(Version::TLS_1_3) && !pair.is_retry();
        if self.hellos > before && self.from == Role::Server && is_1_3 {
            self.seal(Version::TLS_1_3);
        }
    }

    /// Takes a hello, if the message is one.
    fn hello(&mut self, shared: &mut Shared, message: &Message) {
        let has_room = match (self.from, message.kind) {
            (Role::Client, kind::CLIENT_HELLO) => ClientHello::read(&message.body)
                .map(|hello| shared.client_hello(self.hellos, hello)),
            (Role::Server, kind::SERVER_HELLO) => ServerHello::read(&message.body)
                .map(|hello| shared.server_hello(self.hellos, hello)),
            _ => return,
        };
        match has_room {
            Some(true) => self.hellos = self.hellos.saturating_add(1),
            Some(false) => self.end(),
            None => {}
        }
    }

    /// What there is of a message that is cut off by a gap: the random value of a long ClientHello is enough.
    pub(super) fn cut(&mut self, shared: &mut Shared) {
        let is_clear = matches!(self.stage, Stage::Clear);
        match self.messages.cut() {
            Some(message) if is_clear && message.kind == kind::CLIENT_HELLO => {
                self.hello(shared, &message);
            }
            _ => {}
        }
    }

    fn process_sealed(
        &mut self,
        shared: &mut Shared,
        record: &Record<'_>,
        place: Place,
        room: usize,
    ) -> Outcome {
        let is_1_3 = self
            .pair(shared)
            .is_some_and(|pair| pair.version() == Some(Version::TLS_1_3));
        let Stage::Sealed(readers) = &mut self.stage else {
            return Outcome::Done;
        };
        if is_1_3 && record.kind != content::APPLICATION_DATA {
            // For boxes in the middle that know TLS 1.2 only, or said before keys were there.
            if record.kind == content::ALERT {
                self.alert(record.content);
            }
            return Outcome::Done;
        }
        if readers.is_empty() {
            return Outcome::Wait;
        }
        let before = readers.floor;
        let had_opened = readers.has_opened();
        let is_complete = readers.is_complete();
        let Some((epoch, opened)) = readers.open(record, &mut shared.search) else {
            return match (had_opened, is_complete) {
                (false, _) => {
                    if self.queue.tried() < MAX_DAMAGED {
                        readers.lose(DAMAGED);
                    }
                    Outcome::Failed
                }
                (true, false) => Outcome::Wait,
                (true, true) => self.fail(record),
            };
        };
        if before < epoch {
            self.messages.cut();
            if before == Epoch::Early && had_opened {
                // No EndOfEarlyData was said.
                shared.decide_early_data(false);
            }
        }
        let passed_over = self.queue.drop_tried();
        let early = shared.about.early_data;
        let may_be_early =
            before == Epoch::Early && matches!(early, EarlyData::Offered | EarlyData::Accepted);
        if passed_over > 0 && (!is_1_3 || may_be_early) {
            // What did not open was said to the other side, or may have been.
            self.after_gap = true;
            self.counts.lost = self.counts.lost.saturating_add(passed_over);
        }
        self.failing = 0;
        self.counts.opened = self.counts.opened.saturating_add(1);
        let len = u64::try_from(record.content.len()).unwrap_or(u64::MAX);
        let saved = shared.search.saturating_add(len.saturating_mul(REFILL));
        shared.search = saved.min(MAX_SAVED);
        self.content(shared, epoch, opened, place, room, is_1_3);
        Outcome::Done
    }

    /// A record does not open, though those before it did.
    fn fail(&mut self, record: &Record<'_>) -> Outcome {
        self.counts.lost = self.counts.lost.saturating_add(1);
        self.failing = self.failing.saturating_add(1);
        if record.kind == content::APPLICATION_DATA {
            self.after_gap = true;
        }
        self.messages.cut();
        if self.failing >= MAX_FAILING {
            self.end();
        } else if let Stage::Sealed(readers) = &mut self.stage {
            readers.lose(Lost {
                records: 1,
                more: if self.failing == 1 { UNTOLD } else { 0 },
            });
        }
        Outcome::Done
    }

    fn content(
        &mut self,
        shared: &mut Shared,
        epoch: Epoch,
        content: Content,
        place: Place,
        room: usize,
        is_1_3: bool,
    ) {
        match content.kind {
            content::ALERT => self.alert(&content.bytes),
            content::CHANGE_CIPHER_SPEC if !is_1_3 => self.seal(Version::TLS_1_2),
            content::HANDSHAKE => {
                let messages = self.messages.take(&content.bytes);
                if is_1_3 {
                    self.messages_1_3(shared, epoch, &messages);
                } else {
                    self.messages_1_2(shared, &messages);
                }
            }
            content::APPLICATION_DATA if !content.bytes.is_empty() => {
                let plain = Plain {
                    from: self.from,
                    tag: place.tag,
                    after_gap: core::mem::take(&mut self.after_gap),
                    bytes: content.bytes,
                };
                if epoch == Epoch::Early {
                    shared.early(place.order, plain, room);
                } else {
                    self.spoke = true;
                    shared.out.push_back((place.order, plain));
                }
            }
            _ => {}
        }
    }

    /// Handshake messages inside TLS 1.2 are those of a renegotiation.
    fn messages_1_2(&mut self, shared: &mut Shared, messages: &[Message]) {
        for message in messages {
            let before = self.hellos;
            self.hello(shared, message);
            if self.hellos > before && self.from == Role::Client {
                let count = &mut shared.about.renegotiations;
                *count = count.saturating_add(1);
            }
        }
    }

    fn messages_1_3(&mut self, shared: &mut Shared, epoch: Epoch, messages: &[Message]) {
        for message in messages {
            let Stage::Sealed(readers) = &mut self.stage else {
                return;
            };
            match (message.kind, epoch, self.from) {
                (kind::END_OF_EARLY_DATA, Epoch::Early, Role::Client) => {
                    shared.decide_early_data(true);
                    readers.leave(Epoch::Early);
                }
                (kind::ENCRYPTED_EXTENSIONS, Epoch::Handshake, Role::Server) => {
                    if let Some(said) = EncryptedExtensions::read(&message.body) {
                        shared.encrypted_extensions(said);
                    }
                }
                (kind::FINISHED, Epoch::Handshake, _) => readers.leave(Epoch::Handshake),
                (kind::KEY_UPDATE, Epoch::Application, _) => {
                    readers.update();
                    let count = &mut shared.about.key_updates;
                    *count = count.saturating_add(1);
                    // New keys begin with a new record.
                    return;
                }
                _ => {}
            }
        }
    }

    fn alert(&mut self, content: &[u8]) {
        if let Some(alert) = Alert::read(content) {
            self.counts.alert = Some(alert);
        }
    }
}
