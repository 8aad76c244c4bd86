//! What the page is told of an examination.

use mqttscope_examine::{Examined, Report};
use mqttscope_protocol::{
    CheckView, ExaminedFormat, ExaminedStage, ExaminedView, Exported, JudgedView, Report as Told,
};

use super::Examining;
use crate::engine::address_of;

/// The page says why in a few lines, whatever a broker sent.
const MOST_WHY: usize = 2_000;

impl Examining {
    /// The checks there are.
    pub(crate) fn listed(&self) -> Vec<CheckView> {
        let rows = self.rows.iter().zip(0_u32..);
        rows.map(|(&(check, version), number)| {
            let shows = check.shows.iter().find(|shows| shows.version == version);
            let statements = shows.map(|shows| &*shows.statements).unwrap_or_default();
            CheckView {
                number,
                name: check.id.to_owned(),
                title: check.title.to_owned(),
                version,
                statements: statements.iter().map(|&it| it.to_owned()).collect(),
                is_must: shows.is_none_or(|shows| shows.is_must),
                is_hostile: check.is_hostile,
                is_probe: check.is_probe,
            }
        })
        .collect()
    }

    /// Whether the page has not been told all.
    pub(crate) const fn has_news(&self) -> bool {
        self.is_changed || !self.untold.is_empty() || self.is_on()
    }

    /// What the page has not been told.
    pub(crate) fn report(&mut self, reports: &mut Vec<Told>) {
        if !self.has_news() {
            return;
        }
        self.is_changed = false;
        reports.push(Told::Examination(Box::new(self.view())));
        if let (Some(number), false) = (self.opened, self.is_opened_told) {
            let check = self.open(number);
            reports.extend(check.map(|check| Told::Examined(Box::new(check))));
        }
    }

    fn view(&mut self) -> ExaminedView {
        let untold = core::mem::take(&mut self.untold);
        let profile = self.profile.as_deref();
        // One check that is run again is none more than there were.
        let whole = self.examination.as_ref().filter(|_| self.before.is_none());
        let progress = whole.map(|examination| examination.progress());
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let done = self.found.len();
        let running = self.examination.iter().flat_map(|it| it.running());
        let running = running.filter_map(|(id, version)| {
            let is =
                |(check, of): &(&mqttscope_examine::Check, _)| check.id == id && *of == version;
            self.rows.iter().position(is).map(number)
        });
        ExaminedView {
            run: self.runs,
            stage: self.stage.clone(),
            address: profile.map(|it| address_of(&it.target)).unwrap_or_default(),
            done: progress.as_ref().map_or(number(done), |it| number(it.done)),
            total: progress
                .as_ref()
                .map_or(number(done), |it| number(it.total)),
            left: progress.and_then(|it| it.left).unwrap_or_default(),
            took: self.took,
            round_trip: self.round_trip,
            lost: self
                .lost
                .as_deref()
                .map(|why| crate::view::cut::cut(why, MOST_WHY)),
            running: running.collect(),
            card: self.card().in_words(),
            verdicts: (untold.into_iter())
                .filter_map(|number| self.judged(number))
                .collect(),
        }
    }

    /// What became of a check.
    pub(super) fn judged(&self, number: u32) -> Option<JudgedView> {
        let report = &self.found.get(&number)?.report;
        Some(JudgedView {
            number,
            verdict: report.verdict,
            why: crate::view::cut::cut(&report.why, MOST_WHY),
        })
    }

    /// All that was found, as a file.
    pub(crate) fn exported(&self, format: ExaminedFormat) -> Exported {
        let mut reports: Vec<Report> = self.found.values().map(|it| it.report.clone()).collect();
        reports.sort_by_key(|report| (core::cmp::Reverse(report.version), report.id));
        let url = self.profile.as_deref();
        let url = url.map(|it| address_of(&it.target)).unwrap_or_default();
        let examined = Examined {
            url: &url,
            reports: &reports,
            card: self.card(),
            round_trip: self.round_trip,
            took: self.took,
            is_cut: self.stage != ExaminedStage::Done || self.lost.is_some(),
        };
        let (end, mime, text) = match format {
            ExaminedFormat::Json => ("json", "application/json", examined.json()),
            ExaminedFormat::Html => ("html", "text/html", examined.html()),
        };
        Exported {
            name: format!("mqttscope-examined.{end}"),
            mime: mime.to_owned(),
            bytes: text.into_bytes(),
        }
    }
}
