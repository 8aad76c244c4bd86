//! Runs the case files. A case reads so:
//!
//! ```text
//! == v5 MQTT-3.3.4-7 MQTT-4.9.0-2      the version, and the statements that the case is about;
//! == v3.1.1 …                           a case may stand for several versions
//! a connect receive=1 / receive=1      CONNECT with these words, and CONNACK with those
//! -- broken
//! a> PUBLISH t x q1 #1                 the client of connection a sends
//! a> PUBLISH t y q1 #2  ! RULE …        and this packet breaks the rules
//! +20  ! RULE                           seconds pass, and a rule is seen to be broken
//! a fin                               the client closes its side; the server may still send
//! a gap client                          bytes of the client are missing here, or of the server
//! a close
//! -- kept                               the same from the top, and no rule is broken
//! a> PUBLISH t x q1 #1
//! a< PUBACK #1
//! ```
//!
//! All findings must be as the case says, and none else; notes may be left out.
//! `;` begins a comment.

use std::collections::BTreeSet;
use std::time::Duration;

use mqttscope_monitor::{ConnectionId, Instant, Monitor};
use mqttscope_wire::{ProtocolVersion, QoS, Sender, Severity};

use crate::notation::{self, Unsaid};

/// The bytes of the packet that the words describe.
pub(crate) fn packet(words: &[&str], version: ProtocolVersion) -> Vec<u8> {
    let unsaid = Unsaid {
        clean_start: true,
        maximum_qos: QoS::ExactlyOnce,
    };
    notation::packet(words, version, unsaid)
}

/// A conversation that goes on line by line.
pub(crate) struct Talk {
    pub(crate) monitor: Monitor,
    pub(crate) now: Instant,
    version: ProtocolVersion,
    /// Notes that the last line brought.
    notes: Vec<&'static str>,
}

impl Talk {
    pub(crate) fn new(version: ProtocolVersion) -> Self {
        Self {
            monitor: Monitor::new(),
            now: Instant::from_millis(1000),
            version,
            notes: Vec::new(),
        }
    }

    /// Runs the lines of a text, whatever they break.
    pub(crate) fn run(&mut self, text: &str) {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            self.line(line);
        }
    }

    fn push(&mut self, name: &str, from: Sender, words: &[&str]) {
        let bytes = packet(words, self.version);
        self.monitor.push(connection(name), from, &bytes, self.now);
    }

    /// One line; gives the rules that it shows to be broken, but for notes.
    pub(crate) fn line(&mut self, line: &str) -> Vec<&'static str> {
        if let Some(seconds) = line.strip_prefix('+') {
            let millis = (seconds.parse::<f64>().unwrap() * 1000.0) as u64;
            for _ in 0..millis.div_ceil(500) {
                self.now += Duration::from_millis(500);
                self.monitor.handle_time(self.now);
            }
            return self.found();
        }
        let words: Vec<_> = line.split_whitespace().collect();
        let (first, rest) = words.split_first().unwrap();
        match (first.strip_suffix('>'), first.strip_suffix('<')) {
            (Some(name), _) => self.push(name, Sender::Client, rest),
            (_, Some(name)) => self.push(name, Sender::Server, rest),
            _ => match rest {
                ["fin"] => (self.monitor).handle_end(connection(first), Sender::Client, self.now),
                ["open"] => self.monitor.open(connection(first)),
                ["gap", side] => {
                    let from = match *side {
                        "client" => Sender::Client,
                        _ => Sender::Server,
                    };
                    (self.monitor).handle_gap(connection(first), Some(from), self.now);
                }
                ["close"] => self.monitor.close(connection(first), self.now),
                ["connect", rest @ ..] => self.connect(first, rest),
                other => panic!("{other:?}"),
            },
        }
        self.found()
    }

    /// `connect WORDS / WORDS`: CONNECT and CONNACK.
    fn connect(&mut self, name: &str, words: &[&str]) {
        let mut sides = words.split(|word| *word == "/");
        let mut connect = vec!["CONNECT"];
        connect.extend(sides.next().unwrap_or_default());
        // Connections `a`, `a2`, `a3` are one client's.
        let id = format!(
            "id={}",
            name.trim_end_matches(|letter: char| letter.is_ascii_digit())
        );
        if !connect.iter().any(|word| word.starts_with("id=")) {
            connect.push(&id);
        }
        self.push(name, Sender::Client, &connect);
        let mut connack = vec!["CONNACK"];
        connack.extend(sides.next().unwrap_or_default());
        self.push(name, Sender::Server, &connack);
    }

    fn found(&mut self) -> Vec<&'static str> {
        let mut found = Vec::new();
        self.notes.clear();
        while let Some(finding) = self.monitor.poll_finding() {
            assert!(!finding.message().contains('{'), "{}", finding.message());
            if finding.severity() != Severity::Note {
                found.push(finding.rule.name());
            } else {
                self.notes.push(finding.rule.name());
            }
        }
        found.sort_unstable();
        found
    }
}

/// `a`, `b2`, …
fn connection(name: &str) -> ConnectionId {
    let bytes = name.bytes().map(u32::from);
    ConnectionId(bytes.fold(0, |id, byte| id << 8 | byte))
}

struct Case<'a> {
    place: String,
    versions: Vec<ProtocolVersion>,
    top: Vec<&'a str>,
    branches: Vec<(&'a str, Vec<&'a str>)>,
}

fn cases<'a>(file: &str, text: &'a str) -> Vec<Case<'a>> {
    let mut cases: Vec<Case<'a>> = Vec::new();
    let mut in_head = false;
    for (number, line) in text.lines().enumerate() {
        let line = line.split(';').next().unwrap().trim_end();
        if let Some(head) = line.strip_prefix("== ") {
            if !in_head {
                cases.push(Case {
                    place: format!("{file}:{}", number + 1),
                    versions: Vec::new(),
                    top: Vec::new(),
                    branches: Vec::new(),
                });
            }
            in_head = true;
            let version = head.split_whitespace().next().unwrap();
            let version = ProtocolVersion::ALL
                .into_iter()
                .find(|known| version.strip_prefix('v') == Some(known.name()))
                .unwrap_or_else(|| panic!("{file}: no version {version}"));
            cases.last_mut().unwrap().versions.push(version);
            continue;
        }
        if line.is_empty() {
            continue;
        }
        in_head = false;
        let case = cases.last_mut().unwrap();
        match (line.strip_prefix("-- "), case.branches.last_mut()) {
            (Some(name), _) => case.branches.push((name, Vec::new())),
            (None, Some((_, lines))) => lines.push(line),
            (None, None) => case.top.push(line),
        }
    }
    cases
}

/// The rules that lines say are broken.
fn marks<'a>(lines: &[&'a str]) -> BTreeSet<&'a str> {
    let marked = lines.iter().filter_map(|line| line.split_once('!'));
    marked
        .flat_map(|(_, rules)| rules.split_whitespace())
        .collect()
}

/// Runs a file; gives what is not as it says.
fn run(file: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for case in cases(file, text) {
        let names: Vec<_> = case.branches.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["broken", "kept"], "{}", case.place);
        for version in &case.versions {
            for (name, lines) in &case.branches {
                let mut talk = Talk::new(*version);
                for line in case.top.iter().chain(lines) {
                    let (line, wanted) = line.split_once('!').unwrap_or((line, ""));
                    let mut wanted: Vec<_> = wanted.split_whitespace().collect();
                    wanted.sort_unstable();
                    let mut found = talk.line(line.trim());
                    let notes = talk.notes.iter().filter(|note| wanted.contains(note));
                    found.extend(notes);
                    found.sort_unstable();
                    if found != wanted {
                        wrong.push(format!(
                            "{} v{} {name}: {line}\n   found {found:?}, not {wanted:?}",
                            case.place,
                            version.name()
                        ));
                    }
                }
            }
        }
        let [broken, kept] = [0, 1].map(|branch| marks(&case.branches[branch].1));
        assert!(!broken.is_empty(), "{}: nothing is broken", case.place);
        assert!(
            broken.is_disjoint(&kept),
            "{}: what is broken must be kept",
            case.place
        );
    }
    wrong
}

macro_rules! files {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            let name = stringify!($name);
            let wrong = run(name, include_str!(concat!("cases/", stringify!($name), ".txt")));
            assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
        })*
    };
}

files! { opening limits handshakes resending subscribing delivering retaining sessions wills silence ending authenticating gaps }
