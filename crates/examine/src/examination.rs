//! The whole run: which checks apply, when each begins, what they share, and what is left of them.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use mqttscope_shared::Instant;
use mqttscope_wire::{ProtocolVersion, Sender};

use crate::check::{Act, Check, What};
use crate::clean::{self, Left};
use crate::talk::{Around, Talk};
use crate::verdict::{Card, Fact, Report, Verdict};
use crate::words::Names;
use crate::{Command, ConnectionId, Options, Progress};

/// How long the broker has to take what cleans up.
const CLEANING: Duration = Duration::from_secs(3);

/// An examination of one broker, without I/O.
#[derive(Debug)]
pub struct Examination<'c> {
    options: Options,
    now: Instant,
    /// What is still to begin, first to last; probes come first.
    waiting: VecDeque<(&'c Check, ProtocolVersion)>,
    running: Vec<Slot<'c>>,
    commands: VecDeque<Command>,
    reports: VecDeque<Report>,
    card: Card,
    next_id: u32,
    next_check: u32,
    /// No check begins before.
    next_begin: Instant,
    round_trip: Duration,
    /// What the CONNECT of a version was refused with.
    refused: BTreeMap<ProtocolVersion, String>,
    done: usize,
    total: usize,
    is_paused: bool,
}

/// A check that runs, or is cleaned up after.
#[derive(Debug)]
struct Slot<'c> {
    talk: Talk<'c>,
    left: Option<Cleaning>,
}

#[derive(Debug)]
struct Cleaning {
    left: Left,
    link: Option<Broom>,
    until: Instant,
}

/// The connection that cleans.
#[derive(Debug)]
struct Broom {
    id: ConnectionId,
    rest: Vec<u8>,
}

impl<'c> Examination<'c> {
    /// An examination of these checks, in the versions that the options name.
    #[must_use]
    pub fn new(checks: &'c [Check], options: Options, now: Instant) -> Self {
        let mut waiting: Vec<(&Check, ProtocolVersion)> = Vec::new();
        for version in &options.versions {
            for check in checks {
                let is_asked = check.is_probe
                    || ((options.only.is_empty()
                        || (options.only.iter()).any(|id| check.is_meant_in(*version, id)))
                        && (options.is_hostile || !check.is_hostile));
                if is_asked && check.shows.iter().any(|shows| shows.version == *version) {
                    waiting.push((check, *version));
                }
            }
        }
        // Probes first; then those that take long, so that the others run beside them.
        waiting.sort_by_key(|(check, _)| (!check.is_probe, core::cmp::Reverse(length(check))));
        let total = waiting.len();
        let mut examination = Self {
            options,
            now,
            waiting: waiting.into(),
            running: Vec::new(),
            commands: VecDeque::new(),
            reports: VecDeque::new(),
            card: Card::default(),
            next_id: 0,
            next_check: 0,
            next_begin: now,
            round_trip: Duration::ZERO,
            refused: BTreeMap::new(),
            done: 0,
            total,
            is_paused: false,
        };
        examination.go_on();
        examination
    }

    /// A connection that was asked for is open.
    pub fn handle_opened(&mut self, now: Instant, id: ConnectionId) {
        self.advance(now);
        for slot in &mut self.running {
            slot.talk.opened(now, id);
        }
        self.go_on();
    }

    /// A connection that was asked for could not be opened; `why` is for people.
    pub fn handle_failed(&mut self, now: Instant, id: ConnectionId, why: &str) {
        self.advance(now);
        self.closed(id, Some(why));
    }

    /// The broker sent these bytes.
    pub fn handle_bytes(&mut self, now: Instant, id: ConnectionId, bytes: &[u8]) {
        self.advance(now);
        for slot in &mut self.running {
            slot.talk.bytes(now, id, bytes);
            let Some(Cleaning {
                link: Some(broom),
                until,
                ..
            }) = &mut slot.left
            else {
                continue;
            };
            if broom.id == id && !broom.rest.is_empty() {
                // The CONNACK: all the rest, and then the end.
                let rest = core::mem::take(&mut broom.rest);
                self.commands.push_back(Command::Send(id, rest));
                *until = now;
            }
        }
        self.go_on();
    }

    /// The broker closed a connection, or it broke.
    pub fn handle_closed(&mut self, now: Instant, id: ConnectionId) {
        self.advance(now);
        self.closed(id, None);
    }

    fn closed(&mut self, id: ConnectionId, failed: Option<&str>) {
        for slot in &mut self.running {
            slot.talk.closed(self.now, id, failed);
            if let Some(Cleaning {
                link: Some(broom),
                until,
                ..
            }) = &mut slot.left
                && broom.id == id
            {
                *until = self.now;
            }
        }
        self.go_on();
    }

    /// Time passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
        self.go_on();
    }

    /// Begins no more checks until [`Self::handle_resume`]; those that run go on to their end, which a broker would else
    /// see as a client that falls silent.
    pub fn handle_pause(&mut self, now: Instant) {
        self.advance(now);
        self.is_paused = true;
    }

    /// Goes on after [`Self::handle_pause`].
    pub fn handle_resume(&mut self, now: Instant) {
        self.advance(now);
        self.is_paused = false;
        self.go_on();
    }

    /// Begins no more checks, and judges those that run as unknown.
    pub fn handle_cancel(&mut self, now: Instant) {
        self.advance(now);
        self.done = self.done.saturating_add(self.waiting.len());
        self.waiting.clear();
        for at in 0..self.running.len() {
            if self.running.get(at).is_some_and(|slot| slot.left.is_none()) {
                self.finish(
                    at,
                    Verdict::Unknown,
                    "The examination was ended before.".into(),
                );
            }
        }
        self.go_on();
    }

    /// What to do next: open, send, close.
    pub fn poll_command(&mut self) -> Option<Command> {
        self.commands.pop_front()
    }

    /// The next check that is done.
    pub fn poll_report(&mut self) -> Option<Report> {
        self.reports.pop_front()
    }

    /// When [`Self::handle_timeout`] is to be called, if nothing happens before.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let slots = self.running.iter().filter_map(|slot| match &slot.left {
            Some(cleaning) => Some(cleaning.until),
            None => slot.talk.deadline,
        });
        let begin = (self.has_room() && !self.waiting.is_empty()).then_some(self.next_begin);
        slots.chain(begin).min()
    }

    /// Whether all is done and cleaned up. Reports may still be there to be taken.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.waiting.is_empty() && self.running.is_empty()
    }

    /// What was found out so far.
    #[must_use]
    pub const fn card(&self) -> &Card {
        &self.card
    }

    /// The longest round trip that the probes saw.
    #[must_use]
    pub const fn round_trip(&self) -> Duration {
        self.round_trip
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let each = |check: &Check| {
            let lines = u32::try_from(check.lines.len()).unwrap_or(u32::MAX);
            length(check) + self.round_trip * lines
        };
        let waiting: Duration = self.waiting.iter().map(|(check, _)| each(check)).sum();
        let side_by_side = u32::try_from(self.options.side_by_side.max(1)).unwrap_or(1);
        let running = self.running.iter().map(|slot| each(slot.talk.check)).max();
        Progress {
            done: self.done,
            total: self.total,
            running: self.running.iter().map(|slot| slot.talk.check.id).collect(),
            left: waiting / side_by_side + running.unwrap_or_default(),
        }
    }

    /// The checks that run now.
    pub fn running(&self) -> impl Iterator<Item = (&'static str, ProtocolVersion)> + '_ {
        let running = self.running.iter();
        running.map(|slot| (slot.talk.check.id, slot.talk.version))
    }

    /// Whose connection it is: the check, its version, and the name that the check gives it.
    #[must_use]
    pub fn connection(
        &self,
        id: ConnectionId,
    ) -> Option<(&'static str, ProtocolVersion, &'static str)> {
        self.running.iter().find_map(|slot| {
            let mut links = slot.talk.links.iter();
            let (name, _) = links.find(|(_, link)| link.id == id)?;
            Some((slot.talk.check.id, slot.talk.version, *name))
        })
    }

    /// The bytes of a packet in the notation of the checks, with the names that the check of this connection goes by:
    /// for [`Mutation`](crate::Mutation).
    #[must_use]
    pub fn written(&self, id: ConnectionId, words: &[&str]) -> Option<Vec<u8>> {
        self.running.iter().find_map(|slot| {
            let mut links = slot.talk.links.iter();
            let (name, _) = links.find(|(_, link)| link.id == id)?;
            slot.talk.written(words, name)
        })
    }

    fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    fn has_room(&self) -> bool {
        if self.is_paused {
            return false;
        }
        // Nothing runs beside a probe: what it finds decides about the rest.
        let probes = self.running.iter().any(|slot| slot.talk.check.is_probe);
        let next_probes = self
            .waiting
            .front()
            .is_some_and(|(check, _)| check.is_probe);
        if probes || next_probes {
            return self.running.is_empty();
        }
        self.running.len() < self.options.side_by_side.max(1)
    }

    fn go_on(&mut self) {
        let mut at = 0;
        while let Some(slot) = self.running.get_mut(at) {
            if slot.left.is_some() {
                if self.clean(at) {
                    self.running.swap_remove(at);
                    self.done = self.done.saturating_add(1);
                } else {
                    at = at.saturating_add(1);
                }
                continue;
            }
            let mut around = Around {
                now: self.now,
                round_trip: self.round_trip,
                commands: &mut self.commands,
                next_id: &mut self.next_id,
            };
            match slot.talk.go_on(&mut around) {
                Some((verdict, why)) => self.finish(at, verdict, why),
                None => at = at.saturating_add(1),
            }
        }
        while self.has_room() && self.now >= self.next_begin {
            let Some((check, version)) = self.waiting.pop_front() else {
                return;
            };
            if let Some(why) = self.does_not_apply(check, version) {
                self.done = self.done.saturating_add(1);
                self.report(check, version, Verdict::NotApplicable, why, Vec::new());
                continue;
            }
            self.begin(check, version);
        }
    }

    fn begin(&mut self, check: &'c Check, version: ProtocolVersion) {
        self.next_begin = self.now + self.options.interval;
        self.next_check = self.next_check.saturating_add(1);
        let seed = self.options.seed & 0xff_ffff;
        let names = Names {
            prefix: format!("mqttscope-{seed:06x}-{}", self.next_check),
            client: format!("mq{seed:06x}n{}", self.next_check),
            user_name: self.options.user_name.clone(),
            password: self.options.password.clone(),
        };
        let mut talk = Talk::new(check, version, names, self.now);
        let mut around = Around {
            now: self.now,
            round_trip: self.round_trip,
            commands: &mut self.commands,
            next_id: &mut self.next_id,
        };
        let judged = talk.go_on(&mut around);
        self.running.push(Slot { talk, left: None });
        if let Some((verdict, why)) = judged {
            self.finish(self.running.len().saturating_sub(1), verdict, why);
        }
    }

    /// Why a check is not for this broker.
    fn does_not_apply(&self, check: &Check, version: ProtocolVersion) -> Option<String> {
        if check.is_probe {
            return None;
        }
        if let Some(refused) = self.refused.get(&version) {
            return Some(format!(
                "The broker does not take MQTT {}: {refused}",
                version.name()
            ));
        }
        let says = |name: &str, value: &str| self.card.get(version, name) == Some(value);
        check.needs.iter().find_map(|need| {
            let (lacks, why) = match *need {
                "retain" => (
                    says("Retain Available", "0"),
                    "CONNACK says Retain Available 0.",
                ),
                "wildcards" => (
                    says("Wildcard Subscription Available", "0"),
                    "CONNACK says Wildcard Subscription Available 0.",
                ),
                "shared" => (
                    says("Shared Subscription Available", "0"),
                    "CONNACK says Shared Subscription Available 0.",
                ),
                "subscription-identifiers" => (
                    says("Subscription Identifiers Available", "0")
                        || says("Subscription Identifier Available", "0"),
                    "CONNACK says Subscription Identifiers Available 0.",
                ),
                "aliases" => (
                    matches!(
                        self.card.get(version, "Topic Alias Maximum"),
                        None | Some("0")
                    ),
                    "CONNACK gives no Topic Alias Maximum: the broker takes no aliases.",
                ),
                "qos1" => (says("Maximum QoS", "0"), "CONNACK says Maximum QoS 0."),
                "qos2" => (
                    says("Maximum QoS", "0")
                        || says("Maximum QoS", "1")
                        || !says("QoS granted where 2 was asked for", "02"),
                    "The broker does not grant QoS 2.",
                ),
                _ => (false, ""),
            };
            lacks.then(|| why.into())
        })
    }

    /// Says what became of a check, and begins to clean up after it.
    fn finish(&mut self, at: usize, verdict: Verdict, why: String) {
        let Some(slot) = self.running.get_mut(at) else {
            return;
        };
        let mut around = Around {
            now: self.now,
            round_trip: self.round_trip,
            commands: &mut self.commands,
            next_id: &mut self.next_id,
        };
        let talk = &mut slot.talk;
        talk.close_all(&mut around);
        let (check, version) = (talk.check, talk.version);
        if check.is_probe {
            self.round_trip = self.round_trip.max(talk.round_trip);
            for (name, value) in talk.announced() {
                let fact = Fact {
                    version,
                    name,
                    value,
                };
                if self.card.get(version, &fact.name).is_none() {
                    self.card.facts.push(fact);
                }
            }
            if verdict != Verdict::Kept {
                self.refused.insert(version, why.clone());
            }
        }
        self.card.facts.append(&mut talk.facts);
        slot.left = Some(Cleaning {
            left: Left {
                sessions: talk.sessions.iter().cloned().collect(),
                retained: talk.retained.iter().cloned().collect(),
            },
            link: None,
            until: self.now,
        });
        let packets = core::mem::take(&mut talk.seen);
        self.report(check, version, verdict, why, packets);
    }

    fn report(
        &mut self,
        check: &Check,
        version: ProtocolVersion,
        verdict: Verdict,
        why: String,
        packets: Vec<crate::Seen>,
    ) {
        let shows = check.shows.iter().find(|shows| shows.version == version);
        self.reports.push_back(Report {
            id: check.id,
            title: check.title,
            version,
            statements: shows
                .map(|shows| shows.statements.clone())
                .unwrap_or_default(),
            is_must: shows.is_none_or(|shows| shows.is_must),
            verdict,
            why,
            packets,
            examined: Sender::Server,
        });
    }

    /// A step of the cleaning; whether it is done.
    fn clean(&mut self, at: usize) -> bool {
        let Some(slot) = self.running.get_mut(at) else {
            return true;
        };
        let Some(cleaning) = &mut slot.left else {
            return true;
        };
        if let Some(broom) = &mut cleaning.link {
            if self.now < cleaning.until {
                return false;
            }
            self.commands.push_back(Command::Close(broom.id));
            cleaning.link = None;
        }
        let left = &mut cleaning.left;
        let client = match left.sessions.pop() {
            Some(client) => client,
            None if left.retained.is_empty() => return true,
            None => format!("{}z", slot.talk.names.client),
        };
        let retained = core::mem::take(&mut left.retained);
        let topics: Vec<&str> = retained.iter().map(|topic| &**topic).collect();
        let bytes = clean::bytes(&client, &topics, slot.talk.version, &slot.talk.names);
        let Some([connect, rest]) = bytes else {
            return false;
        };
        let id = ConnectionId(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        self.commands.push_back(Command::Open(id));
        self.commands.push_back(Command::Send(id, connect));
        cleaning.until = self.now + CLEANING + self.round_trip * 4;
        cleaning.link = Some(Broom { id, rest });
        false
    }
}

/// How long a check takes at a broker that answers at once.
fn length(check: &Check) -> Duration {
    let each = check.lines.iter().map(|line| match &line.act {
        Act::Pause(millis) | Act::Silence(millis, _) => *millis,
        Act::Wait(wait) => match wait.what {
            What::CloseWithin(from, _) => from,
            _ => 10,
        },
        _ => 0,
    });
    Duration::from_millis(each.fold(0, u64::saturating_add))
}
