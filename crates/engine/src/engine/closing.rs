//! What is written into the log, and kept, when a connection opens and when it ends.

use core::time::Duration;

use mqttscope_client::{Cause, Command as ClientCommand, Phase as ClientPhase, ProtocolError};
use mqttscope_protocol::{
    Action, Advice, BridgeEnd, BridgeSays, ClosedBy, ConnectionEvent, ConnectionId, EventKind,
    EventView, Target, bare_address,
};
use mqttscope_shared::Instant;
use mqttscope_wire::{
    ControlPacket, Decoded, PacketType, PropertiesBuf, Property, PropertyId, ProtocolVersion,
    ReasonCode, Severity, decode,
};

use super::Engine;
use crate::attempt::{Attempt, Noted};
use crate::connection::Connection;
use crate::doctor::{self, Address, Doubt, End, Known, OwnFault, Phase, Trouble};
use crate::hub;
use crate::view::rows;
use crate::watch::Ending;

/// An accepted connection that ends sooner, without a word, was hardly ended by the network.
const QUICK: Duration = Duration::from_secs(10);
/// As many such ends in a row are a fight with another client, or a loop: it is stopped.
const MOST_QUICK: u32 = 5;
/// A CONNECT of another connection of ours is what ended this one when it came so shortly before.
const RIVAL: Duration = Duration::from_secs(3);

/// How it ended, where the person let the link go.
pub(crate) const CUT_BY_YOU: &str = "cut by you";

/// Bytes of another protocol's first line that are quoted.
const LONGEST_LINE: usize = 100;

impl Engine {
    /// A socket has opened: the log gets a row for it.
    pub(super) fn opened(&mut self, now: Instant, id: ConnectionId) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let attempt = &connection.attempt;
        let event = ConnectionEvent {
            kind: EventKind::Opened,
            address: address(&connection.profile.target),
            after: now - attempt.began,
            by: None,
            code: None,
            reason: String::new(),
            cause: (attempt.link.as_deref()).map_or_else(String::new, doctor::bridged::link),
            was_accepted: false,
            client_identifier: String::new(),
            last_sent: None,
            last_received: None,
            retry_in: None,
            advice: Vec::new(),
        };
        self.log
            .push_event(now, id, connection.stream.version, &event);
    }

    /// A connection has ended, or could not be opened: the doctor is asked, the log gets a row, and a
    /// fight with another client is stopped.
    #[inline(never)]
    pub(super) fn ended(
        &mut self,
        now: Instant,
        id: ConnectionId,
        cause: &Cause,
        retry_at: Option<Instant>,
    ) {
        let rival = self.rival_of(now, id);
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.session_present = None;
        if !connection.attempt.is_live {
            // It waited for its next attempt when it was told to stop.
            if matches!(cause, Cause::Requested) && !core::mem::take(&mut connection.is_stopping) {
                connection.cause.clear();
                connection.advice.clear();
            }
            return;
        }
        connection.attempt.is_live = false;
        let end = self.end_of(id, cause);
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let phase = connection.attempt.phase;
        let was_accepted = phase == Phase::Connected;
        let is_silent = matches!(&end, Some(End::Closed { code, reason })
            if matches!(code, 1000 | 1005 | 1006) && reason_is_quiet(reason));
        let lasted = now - connection.attempt.since;
        // A server that breaks the standard each time would be tried for ever, too.
        let is_fault = matches!(&end, Some(End::Fault { .. }));
        if was_accepted && (is_silent || is_fault) && lasted < QUICK {
            connection.quick_ends = connection.quick_ends.saturating_add(1);
            connection.ended_quickly = is_silent;
        } else if was_accepted {
            connection.quick_ends = 0;
            connection.ended_quickly = false;
            connection.ended_as = None;
        }
        // What broke off says more than what may have been the matter.
        let is_unopened =
            connection.attempt.opened.is_none() && matches!(cause, Cause::NotOpened | Cause::Lost);
        let target = connection.profile.target.clone();
        let half =
            (connection.half.take()).filter(|_| matches!(cause, Cause::Lost | Cause::TimedOut(_)));
        let failed_before = is_unopened && self.worked.note_failed(&target, now);
        let advice = match &end {
            Some(end) => {
                let known = Known {
                    rival: rival.clone(),
                    half: half.clone(),
                    failed_before,
                    ..Known::default()
                };
                self.advice(now, id, end.clone(), known)
            }
            None => Vec::new(),
        };
        if was_accepted && let Some(connection) = self.connections.get(&id) {
            let version = connection.stream.version;
            self.worked.note(target, version, now);
        }
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let words =
            super::events::words(cause, connection.stream.version, &connection.cause, phase);
        let happened = words.clone();
        let words = match (&end, &rival) {
            (Some(End::Cut), _) => CUT_BY_YOU.to_owned(),
            (Some(End::Struck), _) if matches!(cause, Cause::Lost) => "cut by a fault".to_owned(),
            (Some(End::Struck), _) => format!("{words}, by a fault"),
            (Some(end), Some(rival)) if doctor::may_be_takeover(end) => {
                format!("thrown off by your connection “{rival}”")
            }
            (Some(End::Foreign { protocol, .. }), _) => format!("{protocol} came, not MQTT"),
            (Some(End::OlderVersion), _) => "the server does not speak MQTT 5".to_owned(),
            _ => match &half {
                Some(half) => format!("{words}; it ended within a packet: {half}"),
                None => words,
            },
        };
        connection.cause.clone_from(&words);
        if end.is_some() {
            connection.advice.clone_from(&advice);
        } else {
            connection.advice.clear();
        }
        let attempt = &connection.attempt;
        let closed = attempt.closed.as_ref();
        // The companion tells of TCP, where there is no close code.
        let bridged = closed.and_then(|closed| closed.bridged.as_deref());
        let is_websocket = matches!(
            bridged,
            None | Some(BridgeSays::Ended(BridgeEnd::WebSocket { .. }))
        );
        // Where this side ends it, nobody waits for what the other says to that.
        let is_own =
            matches!(cause, Cause::Requested) || matches!(end, Some(End::Cut | End::Struck));
        let mut event = ConnectionEvent {
            kind: if attempt.opened.is_some() {
                EventKind::Closed
            } else {
                EventKind::NotOpened
            },
            address: address(&connection.profile.target),
            after: now - attempt.opened.unwrap_or(attempt.began),
            by: Some(by(
                cause,
                end.as_ref(),
                closed.is_some(),
                &connection.profile.target,
            )),
            code: closed
                .map(|closed| closed.code)
                .filter(|&code| code != 0 && !is_own)
                .filter(|_| is_websocket)
                .filter(|_| connection.profile.target != Target::BuiltIn),
            reason: closed
                .map(|closed| closed.reason.clone())
                .filter(|_| connection.profile.target != Target::BuiltIn)
                .unwrap_or_default(),
            cause: match cause {
                Cause::Requested if has_said_so(attempt) => "DISCONNECT sent".to_owned(),
                Cause::Requested => String::new(),
                // Who ended it is said before.
                Cause::ByServer { .. } => {
                    match words.strip_prefix(super::events::ENDED_BY_SERVER) {
                        Some(code) => format!("DISCONNECT: {code}"),
                        None => words,
                    }
                }
                _ => words,
            },
            was_accepted,
            client_identifier: connection.client.view().client_identifier.to_owned(),
            last_sent: attempt.last_sent.map(|noted| noted.before(now)),
            last_received: attempt.last_received.map(|noted| noted.before(now)),
            retry_in: None,
            advice,
        };
        let version = connection.stream.version;
        let socket = attempt.socket;
        let is_fight = rival.is_some() && event.cause.starts_with("thrown off");
        let is_loop = connection.quick_ends >= MOST_QUICK;
        // The browser did not even try: the address is none, or not allowed on this page.
        let is_impossible = closed.is_some_and(|closed| closed.code == 0 && !closed.was_open)
            && connection.profile.target != Target::BuiltIn;
        let gives_up = is_fight || is_loop || is_impossible;
        event.retry_in = retry_at.filter(|_| !gives_up).map(|at| at - now);
        let record = self.log.push_event(now, id, version, &event);
        if end.is_some_and(|end| !is_told(&end)) {
            let ending = Ending {
                connection: id,
                record,
                version,
                phase,
                words: happened,
                advice: event.advice.into_iter().next(),
            };
            self.watch.note_ending(socket, ending);
        }
        if retry_at.is_some() && gives_up {
            self.stop(now, id, is_fight || is_impossible);
        }
    }

    /// Gives up connecting again, with a word: it would go on like this for ever.
    fn stop(&mut self, now: Instant, id: ConnectionId, is_at_once: bool) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        if !matches!(connection.client.view().phase, ClientPhase::Waiting(_)) {
            return;
        }
        connection.cause = if is_at_once {
            format!("{} · not tried again", connection.cause)
        } else {
            format!(
                "{} · stopped after {} connections that ended within seconds",
                connection.cause, connection.quick_ends
            )
        };
        connection.quick_ends = 0;
        connection.is_stopping = true;
        let stop = ClientCommand::Disconnect {
            reason_code: ReasonCode(0),
            properties: PropertiesBuf::new(),
        };
        // It waits, so that there is nothing to be sent and nothing that could be refused. Whoever
        // drains the client hears of its end.
        let _ = connection.client.handle_command(now, stop);
    }

    /// The connection of ours that took the place of this one: to the same server, by the same
    /// identifier, and opened just now.
    fn rival_of(&self, now: Instant, id: ConnectionId) -> Option<String> {
        let own = self.connections.get(&id)?;
        let identifier = own.client.view().client_identifier;
        if identifier.is_empty() {
            return None;
        }
        let since = own.attempt.opened?;
        let is_rival = |other: &&Connection| {
            other.id != id
                && other.profile.target == own.profile.target
                && other.client.view().client_identifier == identifier
                && other.attempt.is_live
                && (other.attempt.opened)
                    .is_some_and(|opened| opened >= since && now - opened < RIVAL)
        };
        let rival = self.connections.values().find(is_rival)?;
        Some(rival.profile.name.clone())
    }

    /// How it ended; nothing when a person asked for it.
    fn end_of(&self, id: ConnectionId, cause: &Cause) -> Option<End> {
        let connection = self.connections.get(&id)?;
        let attempt = &connection.attempt;
        Some(match cause {
            Cause::Requested => return None,
            _ if attempt.end == Some(End::Struck) => End::Struck,
            Cause::NotOpened | Cause::Lost => attempt.end.clone().unwrap_or(End::Closed {
                code: 1006,
                reason: String::new(),
            }),
            Cause::Refused {
                reason_code,
                properties,
            } => said(PacketType::Connack, *reason_code, properties),
            Cause::ByServer {
                reason_code,
                properties,
            } => said(PacketType::Disconnect, *reason_code, properties),
            Cause::AnsweredAsV3_1_1 { .. } => End::OlderVersion,
            Cause::TimedOut(packet_type) => End::TimedOut(*packet_type),
            Cause::ProtocolError(ProtocolError::TooLarge { len })
                if connection
                    .profile
                    .properties
                    .maximum_packet_size
                    .is_none_or(|most| *len <= most as usize) =>
            {
                End::LargerThanKept(*len)
            }
            Cause::ProtocolError(fault) => {
                if let Some(foreign) = self.foreign(id, attempt.began) {
                    return Some(foreign);
                }
                let last = attempt.last_received;
                let bytes = last
                    .and_then(|noted| self.log.get(noted.record))
                    .map(|record| self.log.bytes(record))
                    .unwrap_or_default();
                if connection.stream.version == ProtocolVersion::V5
                    && attempt.phase == Phase::Opened
                    && matches!(bytes, [0x20, 2, _, _])
                {
                    return Some(End::OlderVersion);
                }
                let code = fault.reason_code();
                let meaning = code.meaning(PacketType::Disconnect, ProtocolVersion::V5);
                let meaning = meaning.unwrap_or("the protocol was broken.").to_owned();
                let (words, statement) = last
                    .and_then(|noted| self.broken_by(noted))
                    .unwrap_or((meaning, None));
                End::Fault {
                    words,
                    packet: last.map(|noted| noted.packet_type()),
                    statement,
                }
            }
            _ => attempt.end.clone()?,
        })
    }

    /// The other protocol that the server speaks, as its first bytes show.
    fn foreign(&self, id: ConnectionId, since: Instant) -> Option<End> {
        let (protocol, record) = self.watch.other_protocol(id, since)?;
        let bytes = self.log.get(record).map(|record| self.log.bytes(record));
        let line = bytes
            .unwrap_or_default()
            .split(|&byte| byte == b'\r')
            .next();
        let is_text = |line: &&[u8]| line.iter().all(|byte| matches!(byte, b' '..=b'~'));
        let line = line
            .filter(is_text)
            .filter(|line| line.len() <= LONGEST_LINE);
        Some(End::Foreign {
            protocol,
            line: line.map(|line| String::from_utf8_lossy(line).into_owned()),
        })
    }

    /// What this client sent last, where it breaks a rule and nothing came behind it but the end.
    fn own_fault(&self, now: Instant, connection: &Connection) -> Option<OwnFault> {
        let sent = connection.attempt.last_sent?;
        if self.log.get(sent.record)?.severity != Some(Severity::Error) {
            return None;
        }
        let (words, statement) = self.broken_by(sent)?;
        Some(OwnFault {
            packet_type: sent.packet_type(),
            words,
            statement,
            before: now - sent.at,
        })
    }

    /// The rule that a packet breaks, in words, and the statement behind it.
    fn broken_by(&self, noted: Noted) -> Option<(String, Option<String>)> {
        let record = self.log.get(noted.record)?;
        let bytes = self.log.bytes(record);
        let dissection = mqttscope_wire::dissect(bytes, rows::context(record));
        let worst = dissection
            .diagnostics
            .iter()
            .find(|diagnostic| diagnostic.severity() == Severity::Error);
        if let Some(worst) = worst {
            let statement = match worst.citation() {
                mqttscope_wire::Citation::Statements(ids) => ids.first().map(|&id| id.to_owned()),
                _ => None,
            };
            return Some((worst.message(bytes), statement));
        }
        let found = self.watch.findings_about(noted.record).into_iter().next()?;
        Some((found.message, found.statement))
    }

    /// What the doctor says; `known` is what this end has shown beside what is remembered.
    fn advice(&self, now: Instant, id: ConnectionId, end: End, known: Known) -> Vec<Advice> {
        let Some(connection) = self.connections.get(&id) else {
            return Vec::new();
        };
        let (attempt, profile) = (&connection.attempt, &connection.profile);
        let is_open_elsewhere = self.connections.values().any(|other| {
            other.id != id
                && other.profile.target == profile.target
                && other.client.view().phase == ClientPhase::Connected
        });
        let worked = self.worked.of(&profile.target);
        let version = connection.stream.version;
        let known = Known {
            worked_until: worked
                .filter(|_| attempt.phase != Phase::Connected)
                .map(|worked| time_of_day(worked.until, self.minutes_behind)),
            worked_with_version: worked.is_some_and(|worked| worked.versions.contains(&version)),
            is_open_elsewhere,
            is_of_page: (profile.target.address())
                .and_then(|url| Address::parse(url).ok())
                .is_some_and(|address| address.is_of(&self.page)),
            quick_ends: connection.quick_ends,
            ended_as: connection.ended_as.clone(),
            client_identifier: connection.client.view().client_identifier.to_owned(),
            doubt: self.doubt(now, connection),
            own_fault: self.own_fault(now, connection),
            ..known
        };
        doctor::advise(&Trouble {
            target: &profile.target,
            page_is_secure: self.page.starts_with("https:"),
            version,
            phase: attempt.phase,
            end,
            lasted: now - attempt.since,
            silence: now - attempt.heard,
            keep_alive: profile.keep_alive,
            has_user_name: profile.user_name.is_some(),
            is_anonymous: profile.client_identifier.is_empty(),
            clean_start: profile.clean_start,
            known,
        })
    }

    /// What was sent right before the end and never answered.
    fn doubt(&self, now: Instant, connection: &Connection) -> Option<Doubt> {
        let attempt = &connection.attempt;
        let noted = attempt.subscribing.or(attempt.last_sent)?;
        // What the server answered was not what it objected to.
        let is_answered = attempt
            .last_received
            .is_some_and(|received| received.record > noted.record);
        let record = self.log.get(noted.record)?;
        let what = match decode(self.log.bytes(record), rows::context(record)) {
            Ok(Decoded::Packet {
                packet: ControlPacket::Subscribe(subscribe),
                ..
            }) => {
                let filters: Vec<_> = subscribe
                    .subscriptions
                    .iter()
                    .take(3)
                    .map(|one| one.topic_filter.as_str().to_owned())
                    .collect();
                filters.join(", ")
            }
            Ok(Decoded::Packet {
                packet: ControlPacket::Publish(publish),
                ..
            }) => publish.topic_name.as_str().to_owned(),
            _ => String::new(),
        };
        (attempt.subscribing.is_some() || !is_answered).then(|| Doubt {
            packet_type: noted.packet_type(),
            what,
            size: record.size(),
            before: now - noted.at,
        })
    }
}

/// Whether the last packet that was sent is a DISCONNECT: one that did not get through to a server had nobody to send it to.
fn has_said_so(attempt: &Attempt) -> bool {
    (attempt.last_sent).is_some_and(|noted| noted.packet_type() == PacketType::Disconnect)
}

/// Whether packets, or the person, tell already how a connection ended.
const fn is_told(end: &End) -> bool {
    matches!(
        end,
        End::Said { .. }
            | End::TextFrame(_)
            | End::Fault { .. }
            | End::Foreign { .. }
            | End::Cut
            | End::Struck
    )
}

/// Whether the words of a close frame say nothing of their own.
fn reason_is_quiet(reason: &str) -> bool {
    reason.is_empty() || reason == hub::BROKER_CLOSED
}

/// Who closed a connection. `is_closed`: its socket had closed before this client did anything about it.
fn by(cause: &Cause, end: Option<&End>, is_closed: bool, target: &Target) -> ClosedBy {
    match (cause, end) {
        (Cause::Requested, _) | (_, Some(End::Cut | End::Struck)) => ClosedBy::You,
        (_, Some(End::TextFrame(_))) | (Cause::TimedOut(_) | Cause::ProtocolError(_), _) => {
            ClosedBy::Client
        }
        // The client closes it, having read what it cannot go on with.
        (Cause::AnsweredAsV3_1_1 { .. }, _) => ClosedBy::Client,
        // The server is to close then, but this client does not wait for it.
        (Cause::Refused { .. } | Cause::ByServer { .. }, _) if !is_closed => {
            ClosedBy::ServerThenClient
        }
        (Cause::Refused { .. } | Cause::ByServer { .. }, _) => ClosedBy::Server,
        (Cause::NotOpened | Cause::Lost, Some(End::Closed { code, reason })) => {
            if *target == Target::BuiltIn {
                if reason == hub::BROKER_CLOSED || reason.is_empty() {
                    ClosedBy::Server
                } else {
                    ClosedBy::Tab
                }
            } else if matches!(code, 1005 | 1006) && reason.is_empty() {
                // 1005: a close frame came, but with no code in it.
                if *code == 1005 {
                    ClosedBy::Server
                } else {
                    ClosedBy::Unknown
                }
            } else {
                ClosedBy::Server
            }
        }
        (_, _) => ClosedBy::Unknown,
    }
}

fn said(packet_type: PacketType, reason_code: ReasonCode, properties: &PropertiesBuf) -> End {
    let text = |id| match properties.as_properties().get(id) {
        Some(Property::ReasonString(text) | Property::ServerReference(text)) => {
            Some(text.as_str().to_owned())
        }
        _ => None,
    };
    End::Said {
        packet_type,
        reason_code,
        reason: text(PropertyId::REASON_STRING),
        server_reference: text(PropertyId::SERVER_REFERENCE),
    }
}

/// Where a connection leads, as the log tells it: without what may be a secret in it.
impl Engine {
    /// Takes back what an event offers and what has been done since.
    pub(super) fn without_done(&self, view: &mut EventView) {
        let Some(connection) = self.connections.get(&view.connection) else {
            return;
        };
        let event = &mut view.event;
        let identifier = connection.client.view().client_identifier;
        for advice in &mut event.advice {
            let done = match &advice.action {
                Some(Action::UseVersion(version)) if connection.profile.version == *version => {
                    format!(" It uses MQTT {} now.", version.name())
                }
                Some(Action::ChangeClientIdentifier) if event.client_identifier != identifier => {
                    " It has another client identifier now.".to_owned()
                }
                _ => continue,
            };
            advice.action = None;
            advice.remedy.push_str(&done);
        }
    }
}

pub(super) fn address(target: &Target) -> String {
    match target {
        Target::BuiltIn => "the built-in broker".to_owned(),
        Target::WebSocket(url) | Target::Socket(url) => bare_address(url),
    }
}

/// `18:16:18`, where clocks are this many minutes behind UTC.
fn time_of_day(at: Instant, minutes_behind: f64) -> String {
    let behind = (minutes_behind * 60.0) as i64;
    let seconds = (at.millis() / 1_000).saturating_add_signed(behind.saturating_neg()) % 86_400;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}")
}
