//! The whole run: which checks apply, when each begins, what they share, and what is left of them.

mod applies;
mod cleaning;
mod doubts;
mod watch;

use alloc::collections::{BTreeMap, VecDeque};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use mqttscope_shared::Instant;
use mqttscope_wire::{ProtocolVersion, Sender};

use crate::check::Check;
use crate::left::{self, Cost, Measured};
use crate::talk::{Around, Judged, Talk};
use crate::verdict::{Card, Fact, Report, Verdict};
use crate::words::Names;
use crate::{Command, ConnectionId, Options, Progress};
use applies::Refused;
use cleaning::Cleaning;
use doubts::Pace;
use watch::Watch;

/// An examination of one broker, without I/O.
#[derive(Debug)]
pub struct Examination<'c> {
    options: Options,
    now: Instant,
    /// What is still to begin, first to last; probes come first.
    waiting: VecDeque<Waiting<'c>>,
    running: Vec<Slot<'c>>,
    commands: VecDeque<Command>,
    reports: VecDeque<Report>,
    /// Of probes, until all of them are over: what one found means something else beside the others.
    probed: Vec<Report>,
    card: Card,
    next_id: u32,
    next_check: u32,
    /// No check begins before.
    next_begin: Instant,
    pace: Pace,
    round_trip: Duration,
    measured: Measured,
    /// Versions that the broker does not take, as its probe found.
    refused: BTreeMap<ProtocolVersion, Refused>,
    watch: Watch,
    done: usize,
    total: usize,
    is_paused: bool,
    /// Why nothing more can be told of the broker.
    lost: Option<String>,
}

/// A check that is still to begin.
#[derive(Debug)]
struct Waiting<'c> {
    check: &'c Check,
    version: ProtocolVersion,
    cost: Cost,
    /// As often it was begun already.
    tries: u8,
}

/// A check that has begun.
#[derive(Debug)]
struct Slot<'c> {
    talk: Talk<'c>,
    tries: u8,
    began: Instant,
    step: Step,
}

#[derive(Debug)]
enum Step {
    Talks,
    /// It is judged, if the broker is there: it has to answer something that is sent after this moment.
    Doubted(Judged, Instant),
    /// It is cleaned up after.
    Cleans(Cleaning),
}

impl<'c> Examination<'c> {
    /// An examination of these checks, in the versions that the options name.
    #[must_use]
    pub fn new(checks: &'c [Check], options: Options, now: Instant) -> Self {
        let mut waiting: Vec<Waiting<'_>> = Vec::new();
        for &version in &options.versions {
            for check in checks {
                let is_asked = check.is_probe
                    || ((options.only.is_empty()
                        || (options.only.iter()).any(|id| check.is_meant_in(version, id)))
                        && (options.is_hostile || !check.is_hostile));
                if is_asked && check.shows.iter().any(|shows| shows.version == version) {
                    waiting.push(Waiting {
                        check,
                        version,
                        cost: Cost::of(&check.lines, version.is_v5(), |_| false),
                        tries: 0,
                    });
                }
            }
        }
        // Probes first; then those that take long, so that the others run beside them.
        waiting.sort_by_key(|it| (!it.check.is_probe, core::cmp::Reverse(it.cost)));
        let total = waiting.len();
        let pace = Pace::new(options.interval);
        let mut examination = Self {
            options,
            now,
            waiting: waiting.into(),
            running: Vec::new(),
            commands: VecDeque::new(),
            reports: VecDeque::new(),
            probed: Vec::new(),
            card: Card::default(),
            next_id: 0,
            next_check: 0,
            next_begin: now,
            pace,
            round_trip: Duration::ZERO,
            measured: Measured::default(),
            refused: BTreeMap::new(),
            watch: Watch::default(),
            done: 0,
            total,
            is_paused: false,
            lost: None,
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
            if let Step::Cleans(cleaning) = &mut slot.step {
                self.commands.extend(cleaning.answered(now, id));
            }
        }
        let told = self.watch.bytes(now, id, bytes, &mut self.commands);
        self.settle(told);
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
            if let Step::Cleans(cleaning) = &mut slot.step {
                cleaning.closed(self.now, id);
            }
        }
        let told = self.watch.closed(self.now, id, failed);
        self.settle(told);
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
        // What is not begun is neither done nor to be done.
        self.total = self.total.saturating_sub(self.waiting.len());
        self.waiting.clear();
        self.finish_all("The examination was ended before.");
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
        let slots = self.running.iter().filter_map(|slot| match &slot.step {
            Step::Talks => slot.talk.deadline,
            Step::Doubted(..) => None,
            Step::Cleans(cleaning) => Some(cleaning.until),
        });
        let begin = (self.has_room() && !self.waiting.is_empty()).then_some(self.next_begin);
        let watch = self.watch.due(self.round_trip);
        slots.chain(begin).chain(watch).min()
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

    /// Why nothing more can be told of the broker, in a sentence: it is not there any more, or lets nobody in.
    #[must_use]
    pub fn lost(&self) -> Option<&str> {
        self.lost.as_deref()
    }

    /// The longest round trip that the probes saw.
    #[must_use]
    pub const fn round_trip(&self) -> Duration {
        self.round_trip
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let running = self.running.iter();
        Progress {
            done: self.done,
            total: self.total,
            running: running.clone().map(|slot| slot.talk.check.id).collect(),
            left: self.left(),
        }
    }

    /// How long the rest takes, at a broker that goes on answering as it did; none: it has not answered enough yet.
    fn left(&self) -> Option<Duration> {
        if self.is_done() {
            return Some(Duration::ZERO);
        }
        let running = self.running.iter();
        let so_far = running.fold(self.measured, |sum, slot| sum.and(slot.talk.measured));
        if !so_far.is_enough() {
            return None;
        }
        let running = self.running.iter().map(|slot| match &slot.step {
            Step::Talks => slot.talk.left(self.now, so_far),
            Step::Doubted(..) => so_far.time(Cleaning::behind(&slot.talk, self.now).cost()),
            Step::Cleans(cleaning) => so_far.time(cleaning.cost()),
        });
        let running = running.map(|left| left.saturating_add(so_far.wait()));
        let is_probe = |it: &&Waiting<'_>| it.check.is_probe;
        let probes = self.waiting.iter().filter(is_probe);
        // Probes run alone.
        let alone = probes.map(|it| so_far.time(it.cost)).sum::<Duration>();
        let others = self.waiting.iter().filter(|it| !is_probe(it));
        let begin = self.next_begin.max(self.now) - self.now;
        let rest = left::end(
            running,
            others.map(|it| so_far.time(it.cost)),
            self.options.side_by_side,
            self.pace.interval(),
        );
        let all = alone.saturating_add(rest).max(begin);
        // The slowest of those that run side by side ends it.
        Some(all.saturating_add(all / 4))
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
        if self.is_paused || self.watch.is_away() {
            return false;
        }
        // Nothing runs beside a probe: what it finds decides about the rest.
        if self.is_probing() {
            return self.running.is_empty();
        }
        self.running.len() < self.options.side_by_side.max(1)
    }

    /// Whether there are probes that run, or are still to run.
    fn is_probing(&self) -> bool {
        let probes = self.running.iter().any(|slot| slot.talk.check.is_probe);
        probes || self.waiting.front().is_some_and(|it| it.check.is_probe)
    }

    fn go_on(&mut self) {
        let mut at = 0;
        while let Some(slot) = self.running.get_mut(at) {
            let judged = match &slot.step {
                Step::Talks => slot.talk.go_on(&mut Around {
                    now: self.now,
                    round_trip: self.round_trip,
                    commands: &mut self.commands,
                    next_id: &mut self.next_id,
                }),
                Step::Doubted(..) => None,
                Step::Cleans(_) => {
                    if self.clean(at) {
                        self.running.swap_remove(at);
                    } else {
                        at = at.saturating_add(1);
                    }
                    continue;
                }
            };
            match judged {
                Some(judged) => self.judge(at, judged),
                None => at = at.saturating_add(1),
            }
        }
        while self.has_room() && self.now >= self.next_begin {
            self.tell_probed();
            let Some(waiting) = self.waiting.pop_front() else {
                break;
            };
            let (check, version) = (waiting.check, waiting.version);
            match self.does_not_apply(check, version) {
                Some(judged) => self.report(check, version, judged, Vec::new()),
                None => self.begin(&waiting),
            }
        }
        if self.is_done() {
            self.tell_probed();
        }
        self.go_on_watching();
    }

    fn begin(&mut self, waiting: &Waiting<'c>) {
        self.next_begin = self.now + self.pace.interval();
        self.next_check = self.next_check.saturating_add(1);
        let names = self.names(self.next_check);
        let mut talk = Talk::new(waiting.check, waiting.version, names, self.now);
        let mut around = Around {
            now: self.now,
            round_trip: self.round_trip,
            commands: &mut self.commands,
            next_id: &mut self.next_id,
        };
        let judged = talk.go_on(&mut around);
        self.running.push(Slot {
            talk,
            tries: waiting.tries.saturating_add(1),
            began: self.now,
            step: Step::Talks,
        });
        if let Some(judged) = judged {
            self.judge(self.running.len().saturating_sub(1), judged);
        }
    }

    /// What a check goes by at the broker; nothing else has this number.
    fn names(&self, number: u32) -> Names {
        let seed = self.options.seed & 0xff_ffff;
        Names {
            prefix: format!("{}{number}", self.options.topics()),
            client: format!("mq{seed:06x}n{number}"),
            user_name: self.options.user_name.clone(),
            password: self.options.password.clone(),
        }
    }

    /// Says what became of a check, and begins to clean up after it.
    fn finish(&mut self, at: usize, judged: Judged) {
        let Some(slot) = self.running.get_mut(at) else {
            return;
        };
        let talk = &mut slot.talk;
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
                    self.card.put(fact);
                }
            }
            if judged.0 != Verdict::Kept {
                let refused = Refused {
                    verdict: judged.0,
                    why: judged.1.clone(),
                    is_silent: talk.was_shut_out(),
                };
                self.refused.insert(version, refused);
            }
        }
        let facts = core::mem::take(&mut talk.facts);
        facts.into_iter().for_each(|fact| self.card.put(fact));
        let packets = core::mem::take(&mut talk.seen);
        self.clean_up(at);
        self.report(check, version, judged, packets);
    }

    /// Ends the connections of a check, and begins to take away what it left at the broker.
    fn clean_up(&mut self, at: usize) {
        self.close_links(at);
        let Some(slot) = self.running.get_mut(at) else {
            return;
        };
        let measured = core::mem::take(&mut slot.talk.measured);
        self.measured = self.measured.and(measured);
        slot.step = Step::Cleans(Cleaning::behind(&slot.talk, self.now));
    }

    fn close_links(&mut self, at: usize) {
        if let Some(slot) = self.running.get_mut(at) {
            slot.talk.close_all(&mut Around {
                now: self.now,
                round_trip: self.round_trip,
                commands: &mut self.commands,
                next_id: &mut self.next_id,
            });
        }
    }

    fn report(
        &mut self,
        check: &Check,
        version: ProtocolVersion,
        (verdict, why): Judged,
        packets: Vec<crate::Seen>,
    ) {
        let shows = check.shows.iter().find(|shows| shows.version == version);
        let report = Report {
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
        };
        self.done = self.done.saturating_add(1);
        if check.is_probe {
            self.probed.push(report);
        } else {
            self.reports.push_back(report);
        }
    }

    /// Gives the reports of the probes, once all of them are over.
    fn tell_probed(&mut self) {
        if self.is_probing() {
            return;
        }
        let takes_any = self.takes_any();
        for mut report in self.probed.drain(..) {
            if let Some(refused) = self.refused.get(&report.version) {
                let (verdict, why) = refused.judged(takes_any, &self.options.versions);
                (report.verdict, report.why) = (verdict, why);
            }
            if !takes_any && report.verdict == Verdict::Unknown {
                self.lost.get_or_insert_with(|| report.why.clone());
            }
            self.reports.push_back(report);
        }
    }
}
