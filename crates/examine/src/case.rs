//! Cases: conversations with a server that a person writes, runs, changes and keeps. They have the lines of a check's
//! conversation and no head; and for each rule of conversations that a client can break there is one that breaks it.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use mqttscope_wire::{PacketType, ProtocolVersion, Rule, notation};

use crate::check::{Act, Check, Line, Shows, Wait, What, mark, talk};
use crate::words::{self, Names, Variables};

/// Bytes of a case.
const LARGEST: usize = 16 << 10;
/// Milliseconds that a line may take.
const LONGEST: u64 = 10 * 60 * 1000;

/// A conversation that breaks one rule and no other, as short as such a conversation can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrokenConversation {
    /// The rule.
    pub rule: Rule,
    /// The version in which it breaks the rule.
    pub version: ProtocolVersion,
    /// The case.
    pub text: &'static str,
}

/// Why a text is no case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFault {
    /// The line, from 1; none: the whole of it.
    pub line: Option<usize>,
    /// What is wrong, in a sentence without an end.
    pub says: String,
}

impl core::fmt::Display for CaseFault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.line {
            Some(line) => write!(f, "Line {line}: {}.", self.says),
            None => write!(f, "{}.", self.says),
        }
    }
}

/// All of them, in the order of the table; a rule may have another conversation in each version.
pub fn broken_conversations() -> impl Iterator<Item = BrokenConversation> {
    let entries = include_str!("../broken/conversations.txt").split("\n== ");
    entries.skip(1).flat_map(|entry| {
        let (head, text) = entry.split_once('\n').unwrap_or((entry, ""));
        let (rule, versions) = head.split_once(' ').unwrap_or((head, ""));
        // What stands behind an empty line is about the next one.
        let text = text.split_once("\n\n").map_or(text, |(text, _)| text);
        let rule = Rule::from_name(rule);
        ProtocolVersion::ALL.into_iter().filter_map(move |version| {
            let mut named = versions.split_whitespace();
            let is_it = named.any(|name| name.strip_prefix('v') == Some(version.name()));
            is_it.then_some(BrokenConversation {
                rule: rule?,
                version,
                text: text.trim_end(),
            })
        })
    })
}

/// Whether a text is meant as a case, right or wrong, by its first line.
#[must_use]
pub fn is_case(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| is_said(line));
    first.is_some_and(|line| {
        let mut words = line.split_whitespace();
        let (first, second) = (words.next().unwrap_or_default(), words.next());
        let name = first.trim_end_matches(['>', '<', '!', '~', '?']);
        let is_name = name.starts_with(|letter: char| letter.is_ascii_lowercase())
            && name.chars().all(|letter| letter.is_ascii_alphanumeric());
        line.starts_with("--") || (is_name && (name != first || second == Some("connect")))
    })
}

/// What is wrong with a case that is to run in this version; none: it can be run.
#[must_use]
pub fn case_fault(text: &str, version: ProtocolVersion) -> Option<CaseFault> {
    read(text, version).err()
}

impl Check {
    /// A case as a check of its own, without statements.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of_case(text: &'static str, version: ProtocolVersion) -> Result<Self, CaseFault> {
        Ok(Self {
            id: "case",
            title: "It went as written.",
            shows: [Shows {
                version,
                is_must: true,
                statements: Vec::new(),
            }]
            .into(),
            needs: Vec::new(),
            is_hostile: false,
            is_probe: false,
            broken_by: Vec::new(),
            lines: ending(read(text, version)?),
        })
    }
}

/// The same with the end of each of its connections, so that what is seen of it lasts as long as it does.
fn ending(mut lines: Vec<Line<'_>>) -> Vec<Line<'_>> {
    let mut names: Vec<&str> = Vec::new();
    for line in &lines {
        if let Act::Send(name, _) = line.act
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    lines.extend(names.into_iter().map(|name| Line {
        act: Act::Cut(name),
        only_v5: None,
        note: "",
        text: "",
    }));
    lines
}

/// Whether a line is more than a comment.
fn is_said(line: &str) -> bool {
    !line.is_empty() && !line.starts_with(';')
}

fn read(text: &str, version: ProtocolVersion) -> Result<Vec<Line<'_>>, CaseFault> {
    if text.len() > LARGEST {
        return Err(CaseFault {
            line: None,
            says: format!("A case has at most {LARGEST} bytes"),
        });
    }
    let mut lines = Vec::new();
    for (number, line) in (1_usize..).zip(text.lines()) {
        let fault = |says: String| CaseFault {
            line: Some(number),
            says,
        };
        let line = line.trim();
        if !is_said(line) {
            continue;
        }
        if let Some(mark) = mark(line) {
            lines.push(mark);
            continue;
        }
        let acts = talk(line).ok_or_else(|| fault("this is no line of a case".to_owned()))?;
        for act in &acts {
            act_fault(act, version).map_or(Ok(()), |says| Err(fault(says)))?;
        }
        lines.extend(acts);
    }
    let is_sent = |line: &Line<'_>| matches!(line.act, Act::Send(..));
    if lines.iter().any(is_sent) {
        Ok(lines)
    } else {
        Err(CaseFault {
            line: None,
            says: "Nothing is sent".to_owned(),
        })
    }
}

/// What hinders a line from being gone through.
fn act_fault(line: &Line<'_>, version: ProtocolVersion) -> Option<String> {
    if line.only_v5.is_some_and(|v5| v5 != version.is_v5()) {
        return None;
    }
    match &line.act {
        Act::Send(name, words) => {
            let (names, variables) = (Names::default(), any_variables(words));
            let written = words::packet(words, version, name, &names, &variables);
            written.err().map(|_| unwritten(words))
        }
        Act::Wait(wait) | Act::Instead(wait, _) => wait_fault(wait),
        Act::Pause(millis) if *millis > LONGEST => Some(too_long()),
        Act::Silence(millis, wait) => {
            let long = (*millis > LONGEST).then(too_long);
            long.or_else(|| wait_fault(wait))
        }
        _ => None,
    }
}

fn too_long() -> String {
    "a line takes at most ten minutes".to_owned()
}

fn unwritten(words: &[&str]) -> String {
    match words.first() {
        Some(&"bytes") => match notation::parse(&behind(words)) {
            Err(error) => {
                let said = error.to_string();
                let why = said.split_once(": ").map_or(&*said, |(_, why)| why);
                let why = why.trim_end_matches('.');
                format!("character {} behind “bytes”: {why}", error.column)
            }
            Ok(_) => "these are no bytes".to_owned(),
        },
        Some(name) if is_packet(name) => format!("this {name} cannot be written"),
        Some(name) => format!("“{name}” is no packet"),
        None => "no packet is named".to_owned(),
    }
}

fn behind(words: &[&str]) -> String {
    words.get(1..).unwrap_or_default().join(" ")
}

fn wait_fault(wait: &Wait<'_>) -> Option<String> {
    match &wait.what {
        What::CloseWithin(_, to) if *to > LONGEST => Some(too_long()),
        What::Packet { words, .. } => match words.first() {
            Some(name) if *name == "*" || is_packet(name) => None,
            Some(name) => Some(format!("“{name}” is no packet")),
            None => Some("no packet is named".to_owned()),
        },
        _ => None,
    }
}

fn is_packet(name: &str) -> bool {
    PacketType::ALL.into_iter().any(|it| it.name() == name)
}

/// What is learned while it runs, as anything that can be written.
fn any_variables(words: &[&str]) -> Variables {
    let names = words.iter().filter_map(|word| word.split_once('$'));
    names
        .map(|(_, name)| (name.to_owned(), "1".to_owned()))
        .collect()
}

#[cfg(test)]
mod tests;
