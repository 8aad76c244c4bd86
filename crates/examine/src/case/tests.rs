//! Cases are read, and every conversation of the table breaks its rule and nothing else: the monitor judges it, with a
//! server that does what the lines wait for. The engine's tests run them against our broker.

use std::collections::BTreeSet;
use std::time::Duration;

use mqttscope_monitor::{ConnectionId, Finding, Monitor};
use mqttscope_shared::Instant;
use mqttscope_wire::{Seen, Sender, Severity};

use super::*;

/// A conversation, both sides of it as the lines say.
struct Played {
    monitor: Monitor,
    now: Instant,
    version: ProtocolVersion,
    names: Names,
    variables: Variables,
    open: BTreeSet<String>,
}

fn connection(name: &str) -> ConnectionId {
    let bytes = name.bytes().map(u32::from);
    ConnectionId(bytes.fold(0, |id, byte| id << 8 | byte))
}

impl Played {
    fn new(version: ProtocolVersion) -> Self {
        Self {
            monitor: Monitor::new(),
            now: Instant::from_millis(1000),
            version,
            names: Names {
                prefix: "p".into(),
                client: "c".into(),
                ..Names::default()
            },
            variables: Variables::new(),
            open: BTreeSet::new(),
        }
    }

    fn push(&mut self, name: &str, from: Sender, words: &[&str]) {
        let bytes = words::packet(words, self.version, name, &self.names, &self.variables);
        self.monitor
            .push(connection(name), from, &bytes.unwrap(), self.now);
    }

    fn line(&mut self, line: &Line<'_>) {
        self.pass(10);
        if line.only_v5.is_some_and(|v5| v5 != self.version.is_v5()) {
            return;
        }
        match &line.act {
            Act::Send(name, words) => {
                if self.open.insert((*name).to_owned()) {
                    self.monitor.open(connection(name));
                }
                self.push(name, Sender::Client, words);
            }
            Act::Wait(wait) => match &wait.what {
                What::Packet { words, .. } => self.answer(wait.connection, words),
                _ => self.monitor.close(connection(wait.connection), self.now),
            },
            Act::Pause(millis) => self.pass(*millis),
            Act::Cut(name) | Act::End(name) => self.monitor.close(connection(name), self.now),
            _ => {}
        }
    }

    fn pass(&mut self, millis: u64) {
        for step in (0..millis).step_by(100) {
            self.now += Duration::from_millis(100.min(millis - step));
            self.monitor.handle_time(self.now);
        }
    }

    /// What a line waits for, as a server sends it that is just so.
    fn answer(&mut self, name: &str, words: &[&str]) {
        let mut said: Vec<String> = Vec::new();
        for word in words.iter().filter(|word| !word.starts_with('!')) {
            if let Some(variable) = word.strip_prefix("#$") {
                let next = (self.variables.len() + 1).to_string();
                self.variables.entry(variable.to_owned()).or_insert(next);
            }
            // Of two bounds the upper one.
            let key = word.split_once(">=").map(|(key, _)| format!("{key}<="));
            if key.is_some_and(|key| words.iter().any(|other| other.starts_with(&key))) {
                continue;
            }
            let word = word.replace("8x", "87").replace("<=", "=");
            said.push(word.replace(">=", "="));
        }
        let has_identifier = words.iter().any(|word| word.starts_with('#'));
        if words.first() == Some(&"PUBLISH") && !has_identifier {
            said.push("#9".to_owned());
        }
        let said: Vec<&str> = said.iter().map(|word| &**word).collect();
        self.push(name, Sender::Server, &said);
    }
}

fn findings(case: &BrokenConversation) -> Vec<Finding> {
    let mut played = Played::new(case.version);
    for line in Check::of_case(case.text, case.version).unwrap().lines {
        played.line(&line);
    }
    let found = core::iter::from_fn(|| played.monitor.poll_finding());
    found
        .filter(|it| it.severity() > Severity::Note || it.rule == case.rule)
        .collect()
}

#[test]
fn every_conversation_breaks_its_rule_and_nothing_else() {
    let mut wrong = Vec::new();
    for case in broken_conversations() {
        let found = findings(&case);
        let is_just_it = |it: &Finding| it.rule == case.rule && it.by == Sender::Client;
        if found.is_empty() || !found.iter().all(is_just_it) {
            let found: Vec<_> = found.iter().map(|it| (it.by, it.rule.name())).collect();
            wrong.push(format!("{} {}: {found:?}", case.rule, case.version.name()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The cases of the monitor's tests, which show every rule broken.
const MONITOR: [&str; 12] = [
    include_str!("../../../monitor/tests/monitor/cases/authenticating.txt"),
    include_str!("../../../monitor/tests/monitor/cases/delivering.txt"),
    include_str!("../../../monitor/tests/monitor/cases/ending.txt"),
    include_str!("../../../monitor/tests/monitor/cases/handshakes.txt"),
    include_str!("../../../monitor/tests/monitor/cases/limits.txt"),
    include_str!("../../../monitor/tests/monitor/cases/opening.txt"),
    include_str!("../../../monitor/tests/monitor/cases/resending.txt"),
    include_str!("../../../monitor/tests/monitor/cases/retaining.txt"),
    include_str!("../../../monitor/tests/monitor/cases/sessions.txt"),
    include_str!("../../../monitor/tests/monitor/cases/silence.txt"),
    include_str!("../../../monitor/tests/monitor/cases/subscribing.txt"),
    include_str!("../../../monitor/tests/monitor/cases/wills.txt"),
];

/// What a client breaks by doing nothing: in those cases no packet of it stands before the mark.
const IDLE: [&str; 5] = [
    "keep-alive-missed",
    "open-after-disconnect",
    "open-message-not-resent",
    "publish-unacknowledged",
    "pubrel-unanswered",
];

/// Rules that packets of a client break in the monitor's cases, each in versions.
fn broken_by_clients() -> BTreeSet<(&'static str, ProtocolVersion)> {
    let mut broken = BTreeSet::new();
    for text in MONITOR {
        let (mut versions, mut in_head) = (Vec::new(), false);
        for line in text.lines() {
            if let Some(head) = line.strip_prefix("== ") {
                if !in_head {
                    versions.clear();
                }
                let name = head.split_whitespace().next().unwrap();
                let named = |it: &ProtocolVersion| name.strip_prefix('v') == Some(it.name());
                versions.extend(ProtocolVersion::ALL.into_iter().find(named));
            }
            in_head = line.starts_with("== ");
            let (said, marks) = line.split_once('!').unwrap_or((line, ""));
            let is_of_client = said.split(' ').next().is_some_and(|it| it.ends_with('>'));
            for rule in marks.split(';').next().unwrap().split_whitespace() {
                let rule = Rule::from_name(rule).unwrap();
                let is_it = is_of_client || IDLE.contains(&rule.name());
                if is_it && rule.seen() == Seen::Conversation {
                    broken.extend(versions.iter().map(|version| (rule.name(), *version)));
                }
            }
        }
    }
    broken
}

#[test]
fn every_rule_that_a_client_can_break_has_a_conversation() {
    let had: BTreeSet<_> = broken_conversations()
        .map(|case| (case.rule.name(), case.version))
        .collect();
    let missing: Vec<_> = broken_by_clients().difference(&had).copied().collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(had.len(), broken_conversations().count(), "one for each");
    for (rule, version) in had {
        assert!(Rule::from_name(rule).unwrap().is_in(version), "{rule}");
    }
}

#[test]
fn a_text_is_taken_for_a_case_by_its_first_line() {
    for text in [
        "a connect",
        "; words\n\n  a2> PINGREQ",
        "a<! PINGRESP",
        "a? close -> next",
        "-- shown",
        "client> nonsense",
    ] {
        assert!(is_case(text), "{text}");
    }
    for text in [
        "",
        "30 | \"a> b\"",
        "a0 00",
        "c0 00 # a connect",
        "{00}",
        "'a>'",
    ] {
        assert!(!is_case(text), "{text}");
    }
}

#[test]
fn what_is_wrong_with_a_case_is_said_at_its_line() {
    let long = format!("a> PINGREQ\n{}", "; x\n".repeat(5000));
    for (text, says) in [
        ("", "Nothing is sent."),
        ("a connect\nb waits", "Line 2: this is no line of a case."),
        ("a> PINGREK", "Line 1: “PINGREK” is no packet."),
        ("a> PUBLISH", "Line 1: this PUBLISH cannot be written."),
        (
            "a> SUBSCRIBE t",
            "Line 1: this SUBSCRIBE cannot be written.",
        ),
        (
            "\na> bytes c0 0",
            "Line 2: character 4 behind “bytes”: a byte has two digits.",
        ),
        ("a connect\na< shut", "Line 2: “shut” is no packet."),
        (
            "a connect\n+600001",
            "Line 2: a line takes at most ten minutes.",
        ),
        (
            "a connect\na none 700000 *",
            "Line 2: a line takes at most ten minutes.",
        ),
        (&long, "A case has at most 16384 bytes."),
    ] {
        let fault = case_fault(text, ProtocolVersion::V5);
        assert_eq!(
            fault.map(|it| it.to_string()).as_deref(),
            Some(says),
            "{text}"
        );
    }
    // What is learned while it runs is not known before, and other versions have other lines.
    let text = "a connect\na< PUBLISH * * #$1\na> PUBREC #$1\n[v3] a> AUTH\na? close -> next\na< *";
    assert_eq!(case_fault(text, ProtocolVersion::V5), None);
    assert_eq!(
        case_fault("a> AUTH 18", ProtocolVersion::V3_1_1).map(|it| it.line),
        Some(Some(1))
    );
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "(a[<>!~?]? ?(connect|close|none|PUBLISH|bytes|raw|cut)?[ -~]*\n?)*") {
        let _ = case_fault(&text, ProtocolVersion::V5);
        let _ = is_case(&text);
    }
}
