//! The words of the search.

use mqttscope_filter::{Relies, covers};

use super::said::{self, Said, Word, are_in_summary};
use crate::log::{Record, WireLog};
use crate::topics::Topics;
use crate::view::rows::topic_of;

/// Words that are looked for: in a packet, and in what its row says of it.
#[derive(Debug)]
pub(super) struct Words {
    text: String,
    said: Vec<Word>,
}

/// What a row says beside its packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside<'a> {
    /// What its connection is called; empty where the row does not say it.
    pub(super) name: &'a str,
    /// See [`super::Facts::minutes_behind`].
    pub(super) minutes_behind: f64,
}

impl Words {
    pub(super) fn new(text: String) -> Self {
        let said = said::read(&text);
        Self { text, said }
    }

    /// What they need of what comes when a packet is in the list already.
    pub(super) fn relies(&self) -> Relies {
        Relies {
            answers: self.said.iter().any(|it| matches!(it.said, Said::Took(_))),
            handshakes: false,
            findings: true,
            clients: true,
        }
    }

    /// Whether a packet contains them, or its row says them.
    pub(super) fn are_in(
        &self,
        record: &Record,
        log: &WireLog,
        topics: &Topics,
        beside: Beside<'_>,
    ) -> bool {
        let named = |words: &str| contains(beside.name.as_bytes(), words.as_bytes());
        self.are_said(record, log, beside, |text| {
            are_in(text, record, log, topics) || named(text) || are_in_summary(text, record, log)
        }) || !beside.name.is_empty() && named(&self.text)
            || are_in(&self.text, record, log, topics)
            || are_in_summary(&self.text, record, log)
    }

    /// Whether the row of an event says them; `line` is its text.
    pub(super) fn are_in_event(
        &self,
        record: &Record,
        log: &WireLog,
        line: &str,
        beside: Beside<'_>,
    ) -> bool {
        let has = |words: &str| {
            contains(line.as_bytes(), words.as_bytes())
                || contains(beside.name.as_bytes(), words.as_bytes())
        };
        has(&self.text) || self.are_said(record, log, beside, has)
    }

    fn are_said(
        &self,
        record: &Record,
        log: &WireLog,
        beside: Beside<'_>,
        says: impl Fn(&str) -> bool,
    ) -> bool {
        let is_of = |it: &Word| it.is_of(record, log, beside.minutes_behind, &says);
        !self.said.is_empty() && self.said.iter().all(is_of)
    }

    /// Whether a text has them.
    pub(super) fn are_in_text(&self, text: &str) -> bool {
        contains(text.as_bytes(), self.text.as_bytes())
    }
}

/// Whether a packet is of this type or contains these words.
fn are_in(words: &str, record: &Record, log: &WireLog, topics: &Topics) -> bool {
    // A topic that is not in the packet's own bytes is one that came by an alias.
    record.packet_type().name().eq_ignore_ascii_case(words)
        || contains(log.bytes(record), words.as_bytes())
        || topics
            .topic(record.topic)
            .is_some_and(|topic| contains(topic.as_bytes(), words.as_bytes()))
}

/// Whether a Topic Filter matches a packet's topic.
pub(super) fn covers_topic(filter: &str, record: &Record, log: &WireLog, topics: &Topics) -> bool {
    topic_of(log, topics, record).is_some_and(|topic| covers(filter, &topic))
}

/// Bytes of a search in hex.
const MOST_HEX: usize = 64;

/// Whether the bytes that these hex digits stand for are in there. What stands between bytes (blanks, colons,
/// commas, `0x`) does not matter, and a last digit without its pair is not looked for yet.
pub(super) fn contains_hex(bytes: &[u8], digits: &str) -> bool {
    let mut wanted = [0_u8; MOST_HEX];
    let mut len = 0_usize;
    let mut high = None;
    for character in digits
        .chars()
        .filter(|character| !character.is_whitespace() && !matches!(character, ':' | ',' | '-'))
    {
        if matches!(character, 'x' | 'X') && high == Some(0) {
            high = None;
            continue;
        }
        let Some(digit) = character.to_digit(16) else {
            return false;
        };
        match (high.take(), wanted.get_mut(len)) {
            (Some(high), Some(byte)) => {
                *byte = (high << 4 | digit) as u8;
                len = len.saturating_add(1);
            }
            (None, Some(_)) => high = Some(digit),
            (_, None) => return false,
        }
    }
    let wanted = wanted.get(..len).unwrap_or_default();
    memchr::memmem::find(bytes, wanted).is_some()
}

/// Whether the text is in there, with ASCII letters in either case.
pub(super) fn contains(bytes: &[u8], text: &[u8]) -> bool {
    let Some((&head, tail)) = text.split_first() else {
        return true;
    };
    let (lower, upper) = (head.to_ascii_lowercase(), head.to_ascii_uppercase());
    memchr::memchr2_iter(lower, upper, bytes).any(|at| {
        let rest = at.saturating_add(1);
        bytes
            .get(rest..rest.saturating_add(tail.len()))
            .is_some_and(|found| found.eq_ignore_ascii_case(tail))
    })
}
