//! A case that a person wrote, run as the only check of an examination of its own; what both sides broke in it.

use core::time::Duration;

use mqttscope_examine::{
    BrokenConversation, Check, Happened, Report, broken_conversations, case_fault,
};
use mqttscope_monitor::{ConnectionId, Monitor, words};
use mqttscope_protocol::{CaseFinding, CaseOffer, CaseOffers, CaseView, Report as Told};
use mqttscope_shared::Instant;
use mqttscope_wire::{
    BrokenPacket, Citation, Context, PacketType, ProtocolVersion, Rule, Sender, Severity,
    broken_packets, dissect,
};

use super::Examining;

/// The number of the case among the checks.
pub(crate) const CASE: u32 = 0;
/// What a server does with a CONNECT that is wrong, as a case has it.
const ENDED: &str = "-- shown\na< close ; The server ends the connection, and may refuse it first.";
/// How exactly silence is timed.
const STEP: Duration = Duration::from_millis(500);

/// The cases that break one rule each: with a CONNECT, which takes a connection of its own, and those of the table.
pub(crate) fn offers(version: ProtocolVersion) -> CaseOffers {
    let offer = |rule: Rule, text: &str| CaseOffer {
        rule: rule.name().to_owned(),
        says: words(rule).summary.to_owned(),
        text: format!("; {rule}\n{text}"),
    };
    let connects = broken_packets().filter(|packet| is_connect(packet, version));
    let connects = connects.map(|BrokenPacket { rule, notation, .. }| {
        // Version 3.1 does not say what a server does with it, and what is only odd is taken.
        let is_ended = rule.severity() == Severity::Error && version != ProtocolVersion::V3_1;
        let end = if is_ended { ENDED } else { "+500" };
        offer(rule, &format!("a> bytes {notation}\n{end}"))
    });
    let of_version = broken_conversations().filter(|case| case.version == version);
    let conversations = of_version.map(|BrokenConversation { rule, text, .. }| offer(rule, text));
    CaseOffers {
        version,
        offers: connects.chain(conversations).collect(),
    }
}

/// Whether a client of this version breaks just that rule with it, and it is a CONNECT.
fn is_connect(packet: &BrokenPacket, version: ProtocolVersion) -> bool {
    let bytes = packet.bytes();
    let dissection = dissect(&bytes, Context::new(version).sent_by(Sender::Client));
    packet.context.version == version
        && dissection.packet_type == PacketType::Connect
        && matches!(&dissection.diagnostics[..], [only] if only.rule == packet.rule)
}

impl Examining {
    /// Takes a case in the place of the checks. One that is run again is not read again: what was read stays for as long as
    /// the program runs, as checks do.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn set_case(&mut self, text: &str, version: ProtocolVersion) -> Result<(), String> {
        if self.case == Some((text, version)) {
            return Ok(());
        }
        if let Some(fault) = case_fault(text, version) {
            return Err(fault.to_string());
        }
        let text: &'static str = text.to_owned().leak();
        let check = Check::of_case(text, version).map_err(|fault| fault.to_string())?;
        self.checks = vec![check].leak();
        self.rows = self.checks.iter().map(|check| (check, version)).collect();
        self.case = Some((text, version));
        Ok(())
    }

    /// What the page has not been told of the case.
    pub(crate) fn report_case(&mut self, reports: &mut Vec<Told>) {
        let (Some((text, version)), true) = (self.case, self.is_changed) else {
            return;
        };
        self.is_changed = false;
        self.untold.clear();
        let found = self.found.get(&CASE);
        let findings = found.map(|found| findings(&found.report));
        let came = found.is_some().then(|| self.open(CASE)).flatten();
        let profile = self.profile.as_deref();
        reports.push(Told::Case(Box::new(CaseView {
            text: text.to_owned(),
            version,
            name: profile.map(|it| it.shown_name()).unwrap_or_default(),
            stage: self.stage.clone(),
            came,
            findings: findings.unwrap_or_default(),
        })));
    }
}

/// What was broken in a conversation, as the monitor judges it.
fn findings(report: &Report) -> Vec<CaseFinding> {
    let mut monitor = Monitor::new();
    let mut names: Vec<&str> = Vec::new();
    let mut noted = Vec::new();
    let mut now = Instant::ZERO;
    for seen in &report.packets {
        let at = Instant::from_millis(seen.at);
        while now + STEP < at {
            now += STEP;
            monitor.handle_time(now);
        }
        now = at;
        monitor.handle_time(now);
        let known = names.iter().position(|name| *name == seen.connection);
        let place = known.unwrap_or_else(|| {
            names.push(&seen.connection);
            names.len().saturating_sub(1)
        });
        let id = ConnectionId(u32::try_from(place).unwrap_or(u32::MAX));
        let packet = match &seen.what {
            Happened::Opened => {
                monitor.open(id);
                None
            }
            Happened::Sent(bytes) => Some((Sender::Client, bytes)),
            Happened::Received(bytes) => Some((Sender::Server, bytes)),
            Happened::ClosedHere | Happened::ClosedThere => {
                monitor.close(id, now);
                None
            }
            Happened::Failed(_) => None,
        };
        if let Some((from, bytes)) = packet {
            monitor.push(id, from, bytes, now);
            noted.extend(notes(bytes, report.version, from));
        }
    }
    let found = core::iter::from_fn(|| monitor.poll_finding());
    let found = found.map(|finding| CaseFinding {
        rule: finding.rule.name().to_owned(),
        statement: finding.statement().map(str::to_owned),
        severity: finding.severity(),
        by: finding.by,
        says: finding.message(),
    });
    found.chain(noted).collect()
}

/// What is worth a note in a packet, which the monitor leaves to whoever looks at the packet.
fn notes(bytes: &[u8], version: ProtocolVersion, by: Sender) -> Vec<CaseFinding> {
    let dissection = dissect(bytes, Context::new(version).sent_by(by));
    let diagnostics = dissection.diagnostics.iter();
    diagnostics
        .filter(|it| it.severity() == Severity::Note)
        .map(|it| CaseFinding {
            rule: it.rule.name().to_owned(),
            statement: match it.rule.citation(version) {
                Citation::Statements(ids) => ids.first().map(|&id| id.to_owned()),
                _ => None,
            },
            severity: Severity::Note,
            by,
            says: it.message(bytes),
        })
        .collect()
}
