//! Takes away what a check may have left at the broker.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use mqttscope_shared::Instant;

use super::{Examination, Step};
use crate::clean;
use crate::left::Cost;
use crate::talk::Talk;
use crate::{Command, ConnectionId};

/// How long the broker has to take what cleans up.
const CLEANING: Duration = Duration::from_secs(3);
/// Behind a connection that the broker did not take.
const PAUSE: Duration = Duration::from_secs(1);
/// As often it is tried to get a connection.
const MOST_TRIES: u8 = 3;

/// What is still to be taken away, one connection behind the other.
#[derive(Debug)]
pub(super) struct Cleaning {
    /// Client identifiers whose sessions are to be ended.
    sessions: Vec<String>,
    /// Topics whose retained messages are to be removed.
    retained: Vec<String>,
    broom: Option<Broom>,
    pub(super) until: Instant,
    tries: u8,
}

/// The connection that cleans.
#[derive(Debug)]
struct Broom {
    id: ConnectionId,
    client: String,
    /// What goes out behind the CONNACK; empty: it went.
    rest: Vec<u8>,
}

impl Cleaning {
    pub(super) fn behind(talk: &Talk<'_>, now: Instant) -> Self {
        let is_other = |client: &String| !talk.sessions.contains(client);
        let assigned = talk.assigned().filter(is_other);
        Self {
            sessions: talk.sessions.iter().cloned().chain(assigned).collect(),
            retained: talk.retained.iter().cloned().collect(),
            broom: None,
            until: now,
            tries: 0,
        }
    }

    pub(super) fn cost(&self) -> Cost {
        let more = self.sessions.len().saturating_add(self.broom.iter().len());
        (0..more).fold(Cost::default(), |cost, _| cost.and(Cost::SESSION))
    }

    /// The broker sent something on this connection: all the rest, and then the end.
    pub(super) fn answered(&mut self, now: Instant, of: ConnectionId) -> Option<Command> {
        let broom = self.broom.as_mut().filter(|broom| broom.id == of)?;
        let rest = core::mem::take(&mut broom.rest);
        if rest.is_empty() {
            return None;
        }
        self.retained.clear();
        self.until = now;
        Some(Command::Send(of, rest))
    }

    /// The broker closed this connection, or it was not to be had.
    pub(super) fn closed(&mut self, now: Instant, of: ConnectionId) {
        let Some(broom) = self.broom.take_if(|broom| broom.id == of) else {
            return;
        };
        self.until = now;
        if broom.rest.is_empty() {
            return;
        }
        if self.tries < MOST_TRIES {
            self.tries = self.tries.saturating_add(1);
            self.sessions.push(broom.client);
            self.until = now + PAUSE;
        } else {
            self.retained.clear();
        }
    }

    /// What is to be closed if nobody cleans any more.
    pub(super) fn close(&mut self) -> Option<Command> {
        self.broom.take().map(|broom| Command::Close(broom.id))
    }
}

impl Examination<'_> {
    /// A step of the cleaning; whether it is done.
    pub(super) fn clean(&mut self, at: usize) -> bool {
        let Some(slot) = self.running.get_mut(at) else {
            return true;
        };
        let Step::Cleans(cleaning) = &mut slot.step else {
            return true;
        };
        if self.now < cleaning.until {
            return false;
        }
        if let Some(close) = cleaning.close() {
            self.commands.push_back(close);
            // Whoever did not answer one connection gets no other for them.
            cleaning.retained.clear();
        }
        let client = match cleaning.sessions.pop() {
            Some(client) => client,
            None if cleaning.retained.is_empty() => return true,
            None => format!("{}z", slot.talk.names.client),
        };
        let topics: Vec<&str> = cleaning.retained.iter().map(|topic| &**topic).collect();
        let bytes = clean::bytes(&client, &topics, slot.talk.version, &slot.talk.names);
        let Some([connect, rest]) = bytes else {
            return true;
        };
        let id = ConnectionId(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        self.commands.push_back(Command::Open(id));
        self.commands.push_back(Command::Send(id, connect));
        cleaning.until = self.now + CLEANING + self.round_trip * 4;
        cleaning.broom = Some(Broom { id, client, rest });
        false
    }
}
