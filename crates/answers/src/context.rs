//! What places in templates and conditions stand for, for one message.

use core::cell::OnceCell;
use std::collections::BTreeMap;

use mqttscope_shared::Instant;
use serde_json::Value;

use crate::answer::{Condition, JsonTest};
use crate::answering::Incoming;
use crate::path;
use crate::random::Random;
use crate::table::Table;
use crate::template::Piece;
use crate::waves::phase_of;

/// The largest payload that is read as JSON, in bytes.
const MOST_JSON: usize = 1 << 20;

/// The most walks of an answer.
const MOST_WALKS: usize = 100;

/// Why a template becomes nothing: a sentence without its full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Nothing(pub(crate) String);

/// A message, read for paths when one first goes into it.
pub(crate) struct Read<'a> {
    pub(crate) message: &'a Incoming<'a>,
    json: OnceCell<Option<Value>>,
}

impl<'a> Read<'a> {
    pub(crate) const fn new(message: &'a Incoming<'a>) -> Self {
        Self {
            message,
            json: OnceCell::new(),
        }
    }

    fn json(&self) -> Option<&Value> {
        let payload = self.message.payload;
        let read = || {
            if payload.len() > MOST_JSON {
                return None;
            }
            match self.message.reader.0 {
                Some(read) => read(),
                None => serde_json::from_slice(payload).ok(),
            }
        };
        self.json.get_or_init(read).as_ref()
    }

    fn user(&self, wanted: &str) -> impl Iterator<Item = &'a str> {
        let pairs = self.message.user_properties.iter();
        pairs
            .filter(move |(name, _)| *name == wanted)
            .map(|(_, value)| *value)
    }

    /// Whether a message is as a condition says.
    pub(crate) fn holds(&self, condition: &Condition) -> bool {
        let message = self.message;
        match condition {
            Condition::PayloadIs(text) => message.payload == text.as_bytes(),
            Condition::PayloadContains(text) => {
                let (all, part) = (message.payload, text.as_bytes());
                part.is_empty() || all.windows(part.len()).any(|window| window == part)
            }
            Condition::PayloadBetween { from, to } => {
                let text = core::str::from_utf8(message.payload).unwrap_or_default();
                let number = text.trim().parse();
                number.is_ok_and(|number| Condition::between(number, from, to))
            }
            Condition::Json { path, test } => {
                let value = self.json().and_then(|json| path::find(json, path));
                value.is_some_and(|value| match test {
                    JsonTest::There => true,
                    JsonTest::Text => value.is_string(),
                    JsonTest::Is(text) => path::text(value) == *text,
                    JsonTest::Between { from, to } => value
                        .as_f64()
                        .is_some_and(|number| Condition::between(number, from, to)),
                })
            }
            Condition::UserProperty { name, value } => {
                self.user(name).any(|it| value.is_empty() || it == value)
            }
            Condition::ContentType(text) => message.content_type == Some(text.as_str()),
            Condition::Retained(wanted) => message.retain == *wanted,
            Condition::Qos(wanted) => message.qos == *wanted,
        }
    }
}

/// All that a template may name.
pub(crate) struct Context<'a> {
    pub(crate) read: &'a Read<'a>,
    pub(crate) now: Instant,
    pub(crate) number: u64,
    pub(crate) counters: &'a BTreeMap<String, u64>,
    pub(crate) random: &'a mut Random,
    /// Where each walk of this answer is.
    pub(crate) walks: &'a mut BTreeMap<String, f64>,
    /// The Client Identifier.
    pub(crate) client: &'a str,
    /// The row that was looked up.
    pub(crate) row: Option<(&'a Table, usize)>,
}

impl Context<'_> {
    /// Writes what a part of a template stands for.
    pub(crate) fn write(&mut self, piece: Piece<'_>, out: &mut Vec<u8>) -> Result<(), Nothing> {
        let message = self.read.message;
        let none = |what: &str| Nothing(format!("the message has no {what}"));
        let mut put = |bytes: &[u8]| out.extend_from_slice(bytes);
        match piece {
            Piece::Text(text) => put(text.as_bytes()),
            Piece::Topic => put(message.topic.as_bytes()),
            Piece::Level(level) => {
                let found = message.topic.split('/').nth(level.saturating_sub(1));
                let found =
                    found.ok_or_else(|| Nothing(format!("the topic has no level {level}")))?;
                put(found.as_bytes());
            }
            Piece::Payload => put(message.payload),
            Piece::Json(behind) => {
                let json = self.read.json();
                let json = json.ok_or_else(|| Nothing("the payload is not JSON".into()))?;
                let value = path::find_behind(json, behind);
                let value = value.ok_or_else(|| Nothing(format!("the JSON has no ${behind}")))?;
                put(path::text(value).as_bytes());
            }
            Piece::ResponseTopic => {
                put(message
                    .response_topic
                    .ok_or_else(|| none("Response Topic"))?
                    .as_bytes());
            }
            Piece::Correlation => {
                put(message
                    .correlation_data
                    .ok_or_else(|| none("Correlation Data"))?);
            }
            Piece::ContentType => {
                put(message
                    .content_type
                    .ok_or_else(|| none("Content Type"))?
                    .as_bytes());
            }
            Piece::User(name) => {
                let value = self.read.user(name).next();
                put(value
                    .ok_or_else(|| none(&format!("User Property {name}")))?
                    .as_bytes());
            }
            Piece::Qos => put(message.qos.to_string().as_bytes()),
            Piece::Retain => put(message.retain.to_string().as_bytes()),
            Piece::Time => put(mqttscope_shared::rfc3339(self.now.millis()).as_bytes()),
            Piece::TimeMs => put(self.now.millis().to_string().as_bytes()),
            Piece::Number => put(self.number.to_string().as_bytes()),
            Piece::Count(name) => {
                put(self.counters.get(name).unwrap_or(&0).to_string().as_bytes());
            }
            Piece::Random => {
                put(format!("{:.6}", self.random.part()).as_bytes());
            }
            Piece::RandomBetween(from, to) => {
                put(self.random.between(from, to).to_string().as_bytes());
            }
            Piece::Uuid => put(self.random.uuid().as_bytes()),
            Piece::Wave(shape, bounds, seconds, phase) => {
                let phase = phase.unwrap_or_else(|| phase_of(self.client));
                let number = bounds.wave(shape, seconds, phase, self.now.millis());
                put(bounds.text(number).as_bytes());
            }
            Piece::Walk(name, bounds, step) => {
                let before = self.walks.get(name).copied();
                let number = bounds.walk(before, step, self.random);
                if before.is_some() || self.walks.len() < MOST_WALKS {
                    self.walks.insert(name.to_owned(), number);
                }
                put(bounds.text(number).as_bytes());
            }
            Piece::Client => put(self.client.as_bytes()),
            Piece::Row(name) => {
                let (table, row) = self.row.ok_or_else(|| {
                    Nothing(format!(
                        "{{{{row.{name}}}}} stands where no row was looked up"
                    ))
                })?;
                let cell = table
                    .column(name)
                    .and_then(|column| table.cell(row, column));
                let cell = cell.ok_or_else(|| no_column(table, name))?;
                put(cell.as_bytes());
            }
        }
        Ok(())
    }
}

/// A table lacks a column.
pub(crate) fn no_column(table: &Table, column: &str) -> Nothing {
    Nothing(format!("the table {} has no column {column}", table.name))
}
