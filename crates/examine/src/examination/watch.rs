//! Whether the broker is there at all: a connection beside those of the checks, which stays open. A verdict that rests on a
//! connection that was closed, or on an answer that did not come, counts only if the broker answers this one afterwards and
//! has not closed it meanwhile.

use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::String;
use core::time::Duration;

use mqttscope_shared::Instant;
use mqttscope_wire::ProtocolVersion;

use crate::words::Names;
use crate::{Command, ConnectionId, clean};

/// How long a PINGREQ may go without an answer, beside the way there and back.
const PING: Duration = Duration::from_secs(2);
/// How long a CONNACK may take.
const CONNACK: Duration = Duration::from_secs(5);
/// No longer than this is nothing sent on it.
const IDLE: Duration = Duration::from_secs(5);
/// The first pause before it is opened again; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// As often it is tried until the broker is given up.
const MOST_TRIES: u32 = 5;

const PINGREQ: [u8; 2] = [0xc0, 0];
/// The first byte of a PINGRESP.
const PINGRESP: u8 = 0xd0;
const DISCONNECT: [u8; 2] = [0xe0, 0];

/// The connection, or what became of it.
#[derive(Debug, Default)]
pub(super) struct Watch {
    state: State,
    count: u32,
    /// Tries in a row that came to nothing.
    tries: u32,
    /// When the broker last closed it.
    closed: Option<Instant>,
    /// The broker does not answer PINGREQ, which is a check's business.
    is_deaf: bool,
}

#[derive(Debug, Default)]
enum State {
    /// Not wanted yet, or any more.
    #[default]
    None,
    Coming {
        id: ConnectionId,
        asked: Instant,
    },
    Up {
        id: ConnectionId,
        last_sent: Instant,
        pinged: Option<Instant>,
    },
    /// It did not come; when it is tried again.
    Away(Instant),
    /// The broker was given up.
    Gone,
}

/// What it found out.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tells {
    /// The broker answered what was sent then.
    There(Instant),
    /// It does not, whatever is tried, and why.
    Gone(String),
}

/// What it takes to open it.
pub(super) struct Opening<'a> {
    pub(super) now: Instant,
    pub(super) round_trip: Duration,
    pub(super) version: ProtocolVersion,
    pub(super) names: Names,
    pub(super) commands: &'a mut VecDeque<Command>,
    pub(super) next_id: &'a mut u32,
}

impl Watch {
    /// When the broker last closed it.
    pub(super) const fn closed_at(&self) -> Option<Instant> {
        self.closed
    }

    /// Whether nothing else is to be begun, because the broker does not take connections at present.
    pub(super) const fn is_away(&self) -> bool {
        matches!(self.state, State::Away(_) | State::Gone) || self.tries > 0
    }

    fn id(&self) -> Option<ConnectionId> {
        match self.state {
            State::Coming { id, .. } | State::Up { id, .. } => Some(id),
            _ => None,
        }
    }

    /// Goes on: opens it, asks the broker where there is a doubt, and gives up.
    pub(super) fn go_on(&mut self, is_doubted: bool, opening: Opening<'_>) -> Option<Tells> {
        let (now, way) = (opening.now, opening.round_trip * 4);
        match self.state {
            State::None => self.open(opening),
            State::Away(next) if now >= next => self.open(opening),
            State::Coming { id, asked } if now >= asked + CONNACK + way => {
                opening.commands.push_back(Command::Close(id));
                let seconds = CONNACK.as_secs();
                let why = format!("it did not answer a CONNECT within {seconds} s");
                return self.failed(now, &why);
            }
            State::Up {
                id,
                pinged: Some(pinged),
                ..
            } if now >= pinged + PING + way => {
                opening.commands.push_back(Command::Close(id));
                self.is_deaf = true;
                self.open(opening);
            }
            State::Up {
                id,
                last_sent,
                pinged,
                ..
            } if pinged.is_none() && (is_doubted || now >= last_sent + IDLE) => {
                if self.is_deaf {
                    opening.commands.push_back(Command::Close(id));
                    self.open(opening);
                } else {
                    (opening.commands).push_back(Command::Send(id, PINGREQ.to_vec()));
                    self.state = State::Up {
                        id,
                        last_sent: now,
                        pinged: Some(now),
                    };
                }
            }
            _ => {}
        }
        None
    }

    fn open(&mut self, opening: Opening<'_>) {
        self.count = self.count.wrapping_add(1);
        let client = format!("{}w{}", opening.names.client, self.count);
        let bytes = clean::bytes(&client, &[], opening.version, &opening.names);
        let Some([connect, _]) = bytes else {
            // A login that no CONNECT can carry: the checks say so.
            self.state = State::Gone;
            return;
        };
        let id = ConnectionId(*opening.next_id);
        *opening.next_id = opening.next_id.wrapping_add(1);
        opening.commands.push_back(Command::Open(id));
        opening.commands.push_back(Command::Send(id, connect));
        self.state = State::Coming {
            id,
            asked: opening.now,
        };
    }

    fn failed(&mut self, now: Instant, why: &str) -> Option<Tells> {
        self.tries = self.tries.saturating_add(1);
        if self.tries >= MOST_TRIES {
            self.state = State::Gone;
            return Some(Tells::Gone(why.into()));
        }
        let pause = FIRST_PAUSE * 2_u32.saturating_pow(self.tries.saturating_sub(1));
        self.state = State::Away(now + pause);
        None
    }

    /// The broker sent bytes on a connection.
    pub(super) fn bytes(
        &mut self,
        now: Instant,
        of: ConnectionId,
        bytes: &[u8],
        commands: &mut VecDeque<Command>,
    ) -> Option<Tells> {
        match self.state {
            State::Coming { id, asked } if id == of => {
                // CONNACK: type, length, flags, code.
                let code = bytes.get(3).copied().unwrap_or(0xff);
                if code != 0 {
                    commands.push_back(Command::Close(id));
                    return self.failed(now, &format!("it refuses a CONNECT with 0x{code:02X}"));
                }
                self.tries = 0;
                self.state = State::Up {
                    id,
                    last_sent: now,
                    pinged: None,
                };
                Some(Tells::There(asked))
            }
            State::Up {
                id,
                last_sent,
                pinged: Some(pinged),
            } if id == of && bytes.first() == Some(&PINGRESP) => {
                self.state = State::Up {
                    id,
                    last_sent,
                    pinged: None,
                };
                Some(Tells::There(pinged))
            }
            _ => None,
        }
    }

    /// A connection was closed, or could not be opened and why.
    pub(super) fn closed(
        &mut self,
        now: Instant,
        of: ConnectionId,
        why: Option<&str>,
    ) -> Option<Tells> {
        if self.id() != Some(of) {
            return None;
        }
        if let State::Up { .. } = self.state {
            self.closed = Some(now);
            self.state = State::None;
            return None;
        }
        match why {
            Some(why) => self.failed(now, &format!("a connection could not be opened: {why}")),
            None => self.failed(now, "it closed the connection after a CONNECT"),
        }
    }

    /// When [`Self::go_on`] is to be called.
    pub(super) fn due(&self, round_trip: Duration) -> Option<Instant> {
        let way = round_trip * 4;
        match self.state {
            State::None | State::Gone => None,
            State::Coming { asked, .. } => Some(asked + CONNACK + way),
            State::Up {
                pinged: Some(pinged),
                ..
            } => Some(pinged + PING + way),
            State::Up { last_sent, .. } => Some(last_sent + IDLE),
            State::Away(next) => Some(next),
        }
    }

    /// Ends it.
    pub(super) fn end(&mut self, commands: &mut VecDeque<Command>) {
        if let State::Up { id, .. } = self.state {
            commands.push_back(Command::Send(id, DISCONNECT.to_vec()));
        }
        commands.extend(self.id().map(Command::Close));
        self.state = State::None;
        self.tries = 0;
    }
}
