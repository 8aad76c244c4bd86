//! What the faults of a tap did in a recording, and what came of it: was a message sent again whose acknowledgement was
//! lost?

use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};

use mqttscope_capture::mark::{Effect, Mark};
use mqttscope_capture::reading::Role;
use mqttscope_protocol::{
    ConnectionId, Fate, FaultAnswer, FaultRow, FaultStrike, RecordId, duration,
};
use mqttscope_shared::Instant;
use mqttscope_wire::{
    ControlPacket, Frame, PacketType, ProtocolVersion, ReasonCode, Sender, Severity,
};

use super::{Captured, Captures};

/// Faults that are listed.
const MOST: usize = 400;
/// The newest strikes that are listed of each.
const MOST_STRIKES: usize = 50;
/// Marks that an export writes again.
const MOST_MARKS: usize = 20_000;
/// Packets that are awaited at a time.
const MOST_AWAITED: usize = 256;
/// How long a new connection may take from its acceptance on before what was not sent again on it counts as not sent again.
/// A sender that does so does it at once.
const PATIENCE: Duration = Duration::from_secs(5);

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

#[derive(Debug, Default)]
struct Struck {
    count: u64,
    strikes: VecDeque<FaultStrike>,
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
    /// The connection where it was sent is over.
    is_over: bool,
    newer: Option<Newer>,
}

/// A newer connection of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Newer {
    id: ConnectionId,
    /// The client asks for a new session.
    is_clean: bool,
    /// Since when it is accepted, and whether the server goes on with the session.
    accepted: Option<(Instant, bool)>,
}

/// A packet of a connection that may be the one.
pub(crate) struct Heard<'a> {
    pub(crate) connection: ConnectionId,
    pub(crate) client: &'a str,
    pub(crate) record: RecordId,
    pub(crate) at: Instant,
    pub(crate) version: ProtocolVersion,
    pub(crate) sender: Sender,
    pub(crate) bytes: &'a [u8],
    pub(crate) frame: &'a Frame<'a>,
}

/// What became of one.
pub(crate) struct Answered {
    /// The file and the fault, and the row that tells of it.
    strike: ((usize, u32), RecordId),
    /// Whose it is in the list of findings.
    pub(crate) connection: ConnectionId,
    /// The packet that was sent again.
    pub(crate) came: Option<RecordId>,
    pub(crate) answer: FaultAnswer,
}

/// The packet that a mark names: who sent it, its type, and its Packet Identifier or 0.
pub(crate) fn named_by(mark: &Mark) -> Option<(Sender, PacketType, u16)> {
    let packet = mark.packet?;
    let identifier = packet.identifier.unwrap_or(0);
    Some((sender(packet.from), packet.packet_type, identifier))
}

/// What became of the packet that a mark names; `None`: the other side got it as it was sent.
pub(crate) fn fate_of(mark: &Mark) -> Option<Fate> {
    mark.packet.filter(|packet| !packet.goes_on)?;
    match mark.effect {
        // Its other copy came as it was sent.
        Effect::Nothing | Effect::Twice => None,
        Effect::Late => Some(Fate::Late),
        Effect::Changed => Some(Fate::Changed),
        Effect::Lost | Effect::Cut | Effect::Silent => Some(Fate::Lost),
    }
}

const fn sender(role: Role) -> Sender {
    match role {
        Role::Client => Sender::Client,
        Role::Server => Sender::Server,
    }
}

/// Who sends the packet whose loss or acknowledgement's loss a mark tells of, and what is sent again then.
pub(crate) fn awaited_of(mark: &Mark) -> Option<(Sender, PacketType, u16)> {
    let is_lost = matches!(mark.effect, Effect::Lost | Effect::Cut | Effect::Silent);
    let packet = mark.packet.filter(|_| is_lost)?;
    let from = sender(packet.from);
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
    /// A fault struck a connection of a client, which people know under a name. `sent`: the first sending of the packet that is
    /// to be sent again, if there is one.
    pub(crate) fn note(
        &mut self,
        file: usize,
        mark: &Mark,
        (connection, client, name): (ConnectionId, &str, String),
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
        let struck = self.struck.entry(key).or_default();
        struck.count = struck.count.saturating_add(1);
        if struck.strikes.len() >= MOST_STRIKES {
            struck.strikes.pop_front();
        }
        struck.strikes.push_back(FaultStrike {
            record,
            client: name,
            words: mark.words.clone(),
            awaits: None,
            answer: None,
        });
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
                is_over: false,
                newer: None,
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

    /// When the first that is awaited counts as not sent again; `None`: no time shows that.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.awaited.iter().filter_map(Awaited::due).min()
    }

    /// It is so late.
    pub(crate) fn late(&mut self, now: Instant) -> Vec<Answered> {
        self.answer(|awaited| {
            let is_due = awaited.due().is_some_and(|due| due <= now);
            is_due.then(|| awaited.did_not_come(None))
        })
    }

    fn answer(&mut self, mut of: impl FnMut(&mut Awaited) -> Option<Answered>) -> Vec<Answered> {
        let mut answered = Vec::new();
        self.awaited.retain_mut(|awaited| {
            let answer = of(awaited);
            let stays = answer.is_none();
            answered.extend(answer);
            stays
        });
        answered
    }

    /// Keeps what became of one.
    pub(crate) fn keep(&mut self, answered: &Answered) {
        let (key, record) = answered.strike;
        let struck = self.struck.get_mut(&key);
        let strike = struck.and_then(|struck| {
            let mut strikes = struck.strikes.iter_mut();
            strikes.find(|strike| strike.record == record)
        });
        if let Some(strike) = strike {
            strike.answer = Some(answered.answer.clone());
        }
    }

    /// As the page shows them.
    pub(crate) fn rows(&self) -> Vec<FaultRow> {
        let strike = |strike: &FaultStrike| FaultStrike {
            awaits: (self.awaited.iter())
                .find(|awaited| awaited.mark == strike.record)
                .map(|awaited| awaited.waits().to_owned()),
            ..strike.clone()
        };
        let row = |(key, struck): (&(usize, u32), &Struck)| FaultRow {
            file: key.0,
            number: key.1,
            count: struck.count,
            strikes: struck.strikes.iter().map(strike).collect(),
        };
        self.struck.iter().map(row).collect()
    }
}

impl Awaited {
    fn hear(&mut self, heard: &Heard<'_>, sent: Option<&[u8]>) -> Option<Answered> {
        if heard.record <= self.mark {
            return None;
        }
        let is_late = self.due().is_some_and(|due| due <= heard.at);
        if heard.client != self.client {
            return is_late.then(|| self.did_not_come(None));
        }
        // Our own keep their number when they come back.
        if heard.connection != self.connection || self.is_over {
            match &heard.frame.packet {
                Ok(ControlPacket::Connect(connect)) => {
                    // It came back before, and comes back again.
                    let before = self.newer.filter(|newer| newer.accepted.is_some());
                    let answer = before.map(|_| self.did_not_come(None));
                    self.newer = Some(Newer {
                        id: heard.connection,
                        is_clean: connect.clean_start,
                        accepted: None,
                    });
                    if answer.is_some() {
                        return answer;
                    }
                }
                Ok(ControlPacket::Connack(connack)) => {
                    if let Some(newer) = self.newer.as_mut().filter(|it| it.id == heard.connection)
                        && connack.reason_code == ReasonCode::SUCCESS
                    {
                        // MQTT 3.1 does not say whether the session goes on.
                        let is_told = heard.version != ProtocolVersion::V3_1;
                        let goes_on = !newer.is_clean && (connack.session_present || !is_told);
                        newer.accepted = Some((heard.at, goes_on));
                    }
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
        is_late.then(|| self.did_not_come(self.is_on(heard.connection).then_some(heard.record)))
    }

    fn is_on(&self, connection: ConnectionId) -> bool {
        self.newer.is_some_and(|newer| newer.id == connection)
    }

    /// When it counts as not sent again.
    fn due(&self) -> Option<Instant> {
        let (since, _) = self.newer?.accepted?;
        Some(since + PATIENCE)
    }

    /// How far it is.
    const fn waits(&self) -> &'static str {
        match self.newer {
            Some(Newer {
                accepted: Some((_, true)),
                ..
            }) => "The client is back, and it was not sent again yet.",
            Some(Newer {
                accepted: Some((_, false)),
                ..
            }) => "The client is back with a new session, in which it need not be sent again.",
            Some(_) => "The client comes back.",
            None if self.is_over => "The client has not come back yet.",
            None => "Nobody has sent it again yet.",
        }
    }

    /// The packet has its type and its Packet Identifier.
    fn came(&self, heard: &Heard<'_>, sent: Option<&[u8]>) -> Answered {
        let name = self.name();
        let after = duration(heard.at - self.at);
        let is_same_connection = heard.connection == self.connection && !self.is_over;
        let place = if is_same_connection {
            "on the same connection"
        } else {
            "on the new connection"
        };
        let is_dup = heard.bytes.first().is_some_and(|first| first & DUP != 0);
        let is_same = sent.is_none_or(|sent| is_same(sent, heard.bytes));
        let is_new = self.is_new_session(heard.version) && !is_same_connection;
        let again = format!("{name} was sent again");
        let (says, severity) = match self.kind {
            PacketType::Publish if is_dup && is_new => (
                format!(
                    "{again} with DUP, {after} later, {place}. Its session is new: there it counts as sent for the first \
                     time, for which DUP must be 0."
                ),
                Severity::Error,
            ),
            PacketType::Publish if is_dup => (
                format!("{again} with DUP, {after} later, {place}."),
                Severity::Note,
            ),
            PacketType::Publish if is_same && is_new => (
                format!("{again} as a new message, {after} later, {place}, whose session is new."),
                Severity::Note,
            ),
            PacketType::Publish if is_same => (
                format!("{again}, {after} later, {place}, but without DUP."),
                Severity::Warning,
            ),
            PacketType::Publish => (
                format!(
                    "{name} was not sent again: its Packet Identifier is in use for another message{}.",
                    self.why()
                ),
                self.severity(),
            ),
            _ => (format!("{again}, {after} later, {place}."), Severity::Note),
        };
        Answered {
            connection: heard.connection,
            came: Some(heard.record),
            ..self.answered(says, severity, Some(heard.record))
        }
    }

    /// Whether nothing of before goes on. A client of 3.1.1 that did not ask for that may go on with its own part all the
    /// same (section 3.2.2.2).
    fn is_new_session(&self, version: ProtocolVersion) -> bool {
        self.newer.is_some_and(|newer| {
            let is_lost = matches!(newer.accepted, Some((_, false)));
            newer.is_clean || is_lost && (version.is_v5() || self.sender == Sender::Server)
        })
    }

    fn did_not_come(&self, last: Option<RecordId>) -> Answered {
        let says = format!(
            "{} was not sent again on the new connection{}.",
            self.name(),
            self.why()
        );
        self.answered(says, self.severity(), last)
    }

    /// The connection is over.
    fn ended(&mut self, connection: ConnectionId) -> Option<Answered> {
        self.is_over |= connection == self.connection;
        let newer = self.newer.filter(|newer| newer.id == connection)?;
        if newer.accepted.is_none() {
            // It never was accepted: another one may be.
            self.newer = None;
            return None;
        }
        Some(self.did_not_come(None))
    }

    fn answered(&self, says: String, severity: Severity, last: Option<RecordId>) -> Answered {
        let packets = [self.sent, Some(self.mark), last];
        Answered {
            strike: (self.key, self.mark),
            connection: self.newer.map_or(self.connection, |newer| newer.id),
            came: None,
            answer: FaultAnswer {
                says,
                severity,
                packets: packets.into_iter().flatten().collect(),
            },
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
    fn severity(&self) -> Severity {
        match self.newer {
            Some(newer) if newer.is_clean || matches!(newer.accepted, Some((_, false))) => {
                Severity::Note
            }
            _ => Severity::Warning,
        }
    }

    fn why(&self) -> &'static str {
        match self.newer {
            Some(newer) if newer.is_clean => {
                ", and need not be: the client asked for a new session (Clean Start or Clean Session 1)"
            }
            Some(Newer {
                accepted: Some((_, false)),
                ..
            }) => {
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
        whose: (ConnectionId, &str, String),
        place: (RecordId, Instant),
        sent: Option<RecordId>,
    ) {
        self.faulted.note(self.at, mark, whose, place, sent);
    }

    /// What faults did, as the page shows it.
    pub(crate) fn fault_rows(&self) -> Vec<FaultRow> {
        self.faulted.rows()
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

    /// When the first of what is awaited counts as not sent again, in the time of what is read.
    pub(crate) fn awaits_until(&self) -> Option<Instant> {
        self.faulted.due()
    }

    /// It is so late, in the time of what is read.
    pub(crate) fn hear_nothing(&mut self, now: Instant) -> Vec<Answered> {
        self.faulted.late(now)
    }

    /// Keeps what became of one.
    pub(crate) fn keep_answer(&mut self, answered: &Answered) {
        self.faulted.keep(answered);
    }

    /// The version of a connection by its number.
    pub(crate) fn version_of(&self, connection: ConnectionId) -> ProtocolVersion {
        let captured = self.of.get(&connection).and_then(|&at| self.all.get(at));
        captured.map_or(ProtocolVersion::V5, Captured::version)
    }
}
