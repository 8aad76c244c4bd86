//! A TLS connection: takes the bytes of both sides, gives the application's.

use core::fmt;

use super::flow::{Flow, Keys, Stage};
use super::framer::{Framed, Lost};
use super::keylog::KeyLog;
use super::opener::Record;
use super::process::Outcome;
use super::queue::Item;
use super::shared::Shared;
use super::state::{About, State};
use super::{Plain, Tag};
use crate::reading::Role;

/// How much a session keeps of what cannot be opened yet, in bytes, unless it is told otherwise.
pub const ROOM: usize = 4 << 20;

/// What may be spent on the search for records' numbers from the beginning, in bytes.
const SEARCH: u64 = 8 << 20;

/// One TLS connection, seen from outside. Its `Debug` shows no secret.
pub struct Session {
    client: Flow,
    server: Flow,
    shared: Shared,
    room: usize,
    /// The key log's revision when it was last asked.
    revision: u64,
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

impl Session {
    /// A session of which nothing was seen.
    #[must_use]
    pub fn new() -> Self {
        Self::with_room(ROOM)
    }

    /// A session that keeps at most about so many bytes of what cannot be opened yet.
    #[must_use]
    pub fn with_room(room: usize) -> Self {
        Self {
            client: Flow::new(Role::Client),
            server: Flow::new(Role::Server),
            shared: Shared::new(SEARCH),
            room,
            revision: 0,
        }
    }

    /// Takes the next TCP bytes of a side, in the order of the stream. `tag` comes back with the
    /// plaintext of the records that end in them.
    pub fn handle_bytes(&mut self, from: Role, bytes: &[u8], tag: Tag, keys: &KeyLog) {
        let mut framer = core::mem::take(&mut self.flow(from).framer);
        let mut input = bytes;
        while let Some(framed) = framer.next(&mut input) {
            match framed {
                Framed::Record(record) => self.take(from, &record, tag, keys),
                Framed::Lost(lost) => self.lose(from, lost),
                Framed::NotTls => self.flow(from).end(),
            }
        }
        self.flow(from).framer = framer;
        self.advance(keys);
    }

    /// So many TCP bytes of a side are missing behind those that were given.
    pub fn handle_gap(&mut self, from: Role, bytes: u64) {
        self.flow(from).framer.gap(bytes);
        self.shared.miss(from);
    }

    /// Who sent bytes that are missing before the next plaintext, of whichever side: to be asked before it is polled.
    pub fn poll_gap(&mut self) -> Option<Role> {
        let is_waiting = !self.client.queue.is_empty() || !self.server.queue.is_empty();
        self.shared.poll_gap(is_waiting)
    }

    /// Opens what was kept, if the key log has come to know more.
    pub fn retry(&mut self, keys: &KeyLog) {
        self.look_up(keys);
        self.run_all(keys);
    }

    /// The next plaintext. What one call opened comes in the order in which the records were given,
    /// so all of it does unless one side had to wait while the other was read.
    pub fn poll_plaintext(&mut self) -> Option<Plain> {
        self.shared.out.pop_front().map(|(_, plain)| plain)
    }

    /// What the handshake says, as far as it could be read, and what came of the records.
    #[must_use]
    pub fn about(&self) -> About {
        let side = |flow: &Flow| {
            let mut side = flow.counts;
            side.waiting = flow.queue.records();
            side
        };
        About {
            client: side(&self.client),
            server: side(&self.server),
            ..self.shared.about.clone()
        }
    }

    /// How many bytes are kept until they can be opened.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.client
            .queue
            .bytes()
            .saturating_add(self.server.queue.bytes())
            .saturating_add(self.shared.held_bytes())
    }

    /// Whether it opened, and if not, why.
    #[must_use]
    pub fn state(&self) -> State {
        let about = &self.shared.about;
        let flows = [&self.client, &self.server];
        let opened = || {
            let (version, cipher_suite) = (about.version?, about.cipher_suite?);
            Some(State::Opened {
                version,
                cipher_suite,
                resumed: about.resumed,
                sni: about.sni.clone(),
                alpn: about.alpn.clone(),
            })
        };
        if flows.iter().any(|flow| flow.spoke)
            && let Some(opened) = opened()
        {
            return opened;
        }
        if let Some(refused) = &self.shared.refused {
            return refused.clone();
        }
        if flows.iter().any(|flow| flow.framer.is_not_tls()) {
            return State::NotTls;
        }
        let alert = flows.iter().find_map(|flow| flow.counts.alert);
        if self.client.hellos == 0 {
            let has_begun = flows.iter().any(|flow| flow.framer.has_begun());
            return if has_begun {
                State::NoClientHello
            } else {
                State::Empty
            };
        }
        if self.server.hellos == 0 {
            return match alert {
                Some(_) => State::Unfinished { alert },
                None if self.server.began_inside || self.client.queue.records() > 0 => {
                    State::NoServerHello
                }
                None => State::Unfinished { alert },
            };
        }
        let answered = self.server.pair(&self.shared);
        if answered.is_some_and(|pair| pair.client.is_none()) {
            return State::NoClientHello;
        }
        let waits = |flow: &&&Flow| flow.queue.records() > 0;
        let has_failed = |flow: &Flow| flow.queue.tried() > 0 || flow.keys == Keys::Misfit;
        if flows.iter().filter(waits).any(|flow| has_failed(flow)) {
            return State::WrongKeys;
        }
        let keys: Vec<Keys> = flows.iter().filter(waits).map(|flow| flow.keys).collect();
        if keys.contains(&Keys::Missing) {
            return State::MissingKeys;
        }
        if !keys.is_empty() {
            return State::NoKeys;
        }
        if flows.iter().any(|flow| matches!(flow.stage, Stage::Over)) {
            return State::Broken;
        }
        match opened() {
            Some(opened) if flows.iter().any(|flow| flow.counts.opened > 0) => opened,
            _ => State::Unfinished { alert },
        }
    }

    const fn flow(&mut self, from: Role) -> &mut Flow {
        match from {
            Role::Client => &mut self.client,
            Role::Server => &mut self.server,
        }
    }

    /// The side, what both share, and how many bytes may still be kept.
    fn parts(&mut self, from: Role) -> (&mut Flow, &mut Shared, usize) {
        let used = match from {
            Role::Client => self.server.queue.bytes(),
            Role::Server => self.client.queue.bytes(),
        };
        let flow = match from {
            Role::Client => &mut self.client,
            Role::Server => &mut self.server,
        };
        let used = used.saturating_add(self.shared.held_bytes());
        (flow, &mut self.shared, self.room.saturating_sub(used))
    }

    fn take(&mut self, from: Role, record: &Record<'_>, tag: Tag, keys: &KeyLog) {
        let (flow, shared, room) = self.parts(from);
        if shared.refused.is_some() {
            return;
        }
        let place = shared.place(tag);
        let outcome = if flow.queue.is_tried() {
            flow.process(shared, record, place, room)
        } else {
            Outcome::Wait
        };
        if outcome == Outcome::Done {
            return;
        }
        let is_first = flow.queue.is_tried();
        flow.queue.push(record, place, room);
        if outcome == Outcome::Failed {
            flow.queue.pass();
        }
        if is_first {
            self.run(from, keys);
        }
    }

    fn lose(&mut self, from: Role, lost: Lost) {
        let (flow, shared, _) = self.parts(from);
        if flow.queue.is_tried() {
            flow.cut(shared);
            flow.lose(lost);
        }
        if !flow.queue.is_empty() {
            flow.queue.push_lost(lost);
        }
    }

    /// Opens what can be opened by now.
    fn advance(&mut self, keys: &KeyLog) {
        if self.client.queue.is_empty() && self.server.queue.is_empty() {
            self.revision = keys.revision();
            return;
        }
        if self.revision != keys.revision() {
            self.look_up(keys);
        }
        self.run_all(keys);
    }

    fn look_up(&mut self, keys: &KeyLog) {
        self.revision = keys.revision();
        for from in [Role::Client, Role::Server] {
            let (flow, shared, _) = self.parts(from);
            flow.look_up(shared, keys);
        }
    }

    fn run_all(&mut self, keys: &KeyLog) {
        let before = self.shared.out.len();
        while self.run(Role::Client, keys) | self.run(Role::Server, keys) {}
        self.shared.sort_behind(before);
        if self.shared.refused.is_some() {
            self.client.end();
            self.server.end();
        }
    }

    /// Reads the kept records of a side as far as that goes. Whether it went on.
    fn run(&mut self, from: Role, keys: &KeyLog) -> bool {
        let mut went_on = false;
        let (_, _, room) = self.parts(from);
        let (flow, shared, _) = self.parts(from);
        while let Some(item) = flow.queue.lift() {
            let outcome = match &item {
                Item::Record(kept) => flow.process(shared, &kept.record(), kept.place, room),
                Item::Lost(lost) => {
                    flow.cut(shared);
                    flow.lose(*lost);
                    if flow.queue.tried() > 0 {
                        Outcome::Failed
                    } else {
                        Outcome::Done
                    }
                }
            };
            match outcome {
                // Was of no use for finding the first that opens.
                Outcome::Done if flow.queue.tried() > 0 => {
                    flow.queue.put_back(item);
                    flow.queue.pass();
                }
                Outcome::Done => {
                    flow.queue.take(&item);
                    went_on = true;
                }
                Outcome::Failed => {
                    flow.queue.put_back(item);
                    flow.queue.pass();
                }
                Outcome::Wait => {
                    flow.queue.put_back(item);
                    if !flow.look_up(shared, keys) {
                        break;
                    }
                }
            }
        }
        went_on
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("state", &self.state())
            .field("kept", &self.kept())
            .finish_non_exhaustive()
    }
}
