//! A recording in plain words: what broke, and what else a person should know of it.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use mqttscope_wire::{PacketType, ProtocolVersion, ReasonCode, Rule, Severity};

use super::{ConnectionId, Finding, PacketNumbers, words};

/// One line of an explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// How bad it is; facts that are no fault are notes.
    pub severity: Severity,
    /// The connection it happened on.
    pub connection: ConnectionId,
    /// The rule, where one is broken.
    pub rule: Option<Rule>,
    /// How often.
    pub count: u32,
    /// Packets that show it: the first time, and the last.
    pub packets: PacketNumbers,
    /// It tells that a connection ended: without a DISCONNECT, or because another one took it over.
    pub is_end: bool,
    /// In plain words.
    pub text: String,
}

/// What is worth knowing of a recording though no rule is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum FactKind {
    TakenOver,
    ConnectRefused,
    ServerDisconnected,
    ConnectionLost,
    LeftUnacknowledged,
    MessageRefused,
    SubscriptionRefused,
    QoSReduced,
    Resent,
    KeepAliveReplaced,
    SessionResumed,
}

/// How often a fact was seen, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) count: u32,
    pub(super) packets: PacketNumbers,
    pub(super) version: ProtocolVersion,
}

/// Facts, counted by kind, connection and value.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    facts: BTreeMap<(FactKind, ConnectionId, u32), Fact>,
}

/// Facts that are kept at most.
const MAXIMUM_FACTS: usize = 1000;

impl Facts {
    pub(super) fn note(
        &mut self,
        kind: FactKind,
        connection: ConnectionId,
        value: u32,
        version: ProtocolVersion,
        packet: u64,
    ) {
        let key = (kind, connection, value);
        if let Some(fact) = self.facts.get_mut(&key) {
            fact.count = fact.count.saturating_add(1);
            fact.packets.push(packet);
        } else if self.facts.len() < MAXIMUM_FACTS {
            let fact = Fact {
                count: 1,
                packets: PacketNumbers::one(packet),
                version,
            };
            self.facts.insert(key, fact);
        }
    }
}

/// The lines for a recording, the most important first.
pub(super) fn explain(
    findings: &[Finding],
    facts: &Facts,
    name: impl Fn(ConnectionId) -> String,
) -> Vec<Explanation> {
    let mut lines = of_findings(findings, &name);
    for (&(kind, connection, value), fact) in &facts.facts {
        let (severity, text) = in_words(kind, &name(connection), value, fact);
        lines.push(Explanation {
            severity,
            connection,
            rule: None,
            count: fact.count,
            packets: fact.packets,
            is_end: matches!(kind, FactKind::ConnectionLost | FactKind::TakenOver),
            text,
        });
    }
    // Stable: of the same weight, findings come before facts, and each in the order of first seen.
    lines.sort_by_key(|line| core::cmp::Reverse((line.severity, line.rule.is_some())));
    lines
}

/// Findings of one rule on one connection are one line.
fn of_findings(findings: &[Finding], name: &impl Fn(ConnectionId) -> String) -> Vec<Explanation> {
    let mut lines: Vec<Explanation> = Vec::new();
    let mut place = BTreeMap::new();
    for finding in findings {
        let key = (finding.connection, finding.rule.name());
        if let Some(line) = place.get(&key).and_then(|&at: &usize| lines.get_mut(at)) {
            line.count = line.count.saturating_add(1);
            if let Some(last) = finding.packets.last() {
                line.packets.push(last);
            }
            continue;
        }
        place.insert(key, lines.len());
        lines.push(Explanation {
            severity: finding.severity(),
            connection: finding.connection,
            rule: Some(finding.rule),
            count: 1,
            packets: finding.packets,
            is_end: false,
            text: format!("{}: {}", name(finding.connection), finding.message()),
        });
    }
    for line in &mut lines {
        if line.count > 1 {
            line.text = format!(
                "{}: {} ({} times) First: {}",
                name(line.connection),
                line.rule.map_or("", |rule| words(rule).summary),
                line.count,
                line.text
                    .split_once(": ")
                    .map_or("", |(_, message)| message)
            );
        }
    }
    lines
}

fn times(count: u32) -> String {
    match count {
        1 => String::new(),
        2 => " twice".to_string(),
        n => format!(" {n} times"),
    }
}

/// Who has no name is called by the connection already.
fn connection_of(who: &str) -> String {
    if who.starts_with("connection ") {
        who.to_string()
    } else {
        format!("the connection of {who}")
    }
}

fn in_words(kind: FactKind, who: &str, value: u32, fact: &Fact) -> (Severity, String) {
    let reason = |packet_type: PacketType| {
        let code = (value & 0xff) as u8;
        match ReasonCode(code).name(packet_type, fact.version) {
            Some(name) => format!("0x{code:02X} ({name})"),
            None => format!("0x{code:02X}"),
        }
    };
    let again = times(fact.count);
    match kind {
        FactKind::TakenOver => (
            Severity::Warning,
            format!(
                "{who} was taken over{again} by another connection with the same client identifier"
            ),
        ),
        FactKind::ConnectRefused => (
            Severity::Warning,
            format!(
                "{who} was refused{again} with {}",
                reason(PacketType::Connack)
            ),
        ),
        FactKind::ServerDisconnected => (
            Severity::Warning,
            format!(
                "the server disconnected {who}{again} with {}",
                reason(PacketType::Disconnect)
            ),
        ),
        FactKind::ConnectionLost => (
            Severity::Note,
            format!("{} ended without a DISCONNECT", connection_of(who)),
        ),
        FactKind::LeftUnacknowledged => (
            Severity::Note,
            format!(
                "{} ended with {} handshakes open",
                connection_of(who),
                fact.count
            ),
        ),
        FactKind::MessageRefused => (
            Severity::Warning,
            format!(
                "messages of {who} were refused{again} with {}",
                reason(PacketType::Puback)
            ),
        ),
        FactKind::SubscriptionRefused => (
            Severity::Warning,
            format!(
                "subscriptions of {who} were refused{again} with {}",
                reason(PacketType::Suback)
            ),
        ),
        FactKind::QoSReduced => (
            Severity::Note,
            format!("{who} asked for more, but the server grants at most QoS {value}"),
        ),
        FactKind::Resent => (
            Severity::Note,
            format!("{who}: a packet was sent again{again} after a reconnect"),
        ),
        FactKind::KeepAliveReplaced => (
            Severity::Note,
            format!("the server set Keep Alive of {who} to {value} s"),
        ),
        FactKind::SessionResumed => (
            Severity::Note,
            format!("{who} went on with its session{again}"),
        ),
    }
}
