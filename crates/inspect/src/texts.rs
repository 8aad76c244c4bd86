//! What is said about fields and broken rules, as a file that is loaded when a packet is first shown.
//!
//! The texts stand in `mqttscope_wire`. A program that calls what returns them there carries them;
//! one that reads them from this file does not.
//!
//! The file has a line for each rule of packets and then one for each field, in the order of
//! [`Rule::ALL`] and [`Field::ALL`], with tabs between the cells:
//!
//! ```text
//! name  where 3.1 says it  where 3.1.1 does  where 5.0 does  message  what to do about it
//! what the field is in 3.1  in 3.1.1  in 5.0
//! ```

use std::fmt::Write as _;

use mqttscope_wire::{Citation, Field, ProtocolVersion, Rule, Seen, explain};

/// The texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    lines: Vec<Box<str>>,
}

/// What is said about a broken rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleText<'a> {
    /// Its name, in kebab-case.
    pub name: &'a str,
    /// Where the standard says it: statements in brackets, with spaces between them, or sections in words.
    pub place: &'a str,
    /// What is wrong, to be [filled](mqttscope_wire::Diagnostic::filled).
    pub message: &'a str,
    /// What to do about it; empty where that is plain.
    pub fix: &'a str,
}

impl Texts {
    /// The file, from the texts that are compiled in.
    #[must_use]
    pub fn file() -> String {
        let mut file = String::new();
        for rule in rules() {
            let [v3_1, v3_1_1, v5] = ProtocolVersion::ALL.map(|version| place(rule, version));
            let (message, fix) = rule
                .words()
                .map_or(("", ""), |words| (words.message, words.fix.unwrap_or("")));
            // Writing to a string cannot fail.
            let _ = writeln!(
                file,
                "{}\t{v3_1}\t{v3_1_1}\t{v5}\t{message}\t{fix}",
                rule.name()
            );
        }
        for &field in Field::ALL {
            let [v3_1, v3_1_1, v5] =
                ProtocolVersion::ALL.map(|version| explain::field(field, version));
            let _ = writeln!(file, "{v3_1}\t{v3_1_1}\t{v5}");
        }
        file
    }

    /// Reads the file; `None` when it is not one of this program's.
    #[must_use]
    pub fn read(file: &str) -> Option<Self> {
        let lines: Vec<Box<str>> = file.lines().map(Into::into).collect();
        let wanted = rules().count().saturating_add(Field::ALL.len());
        (lines.len() == wanted).then_some(Self { lines })
    }

    /// What is said about a rule where `version` has it; empty for a rule of conversations.
    #[must_use]
    pub fn rule(&self, rule: Rule, version: ProtocolVersion) -> RuleText<'_> {
        let line = if rule.seen() == Seen::Packet {
            rule as usize
        } else {
            usize::MAX
        };
        RuleText {
            name: self.cell(line, 0),
            place: self.cell(line, 1_usize.saturating_add(column(version))),
            message: self.cell(line, 4),
            fix: self.cell(line, 5),
        }
    }

    /// What a field is for, in a sentence.
    #[must_use]
    pub fn field(&self, field: Field, version: ProtocolVersion) -> &str {
        let line = rules().count().saturating_add(field as usize);
        self.cell(line, column(version))
    }

    fn cell(&self, line: usize, column: usize) -> &str {
        let line = self.lines.get(line);
        line.and_then(|line| line.split('\t').nth(column))
            .unwrap_or_default()
    }
}

/// Those that one packet can break; they come first.
fn rules() -> impl Iterator<Item = Rule> {
    Rule::ALL
        .into_iter()
        .take_while(|rule| rule.seen() == Seen::Packet)
}

const fn column(version: ProtocolVersion) -> usize {
    match version {
        ProtocolVersion::V3_1 => 0,
        ProtocolVersion::V3_1_1 => 1,
        ProtocolVersion::V5 => 2,
    }
}

fn place(rule: Rule, version: ProtocolVersion) -> String {
    match rule.citation(version) {
        Citation::Statements(ids) => format!("[{}]", ids.join("] [")),
        Citation::Section(place) => {
            let is_in_words = ["sections ", "appendix "]
                .iter()
                .any(|word| place.starts_with(word));
            if is_in_words {
                place.to_owned()
            } else {
                format!("section {place}")
            }
        }
        Citation::None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_written_is_read() {
        let texts = Texts::read(&Texts::file()).unwrap();
        for version in ProtocolVersion::ALL {
            for rule in rules() {
                let text = texts.rule(rule, version);
                let words = rule.words().unwrap();
                assert_eq!(text.name, rule.name());
                assert_eq!(text.place, place(rule, version));
                assert_eq!(text.message, words.message);
                assert_eq!(text.fix, words.fix.unwrap_or_default());
            }
            for &field in Field::ALL {
                assert_eq!(texts.field(field, version), explain::field(field, version));
            }
        }
    }

    #[test]
    fn places_are_statements_or_sections() {
        let texts = Texts::read(&Texts::file()).unwrap();
        for (rule, version, place) in [
            (
                Rule::PubrelHeaderFlags,
                ProtocolVersion::V5,
                "[MQTT-3.6.1-1] [MQTT-2.1.3-1]",
            ),
            (Rule::PacketType0, ProtocolVersion::V3_1_1, "section 2.2.1"),
            (
                Rule::HeaderQoSNot1,
                ProtocolVersion::V3_1,
                "sections 3.6, 3.8 and 3.10",
            ),
            (Rule::HeaderQoSNot1, ProtocolVersion::V5, ""),
        ] {
            assert_eq!(texts.rule(rule, version).place, place);
        }
    }

    #[test]
    fn a_rule_of_conversations_has_no_line() {
        let rule = Rule::ALL
            .into_iter()
            .find(|rule| rule.seen() == Seen::Conversation)
            .unwrap();
        let texts = Texts::read(&Texts::file()).unwrap();
        assert_eq!(texts.rule(rule, ProtocolVersion::V5).message, "");
    }

    #[test]
    fn another_file_is_refused() {
        let file = Texts::file();
        let (_, shorter) = file.split_once('\n').unwrap();
        for other in ["", "<!doctype html>\n", shorter] {
            assert_eq!(Texts::read(other), None);
        }
    }
}
