//! Verdicts that count only if the broker is there, how often a check is begun again that did not get through, and how
//! fast checks begin at a broker that limits connections.

use alloc::format;
use alloc::vec::Vec;
use core::time::Duration;

use mqttscope_shared::Instant;

use super::watch::{Opening, Tells};
use super::{Examination, Step, Waiting};
use crate::check::Check;
use crate::left::Cost;
use crate::talk::{Judged, ShutOut};
use crate::verdict::Verdict;

/// As often a check is begun that the broker takes no connection for.
const MOST_REFUSED: u8 = 10;
/// As often a check is begun beside which the broker closed all connections: if it does that each time, it does it over
/// the check.
const MOST_SHAKEN: u8 = 3;
/// As often a check is begun whose CONNECT got nothing but the end.
const MOST_CLOSED: u8 = 2;
/// The slowest pace, and the first that is slower than that of the options.
const SLOWEST: Duration = Duration::from_secs(2);
const SLOWER: Duration = Duration::from_millis(100);
/// So many checks get through before the pace is doubled again.
const STEADY: u32 = 10;

/// How fast checks begin.
#[derive(Debug)]
pub(super) struct Pace {
    usual: Duration,
    now: Duration,
    /// When it was last slowed down.
    slowed: Option<Instant>,
    /// Checks in a row that got through.
    through: u32,
    /// The last check that got nothing but the end.
    closed: Option<(Instant, &'static str)>,
}

impl Pace {
    pub(super) const fn new(usual: Duration) -> Self {
        Self {
            usual,
            now: usual,
            slowed: None,
            through: 0,
            closed: None,
        }
    }

    pub(super) const fn interval(&self) -> Duration {
        self.now
    }

    /// The broker has taken fewer connections than it was asked for.
    const fn is_limited(&self) -> bool {
        self.slowed.is_some()
    }

    /// A check that began then did not get through.
    fn slow_down(&mut self, now: Instant, began: Instant) {
        self.through = 0;
        // Others that began at the old pace say nothing of the new one.
        if self.slowed.is_none_or(|slowed| slowed <= began) {
            self.now = (self.now * 2).clamp(SLOWER, SLOWEST);
            self.slowed = Some(now);
        }
    }

    fn got_through(&mut self) {
        self.through = self.through.saturating_add(1);
        if self.through >= STEADY {
            self.through = 0;
            self.now = (self.now / 2).max(self.usual);
        }
    }

    /// The CONNECT of a check got nothing but the end; whether that happens to several, which then is no answer to one.
    fn closes_several(&mut self, now: Instant, check: &Check) -> bool {
        let before = self.closed.replace((now, check.id));
        before.is_some_and(|(at, id)| id != check.id && now - at < SLOWEST)
    }
}

impl Examination<'_> {
    /// A check is through. What rests on the end of a connection, or on something that did not come, counts only if the
    /// broker is there.
    pub(super) fn judge(&mut self, at: usize, judged: Judged) {
        let Some(slot) = self.running.get_mut(at) else {
            return;
        };
        let is_doubted = matches!(judged.0, Verdict::Broken | Verdict::Unknown)
            || slot.talk.has_lost_a_connection();
        if slot.talk.check.is_probe || !is_doubted {
            if slot.tries == 1 {
                self.pace.got_through();
            }
            self.finish(at, judged);
            return;
        }
        slot.step = Step::Doubted(judged, self.now);
        self.close_links(at);
    }

    /// What the watch found.
    pub(super) fn settle(&mut self, told: Option<Tells>) {
        match told {
            None => {}
            Some(Tells::There(asked)) => {
                for at in 0..self.running.len() {
                    let Some(slot) = self.running.get_mut(at) else {
                        return;
                    };
                    if let Step::Doubted(judged, since) = &mut slot.step
                        && *since <= asked
                    {
                        let judged = (judged.0, core::mem::take(&mut judged.1));
                        self.decide(at, judged);
                    }
                }
            }
            Some(Tells::Gone(why)) => {
                let why = format!("The broker was not there any more: {why}.");
                self.finish_all(&why);
                self.lost = Some(why.clone());
                while let Some(Waiting { check, version, .. }) = self.waiting.pop_front() {
                    let judged = (Verdict::Unknown, why.clone());
                    self.report(check, version, judged, Vec::new());
                }
                // Nobody takes what would clean up.
                for slot in self.running.drain(..) {
                    if let Step::Cleans(mut cleaning) = slot.step {
                        self.commands.extend(cleaning.close());
                    }
                }
            }
        }
    }

    /// The broker is there: the verdict counts, unless the check did not get through.
    fn decide(&mut self, at: usize, judged: Judged) {
        let Some(slot) = self.running.get(at) else {
            return;
        };
        let (began, tries) = (slot.began, slot.tries);
        let is_shaken = self.watch.closed_at().is_some_and(|closed| closed >= began);
        let is_bad = matches!(judged.0, Verdict::Broken | Verdict::Unknown);
        let shut_out = slot.talk.shut_out().filter(|_| is_bad);
        let check = slot.talk.check;
        if is_shaken && tries < MOST_SHAKEN {
            return self.again(at);
        }
        let why = match shut_out {
            None => {
                self.pace.got_through();
                return self.finish(at, judged);
            }
            Some(ShutOut::Refused(why)) => {
                self.pace.slow_down(self.now, began);
                why
            }
            Some(ShutOut::Closed) => {
                if self.pace.closes_several(self.now, check) || self.pace.is_limited() {
                    self.pace.slow_down(self.now, began);
                } else if tries >= MOST_CLOSED {
                    return self.finish(at, judged);
                }
                "the connection was closed after its CONNECT, as others were".into()
            }
        };
        if tries < MOST_REFUSED {
            return self.again(at);
        }
        let why = format!(
            "The broker took no connection for it, {tries} times, though it took others: {why}. It may limit connections."
        );
        self.finish(at, (Verdict::Unknown, why));
    }

    /// Begins a check anew, at the pace that there is now.
    fn again(&mut self, at: usize) {
        self.clean_up(at);
        let Some(slot) = self.running.get(at) else {
            return;
        };
        let (check, version) = (slot.talk.check, slot.talk.version);
        self.waiting.push_front(Waiting {
            check,
            version,
            cost: Cost::of(&check.lines, version.is_v5(), |_| false),
            tries: slot.tries,
        });
        self.next_begin = self.next_begin.max(self.now + self.pace.interval());
    }

    /// Ends all that run, with this as the reason why nothing can be told.
    pub(super) fn finish_all(&mut self, why: &str) {
        for at in 0..self.running.len() {
            let slot = self.running.get(at);
            if slot.is_some_and(|slot| !matches!(slot.step, Step::Cleans(_))) {
                self.finish(at, (Verdict::Unknown, why.into()));
            }
        }
    }

    /// Opens and asks what tells whether the broker is there; ends it behind the last check.
    pub(super) fn go_on_watching(&mut self) {
        if self.is_done() {
            self.watch.end(&mut self.commands);
            return;
        }
        let mut versions = self.options.versions.iter();
        let version = versions.find(|version| !self.refused.contains_key(version));
        let (Some(&version), false) = (version, self.is_probing()) else {
            return;
        };
        let is_doubted = |slot: &super::Slot<'_>| matches!(slot.step, Step::Doubted(..));
        let is_doubted = self.running.iter().any(is_doubted);
        let told = self.watch.go_on(
            is_doubted,
            Opening {
                now: self.now,
                round_trip: self.round_trip,
                version,
                names: self.names(0),
                commands: &mut self.commands,
                next_id: &mut self.next_id,
            },
        );
        self.settle(told);
    }
}
