//! A broker that is examined: which checks there are, which are wanted, and what became of them.

use std::collections::BTreeMap;
use std::rc::Rc;

use mqttscope_protocol::{
    CheckView, ConnectionId, ExaminedCheck, ExaminedStage, ExaminedView, JudgedView, Verdict,
};
use mqttscope_view::natural::natural;
use mqttscope_wire::ProtocolVersion;
use serde::{Deserialize, Serialize};

/// The examination as the page has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Examine {
    /// The connection whose broker is examined, while the page shows that.
    pub of: Option<ConnectionId>,
    /// The connection whose broker was examined last.
    pub begun: Option<ConnectionId>,
    /// The checks there are; empty until they are known.
    pub checks: Rc<[CheckView]>,
    /// How far it is.
    pub view: Rc<ExaminedView>,
    /// Verdicts by [`CheckView::number`].
    pub judged: Rc<BTreeMap<u32, JudgedView>>,
    /// The check that was opened.
    pub opened: Option<Rc<ExaminedCheck>>,
    /// Cards of brokers are shown.
    pub has_cards: bool,
}

impl Examine {
    /// What the engine says of it; of another examination than before, verdicts of that are gone.
    pub fn take(&mut self, mut view: ExaminedView) {
        if view.run != self.view.run || view.stage == ExaminedStage::None {
            self.judged = Rc::default();
            self.opened = None;
        }
        let news = core::mem::take(&mut view.verdicts);
        if !news.is_empty() {
            let judged = Rc::make_mut(&mut self.judged);
            judged.extend(news.into_iter().map(|one| (one.number, one)));
        }
        self.view = Rc::new(view);
    }

    /// The engine is gone, and with it the examination.
    pub fn stop(&mut self) {
        *self = Self {
            of: self.of,
            has_cards: self.has_cards,
            ..Self::default()
        };
    }

    /// Whether the page shows what was found, rather than what could be begun: something goes on, or was found of the
    /// connection that is looked at.
    #[must_use]
    pub fn has_results(&self) -> bool {
        let stage = &self.view.stage;
        stage.is_on() || *stage != ExaminedStage::None && self.begun == self.of
    }

    /// How many checks have each verdict, in the order of [`Verdict::ALL`].
    #[must_use]
    pub fn counts(&self) -> [usize; 5] {
        Verdict::ALL.map(|verdict| {
            let has_it = |judged: &&JudgedView| judged.verdict == verdict;
            self.judged.values().filter(has_it).count()
        })
    }
}

/// Which checks a person wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// Versions to speak, as [`ProtocolVersion::ALL`] has them.
    pub versions: [bool; 3],
    /// Also those that strain a broker.
    #[serde(skip)]
    pub hostile: bool,
    /// Only those whose name, sentence or statement has this text; empty: all.
    pub text: String,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            versions: [true; 3],
            hostile: false,
            text: String::new(),
        }
    }
}

/// A choice as the browser keeps it.
#[derive(Serialize, Deserialize)]
struct Kept {
    wanted: Wanted,
    /// The broker that was to be strained, too: no other is because of that.
    strained: Option<String>,
}

impl Wanted {
    /// What was chosen the last time, for this broker; all that harms nobody where nothing was.
    #[must_use]
    pub fn read(text: &str, broker: &str) -> Self {
        let kept = serde_json::from_str::<Kept>(text).ok();
        kept.map_or_else(Self::default, |kept| Self {
            hostile: kept.strained.as_deref() == Some(broker),
            ..kept.wanted
        })
    }

    /// What [`Self::read`] reads.
    #[must_use]
    pub fn written(&self, broker: &str) -> String {
        let kept = Kept {
            wanted: self.clone(),
            strained: self.hostile.then(|| broker.to_owned()),
        };
        // Plain values can be written.
        serde_json::to_string(&kept).unwrap_or_default()
    }

    /// Whether this version is spoken.
    #[must_use]
    pub fn speaks(&self, version: ProtocolVersion) -> bool {
        let spoken = ProtocolVersion::ALL.into_iter().zip(self.versions);
        spoken
            .into_iter()
            .any(|(other, is_spoken)| other == version && is_spoken)
    }

    /// The numbers of those that are wanted, without the probes, which run in any case.
    #[must_use]
    pub fn numbers(&self, checks: &[CheckView]) -> Vec<u32> {
        let is_wanted = |check: &&CheckView| {
            !check.is_probe
                && self.speaks(check.version)
                && (self.hostile || !check.is_hostile)
                && says(check, &self.text)
        };
        let wanted = checks.iter().filter(is_wanted);
        wanted.map(|check| check.number).collect()
    }
}

/// How many run where these are wanted: the probes of their versions run, too.
#[must_use]
pub fn all_that_run(checks: &[CheckView], numbers: &[u32]) -> usize {
    let is_wanted = |check: &&CheckView| numbers.binary_search(&check.number).is_ok();
    let wanted: Vec<_> = checks.iter().filter(is_wanted).collect();
    let is_run = |probe: &&CheckView| {
        probe.is_probe && wanted.iter().any(|check| check.version == probe.version)
    };
    wanted.len() + checks.iter().filter(is_run).count()
}

/// Whether a check has this text in it, in either case.
fn says(check: &CheckView, text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let mut texts = [&check.name, &check.title]
        .into_iter()
        .chain(&check.statements);
    text.is_empty() || texts.any(|of| of.to_lowercase().contains(&text))
}

/// By what verdicts are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// What is broken first, what does not apply last.
    #[default]
    Verdict,
    /// In the order of the standard.
    Statement,
    /// By name.
    Name,
}

impl Order {
    /// All of them, with their names.
    pub const ALL: [(Self, &str); 3] = [
        (Self::Verdict, "verdict"),
        (Self::Statement, "statement"),
        (Self::Name, "name"),
    ];
}

/// What of the checks is listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Only those with this verdict.
    pub verdict: Option<Verdict>,
    /// Only those with this text.
    pub text: String,
    /// By what they are sorted.
    pub order: Order,
}

/// The place of a verdict in a list: what a person has to look at comes first.
const fn place(verdict: Option<Verdict>) -> u8 {
    match verdict {
        Some(Verdict::Broken) => 0,
        Some(Verdict::Unknown) => 1,
        Some(Verdict::Allowed) => 2,
        Some(Verdict::Kept) => 3,
        Some(Verdict::NotApplicable) => 4,
        None => 5,
    }
}

impl Listing {
    /// The checks that have a verdict or run, as they are to be listed.
    #[must_use]
    pub fn rows<'a>(&self, examine: &'a Examine) -> Vec<(&'a CheckView, Option<&'a JudgedView>)> {
        let running = &examine.view.running;
        let row = |check: &'a CheckView| {
            let judged = examine.judged.get(&check.number);
            let is_there = judged.is_some() || running.contains(&check.number);
            is_there.then_some((check, judged))
        };
        let mut rows: Vec<_> = examine.checks.iter().filter_map(row).collect();
        rows.retain(|(check, judged)| {
            let verdict = judged.map(|judged| judged.verdict);
            (self.verdict.is_none() || self.verdict == verdict) && says(check, &self.text)
        });
        rows.sort_by(|(a, a_judged), (b, b_judged)| {
            let place = |judged: &Option<&JudgedView>| place(judged.map(|it| it.verdict));
            let by_statement = || {
                // Those of version 3.1 have none and stand behind.
                let (a, b) = (a.statements.first(), b.statements.first());
                let none = a.is_none().cmp(&b.is_none());
                none.then_with(|| {
                    natural(a.map_or("", String::as_str), b.map_or("", String::as_str))
                })
            };
            let order = match self.order {
                Order::Verdict => place(a_judged)
                    .cmp(&place(b_judged))
                    .then_with(by_statement),
                Order::Statement => by_statement(),
                Order::Name => natural(&a.name, &b.name),
            };
            order
                .then_with(|| natural(&a.name, &b.name))
                .then(b.version.cmp(&a.version))
        });
        rows
    }
}

/// What statements ask, by version and id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statements(BTreeMap<(String, String), String>);

impl Statements {
    /// The file that the page loads: the checks, and behind a line of `=` the statements. None: it is not ours.
    #[must_use]
    pub fn read(file: &str) -> Option<(&str, Self)> {
        let (checks, statements) = file.split_once("====\n")?;
        let statement = |line: &str| {
            let mut parts = line.splitn(3, ' ').map(str::to_owned);
            Some(((parts.next()?, parts.next()?), parts.next()?))
        };
        let statements = statements.lines().map(statement);
        Some((checks, Self(statements.collect::<Option<_>>()?)))
    }

    /// What a statement asks.
    #[must_use]
    pub fn of(&self, version: ProtocolVersion, id: &str) -> Option<&str> {
        let key = (version.name().to_owned(), id.to_owned());
        self.0.get(&key).map(String::as_str)
    }
}

/// A verdict in words, and the class that colours it.
#[must_use]
pub const fn look(verdict: Option<Verdict>) -> (&'static str, &'static str) {
    match verdict {
        Some(Verdict::Kept) => ("kept", "kept"),
        Some(Verdict::Broken) => ("broken", "broken"),
        Some(Verdict::Allowed) => ("allowed", "allowed"),
        Some(Verdict::NotApplicable) => ("not applicable", "not-applicable"),
        Some(Verdict::Unknown) => ("could not tell", "unknown"),
        None => ("running", "running"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(number: u32, name: &str, version: ProtocolVersion, statement: &str) -> CheckView {
        CheckView {
            number,
            name: name.into(),
            title: format!("About {name}."),
            version,
            statements: (!statement.is_empty())
                .then(|| statement.to_owned())
                .into_iter()
                .collect(),
            is_must: true,
            is_hostile: name == "huge",
            is_probe: name == "probe",
        }
    }

    fn some() -> Vec<CheckView> {
        vec![
            check(0, "probe", ProtocolVersion::V5, "MQTT-3.1.4-5"),
            check(1, "ping", ProtocolVersion::V5, "MQTT-3.12.4-1"),
            check(2, "ping", ProtocolVersion::V3_1, ""),
            check(3, "retain-2", ProtocolVersion::V5, "MQTT-3.3.1-13"),
            check(4, "huge", ProtocolVersion::V5, "MQTT-3.3.1-2"),
        ]
    }

    fn judged(number: u32, verdict: Verdict) -> JudgedView {
        JudgedView {
            number,
            verdict,
            why: String::new(),
        }
    }

    fn examined() -> Examine {
        let mut examine = Examine {
            checks: some().into(),
            ..Examine::default()
        };
        examine.take(ExaminedView {
            run: 1,
            stage: ExaminedStage::Running,
            running: vec![4],
            verdicts: vec![
                judged(1, Verdict::Kept),
                judged(2, Verdict::NotApplicable),
                judged(3, Verdict::Broken),
            ],
            ..ExaminedView::default()
        });
        examine
    }

    #[test]
    fn what_is_wanted_is_chosen_by_version_strain_and_text() {
        let numbers = |wanted: Wanted| wanted.numbers(&some());
        assert_eq!(numbers(Wanted::default()), [1, 2, 3]);
        let hostile = Wanted {
            hostile: true,
            ..Wanted::default()
        };
        assert_eq!(numbers(hostile), [1, 2, 3, 4]);
        let text = Wanted {
            text: " mqtt-3.3.1-13".into(),
            ..Wanted::default()
        };
        assert_eq!(numbers(text), [3]);
        let oldest = Wanted {
            versions: ProtocolVersion::ALL.map(|version| version == ProtocolVersion::V3_1),
            ..Wanted::default()
        };
        assert_eq!(numbers(oldest), [2]);
        // The probe runs in version 5 only.
        assert_eq!(all_that_run(&some(), &[1, 2, 3]), 4);
        assert_eq!(all_that_run(&some(), &[2]), 1);
        assert_eq!(all_that_run(&some(), &[]), 0);
    }

    #[test]
    fn a_choice_is_there_the_next_time_and_strains_no_other_broker() {
        let wanted = Wanted {
            versions: [false, true, false],
            hostile: true,
            text: "retain".into(),
        };
        let kept = wanted.written("mqtt://mine:1883");
        assert_eq!(Wanted::read(&kept, "mqtt://mine:1883"), wanted);
        let other = Wanted::read(&kept, "mqtt://yours:1883");
        assert!(!other.hostile && other.text == "retain");
        assert_eq!(Wanted::read("nonsense", "x"), Wanted::default());
    }

    #[test]
    fn what_needs_a_look_stands_first_and_numbers_count_as_numbers() {
        let examine = examined();
        let listed = |listing: Listing| -> Vec<u32> {
            let rows = listing.rows(&examine);
            rows.iter().map(|(check, _)| check.number).collect()
        };
        assert_eq!(listed(Listing::default()), [3, 1, 2, 4]);
        let by = |order| Listing {
            order,
            ..Listing::default()
        };
        assert_eq!(listed(by(Order::Statement)), [4, 3, 1, 2]);
        assert_eq!(listed(by(Order::Name)), [4, 1, 2, 3]);
        let kept = Listing {
            verdict: Some(Verdict::Kept),
            ..Listing::default()
        };
        assert_eq!(listed(kept), [1]);
        assert_eq!(examine.counts(), [1, 1, 0, 1, 0]);
    }

    #[test]
    fn another_examination_begins_without_verdicts() {
        let mut examine = examined();
        let same = ExaminedView {
            run: 1,
            verdicts: vec![judged(3, Verdict::Kept)],
            stage: ExaminedStage::Done,
            ..ExaminedView::default()
        };
        examine.take(same);
        assert_eq!(examine.counts(), [2, 0, 0, 1, 0]);
        examine.take(ExaminedView {
            run: 2,
            stage: ExaminedStage::Reaching,
            ..ExaminedView::default()
        });
        assert_eq!(examine.counts(), [0; 5]);
        examine.stop();
        assert!(examine.checks.is_empty());
    }

    #[test]
    fn the_file_of_checks_has_every_statement_that_they_show() {
        let file = include_str!("../../../www/checks.txt");
        let (checks, statements) = Statements::read(file).unwrap();
        let mut shown = 0;
        for line in checks.lines() {
            let mut words = line.split_whitespace();
            let version = match words.next() {
                Some("v5") => ProtocolVersion::V5,
                Some("v3.1.1") => ProtocolVersion::V3_1_1,
                _ => continue,
            };
            for id in words.filter(|word| word.starts_with("MQTT-")) {
                assert!(statements.of(version, id).is_some(), "{line}: {id}");
                shown += 1;
            }
        }
        assert!(shown > 200, "{shown}");
        let situations = include_str!("../../../crates/examine/situations/situations.txt");
        for line in situations.lines().filter(|line| line.starts_with('v')) {
            let of = line
                .strip_prefix("v5 ")
                .map_or(ProtocolVersion::V3_1_1, |_| ProtocolVersion::V5);
            for id in line.split(' ').filter(|word| word.starts_with("MQTT-")) {
                assert!(statements.of(of, id).is_some(), "{line}: {id}");
            }
        }
        assert_eq!(Statements::read("<html>"), None);
    }
}
