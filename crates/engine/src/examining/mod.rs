//! The examination of a broker: its checks, the sockets that they use, and what was found. Nothing of it stands in the
//! log: each check keeps its own conversation.

mod case;
mod conversation;
mod links;
mod told;

use core::time::Duration;
use std::collections::BTreeMap;

use mqttscope_examine::{Card, Check, Examination, Options, Report, read};
use mqttscope_protocol::{ExaminedStage, Profile};
use mqttscope_shared::Instant;
use mqttscope_wire::ProtocolVersion;

use crate::connection::SocketId;
pub(crate) use case::{CASE, offers};
pub(crate) use conversation::led;
pub(crate) use links::Asked;
use links::Links;

/// How long the first connection may take.
const REACHING: Duration = Duration::from_secs(15);

/// A check that is done, and when.
#[derive(Debug)]
struct Found {
    report: Report,
    at: Instant,
}

/// What is examined, how far it is, and what was found.
#[derive(Debug, Default)]
pub(crate) struct Examining {
    /// Each check in each of its versions; its place is its number.
    rows: Vec<(&'static Check, ProtocolVersion)>,
    checks: &'static [Check],
    /// The text and version of a case, where that is the only check.
    case: Option<(&'static str, ProtocolVersion)>,
    profile: Option<Box<Profile>>,
    /// How many were begun.
    runs: u32,
    stage: ExaminedStage,
    /// What the stage is again once one check was run again.
    before: Option<ExaminedStage>,
    /// What runs once the broker has been reached.
    wanted: Option<Options>,
    /// The connection that tries whether the broker can be reached, and how long it may take.
    trial: Option<(SocketId, Instant)>,
    examination: Option<Box<Examination<'static>>>,
    links: Links,
    found: BTreeMap<u32, Found>,
    card: Card,
    round_trip: Duration,
    began: Instant,
    took: Duration,
    /// Why nothing more could be told of the broker.
    lost: Option<String>,
    /// Verdicts that the page has not been told.
    untold: Vec<u32>,
    /// The check that is looked at, and whether the page knows of it what there is.
    opened: Option<u32>,
    is_opened_told: bool,
    /// All is forgotten once it has ended.
    is_forgotten: bool,
    /// The page has not been told how it stands.
    is_changed: bool,
}

impl Examining {
    /// The checks there are. They are read once, and stay for as long as the program runs.
    ///
    /// # Errors
    /// The line that cannot be read.
    pub(crate) fn set_checks(&mut self, text: String) -> Result<(), String> {
        if !self.checks.is_empty() {
            return Ok(());
        }
        // What the checks say is said of them everywhere, for ever.
        self.checks = read(text.leak())?.leak();
        let each = |check: &'static Check| {
            let shows = check.shows.iter();
            shows.map(move |shows| (check, shows.version))
        };
        self.rows = self.checks.iter().flat_map(each).collect();
        Ok(())
    }

    /// Whether something goes on.
    pub(crate) const fn is_on(&self) -> bool {
        self.stage.is_on()
    }

    /// How the topics begin of what is about to run.
    pub(crate) fn topics(&self) -> Option<String> {
        self.wanted.as_ref().map(Options::topics)
    }

    /// Whether a socket belongs to it.
    pub(crate) fn has(&self, socket: SocketId) -> bool {
        self.trial.is_some_and(|(trial, _)| trial == socket) || self.links.has(socket)
    }

    /// Where the broker is.
    pub(crate) fn profile(&self) -> Option<&Profile> {
        self.profile.as_deref()
    }

    /// Begins with these checks, once it is known that the broker can be reached; whether there is anything to run.
    pub(crate) fn begin(
        &mut self,
        now: Instant,
        profile: Box<Profile>,
        numbers: &[u32],
        seed: u64,
    ) -> bool {
        let Some(wanted) = self.options(&profile, numbers, seed) else {
            return false;
        };
        self.found.clear();
        self.untold.clear();
        self.card = Card::default();
        self.round_trip = Duration::ZERO;
        self.lost = None;
        self.runs = self.runs.wrapping_add(1);
        self.profile = Some(profile);
        self.before = None;
        self.reach(now, wanted);
        true
    }

    /// Runs one check again; whether there is such a one.
    pub(crate) fn again(&mut self, now: Instant, number: u32, seed: u64) -> bool {
        let Some(profile) = self.profile.take() else {
            return false;
        };
        let wanted = self.options(&profile, &[number], seed);
        self.profile = Some(profile);
        let Some(wanted) = wanted else { return false };
        self.before = Some(core::mem::take(&mut self.stage));
        self.reach(now, wanted);
        true
    }

    fn reach(&mut self, now: Instant, wanted: Options) {
        self.wanted = Some(wanted);
        self.stage = ExaminedStage::Reaching;
        if self.before.is_none() {
            (self.began, self.took) = (now, Duration::ZERO);
        }
        self.is_changed = true;
    }

    fn options(&self, profile: &Profile, numbers: &[u32], seed: u64) -> Option<Options> {
        let row = |&number: &u32| self.rows.get(usize::try_from(number).ok()?).copied();
        let chosen: Vec<_> = numbers.iter().filter_map(row).collect();
        let is_chosen =
            |version: &ProtocolVersion| chosen.iter().any(|(_, other)| other == version);
        let versions: Vec<_> = ProtocolVersion::ALL.into_iter().rev().collect();
        let named = chosen
            .iter()
            .map(|(check, version)| format!("{}@{}", check.id, version.name()));
        (!chosen.is_empty()).then(|| Options {
            versions: versions.into_iter().filter(is_chosen).collect(),
            only: named.collect(),
            is_hostile: chosen.iter().any(|(check, _)| check.is_hostile),
            seed,
            user_name: profile.user_name.clone(),
            password: profile.password.clone().map(String::into_bytes),
            ..Options::default()
        })
    }

    /// Begins no more checks, or goes on.
    pub(crate) fn pause(&mut self, now: Instant, is_paused: bool) {
        let Some(examination) = &mut self.examination else {
            return;
        };
        self.stage = match (&self.stage, is_paused) {
            (ExaminedStage::Running, true) => {
                examination.handle_pause(now);
                ExaminedStage::Paused
            }
            (ExaminedStage::Paused, false) => {
                examination.handle_resume(now);
                ExaminedStage::Running
            }
            _ => return,
        };
        self.is_changed = true;
    }

    /// Ends it; what is left at the broker is still taken away.
    pub(crate) fn cancel(&mut self, now: Instant) {
        match &mut self.examination {
            Some(examination) if self.stage != ExaminedStage::Ending => {
                examination.handle_cancel(now);
                self.stage = ExaminedStage::Ending;
            }
            None if self.stage == ExaminedStage::Reaching => {
                self.wanted = None;
                self.stage = (self.before.take()).unwrap_or(ExaminedStage::Cancelled);
            }
            _ => return,
        }
        self.is_changed = true;
        // Where none runs, nothing else will come of it.
        self.collect(now);
    }

    /// Ends it, and forgets all but the checks.
    pub(crate) fn forget(&mut self, now: Instant) {
        self.cancel(now);
        self.is_forgotten = true;
        self.collect(now);
    }

    /// A socket is open.
    pub(crate) fn opened(&mut self, now: Instant, socket: SocketId) {
        if self.trial.is_some_and(|(trial, _)| trial == socket) {
            if let Some(wanted) = self.wanted.take() {
                self.links.close_all();
                self.examination = Some(Box::new(Examination::new(self.checks, wanted, now)));
                self.stage = ExaminedStage::Running;
                self.is_changed = true;
            }
        } else if let Some(id) = self.links.opened(socket)
            && let Some(examination) = &mut self.examination
        {
            examination.handle_opened(now, id);
        }
        self.collect(now);
    }

    /// The broker sent bytes.
    pub(crate) fn bytes(&mut self, now: Instant, socket: SocketId, bytes: &[u8]) {
        if let (Some(id), Some(examination)) = (self.links.id(socket), &mut self.examination) {
            examination.handle_bytes(now, id, bytes);
        }
        self.collect(now);
    }

    /// A socket is closed, or could not be opened; why, in words.
    pub(crate) fn closed(&mut self, now: Instant, socket: SocketId, why: &str) {
        if self.trial.is_some_and(|(trial, _)| trial == socket) {
            self.trial = None;
            self.unreachable(why);
        } else if let Some((id, was_open)) = self.links.closed(socket)
            && let Some(examination) = &mut self.examination
        {
            if was_open {
                examination.handle_closed(now, id);
            } else {
                examination.handle_failed(now, id, why);
            }
        }
        self.collect(now);
    }

    fn unreachable(&mut self, why: &str) {
        if self.wanted.take().is_some() {
            self.stage = ExaminedStage::Unreachable(why.to_owned());
            self.before = None;
            self.is_changed = true;
        }
    }

    /// The time that [`Self::poll_timeout`] named has come.
    pub(crate) fn timeout(&mut self, now: Instant) {
        if self.trial.is_some_and(|(_, until)| until <= now) {
            let seconds = REACHING.as_secs();
            self.unreachable(&format!("no connection within {seconds} s"));
        }
        if let Some(examination) = &mut self.examination
            && examination.poll_timeout().is_some_and(|due| due <= now)
        {
            examination.handle_timeout(now);
        }
        self.collect(now);
    }

    /// When [`Self::timeout`] is to be called.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let examination = self.examination.as_ref();
        let trial = self.trial.map(|(_, until)| until);
        let due = examination.and_then(|examination| examination.poll_timeout());
        due.into_iter().chain(trial).min()
    }

    /// Takes up what was found, and the end.
    fn collect(&mut self, now: Instant) {
        if let Some(mut examination) = self.examination.take() {
            while let Some(report) = examination.poll_report() {
                self.keep(now, report);
            }
            // Where one check is run again, what the whole of it took still stands.
            if self.before.is_none() {
                self.lost = examination.lost().map(str::to_owned);
                self.round_trip = examination.round_trip();
                self.took = now - self.began;
            }
            if examination.is_done() {
                // Its last words are still to go out: what cleans up, and the ends of connections.
                while let Some(command) = examination.poll_command() {
                    self.links.take(command, ProtocolVersion::V5, &mut 0);
                }
                let facts = examination.card().facts.iter().cloned();
                facts.for_each(|fact| self.card.put(fact));
                self.ended();
            } else {
                self.examination = Some(examination);
            }
        }
        if self.is_forgotten && !self.is_on() {
            *self = Self {
                checks: self.checks,
                rows: core::mem::take(&mut self.rows),
                links: core::mem::take(&mut self.links),
                trial: self.trial,
                runs: self.runs,
                is_changed: true,
                ..Self::default()
            };
        }
    }

    /// What was found out beside the verdicts.
    fn card(&self) -> &Card {
        match &self.examination {
            Some(examination) if self.before.is_none() => examination.card(),
            _ => &self.card,
        }
    }

    fn keep(&mut self, at: Instant, report: Report) {
        let is = |(check, version): &(&Check, ProtocolVersion)| {
            check.id == report.id && *version == report.version
        };
        let number = self.rows.iter().position(is);
        let Some(number) = number.and_then(|number| u32::try_from(number).ok()) else {
            return;
        };
        // That the person ended it says nothing against what was found before.
        let is_ended = self.stage == ExaminedStage::Ending && self.before.is_some();
        if is_ended && self.found.contains_key(&number) {
            return;
        }
        self.found.insert(number, Found { report, at });
        self.untold.push(number);
        self.is_opened_told &= self.opened != Some(number);
        self.is_changed = true;
    }

    fn ended(&mut self) {
        let is_cancelled = self.stage == ExaminedStage::Ending;
        self.stage = match self.before.take() {
            Some(before) => before,
            None if is_cancelled => ExaminedStage::Cancelled,
            None => ExaminedStage::Done,
        };
        self.is_changed = true;
    }
}
