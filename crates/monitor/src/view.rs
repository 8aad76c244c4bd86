//! What the monitor knows of the server beyond a connection: sessions, messages, wills.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use hashbrown::HashMap;
use mqttscope_shared::Instant;
use mqttscope_wire::ProtocolVersion;

use super::ConnectionId;
use super::gaps::SLACK;
use super::session::Session;
use super::trace::Traces;
use super::wills::PATIENCE;

/// Sessions without a connection that are remembered.
const MAXIMUM_SESSIONS: usize = 1000;
/// Wills that are remembered.
const MAXIMUM_WILLS: usize = 64;
/// Topics whose retained message is remembered.
const MAXIMUM_RETAINED: usize = 1000;

/// What happened to a will.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WillStep {
    /// Its connection is open.
    Armed,
    /// A DISCONNECT withdrew it.
    Withdrawn,
    /// Its connection ended without one.
    Due(Instant),
    /// Its client came back before it was due.
    Returned,
    /// It was seen at a subscriber, though no end of the connection was.
    Early(Instant),
    /// It was seen at a subscriber, or said to be missing.
    Settled,
    /// It may come until then, or not: bytes are missing that may have withdrawn it, or what was seen may have been another.
    Unknown(Instant),
}

/// A will.
#[derive(Clone, Debug)]
pub(super) struct Will {
    pub(super) connection: ConnectionId,
    pub(super) version: ProtocolVersion,
    pub(super) client: u64,
    pub(super) content: u64,
    pub(super) properties: u64,
    pub(super) topic: Box<str>,
    pub(super) retain: bool,
    /// Seconds between the end of the connection and the will.
    pub(super) delay: u32,
    /// The CONNECT.
    pub(super) packet: u64,
    pub(super) step: WillStep,
    /// Connections of subscribers that had it.
    pub(super) seen_by: Vec<ConnectionId>,
}

impl Will {
    /// Whether it comes is not known any more.
    pub(super) fn doubt(&mut self) {
        self.step = match self.step {
            WillStep::Armed | WillStep::Early(_) => WillStep::Unknown(Instant::END),
            WillStep::Due(due) => WillStep::Unknown(due + PATIENCE),
            step => step,
        };
    }
}

/// A session without a connection.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) session: Session,
    /// When it ends; none: never.
    pub(super) ends: Option<Instant>,
}

/// The message that a topic retains.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retained {
    /// Topic and payload; none when it was removed.
    pub(super) content: Option<u64>,
    pub(super) packet: u64,
    pub(super) at: Instant,
}

/// What is known of the server.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    pub(super) traces: Traces,
    sessions: BTreeMap<Box<str>, Stored>,
    retained: HashMap<u64, Retained>,
    pub(super) wills: Vec<Will>,
    /// A connection whose CONNECT is missing, which came until then, may go on with any session of before.
    doubted: Option<Instant>,
}

impl View {
    /// Takes out the session of a client identifier.
    pub(super) fn take_session(&mut self, client_identifier: &str) -> Option<Stored> {
        self.sessions.remove(client_identifier)
    }

    /// Sessions of clients that are away.
    pub(super) fn sessions_mut(&mut self) -> impl Iterator<Item = &mut Session> {
        self.sessions.values_mut().map(|stored| &mut stored.session)
    }

    /// Sessions of clients that are away.
    pub(super) fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.sessions.values().map(|stored| &stored.session)
    }

    /// Bytes of a client are missing: gives its session, which they may have ended.
    pub(super) fn doubt(&mut self, client: &str) -> Option<Session> {
        self.sessions.remove(client).map(|stored| stored.session)
    }

    /// A CONNECT may be missing, of any client: gives the sessions with which it may have gone on.
    pub(super) fn doubt_all(&mut self, at: Instant) -> impl Iterator<Item = Session> {
        self.doubted = self.doubted.max(Some(at));
        let sessions = core::mem::take(&mut self.sessions);
        sessions.into_values().map(|stored| stored.session)
    }

    /// Keeps the session of a client that is away, if it has a name, and was accepted behind all that may have taken the
    /// session over. Whether it does.
    pub(super) fn keep_session(
        &mut self,
        mut session: Session,
        accepted: Option<Instant>,
        ends: Option<Instant>,
    ) -> bool {
        let doubted = self.doubted.map(|doubted| doubted + SLACK);
        if session.client_identifier.is_empty() || (doubted.is_some() && accepted <= doubted) {
            return false;
        }
        if self.sessions.len() >= MAXIMUM_SESSIONS {
            let first = self
                .sessions
                .iter()
                .min_by_key(|(_, stored)| stored.ends.unwrap_or(Instant::END))
                .map(|(name, _)| name.clone());
            if let Some(name) = first {
                self.sessions.remove(&name);
            }
        }
        session.subscriptions.forget_topics();
        let name = session.client_identifier.clone();
        self.sessions.insert(name, Stored { session, ends });
        true
    }

    /// A message is published with RETAIN.
    pub(super) fn retain(&mut self, topic: u64, retained: Retained) {
        if self.retained.len() >= MAXIMUM_RETAINED && !self.retained.contains_key(&topic) {
            self.retained.clear();
        }
        self.retained.insert(topic, retained);
    }

    /// What a topic retains, as far as it was seen.
    pub(super) fn retained(&self, topic: u64) -> Option<Retained> {
        self.retained.get(&topic).copied()
    }

    /// Remembers a will; one that is settled makes room, else the oldest.
    pub(super) fn arm(&mut self, will: Will) {
        if self.wills.len() >= MAXIMUM_WILLS {
            let settled = self
                .wills
                .iter()
                .position(|will| will.step == WillStep::Settled);
            self.wills.remove(settled.unwrap_or(0));
        }
        self.wills.push(will);
    }

    /// The will that a message with this content may be: of several, the one that is due.
    pub(super) fn will_like(&mut self, content: u64, of: ConnectionId) -> Option<&mut Will> {
        self.wills
            .iter_mut()
            .filter(|will| will.content == content)
            .max_by_key(|will| match will.step {
                WillStep::Due(_) => 4,
                // One that others have had comes here, too.
                _ if !will.seen_by.is_empty() && !will.seen_by.contains(&of) => 3,
                WillStep::Armed => 2,
                WillStep::Early(_) => 1,
                _ => 0,
            })
    }

    /// What was seen of wills may have been a message that is missing.
    pub(super) fn doubt_wills(&mut self) {
        for will in &mut self.wills {
            will.seen_by.clear();
            if let WillStep::Early(_) = will.step {
                will.doubt();
            }
        }
    }

    /// A message with this content came that may be any of several wills, or one that need not come: none of them is waited
    /// for from now on. Gives the newest.
    pub(super) fn doubt_wills_like(&mut self, content: u64) -> Option<&Will> {
        let of_content = |will: &&Will| will.content == content;
        let count = |is_so: fn(&WillStep) -> bool| {
            let own = self.wills.iter().filter(of_content);
            own.filter(|will| is_so(&will.step)).count()
        };
        let is_any_of = count(|step| matches!(step, WillStep::Unknown(_))) > 0
            || count(|step| matches!(step, WillStep::Due(_))) == 0
                && count(|step| *step == WillStep::Armed) > 1;
        if !is_any_of {
            return None;
        }
        let own = self.wills.iter_mut().filter(|will| will.content == content);
        own.for_each(Will::doubt);
        self.wills.iter().rev().find(of_content)
    }

    /// The will of a connection.
    pub(super) fn will_of(&mut self, connection: ConnectionId) -> Option<&mut Will> {
        self.wills
            .iter_mut()
            .rev()
            .find(|will| will.connection == connection)
    }

    /// A client is back: a will that is not due yet does not come.
    pub(super) fn came_back(&mut self, client: u64, connection: ConnectionId, at: Instant) {
        for will in &mut self.wills {
            if will.client == client
                && will.connection != connection
                && let WillStep::Due(due) = will.step
                && at < due
            {
                will.step = WillStep::Returned;
            }
        }
    }
}
