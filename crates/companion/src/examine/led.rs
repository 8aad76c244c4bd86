//! An examination of a client as the page sees it: how it stands, what went over the client's connections, and files.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mqttscope_examine::{Examined, Instant, Phase, Report, Situation, Verdict};
use mqttscope_protocol::{
    ExaminedStage, Exported, LedFormat, LedPackets, LedRow, LedSays, LedStands, LedView,
};
use mqttscope_wire::ProtocolVersion;

use super::entrance::Entrance;
use super::guide::Guide;
use super::report;
use crate::broker::accept::Door;

/// See [the module](self).
pub(super) struct Led<'s> {
    pub(super) guide: Guide<'s>,
    pub(super) stage: ExaminedStage,
    entrance: Entrance,
    began: SystemTime,
    /// How long it took; zero until it is over.
    took: Duration,
}

impl<'s> Led<'s> {
    /// Clients are led through these situations from now on.
    pub(super) fn new(door: Door, entrance: Entrance, situations: &'s [Situation]) -> Self {
        Self {
            guide: Guide::open(door, situations),
            stage: ExaminedStage::Running,
            entrance,
            began: SystemTime::now(),
            took: Duration::ZERO,
        }
    }

    /// In milliseconds since 1970.
    fn began_millis(&self) -> u64 {
        let since = self.began.duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    pub(super) fn pause(&mut self, is_paused: bool) {
        if self.stage.is_on() {
            self.guide.examination.pause(is_paused);
            self.stage = if is_paused {
                ExaminedStage::Paused
            } else {
                ExaminedStage::Running
            };
        }
    }

    pub(super) fn skip(&mut self, told: &LedView, number: u32) {
        if let (true, Some(row)) = (self.stage.is_on(), row_of(told, number)) {
            let now = self.guide.now();
            self.guide.examination.skip(now, &row.name);
            self.guide.act();
        }
    }

    /// What was never shown is said to be so, and clients are let go.
    pub(super) async fn end(&mut self, stage: ExaminedStage) {
        self.took = self.guide.took();
        let now = self.guide.now();
        self.guide.examination.finish(now);
        self.guide.act();
        self.guide.close().await;
        self.stage = stage;
    }

    pub(super) fn view(&self) -> LedView {
        let examination = &self.guide.examination;
        let report = |id: &str| {
            let mut all = examination.reports().map(|(report, _)| report);
            all.find(|report| report.id == id)
        };
        let open: Vec<&str> = examination.open().map(|it| it.id).collect();
        let situations = examination.situations().map(|(situation, phase)| {
            let stands = match (phase, report(situation.id)) {
                (Phase::Waiting, Some(report)) if report.verdict == Verdict::Unknown => {
                    LedStands::Never(report.why.clone())
                }
                (_, Some(report)) => judged(report),
                (Phase::Running(step), None) => LedStands::Running((*step).to_owned()),
                (_, None) if self.stage.is_on() && open.contains(&situation.id) => LedStands::Open,
                (_, None) => LedStands::Later,
            };
            let version = report(situation.id).map(|report| report.version);
            row(situation, version.or(examination.version()), Some(stands))
        });
        let is_beside = |report: &&Report| {
            let mut all = examination.situations();
            !all.any(|(situation, _)| situation.id == report.id)
        };
        let beside = examination.reports().map(|(report, _)| report);
        let beside = beside.filter(is_beside).map(|report| LedRow {
            name: report.id.to_owned(),
            title: report.title.to_owned(),
            ask: String::new(),
            version: report.version,
            statements: report.statements.iter().map(|&id| id.to_owned()).collect(),
            is_must: report.is_must,
            stands: judged(report),
        });
        let next = self
            .guide
            .next()
            .filter(|_| self.stage == ExaminedStage::Running);
        LedView {
            stage: self.stage.clone(),
            began: self.began_millis(),
            address: self.entrance.url.clone(),
            has_authority: self.entrance.has_authority,
            trouble: self.guide.trouble(),
            took: self.took,
            connected: u32::try_from(self.guide.connected()).unwrap_or(u32::MAX),
            version: examination.version(),
            next: next.and_then(|(next, _)| {
                let place = examination
                    .situations()
                    .position(|(it, _)| it.id == next.id);
                u32::try_from(place?).ok()
            }),
            rows: situations.chain(beside).collect(),
            card: examination.card().in_words(),
        }
    }

    /// The packets of a situation that is done.
    pub(super) fn packets(&self, told: &LedView, number: u32) -> Option<LedSays> {
        let row = row_of(told, number)?;
        let mut all = self.guide.examination.reports();
        let (report, began) = all.find(|(report, _)| report.id == row.name)?;
        Some(LedSays::Packets(Box::new(LedPackets {
            number,
            version: report.version,
            began: Instant::from_millis(self.began_millis().saturating_add(began.millis())),
            packets: report.packets.clone(),
        })))
    }

    /// All that was found, in the order of the page's rows.
    pub(super) fn exported(&self, format: LedFormat) -> LedSays {
        let examination = &self.guide.examination;
        let place = |report: &Report| {
            let mut all = examination.situations();
            all.position(|(situation, _)| situation.id == report.id)
                .unwrap_or(usize::MAX)
        };
        let mut reports: Vec<Report> = examination.reports().map(|(it, _)| it.clone()).collect();
        reports.sort_by_key(place);
        let examined = Examined {
            url: &self.entrance.url,
            reports: &reports,
            card: examination.card(),
            round_trip: Duration::ZERO,
            took: self.took,
            is_cut: self.stage != ExaminedStage::Done,
        };
        let (end, mime, bytes) = match format {
            LedFormat::Json => ("json", "application/json", examined.json().into_bytes()),
            LedFormat::Html => ("html", "text/html", examined.html().into_bytes()),
            LedFormat::Text => {
                let mut text = Vec::new();
                // Memory takes whatever is written into it.
                let _ = report::text(&examined, &mut text);
                ("txt", "text/plain", text)
            }
        };
        LedSays::File(Box::new(Exported {
            name: format!("mqttscope-client.{end}"),
            mime: mime.to_owned(),
            bytes,
        }))
    }
}

fn row_of(told: &LedView, number: u32) -> Option<&LedRow> {
    told.rows.get(usize::try_from(number).ok()?)
}

/// The situations, before any client was led through one.
pub(super) fn rows(situations: &[Situation]) -> Vec<LedRow> {
    situations.iter().map(|it| row(it, None, None)).collect()
}

fn judged(report: &Report) -> LedStands {
    LedStands::Judged(report.verdict, report.why.clone())
}

/// A situation in this version, or in the first that it is for.
fn row(
    situation: &Situation,
    version: Option<ProtocolVersion>,
    stands: Option<LedStands>,
) -> LedRow {
    let mut shows = situation.shows.iter();
    let shown = shows.find(|shows| Some(shows.version) == version);
    let shown = shown.or(situation.shows.first());
    LedRow {
        name: situation.id.to_owned(),
        title: situation.title.to_owned(),
        ask: situation.ask.to_owned(),
        version: shown.map_or(ProtocolVersion::V5, |shows| shows.version),
        statements: shown
            .iter()
            .flat_map(|shows| &shows.statements)
            .map(|&id| id.to_owned())
            .collect(),
        is_must: shown.is_none_or(|shows| shows.is_must),
        stands: stands.unwrap_or(LedStands::Later),
    }
}
