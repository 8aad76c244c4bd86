//! What the faults of a tap did in a recording, and what came of it: was a message sent again whose acknowledgement was
//! lost?

use std::collections::BTreeMap;

use mqttscope_capture::mark::{Effect, Mark};
use mqttscope_capture::reading::Role;
use mqttscope_protocol::{ConnectionId, FaultAnswer, FaultRow, RecordId, duration};
use mqttscope_shared::Instant;
use mqttscope_wire::{
    ControlPacket, Frame, PacketType, ProtocolVersion, ReasonCode, Sender, Severity,
};

use super::{Captured, Captures};

/// Faults that are listed.
const MOST: usize = 400;
/// Marks that an export writes again.
const MOST_MARKS: usize = 20_000;
/// Packets that are awaited at a time.
const MOST_AWAITED: usize = 64;
/// How long a new connection may take before what was not sent again on it counts as not sent again. A sender that does so
/// does it at once.
const PATIENCE_MS: u64 = 10_000;

/// The DUP flag in the first byte of a PUBLISH.
const DUP: u8 = 8;

/// See [the module](self).
#[derive(Debug, Default)]
pub(crate) struct Faulted {
    /// By the file, and the fault's number in it.
    struck: BTreeMap<(usize, u32), Struck>,
    awaited: Vec<Awaited>,
    /// By their rows.
    marks: BTreeMap<RecordId, Mark>,
}

#[derive(Debug)]
struct Struck {
    words: String,
    count: u64,
    first: RecordId,
    last: RecordId,
    answer: Option<FaultAnswer>,
}

/// A packet that is to be sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Awaited {
    /// The file and the fault.
    key: (usize, u32),
    /// Where it was sent first, by which client.
    connection: ConnectionId,
    client: String,
    sender: Sender,
    kind: PacketType,
    identifier: u16,
    /// Its first sending, where that is in the log.
    sent: Option<RecordId>,
    mark: RecordId,
    at: Instant,
    /// The newer connection of the client, since when it is there, and whether the server kept the session.
    newer: Option<(ConnectionId, Instant)>,
    is_kept: Option<bool>,
}

/// A packet of a connection that may be the one.
pub(crate) struct Heard<'a> {
    pub(crate) connection: ConnectionId,
    pub(crate) client: &'a str,
    pub(crate) record: RecordId,
    pub(crate) at: Instant,
    pub(crate) sender: Sender,
    pub(crate) bytes: &'a [u8],
    pub(crate) frame: &'a Frame<'a>,
}

/// What became of one.
pub(crate) struct Answered {
    /// Whose it is in the list of findings.
    pub(crate) connection: ConnectionId,
    pub(crate) answer: FaultAnswer,
}

/// Who sends the packet whose loss or acknowledgement's loss a mark tells of, and what is sent again then.
pub(crate) fn awaited_of(mark: &Mark) -> Option<(Sender, PacketType, u16)> {
    let is_lost = matches!(mark.effect, Effect::Lost | Effect::Cut | Effect::Silent);
    let packet = mark.packet.filter(|_| is_lost)?;
    let from = match packet.from {
        Role::Client => Sender::Client,
        Role::Server => Sender::Server,
    };
    let (sender, kind) = match packet.packet_type {
        PacketType::Publish => (from, PacketType::Publish),
        PacketType::Puback | PacketType::Pubrec => (from.peer(), PacketType::Publish),
        PacketType::Pubrel => (from, PacketType::Pubrel),
        PacketType::Pubcomp => (from.peer(), PacketType::Pubrel),
        _ => return None,
    };
    Some((sender, kind, packet.identifier?))
}

impl Faulted {
    /// A fault struck. `sent`: the packet that is to be sent again, if there is one, and its first sending.
    pub(crate) fn note(
        &mut self,
        file: usize,
        mark: &Mark,
        (connection, client): (ConnectionId, &str),
        (record, at): (RecordId, Instant),
        sent: Option<RecordId>,
    ) {
        if self.marks.len() < MOST_MARKS {
            self.marks.insert(record, mark.clone());
        }
        let key = (file, mark.fault);
        if self.struck.len() >= MOST && !self.struck.contains_key(&key) {
            return;
        }
        let struck = self.struck.entry(key).or_insert_with(|| Struck {
            words: String::new(),
            count: 0,
            first: record,
            last: record,
            answer: None,
        });
        struck.words.clone_from(&mark.words);
        struck.count = struck.count.saturating_add(1);
        struck.last = record;
        let Some((sender, kind, identifier)) = awaited_of(mark) else {
            return;
        };
        if self.awaited.len() < MOST_AWAITED && !client.is_empty() {
            self.awaited.push(Awaited {
                key,
                connection,
                client: client.to_owned(),
                sender,
                kind,
                identifier,
                sent,
                mark: record,
                at,
                newer: None,
                is_kept: None,
            });
        }
    }

    /// Whether any packet is awaited.
    pub(crate) const fn awaits(&self) -> bool {
        !self.awaited.is_empty()
    }

    /// A packet came. `first` gives the first sending of one that is awaited.
    pub(crate) fn hear<'a>(
        &mut self,
        heard: &Heard<'_>,
        first: impl Fn(RecordId) -> Option<&'a [u8]>,
    ) -> Vec<Answered> {
        self.answer(|awaited| {
            let sent = awaited.sent.and_then(&first);
            awaited.hear(heard, sent)
        })
    }

    /// A connection is over, or nothing more of it is known.
    pub(crate) fn ended(&mut self, connection: ConnectionId) -> Vec<Answered> {
        self.answer(|awaited| awaited.ended(connection))
    }

    fn answer(&mut self, mut of: impl FnMut(&mut Awaited) -> Option<FaultAnswer>) -> Vec<Answered> {
        let Self {
            struck, awaited, ..
        } = self;
        let mut answered = Vec::new();
        awaited.retain_mut(|awaited| {
            let Some(answer) = of(awaited) else {
                return true;
            };
            if let Some(struck) = struck.get_mut(&awaited.key) {
                struck.answer = Some(answer.clone());
            }
            answered.push(Answered {
                connection: awaited.newer.map_or(awaited.connection, |(newer, _)| newer),
                answer,
            });
            false
        });
        answered
    }

    /// As the page shows them.
    pub(crate) fn rows(&self) -> Vec<FaultRow> {
        let row = |(key, struck): (&(usize, u32), &Struck)| FaultRow {
            file: key.0,
            number: key.1,
            words: struck.words.clone(),
            count: struck.count,
            first: struck.first,
            last: struck.last,
            awaits: self.awaited.iter().any(|awaited| awaited.key == *key),
            answer: struck.answer.clone(),
        };
        self.struck.iter().map(row).collect()
    }
}

impl Awaited {
    fn hear(&mut self, heard: &Heard<'_>, sent: Option<&[u8]>) -> Option<FaultAnswer> {
        if heard.client != self.client || heard.record <= self.mark {
            return None;
        }
        let is_newer = heard.connection != self.connection;
        if is_newer {
            match &heard.frame.packet {
                Ok(ControlPacket::Connect(_)) => {
                    self.newer = Some((heard.connection, heard.at));
                    self.is_kept = None;
                }
                Ok(ControlPacket::Connack(connack)) if self.is_on(heard.connection) => {
                    let is_accepted = connack.reason_code == ReasonCode::SUCCESS;
                    self.is_kept = is_accepted.then_some(connack.session_present);
                }
                _ => {}
            }
        }
        if let Ok(packet) = &heard.frame.packet
            && heard.sender == self.sender
            && packet.packet_type() == self.kind
            && packet.packet_identifier().map(|it| it.get()) == Some(self.identifier)
        {
            return Some(self.came(heard, sent));
        }
        let since = self.newer.filter(|(newer, _)| *newer == heard.connection)?;
        let is_late = heard.at - since.1 >= core::time::Duration::from_millis(PATIENCE_MS);
        (is_late && self.is_kept.is_some()).then(|| self.did_not_come(Some(heard.record)))
    }

    fn is_on(&self, connection: ConnectionId) -> bool {
        self.newer.is_some_and(|(newer, _)| newer == connection)
    }

    /// The packet has its type and its Packet Identifier.
    fn came(&self, heard: &Heard<'_>, sent: Option<&[u8]>) -> FaultAnswer {
        let name = self.name();
        let after = duration(heard.at - self.at);
        let place = if heard.connection == self.connection {
            "on the same connection"
        } else {
            "on the new connection"
        };
        let is_dup = heard.bytes.first().is_some_and(|first| first & DUP != 0);
        let is_same = sent.is_none_or(|sent| is_same(sent, heard.bytes));
        let (says, severity) = match self.kind {
            PacketType::Publish if is_dup => (
                format!("{name} was sent again with DUP, {after} later, {place}."),
                Severity::Note,
            ),
            PacketType::Publish if is_same => (
                format!("{name} was sent again, {after} later, {place}, but without DUP."),
                Severity::Warning,
            ),
            PacketType::Publish => (
                format!(
                    "{name} was not sent again: its Packet Identifier is in use for another message{}.",
                    self.why()
                ),
                self.severity(),
            ),
            _ => (
                format!("{name} was sent again, {after} later, {place}."),
                Severity::Note,
            ),
        };
        self.answered(says, severity, Some(heard.record))
    }

    fn did_not_come(&self, last: Option<RecordId>) -> FaultAnswer {
        let says = format!(
            "{} was not sent again on the new connection{}.",
            self.name(),
            self.why()
        );
        self.answered(says, self.severity(), last)
    }

    /// The connection is over.
    fn ended(&mut self, connection: ConnectionId) -> Option<FaultAnswer> {
        if !self.is_on(connection) {
            return None;
        }
        if self.is_kept.is_none() {
            // It never was accepted: another one may be.
            self.newer = None;
            return None;
        }
        Some(self.did_not_come(None))
    }

    fn answered(&self, says: String, severity: Severity, last: Option<RecordId>) -> FaultAnswer {
        let packets = [self.sent, Some(self.mark), last];
        FaultAnswer {
            says,
            severity,
            packets: packets.into_iter().flatten().collect(),
        }
    }

    fn name(&self) -> String {
        let who = match self.sender {
            Sender::Client => "client",
            Sender::Server => "server",
        };
        format!(
            "The {who}'s {} with Packet Identifier {}",
            self.kind.name(),
            self.identifier
        )
    }

    /// Where there is no session, nothing is to be sent again (section 4.4).
    const fn severity(&self) -> Severity {
        match self.is_kept {
            Some(false) => Severity::Note,
            _ => Severity::Warning,
        }
    }

    const fn why(&self) -> &'static str {
        match self.is_kept {
            Some(false) => {
                ", and need not be: the server has no session of the client any more (Session Present 0)"
            }
            _ => "",
        }
    }
}

/// Whether two packets are the same but for the DUP flag.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    match (one.split_first(), other.split_first()) {
        (Some((one, rest)), Some((other, other_rest))) => {
            one & !DUP == other & !DUP && rest == other_rest
        }
        _ => false,
    }
}

impl Captures {
    /// A fault struck a connection of the current file.
    pub(crate) fn note_fault(
        &mut self,
        mark: &Mark,
        whose: (ConnectionId, &str),
        place: (RecordId, Instant),
        sent: Option<RecordId>,
    ) {
        self.faulted.note(self.at, mark, whose, place, sent);
    }

    /// The mark of a row.
    pub(crate) fn mark_of(&self, row: RecordId) -> Option<&Mark> {
        self.faulted.marks.get(&row)
    }

    /// Whether a packet is awaited that a fault made lost.
    pub(crate) const fn awaits(&self) -> bool {
        self.faulted.awaits()
    }

    /// A packet came while one is awaited.
    pub(crate) fn hear<'a>(
        &mut self,
        heard: &Heard<'_>,
        first: impl Fn(RecordId) -> Option<&'a [u8]>,
    ) -> Vec<Answered> {
        self.faulted.hear(heard, first)
    }

    /// A connection is over.
    pub(crate) fn hear_no_more(&mut self, connection: ConnectionId) -> Vec<Answered> {
        self.faulted.ended(connection)
    }

    /// The version of a connection by its number.
    pub(crate) fn version_of(&self, connection: ConnectionId) -> ProtocolVersion {
        let captured = self.of.get(&connection).and_then(|&at| self.all.get(at));
        captured.map_or(ProtocolVersion::V5, Captured::version)
    }
}
