//! One check on its way: goes through the lines, waits for what is to come, and judges.

mod shut_out;
mod wait;

use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::time::Duration;

use mqttscope_shared::Instant;
use mqttscope_wire::{PacketType, ProtocolVersion};

use crate::check::{Act, Check, Line, What};
use crate::left::{Cost, Measured};
use crate::link::{Link, Phase};
use crate::verdict::{Fact, Happened, Seen, Verdict};
use crate::words::{self, Names, Variables};
use crate::{Command, ConnectionId};
pub(crate) use shut_out::ShutOut;

/// How long an answer may take, beside the way there and back.
const ANSWER: Duration = Duration::from_secs(5);

/// What a talk needs of the examination around it.
pub(crate) struct Around<'a> {
    pub(crate) now: Instant,
    /// Round trip to the broker, as measured.
    pub(crate) round_trip: Duration,
    pub(crate) commands: &'a mut VecDeque<Command>,
    pub(crate) next_id: &'a mut u32,
}

#[derive(Debug)]
pub(crate) struct Talk<'c> {
    pub(crate) check: &'c Check,
    pub(crate) version: ProtocolVersion,
    pub(crate) names: Names,
    variables: Variables,
    pub(crate) links: BTreeMap<&'static str, Link>,
    at: usize,
    is_shown: bool,
    started: Instant,
    /// When the line at which it stands was come to.
    since: Instant,
    /// When time alone moves it on.
    pub(crate) deadline: Option<Instant>,
    is_probed: bool,
    elapsed: Duration,
    /// Round trip to the broker.
    away: Duration,
    pub(crate) seen: Vec<Seen>,
    pub(crate) facts: Vec<Fact>,
    /// How long its openings and answers took.
    pub(crate) measured: Measured,
    /// Longest time from CONNECT to CONNACK.
    pub(crate) round_trip: Duration,
    /// Client identifiers whose sessions may be left at the broker, and topics that may have retained messages.
    pub(crate) sessions: BTreeSet<String>,
    pub(crate) retained: BTreeSet<String>,
}

/// A judgement, and why.
pub(crate) type Judged = (Verdict, String);

impl<'c> Talk<'c> {
    pub(crate) fn new(
        check: &'c Check,
        version: ProtocolVersion,
        names: Names,
        now: Instant,
    ) -> Self {
        Self {
            check,
            version,
            names,
            variables: Variables::new(),
            links: BTreeMap::new(),
            at: 0,
            is_shown: false,
            started: now,
            since: now,
            deadline: None,
            is_probed: false,
            elapsed: Duration::ZERO,
            away: Duration::ZERO,
            seen: Vec::new(),
            facts: Vec::new(),
            measured: Measured::default(),
            round_trip: Duration::ZERO,
            sessions: BTreeSet::new(),
            retained: BTreeSet::new(),
        }
    }

    fn name_of(&self, id: ConnectionId) -> Option<&'static str> {
        let is = |(name, link): (&&'static str, &Link)| (link.id == id).then_some(*name);
        self.links.iter().find_map(is)
    }

    fn note(&mut self, now: Instant, connection: &str, what: Happened) {
        let at = u64::try_from((now - self.started).as_millis()).unwrap_or(u64::MAX);
        self.seen.push(Seen {
            at,
            connection: connection.to_owned(),
            what,
        });
    }

    pub(crate) fn opened(&mut self, now: Instant, id: ConnectionId) {
        let Some(name) = self.name_of(id) else { return };
        if let Some(link) = self.links.get_mut(name) {
            link.phase = Phase::Open;
            // Nothing was sent yet: it is since then that it is being opened.
            self.measured.opened(now - link.last_sent);
        }
        self.note(now, name, Happened::Opened);
    }

    pub(crate) fn closed(&mut self, now: Instant, id: ConnectionId, failed: Option<&str>) {
        let Some(name) = self.name_of(id) else { return };
        let Some(link) = self.links.get_mut(name) else {
            return;
        };
        if link.is_closed() {
            return;
        }
        link.phase = match failed {
            Some(_) => Phase::Failed,
            None => Phase::ClosedThere(now),
        };
        let what = failed.map_or(Happened::ClosedThere, |why| {
            Happened::Failed(why.to_owned())
        });
        self.note(now, name, what);
    }

    pub(crate) fn bytes(&mut self, now: Instant, id: ConnectionId, bytes: &[u8]) {
        let Some(name) = self.name_of(id) else { return };
        let Some(link) = self.links.get_mut(name) else {
            return;
        };
        let packets = link.push(bytes, self.version);
        if let Some(at) = link.connecting
            && !packets.is_empty()
        {
            link.connecting = None;
            link.is_connected = true;
            self.round_trip = self.round_trip.max(now - at);
        }
        for packet in packets {
            self.note(now, name, Happened::Received(packet));
        }
    }

    /// Goes on as far as it can; what the broker did wrong beside what is asked stands behind the judgement.
    pub(crate) fn go_on(&mut self, around: &mut Around<'_>) -> Option<Judged> {
        self.away = around.round_trip;
        let (verdict, mut why) = self.goes_on(around)?;
        if let Some(remark) = self.links.values().find_map(|link| link.remark.as_deref()) {
            why.push_str(" Beside that, the broker sent a packet that breaks a rule: ");
            why.push_str(remark);
            why.push('.');
        }
        Some((verdict, why))
    }

    fn goes_on(&mut self, around: &mut Around<'_>) -> Option<Judged> {
        loop {
            let check = self.check;
            let Some(line) = check.lines.get(self.at) else {
                return Some((Verdict::Kept, check.title.to_owned()));
            };
            let skips = line.only_v5.is_some_and(|v5| v5 != self.version.is_v5());
            if !skips {
                let judged = self.line(line, around);
                // How long a close takes is what some lines are about, and no answer to anything.
                let waits = match &line.act {
                    Act::Wait(wait) => !matches!(wait.what, What::CloseWithin(..)),
                    Act::Instead(..) => true,
                    _ => false,
                };
                if waits && judged.is_some() {
                    self.measured.answered(around.now - self.since);
                }
                match judged {
                    Some(Ok(())) => {}
                    Some(Err(judged)) => return Some(judged),
                    None => return None,
                }
            }
            self.at = self.at.saturating_add(1);
            self.since = around.now;
            self.deadline = None;
            self.is_probed = false;
        }
    }

    /// How long the rest of it takes.
    pub(crate) fn left(&self, now: Instant, measured: Measured) -> Duration {
        let lines = self.check.lines.get(self.at..).unwrap_or_default();
        let is_open = |name: &str| {
            let link = self.links.get(name);
            link.is_some_and(|link| link.phase != Phase::Opening)
        };
        let mut cost = Cost::of(lines, self.version.is_v5(), is_open);
        if !self.sessions.is_empty() || !self.retained.is_empty() {
            cost = cost.and(Cost::SESSION);
        }
        let passed = match lines.first().map(|line| &line.act) {
            Some(Act::Pause(_) | Act::Silence(..)) => now - self.since,
            _ => Duration::ZERO,
        };
        measured.time(cost).saturating_sub(passed)
    }

    /// One line: done, the end of the check, or not yet.
    fn line(
        &mut self,
        line: &'c Line<'static>,
        around: &mut Around<'_>,
    ) -> Option<Result<(), Judged>> {
        let now = around.now;
        match &line.act {
            Act::Shown(shown) => self.is_shown = *shown,
            Act::Send(name, words) => return self.send(name, words, around),
            Act::Instead(..) => return self.instead(around),
            Act::Wait(wait) => return self.wait(wait, line, around),
            Act::Silence(millis, wait) => {
                let mut ignored = self.variables.clone();
                if self.look(wait, &mut ignored).is_it() {
                    return Some(self.failed(
                        line,
                        &format!("it came after {} ms", (now - self.since).as_millis()),
                    ));
                }
                let until = self.since + Duration::from_millis(*millis) + around.round_trip * 2;
                return self.until(until, now);
            }
            Act::Sound(name, rules) => {
                let mut breaks = self
                    .links
                    .get(name)
                    .into_iter()
                    .flat_map(|link| &link.breaks);
                if let Some(rule) = breaks.find(|rule| rules.contains(rule)) {
                    let said = format!("a packet breaks the rule {}", rule.name());
                    return Some(self.failed(line, &said));
                }
            }
            Act::Pause(millis) => {
                return self.until(self.since + Duration::from_millis(*millis), now);
            }
            Act::Cut(name) => self.close(name, around),
            Act::End(name) => {
                let disconnect = self.written(&["DISCONNECT"], name);
                if let Some(bytes) = disconnect {
                    self.transmit(name, bytes, around);
                }
                self.close(name, around);
            }
            Act::Fact(name, value) => self.fact(name, value),
        }
        Some(Ok(()))
    }

    fn until(&mut self, until: Instant, now: Instant) -> Option<Result<(), Judged>> {
        self.deadline = Some(until);
        (now >= until).then_some(Ok(()))
    }

    fn fact(&mut self, name: &str, value: &str) {
        let value = match value.strip_prefix('$') {
            Some("elapsed") => format!("{} ms", self.elapsed.as_millis()),
            Some(name) => match self.variables.get(name) {
                Some(known) => known.clone(),
                None => return,
            },
            None => value.to_owned(),
        };
        self.facts.push(Fact {
            version: self.version,
            name: name.to_owned(),
            value,
        });
    }

    fn send(
        &mut self,
        name: &'static str,
        words: &[&str],
        around: &mut Around<'_>,
    ) -> Option<Result<(), Judged>> {
        let now = around.now;
        let Some(link) = self.links.get(name) else {
            let id = ConnectionId(*around.next_id);
            *around.next_id = around.next_id.wrapping_add(1);
            self.links.insert(name, Link::new(id, now));
            around.commands.push_back(Command::Open(id));
            self.deadline = Some(now + ANSWER * 2);
            return None;
        };
        match link.phase {
            Phase::Opening => {
                let late = self.deadline.is_some_and(|deadline| now >= deadline);
                return late.then(|| self.unopened("it took too long"));
            }
            Phase::Failed => {
                let failed = self.seen.iter().rev().find_map(|seen| match &seen.what {
                    Happened::Failed(why) => Some(&**why),
                    _ => None,
                });
                return Some(self.unopened(failed.unwrap_or("its transport failed")));
            }
            _ => {}
        }
        let bytes = match words::packet(words, self.version, name, &self.names, &self.variables) {
            Ok(bytes) => bytes,
            Err(error) => {
                return Some(Err((
                    Verdict::Unknown,
                    format!("The check cannot be written: {error}"),
                )));
            }
        };
        self.remember(name, words, &bytes);
        self.transmit(name, bytes, around);
        Some(Ok(()))
    }

    fn unopened(&self, why: &str) -> Result<(), Judged> {
        Err((
            Verdict::Unknown,
            format!("A connection could not be opened: {why}."),
        ))
    }

    /// What is to be cleaned up afterwards.
    fn remember(&mut self, name: &str, words: &[&str], bytes: &[u8]) {
        match words.first() {
            Some(&"CONNECT") => {
                let id = words.iter().find_map(|word| word.strip_prefix("id="));
                let client = match id {
                    Some(id) if id.starts_with('$') => words::value(id, &self.variables),
                    Some("-") => String::new(),
                    Some("long") => format!("{:z<23}", self.names.client(name)),
                    Some(id) => self.names.client(id),
                    None => self.names.client(name),
                };
                let keeps = words
                    .iter()
                    .any(|word| *word == "resume" || word.starts_with("expiry="));
                if keeps && !client.is_empty() {
                    self.sessions.insert(client);
                }
                if words.contains(&"willretain") {
                    let topic = words.iter().find_map(|word| word.strip_prefix("will="));
                    let topic = topic.and_then(|will| will.split(':').next());
                    self.retained
                        .extend(topic.map(|topic| self.names.filled(topic)));
                }
            }
            Some(&"PUBLISH") if bytes.first().is_some_and(|first| first & 1 == 1) => {
                let topic = words.get(1).map(|topic| self.names.filled(topic));
                self.retained.extend(topic);
            }
            _ => {}
        }
    }

    fn transmit(&mut self, name: &'static str, bytes: Vec<u8>, around: &mut Around<'_>) {
        let Some(link) = self.links.get_mut(name) else {
            return;
        };
        if link.phase != Phase::Open {
            return;
        }
        link.last_sent = around.now;
        if bytes.first() == Some(&0x10) {
            link.connecting = Some(around.now);
        }
        around
            .commands
            .push_back(Command::Send(link.id, bytes.clone()));
        let shown = without_password(bytes, self.names.password.as_deref());
        self.note(around.now, name, Happened::Sent(shown));
    }

    fn close(&mut self, name: &'static str, around: &mut Around<'_>) {
        let Some(link) = self.links.get_mut(name) else {
            return;
        };
        if link.is_closed() {
            return;
        }
        link.phase = Phase::ClosedHere;
        around.commands.push_back(Command::Close(link.id));
        self.note(around.now, name, Happened::ClosedHere);
    }

    /// Ends what is still open, as a client would.
    pub(crate) fn close_all(&mut self, around: &mut Around<'_>) {
        let names: Vec<&'static str> = self.links.keys().copied().collect();
        for name in names {
            let ends = self.links.get(name).is_some_and(|link| link.is_connected);
            let disconnect = self.written(&["DISCONNECT"], name);
            if let (true, Some(bytes)) = (ends, disconnect) {
                self.transmit(name, bytes, around);
            }
            self.close(name, around);
        }
    }

    /// A packet with the names and variables of this check.
    pub(crate) fn written(&self, words: &[&str], name: &str) -> Option<Vec<u8>> {
        words::packet(words, self.version, name, &self.names, &self.variables).ok()
    }

    /// Client identifiers that the broker made.
    pub(crate) fn assigned(&self) -> impl Iterator<Item = String> + '_ {
        let answers = self.links.values().flat_map(|link| &link.inbox);
        answers.filter_map(|answer| answer.property("assigned").map(str::to_owned))
    }

    /// CONNACK properties for the card.
    pub(crate) fn announced(&self) -> Vec<(String, String)> {
        let answers = self.links.values().flat_map(|link| &link.inbox);
        let connacks = answers.filter(|answer| answer.kind == PacketType::Connack);
        connacks
            .flat_map(|answer| answer.announced())
            .map(|(name, value)| (name.to_string(), value.to_owned()))
            .collect()
    }
}

/// A CONNECT with stars in place of the password, which is the last of its fields: reports are passed on.
fn without_password(mut bytes: Vec<u8>, password: Option<&[u8]>) -> Vec<u8> {
    let Some(password) = password.filter(|_| bytes.first() == Some(&0x10)) else {
        return bytes;
    };
    if bytes.ends_with(password) {
        for byte in bytes.iter_mut().rev().take(password.len()) {
            *byte = b'*';
        }
    }
    bytes
}
