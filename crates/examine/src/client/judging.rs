//! What clients keep and break: the monitor's findings, the ends of situations, reports.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use mqttscope_shared::Instant;
use mqttscope_wire::{Citation, ProtocolVersion, Rule, Sender, Severity};

use super::lead::Judged;
use super::situation::{Act, Step};
use super::{ClientConnection, ClientExamination, Phase};
use crate::verdict::{Report, Seen, Verdict};

impl ClientExamination<'_> {
    /// What the monitor has found.
    pub(super) fn judge(&mut self, now: Instant) {
        while let Some(finding) = self.monitor.poll_finding() {
            if finding.by == Sender::Client && finding.severity() == Severity::Error {
                let why = format!("{} ({})", finding.message(), finding.rule);
                self.broke(now, finding.rule, finding.version, why);
            }
        }
    }

    /// The client broke a rule: in the situation that runs, in one that waits for just that, or beside all.
    pub(super) fn broke(
        &mut self,
        now: Instant,
        rule: Rule,
        version: ProtocolVersion,
        why: String,
    ) {
        let statements = match rule.citation(version) {
            Citation::Statements(ids) => ids,
            _ => &[],
        };
        let is_about = |which: &usize| {
            let mut shows = self
                .situations
                .get(*which)
                .into_iter()
                .flat_map(|situation| &situation.shows);
            let shows = shows.find(|shows| shows.version == version);
            shows.is_some_and(|shows| shows.statements.iter().any(|id| statements.contains(id)))
        };
        let is_waiting = |which: &usize| self.phases.get(*which) == Some(&Phase::Waiting);
        let mut waiting = (0..self.situations.len()).filter(is_waiting);
        let running = self.lead.as_ref().map(|lead| lead.which);
        if running.as_ref().is_some_and(is_about) {
            self.ended(now, (Verdict::Broken, why));
        } else if let Some(which) = waiting.find(is_about) {
            if let Some(phase) = self.phases.get_mut(which) {
                *phase = Phase::Done(Verdict::Broken);
            }
            self.report(which, version, (Verdict::Broken, why), Vec::new());
        } else if !self.reports.iter().any(|report| report.id == rule.name()) {
            self.began.push(now);
            self.reports.push(Report {
                id: rule.name(),
                title: "A rule that no situation was about.",
                version,
                statements: statements.to_vec(),
                is_must: true,
                verdict: Verdict::Broken,
                why,
                packets: Vec::new(),
                examined: Sender::Client,
            });
        }
    }

    pub(super) fn ended(&mut self, now: Instant, judged: Judged) {
        // Limits hold for as long as the connection does: the next situation needs another.
        let limits = |step: &Step| matches!(step.act, Act::Limits(_));
        let led = self
            .lead
            .as_ref()
            .and_then(|lead| self.situations.get(lead.which));
        if led.is_some_and(|situation| situation.steps.iter().any(limits))
            && let Some(id) = self.own(ClientConnection(u32::MAX))
        {
            self.cut(now, id);
        }
        let Some(lead) = self.lead.take() else { return };
        let started = lead.started();
        self.limits = None;
        self.release(now);
        lead.facts.into_iter().for_each(|fact| self.card.put(fact));
        if let Some(phase) = self.phases.get_mut(lead.which) {
            *phase = Phase::Done(judged.0);
        }
        let (verdict, mut why) = judged;
        if lead.unseen > 0 {
            // Words for a person, who is not to take the list for all that happened.
            why = format!(
                "{why} The last {} of its packets are not in this report.",
                lead.unseen
            );
        }
        self.report(lead.which, lead.version, (verdict, why), lead.seen);
        if let Some(began) = self.began.last_mut() {
            *began = started;
        }
    }

    pub(super) fn report(
        &mut self,
        which: usize,
        version: ProtocolVersion,
        (verdict, why): Judged,
        packets: Vec<Seen>,
    ) {
        let Some(situation) = self.situations.get(which) else {
            return;
        };
        let mut shows = situation.shows.iter();
        let shows = shows.find(|shows| shows.version == version);
        self.began.push(self.now);
        self.reports.push(Report {
            id: situation.id,
            title: situation.title,
            version,
            statements: shows.map_or_else(Vec::new, |shows| shows.statements.clone()),
            is_must: shows.is_none_or(|shows| shows.is_must),
            verdict,
            why,
            packets,
            examined: Sender::Client,
        });
    }
}
