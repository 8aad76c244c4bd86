//! What is said about fields, broken rules and reason codes, the examples and the help, as a file that is
//! loaded when one of them is first shown.
//!
//! The texts stand in `mqttscope_wire` and here. A program that calls what returns them carries them;
//! one that reads them from this file does not.
//!
//! The file has a line for each field, for each type of packet in each version, for each page, for each
//! example and for each rule of packets, in the order of [`Field::ALL`], [`ProtocolVersion::ALL`] with
//! [`PacketType::ALL`], [`help::ALL`], [`examples::ALL`] and [`Rule::ALL`], with tabs between the cells:
//!
//! ```text
//! what the field is in 3.1  in 3.1.1  in 5.0
//! what reason code 0 tells in such a packet  what 1 does  and so on, up to the last that tells something
//! what the page is  keys, with spaces between them  what they do  further keys  and so on
//! group  title  what it shows  level of its version  C or S for who sends it  rule  lines, with | between them
//! name  where 3.1 says it  where 3.1.1 does  where 5.0 does  message  what to do about it
//! ```

use std::borrow::Cow;
use std::fmt::Write as _;

use mqttscope_wire::{
    Citation, Field, PacketType, ProtocolVersion, ReasonCode, Rule, Seen, Sender, explain,
};

use crate::examples::{self, Example};
use crate::help;

/// Where each part begins; the one before ends there.
const FIELDS: usize = 0;
const REASON_CODES: usize = FIELDS + Field::ALL.len();
const HELP: usize = REASON_CODES + ProtocolVersion::ALL.len() * PacketType::ALL.len();
const EXAMPLES: usize = HELP + help::ALL.len();
const RULES: usize = EXAMPLES + examples::ALL.len();

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
        for &field in Field::ALL {
            let [v3_1, v3_1_1, v5] =
                ProtocolVersion::ALL.map(|version| explain::field(field, version));
            // Writing to a string cannot fail.
            let _ = writeln!(file, "{v3_1}\t{v3_1_1}\t{v5}");
        }
        for version in ProtocolVersion::ALL {
            for packet_type in PacketType::ALL {
                let sentence = |code| ReasonCode(code).meaning(packet_type, version);
                let cells = (0..=u8::MAX).map(|code| sentence(code).unwrap_or(""));
                let cells: Vec<_> = cells.collect();
                let _ = writeln!(file, "{}", cells.join("\t").trim_end());
            }
        }
        for page in help::ALL {
            let keys = page.keys.iter();
            let cells = keys.map(|(keys, what)| format!("\t{}\t{what}", keys.join(" ")));
            let _ = writeln!(file, "{}{}", page.about, cells.collect::<String>());
        }
        for example in examples::ALL {
            let _ = writeln!(file, "{}", line(example));
        }
        for rule in rules() {
            let [v3_1, v3_1_1, v5] = ProtocolVersion::ALL.map(|version| place(rule, version));
            let (message, fix) = rule
                .words()
                .map_or(("", ""), |words| (words.message, words.fix.unwrap_or("")));
            let _ = writeln!(
                file,
                "{}\t{v3_1}\t{v3_1_1}\t{v5}\t{message}\t{fix}",
                rule.name()
            );
        }
        file
    }

    /// Reads the file; `None` when it is not one of this program's.
    #[must_use]
    pub fn read(file: &str) -> Option<Self> {
        let lines: Vec<Box<str>> = file.lines().map(Into::into).collect();
        let wanted = RULES.saturating_add(rules().count());
        (lines.len() == wanted).then_some(Self { lines })
    }

    /// What is said about a rule where `version` has it; empty for a rule of conversations.
    #[must_use]
    pub fn rule(&self, rule: Rule, version: ProtocolVersion) -> RuleText<'_> {
        let line = if rule.seen() == Seen::Packet {
            RULES.saturating_add(rule as usize)
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
        self.cell(FIELDS.saturating_add(field as usize), column(version))
    }

    /// What happened and what to do about it, in a sentence; empty when the code has no name in such a
    /// packet.
    #[must_use]
    pub fn reason_code(
        &self,
        code: ReasonCode,
        packet_type: PacketType,
        version: ProtocolVersion,
    ) -> &str {
        let line = column(version)
            .saturating_mul(PacketType::ALL.len())
            .saturating_add(packet_type as usize)
            .saturating_add(REASON_CODES);
        self.cell(line, code.0.into())
    }

    /// What the page with this place in [`help::ALL`] is, and then in turns keys and what they do.
    pub fn help(&self, page: usize) -> impl Iterator<Item = &str> {
        let line = self.lines.get(HELP.saturating_add(page));
        line.into_iter().flat_map(|line| line.split('\t'))
    }

    /// The example with this place in [`examples::ALL`].
    #[must_use]
    pub fn example(&self, index: usize) -> Option<Example<'_>> {
        let line = EXAMPLES.saturating_add(index);
        let rule = self.cell(line, 5);
        Some(Example {
            group: self.cell(line, 0),
            title: self.cell(line, 1),
            shows: self.cell(line, 2),
            version: ProtocolVersion::from_level(self.cell(line, 3).parse().ok()?)?,
            sender: match self.cell(line, 4) {
                "C" => Some(Sender::Client),
                "S" => Some(Sender::Server),
                _ => None,
            },
            rule: (!rule.is_empty()).then_some(rule),
            hex: Cow::Owned(self.cell(line, 6).replace('|', "\n")),
        })
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

/// The line of an example.
fn line(example: &Example<'_>) -> String {
    let sender = match example.sender {
        Some(Sender::Client) => "C",
        Some(Sender::Server) => "S",
        None => "",
    };
    [
        example.group,
        example.title,
        example.shows,
        &example.version.level().to_string(),
        sender,
        example.rule.unwrap_or(""),
        &example.hex.replace('\n', "|"),
    ]
    .join("\t")
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
            for (packet_type, code) in PacketType::ALL.into_iter().flat_map(|packet_type| {
                (0..=u8::MAX).map(move |code| (packet_type, ReasonCode(code)))
            }) {
                assert_eq!(
                    texts.reason_code(code, packet_type, version),
                    code.meaning(packet_type, version).unwrap_or_default()
                );
            }
        }
        for (index, example) in examples::ALL.iter().enumerate() {
            assert_eq!(texts.example(index).as_ref(), Some(example));
        }
        assert_eq!(
            texts.example(examples::ALL.len()),
            None,
            "a rule is no example"
        );
        for (index, page) in help::ALL.iter().enumerate() {
            let mut said = texts.help(index);
            assert_eq!(said.next(), Some(page.about));
            for (keys, what) in page.keys {
                assert_eq!(said.next(), Some(keys.join(" ").as_str()));
                assert_eq!(said.next(), Some(*what));
            }
            assert_eq!(said.next(), None);
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
