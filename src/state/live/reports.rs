//! The last report of each broker that was examined, without its packets: the browser keeps it over a reload.

use std::collections::BTreeMap;
use std::rc::Rc;

use mqttscope_protocol::{
    CheckView, ExaminedStage, ExaminedView, JudgedView, Target, Verdict, bare_address,
};
use mqttscope_wire::ProtocolVersion;
use serde::{Deserialize, Serialize};

use super::examine::Examine;

/// Brokers whose report is kept; the oldest go.
pub const MOST: usize = 8;

/// A report as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptReport {
    /// When it came to its end, in milliseconds since 1970.
    pub at: u64,
    /// How it stood then; its verdicts are below.
    view: ExaminedView,
    /// Verdicts by name and version of the check, which say the same in a later version of the page; why.
    verdicts: Vec<(String, ProtocolVersion, Verdict, String)>,
}

impl KeptReport {
    /// The report of an examination that is over; none: nothing was found.
    #[must_use]
    pub fn of(examine: &Examine, at: u64) -> Option<Self> {
        let stage = &examine.view.stage;
        let is_over = matches!(stage, ExaminedStage::Done | ExaminedStage::Cancelled);
        let verdict = |check: &CheckView| {
            let judged = examine.judged.get(&check.number)?;
            let (name, why) = (check.name.clone(), judged.why.clone());
            Some((name, check.version, judged.verdict, why))
        };
        let verdicts: Vec<_> = examine.checks.iter().filter_map(verdict).collect();
        (is_over && !verdicts.is_empty()).then(|| Self {
            at,
            view: (*examine.view).clone(),
            verdicts,
        })
    }

    /// Verdicts that are not shown, since this version of the page does not have their checks.
    #[must_use]
    pub fn missing(&self, shown: &Examine) -> usize {
        self.verdicts.len().saturating_sub(shown.judged.len())
    }

    /// The same as the page shows an examination; what is opened of it is `now`'s.
    #[must_use]
    pub fn shown(&self, now: &Examine) -> Examine {
        let number =
            |(name, version, verdict, why): &(String, ProtocolVersion, Verdict, String)| {
                let is = |check: &&CheckView| check.name == *name && check.version == *version;
                let number = now.checks.iter().find(is)?.number;
                let judged = JudgedView {
                    number,
                    verdict: *verdict,
                    why: why.clone(),
                };
                Some((number, judged))
            };
        let judged: BTreeMap<_, _> = self.verdicts.iter().filter_map(number).collect();
        let opened = now.opened.as_ref().map(|opened| {
            let mut opened = (**opened).clone();
            opened.judged = judged.get(&opened.number).cloned();
            Rc::new(opened)
        });
        Examine {
            view: Rc::new(self.view.clone()),
            judged: Rc::new(judged),
            opened,
            ..now.clone()
        }
    }
}

/// What the browser keeps: a report in each line. Those of another version of the page that say something else are left out.
#[must_use]
pub fn read(text: &str) -> Vec<KeptReport> {
    let reports = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    reports.take(MOST).collect()
}

/// The other way round.
#[must_use]
pub fn written(reports: &[KeptReport]) -> String {
    let lines = reports.iter().map(serde_json::to_string);
    lines.filter_map(Result::ok).collect::<Vec<_>>().join("\n")
}

/// Puts a report before the others, in the place of the one of the same broker.
pub fn add(reports: &mut Vec<KeptReport>, report: KeptReport) {
    reports.retain(|other| other.view.address != report.view.address);
    reports.insert(0, report);
    reports.truncate(MOST);
}

/// What the broker of a connection goes by, as the engine calls it.
#[must_use]
pub fn broker(target: &Target) -> String {
    match target.address() {
        None => "the built-in broker".to_owned(),
        Some(url) => bare_address(url),
    }
}

/// The report of the broker that a connection leads to.
#[must_use]
pub fn of_broker<'a>(reports: &'a [KeptReport], target: &Target) -> Option<&'a KeptReport> {
    let address = broker(target);
    reports.iter().find(|report| report.view.address == address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(number: u32, name: &str) -> CheckView {
        CheckView {
            number,
            name: name.into(),
            title: String::new(),
            version: ProtocolVersion::V5,
            statements: Vec::new(),
            is_must: true,
            is_hostile: false,
            is_probe: false,
        }
    }

    fn examined(address: &str, stage: ExaminedStage) -> Examine {
        let mut examine = Examine {
            checks: vec![check(0, "ping"), check(1, "retain")].into(),
            ..Examine::default()
        };
        examine.take(ExaminedView {
            run: 1,
            stage,
            address: address.into(),
            took: core::time::Duration::from_millis(2_500),
            verdicts: vec![JudgedView {
                number: 1,
                verdict: Verdict::Broken,
                why: "It did not.".into(),
            }],
            ..ExaminedView::default()
        });
        examine
    }

    #[test]
    fn a_report_is_read_again_where_checks_have_other_numbers() {
        let report = KeptReport::of(&examined("ws://a:1/", ExaminedStage::Done), 7).unwrap();
        let kept = read(&written(core::slice::from_ref(&report)));
        assert_eq!(kept, [report]);
        let later = Examine {
            checks: vec![check(0, "retain"), check(1, "new")].into(),
            ..Examine::default()
        };
        let shown = kept[0].shown(&later);
        let judged = &shown.judged[&0];
        assert_eq!(
            (judged.verdict, &*judged.why),
            (Verdict::Broken, "It did not.")
        );
        assert_eq!(
            (shown.judged.len(), shown.view.took.as_millis()),
            (1, 2_500)
        );
        assert_eq!((&shown.checks, kept[0].missing(&shown)), (&later.checks, 0));
        let none = Examine::default();
        assert_eq!(kept[0].missing(&kept[0].shown(&none)), 1);
        assert!(read("nonsense\n{}").is_empty());
    }

    #[test]
    fn each_broker_has_its_last_one() {
        let report = |address: &str, at| {
            KeptReport::of(&examined(address, ExaminedStage::Cancelled), at).unwrap()
        };
        let mut all = Vec::new();
        for at in 0..12_u64 {
            add(&mut all, report(&format!("ws://{at}:1/"), at));
        }
        add(&mut all, report("ws://11:1/", 99));
        assert_eq!((all.len(), all[0].at, all[1].at), (MOST, 99, 10));
        let target = Target::WebSocket("ws://11:1/?token=secret".into());
        assert_eq!(of_broker(&all, &target).map(|report| report.at), Some(99));
        assert_eq!(of_broker(&all, &Target::BuiltIn), None);
        add(&mut all, report("the built-in broker", 3));
        assert!(of_broker(&all, &Target::BuiltIn).is_some());
    }

    #[test]
    fn what_is_not_over_or_found_nothing_is_no_report() {
        assert_eq!(
            KeptReport::of(&examined("a", ExaminedStage::Running), 1),
            None
        );
        let mut none = examined("a", ExaminedStage::Done);
        none.judged = Rc::default();
        assert_eq!(KeptReport::of(&none, 1), None);
    }
}
